"""Reference keys: what is kept is the sentence as the index holds it, whatever markup it was written in."""

import pytest

from corpus.files import SOURCES
from ingest.find import SourceFile
from ingest.load import load
from ingest.references import take_references
from ingest.sentences import sentence_spans


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Diazepam calms.", "Diazepam calms."),
        ("Diazepam  *calms*  **fast**.", "Diazepam calms fast."),
        ("It binds GABA&#8201;&amp;\u00a0more.", "It binds GABA & more."),
        ("See [the label](https://example.org).", "See the label."),
        ("- Diazepam calms.", "Diazepam calms."),
    ],
)
def test_a_sentence_is_kept_as_it_reads(written, words):
    text, references = take_references(f"## What it is\n{written} [@doe2020; @roe_2021.b]\nNo key here.\n")
    assert references == {words: ("doe2020", "roe_2021.b")}
    assert text == f"## What it is\n{written}\nNo key here.\n"


def test_a_line_of_nothing_but_keys_is_text():
    assert take_references("[@doe2020]") == ("[@doe2020]", {})


def summaries():
    return sorted((SOURCES / "summaries").glob("*.md"))


@pytest.mark.parametrize("path", summaries(), ids=lambda path: path.stem)
def test_every_sentence_of_a_shipped_summary_finds_its_references(path):
    file = SourceFile(SOURCES, path, path.name)
    (document,) = load(file, file.sha256())
    for section in document.sections:
        words = section.span.of(document.text)
        for span in sentence_spans(words, longest=1200):
            assert document.source.references.get(" ".join(span.of(words).split())), span.of(words)
