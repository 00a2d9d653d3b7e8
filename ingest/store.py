"""The records (SQLite) and words (tantivy) of one generation, written as its documents go by.

No part is a pickle: an index from elsewhere can never run code. Not for vectors: see `ingest.vectors`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy

from ingest.document import Passage, Span
from ingest.stock import StoredDocument

PASSAGES = "passages.npy"  # vectors, float16; see `ingest.vectors`
SENTENCES = "sentences.npy"
EXPECTED = "expected.npy"  # of expected questions; see `ingest.expected`
EXPECTED_OF = "expected_of.npy"
WORDS = "words"
RECORDS = "records.sqlite"

_SCHEMA = """
CREATE TABLE sources (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, year INTEGER, record TEXT NOT NULL, text TEXT NOT NULL,
    root TEXT NOT NULL, name TEXT NOT NULL, file_sha256 TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source_id TEXT NOT NULL REFERENCES sources(id),
    section TEXT NOT NULL, facet TEXT, text TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    page INTEGER, header TEXT NOT NULL, sentences TEXT NOT NULL,
    first_sentence INTEGER NOT NULL, key TEXT NOT NULL, pooled INTEGER NOT NULL
);
CREATE TABLE expected (row INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE INDEX sources_of_file ON sources(root, name, file_sha256);
CREATE INDEX passages_of_source ON passages(source_id);
CREATE INDEX passages_of_key ON passages(key, row);
"""
_PASSAGE_COLUMNS = (
    "row, id, source_id, section, facet, text, start, end, page, header, sentences, "
    "first_sentence, key, pooled"
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the vectors of a passage and its sentences are made.

    Attributes:
        key: The same for passages whose vectors are the same.
        pooled: Whether the sentences are encoded with the passage, not each by itself.
    """

    key: str
    pooled: bool


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its place in the vectors: its own row, and the row of its first sentence."""

    row: int
    passage: Passage
    first_sentence: int
    key: str
    pooled: bool


def words_schema() -> tantivy.Schema:
    """Fields of the lexical index; English stemming on what is read, exact terms on what is filtered by."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", stored=True, indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name="en_stem")
    builder.add_text_field("header", tokenizer_name="en_stem")
    for name in ("source", "kind", "facet"):
        builder.add_text_field(name, tokenizer_name="raw")
    builder.add_integer_field("year", indexed=True, fast=True)
    return builder.build()


def write_words(folder: Path, documents: Iterable[StoredDocument]) -> Iterator[StoredDocument]:
    """Write the lexical index while documents go by; rows count the passages in their order."""
    path = folder / WORDS
    path.mkdir()
    index = tantivy.Index(words_schema(), path=str(path))
    # One thread: with more, the order of documents in the index, and so the ties in a ranking, would vary.
    writer = index.writer(num_threads=1)
    row = 0
    for document in documents:
        for passage in document.passages:
            entry = tantivy.Document(
                text=passage.text,
                header=passage.header,
                source=str(document.source.id),
                kind=document.source.kind.value,
            )
            entry.add_unsigned("row", row)
            if passage.facet is not None:
                entry.add_text("facet", str(passage.facet))
            if document.source.year is not None:
                entry.add_integer("year", document.source.year)
            writer.add_document(entry)
            row += 1
        yield document
    writer.commit()
    writer.wait_merging_threads()
    del writer
    for lock in path.glob(".tantivy-*.lock"):
        lock.unlink()


def write_records(
    folder: Path, documents: Iterable[StoredDocument], encoding_of: Callable[[Passage, str], Encoding]
) -> None:
    """Write sources and passages; `passages.row` is the row of its vector.

    Args:
        folder: Where the generation is built.
        documents: By their ids.
        encoding_of: Says of a passage, and the root that it is of, how its vectors are made.
    """
    with closing(sqlite3.connect(folder / RECORDS)) as database, database:
        database.executescript(_SCHEMA)
        row = sentence = 0
        for document in documents:
            source = document.source
            database.execute(
                "INSERT INTO sources VALUES (?,?,?,?,?,?,?,?)",
                (source.id, source.kind.value, source.year, source.model_dump_json(exclude_defaults=True),
                 document.text, document.root, document.name, document.file_sha256),
            )  # fmt: skip
            for passage in document.passages:
                how = encoding_of(passage, document.root)
                values = (row, *pack(passage), sentence, how.key, how.pooled)
                marks = ",".join("?" * len(values))
                database.execute(f"INSERT INTO passages VALUES ({marks})", values)  # noqa: S608
                row += 1
                sentence += len(passage.sentences)


def read_passages(records: sqlite3.Connection, condition: str, *values: object) -> list[StoredPassage]:
    """Read the passages for which an SQL condition of our own holds, with a `?` for each value."""
    sql = f"SELECT {_PASSAGE_COLUMNS} FROM passages WHERE {condition}"  # noqa: S608
    return [
        StoredPassage(row, unpack(packed), first, key, bool(pooled))
        for row, *packed, first, key, pooled in records.execute(sql, values)
    ]


def pack(passage: Passage) -> tuple[Any, ...]:
    """A passage as a row of values that SQLite holds."""
    edges = [edge for span in passage.sentences for edge in (span.start, span.end)]
    return (
        passage.id, passage.source_id, json.dumps(passage.section), passage.facet, passage.text,
        passage.span.start, passage.span.end, passage.page, passage.header, json.dumps(edges),
    )  # fmt: skip


def unpack(values: Sequence[Any]) -> Passage:
    """The passage of what `pack` gave."""
    id_, source_id, section, facet, text, start, end, page, header, sentences = values
    edges = json.loads(sentences)
    spans = tuple(Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True))
    return Passage(
        id_, source_id, tuple(json.loads(section)), facet, text, Span(start, end), page, header, spans
    )
