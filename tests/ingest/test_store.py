import re

import numpy as np
import pytest

from corpus.record import Kind, Source
from ingest.document import Passage, Span
from ingest.nearest import INDEX, write_nearest
from ingest.stock import StoredDocument
from ingest.store import RECORDS, WORDS, Encoding, pack, unpack, write_records, write_words
from tests.ingest.open_files import open_under

PICKLE_OPCODES = re.compile(rb"^\x80[\x02-\x05]|^\(dp|csklearn|cnumpy|cbuiltins|c__builtin__")


def encoding(passage: Passage, root: str) -> Encoding:
    return Encoding(f"{passage.text} {root}", pooled=True)


@pytest.fixture
def written(tmp_path):
    source = Source(id="a", kind=Kind.TRIAL, title="Title", year=2001)
    passage = Passage("p-1", "a", ("Dose",), "dose", "Half. Whole.", Span(0, 12), 3, "Title > Dose",
                      (Span(0, 5), Span(6, 12)))  # fmt: skip
    documents = [StoredDocument(source, "Half. Whole.", (passage,), "/root", "a.md", "00")]
    write_nearest(tmp_path, np.eye(1, 4, dtype=np.float16), np.eye(2, 4, dtype=np.float16), 10)
    write_records(tmp_path, write_words(tmp_path, documents), encoding)
    return tmp_path


def test_nothing_written_is_a_pickle(written):
    files = [path for path in written.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        assert not PICKLE_OPCODES.search(path.read_bytes()), path
    assert (written / INDEX).read_bytes()[:4] == b"IxFI"
    assert (written / RECORDS).read_bytes().startswith(b"SQLite format 3\0")


def test_only_the_parts_stay(written):
    assert {path.name for path in written.iterdir()} == {INDEX, WORDS, RECORDS}
    assert not list(written.rglob("*.lock"))


def test_the_words_can_be_searched_by_stem_and_filtered(written):
    import tantivy

    from ingest.store import words_schema

    index = tantivy.Index(words_schema(), path=str(written / WORDS))
    for query, hits in (("halves", 0), ("half", 1), ("source:a", 1), ("kind:trial", 1), ("facet:dose", 1),
                        ("year:2001", 1), ("source:b", 0), ("header:titles", 1)):  # fmt: skip
        assert len(index.searcher().search(index.parse_query(query, ["text"]), 5).hits) == hits, query


def test_a_failed_write_leaves_no_database_open(tmp_path):
    source = Source(id="a", kind=Kind.TRIAL, title="Title")
    twice = [StoredDocument(source, "t", (), "/root", "a.md", "00")] * 2
    with pytest.raises(Exception, match="UNIQUE"):
        write_records(tmp_path, twice, encoding)
    assert open_under(tmp_path) == []


def test_a_passage_comes_back_as_it_was():
    passage = Passage(
        "p-1", "a", ("A", "B > c"), None, "Half. Whole.", Span(5, 17), None, "", (Span(0, 5), Span(6, 12))
    )
    assert unpack(pack(passage)) == passage
