"""The vectors of the expected questions in an index, and what a question is found to be like."""

import shutil
import sqlite3
from contextlib import closing

import numpy as np

from corpus.expected import Expected, masked
from corpus.lexicon import load_lexicon
from ingest.asking import QuestionReader, load_reader
from ingest.expected import rows_of_texts, write_expected
from ingest.index import Foreseen, Index
from ingest.pipeline import publish_documents
from ingest.store import EXPECTED, RECORDS


def test_a_question_is_like_the_sentence_that_answers_it(citewell):
    index = citewell.desk.index
    asked = masked("could I get hooked on klonopin", load_lexicon())
    foreseen = index.foreseen(load_reader().encode([asked]))
    best = foreseen.likeness.argmax()
    row = int(foreseen.passage[best])
    passage, rows = index.passage(row), index.sentence_rows(row)
    place = int(foreseen.sentence[best]) - rows.start
    sentence = passage.sentences[place].of(passage.text)
    assert "dependence" in sentence.casefold() or "addict" in sentence.casefold()
    assert foreseen.likeness[best] > 0.7
    assert "hooked" in index.expected_question(int(foreseen.question[best]))
    assert foreseen.of(rows)[place] == (foreseen.likeness[best], foreseen.question[best])
    assert foreseen.of(range(rows.stop, rows.stop)) == []


def test_a_sentence_that_no_question_is_written_for_is_not_foreseen():
    rows = np.array([3, 5])
    foreseen = Foreseen(rows, np.array([0.5, 0.75], dtype=np.float32), rows, rows)
    assert foreseen.of(range(3, 7)) == [(0.5, 3), None, (0.75, 5), None]


def test_of_several_parts_the_likest_counts(citewell):
    index = citewell.desk.index
    parts = load_reader().encode(["is this medicine addictive", "what shall i cook tonight"])
    one, both = index.foreseen(parts[:1]), index.foreseen(parts)
    assert np.array_equal(one.sentence, both.sentence)
    assert (both.likeness >= one.likeness - 1e-6).all()


def test_only_new_questions_are_embedded_and_old_ones_are_forgotten(citewell, home, tmp_path, monkeypatch):
    sentence = "The NHS advises against any alcohol while taking diazepam (Valium)."

    def expecting(*questions: str) -> Expected:
        return Expected({"summary_alcohol": {sentence: questions}})

    asked = expecting("can i drink on valium", "is wine ok with xanax")
    monkeypatch.setattr("ingest.recipe.load_expected", lambda: asked)
    document = citewell.desk.index.document("summary_alcohol")
    before = Index(publish_documents([document], home.settings, embedder=home.embedder))
    encoded = []
    reader = load_reader()
    encode = reader.encode
    monkeypatch.setattr(reader, "encode", lambda texts: encoded.extend(texts) or encode(texts))
    shutil.copy(before.folder / RECORDS, tmp_path / RECORDS)
    with closing(sqlite3.connect(tmp_path / RECORDS)) as records:
        now = expecting("can i drink on valium", "may i have a beer with diazepam")
        write_expected(tmp_path, records, now, before, reader)
        rows = rows_of_texts(records, ["can i drink on this medicine", "is wine ok with this medicine"])
    assert encoded == ["may i have a beer with this medicine"]
    assert list(rows) == ["can i drink on this medicine"]
    (row,) = before.expected_rows(["can i drink on this medicine"]).values()
    vectors = np.load(tmp_path / EXPECTED)
    assert vectors.shape == (2, reader.dimension)
    assert np.array_equal(vectors[rows["can i drink on this medicine"]], before.expected_vectors[row])
    before.close()


def test_an_index_without_questions_foresees_nothing(home, shelf):
    home.ingest(shelf)
    index = home.open()
    foreseen = index.foreseen(np.ones((1, QuestionReader.dimension), dtype=np.float32))
    assert not len(foreseen.likeness)
    assert not len(foreseen.passage)
    assert foreseen.of(range(2)) == [None, None]
    index.close()
