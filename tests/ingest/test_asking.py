"""Questions are read alike where they ask the same, and other weights are not mixed with these."""

import numpy as np
import pytest

from corpus.errors import IndexMismatchError, RecordError
from ingest.adapt import WIDTH
from ingest.asking import WEIGHTS, QuestionReader, load_reader, read_low_rank, write_arrays
from ingest.embed import Embedder
from ingest.index import open_current

SAME = [
    ("can this medicine hook me", "is this medicine addictive"),
    ("how soon will i feel this medicine", "how long until this medicine starts to work"),
    ("is a glass of wine all right with this medicine", "can you drink alcohol with this medicine"),
    ("will this medicine make me pile on the pounds", "does this medicine cause weight gain"),
    ("do i need a script for this medicine", "is this medicine prescription only"),
]


def test_questions_that_ask_the_same_are_nearest_more_often_than_to_the_packaged_model():
    asked, expected = zip(*SAME, strict=True)

    def margins(reader: QuestionReader) -> float:
        cosines = reader.encode(asked) @ reader.encode(expected).T
        others = (cosines.sum(axis=1) - cosines.diagonal()) / (len(SAME) - 1)
        return float((cosines.diagonal() - others).mean())

    learnt = load_reader()
    cosines = learnt.encode(asked) @ learnt.encode(expected).T
    assert cosines.argmax(axis=1).tolist() == list(range(len(SAME)))
    assert margins(learnt) > margins(QuestionReader({}))


def test_without_adapters_it_reads_as_the_packaged_model():
    texts = ["is this medicine addictive", "a much longer question about how this medicine is stopped"]
    plain = QuestionReader({}).encode(texts)
    assert plain.shape == (2, WIDTH)
    assert (plain * Embedder().encode_queries(texts)).sum(axis=1).min() > 0.995


def test_vectors_do_not_depend_on_what_is_read_beside():
    texts = [f"does this medicine cause {what}" for what in ("sleep", "a rash", "dreams", "bad hair loss")]
    reader = load_reader()
    alone = np.concatenate([reader.encode([text]) for text in texts])
    for times in (1, 5, 40):  # one batch filled up to one length, and many of one length each
        together = reader.encode(texts * times)
        assert (together * np.tile(alone, (times, 1))).sum(axis=1).min() > 0.995
    assert reader.encode([]).shape == (0, WIDTH)


def test_weights_are_written_as_they_are_read(tmp_path):
    held = read_low_rank(WEIGHTS)
    write_arrays(held, tmp_path / "a.npz")
    write_arrays(read_low_rank(tmp_path / "a.npz"), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert QuestionReader(held).fingerprint == QuestionReader(read_low_rank(tmp_path / "a.npz")).fingerprint


def test_damaged_weights_are_named(tmp_path):
    (tmp_path / "asking.npz").write_bytes(b"no archive")
    with pytest.raises(RecordError, match=r"asking\.npz"):
        read_low_rank(tmp_path / "asking.npz")


def test_an_index_of_another_reader_is_not_served(home, shelf, monkeypatch):
    home.ingest(shelf)
    monkeypatch.setattr("ingest.index.load_reader", lambda: QuestionReader({}))
    with pytest.raises(IndexMismatchError, match="read with other weights"):
        open_current(home.settings.index_dir, home.embedder)
