"""Write the parts of one generation: vectors (FAISS), words (tantivy), records (SQLite).

No part is a pickle: an index from elsewhere can never run code. Not for reading them: see `ingest.index`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import faiss
import numpy as np
import tantivy
from numpy.typing import NDArray

from ingest.document import Passage
from ingest.embed import Vectors
from ingest.stock import StoredDocument

VECTORS = "passages.faiss"
SENTENCES = "sentences.npy"
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
    page INTEGER, header TEXT NOT NULL, first_sentence INTEGER NOT NULL, sentences TEXT NOT NULL
);
CREATE INDEX passages_of_source ON passages(source_id);
"""


def write_vectors(folder: Path, vectors: Vectors) -> None:
    """Write passage vectors, shape (passages, dimension), for exact inner-product search."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    faiss.write_index(index, str(folder / VECTORS))


def write_sentences(folder: Path, vectors: Vectors) -> None:
    """Write sentence vectors, shape (sentences, dimension), as float16: they are compared, never searched."""
    half: NDArray[np.float16] = vectors.astype(np.float16)
    np.save(folder / SENTENCES, half, allow_pickle=False)


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


def write_words(folder: Path, documents: Iterable[StoredDocument]) -> None:
    """Write the lexical index; rows count the passages in the order of the documents."""
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
    writer.commit()
    writer.wait_merging_threads()
    del writer
    for lock in path.glob(".tantivy-*.lock"):
        lock.unlink()


def write_records(folder: Path, documents: Iterable[StoredDocument]) -> None:
    """Write sources and passages; `passages.row` is the row of its vector."""
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
                database.execute(
                    "INSERT INTO passages VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                    (row, passage.id, source.id, json.dumps(passage.section), passage.facet, passage.text,
                     passage.span.start, passage.span.end, passage.page, passage.header, sentence,
                     _pack(passage)),
                )  # fmt: skip
                row += 1
                sentence += len(passage.sentences)


def _pack(passage: Passage) -> str:
    flat: Sequence[int] = [edge for span in passage.sentences for edge in (span.start, span.end)]
    return json.dumps(flat)
