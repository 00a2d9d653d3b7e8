"""Open a published generation, checked, for reading. Everything that reads an index comes through here.

Not for writing one: see `ingest.store` and `ingest.publish`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import numpy as np
import tantivy
from numpy.typing import NDArray

from corpus.errors import IndexDamagedError, IndexMismatchError
from corpus.facets import FacetId
from corpus.record import Source, SourceId
from ingest.asking import load_reader
from ingest.document import Passage, PassageId
from ingest.embed import Embedder, Vectors
from ingest.expected import rows_of_texts
from ingest.generation import REBUILD, current_folder, read_manifest, verify
from ingest.nearest import PassageVectors
from ingest.stock import StoredDocument
from ingest.store import (
    EXPECTED,
    EXPECTED_OF,
    PASSAGES,
    RECORDS,
    SENTENCES,
    WORDS,
    read_passages,
    words_schema,
)

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How like a question is to those that sentences are expected to answer.

    Each array has an entry for every sentence that questions are written for, ordered by its row.

    Attributes:
        sentence: Row of the sentence, ascending.
        likeness: The greatest cosine.
        passage: Row of the passage.
        question: Row of the likest expected question.
    """

    sentence: NDArray[np.int64]
    likeness: NDArray[np.float32]
    passage: NDArray[np.int64]
    question: NDArray[np.int64]

    def of(self, rows: range) -> list[tuple[float, int] | None]:
        """Of each of neighbouring sentences, its likeness and likest question; None where it has none."""
        first, end = np.searchsorted(self.sentence, (rows.start, rows.stop))
        here = slice(int(first), int(end))
        found = zip(self.likeness[here].tolist(), self.question[here].tolist(), strict=True)
        foreseen = dict(zip(self.sentence[here].tolist(), found, strict=True))
        return [foreseen.get(row) for row in rows]


class Index:
    """One immutable generation. Safe to use from several threads.

    Args:
        folder: Folder of the generation.

    Every file is opened at once and stays open: the index answers on when its generation is deleted.

    Attributes:
        vectors: Searches the passages by vector; row i is passage i.
        passage_vectors: Of all passages, shape (passages, dimension), memory-mapped.
        sentence_vectors: Of all sentences, shape (sentences, dimension), memory-mapped.
        expected_vectors: Of the expected questions, shape (questions, dimension), memory-mapped.
        expected_of: Which questions each sentence is expected to answer: rows of the question, of the
            sentence and of its passage, shape (answers, 3).
        words: The lexical index.
        searcher: The one searcher of this generation, which never changes.

    Raises:
        IndexDamagedError: A file is missing or differs from what was published.
        IndexMismatchError: The generation has another format than this version reads.
    """

    vectors: PassageVectors
    passage_vectors: NDArray[np.float16]
    sentence_vectors: NDArray[np.float16]
    expected_vectors: NDArray[np.float16]
    expected_of: NDArray[np.int64]
    words: tantivy.Index
    searcher: tantivy.Searcher

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        verify(folder, self.manifest)
        self._lock = threading.Lock()
        # By a weak reference, not by bound methods: else the caches hold the index, and its files stay open.
        me = cast("Index", weakref.proxy(self))
        self._passage = lru_cache(maxsize=20000)(lambda row: me._read_passage(row))  # noqa: PLW0108
        self._source = lru_cache(maxsize=20000)(lambda each: me._read_source(each))  # noqa: PLW0108
        with ExitStack() as opened:
            try:
                self._open(opened)
            except (OSError, RuntimeError, ValueError, sqlite3.Error) as error:
                raise IndexDamagedError(
                    f"The index at {folder} is damaged: it cannot be opened ({error}).", REBUILD
                ) from error
            self._opened = opened.pop_all()

    def _open(self, opened: ExitStack) -> None:
        uri = (self.folder / RECORDS).absolute().as_uri() + "?mode=ro&immutable=1"
        self._records = opened.enter_context(closing(sqlite3.connect(uri, uri=True, check_same_thread=False)))
        self.passage_vectors = np.load(self.folder / PASSAGES, mmap_mode="r", allow_pickle=False)
        self.vectors = PassageVectors(self.folder, self.manifest.search, self.passage_vectors)
        self.sentence_vectors = np.load(self.folder / SENTENCES, mmap_mode="r", allow_pickle=False)
        self.expected_vectors = np.load(self.folder / EXPECTED, mmap_mode="r", allow_pickle=False)
        self.expected_of = np.load(self.folder / EXPECTED_OF, allow_pickle=False)
        words = self.folder / WORDS
        if not os.access(words, os.W_OK):  # tantivy wants to lock even what it only reads
            words = Path(opened.enter_context(TemporaryDirectory(prefix="citewell-"))) / WORDS
            shutil.copytree(self.folder / WORDS, words, copy_function=shutil.copyfile)
        self.words = tantivy.Index(words_schema(), path=str(words))
        self.searcher = self.words.searcher()
        counts = (len(self.vectors), len(self.sentence_vectors), self.searcher.num_docs)
        meant = (self.manifest.passages, self.manifest.sentences, self.manifest.passages)
        if counts != meant:
            raise ValueError(f"{counts} passages, sentences and texts instead of {meant}")

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._records.execute(sql, values).fetchall()

    def passage(self, row: int) -> Passage:
        """Read the passage at a row of the vectors."""
        return self._passage(row)[0]

    def sentence_rows(self, row: int) -> range:
        """Tell the rows in `sentence_vectors` of the sentences of the passage at a row."""
        passage, first = self._passage(row)
        return range(first, first + len(passage.sentences))

    def _read_passage(self, row: int) -> tuple[Passage, int]:
        with self._lock:
            found = read_passages(self._records, "row = ?", row)
        if not found:
            raise KeyError(row)
        return found[0].passage, found[0].first_sentence

    def row_of_key(self, key: str) -> tuple[int, int] | None:
        """Row of a passage whose vectors are those of this key, and the row of its first sentence."""
        found = self._all("SELECT row, first_sentence FROM passages WHERE key = ? ORDER BY row LIMIT 1", key)
        return found[0] if found else None

    def expected_rows(self, texts: list[str]) -> dict[str, int]:
        """Rows in `expected_vectors` of some expected questions, of those that are held."""
        with self._lock:
            return rows_of_texts(self._records, texts)

    def foreseen(self, questions: Vectors) -> Foreseen:
        """How like a question is to those that sentences are expected to answer, by rows of sentences.

        Args:
            questions: The question with its medicines masked, and parts of it, encoded, shape (parts,
                dimension); a sentence is as like as to the part that is most like.
        """
        if not len(self.expected_of) or not len(questions):
            nothing = np.zeros(0, dtype=np.int64)
            return Foreseen(nothing, nothing.astype(np.float32), nothing, nothing)
        vectors, (question, sentence, passage), first = self._expected
        likeness = (vectors @ questions.T).max(axis=1)[question]
        # Of each sentence, its likest question: the first that is as like as the likest of its group.
        most = np.repeat(np.maximum.reduceat(likeness, first), np.diff(first, append=len(likeness)))
        likest = np.flatnonzero(likeness == most)
        best = likest[np.searchsorted(likest, first)]
        return Foreseen(sentence[first], likeness[best], passage[first], question[best])

    def expected_question(self, row: int) -> str:
        """Read the expected question, its medicines masked, at a row of `expected_vectors`."""
        return self.expected_texts[row]

    @cached_property
    def expected_texts(self) -> list[str]:
        """The expected questions, their medicines masked, by their rows."""
        return [str(text) for (text,) in self._all("SELECT text FROM expected ORDER BY row")]

    @cached_property
    def expected_words(self) -> frozenset[str]:
        """Every word of the expected questions, in small letters."""
        return frozenset(word for text in self.expected_texts for word in _WORD.findall(text))

    @cached_property
    def _expected(self) -> tuple[Vectors, NDArray[np.int64], NDArray[np.int64]]:
        """The vectors, in memory; which sentence each is of, by sentence; where each begins in that."""
        of = self.expected_of[np.argsort(self.expected_of[:, 1], kind="stable")]
        first = np.flatnonzero(np.diff(of[:, 1], prepend=-1))
        return np.asarray(self.expected_vectors, dtype=np.float32), of.T, first

    def row_of(self, passage: PassageId) -> int | None:
        """Find the row of a passage by its id."""
        found = self._all("SELECT row FROM passages WHERE id = ?", passage)
        return int(found[0][0]) if found else None

    def source(self, source_id: SourceId) -> Source:
        """Read the record of a source."""
        return self._source(source_id)

    def _read_source(self, source_id: SourceId) -> Source:
        found = self._all("SELECT record FROM sources WHERE id = ?", source_id)
        if not found:
            raise KeyError(source_id)
        return Source.model_validate_json(found[0][0])

    def sources(self) -> list[Source]:
        """Read the records of all sources, by kind and id."""
        rows = self._all("SELECT record FROM sources ORDER BY kind, id")
        return [Source.model_validate_json(row[0]) for row in rows]

    def sources_saying(self, words: str, most: int) -> set[str]:
        """Ids of sources that hold some words in that order, at most so many passages of them looked at."""
        query, _ = self.words.parse_query_lenient('"' + words.replace('"', " ") + '"', ["text"])
        found = self.searcher.search(query, most, count=False).hits
        rows = self.searcher.fast_field_values("row", [address for _, address in found]) if found else []
        return {self.passage(int(row)).source_id for row in rows}

    def names(self) -> list[tuple[tuple[str, ...], str]]:
        """Read what the sources are about: names of one thing, preferred first, and of what kind it is."""
        rows = self._all(
            "SELECT DISTINCT json_extract(record, '$.names') AS names, "
            "json_extract(record, '$.names_kind') AS sort FROM sources "
            "WHERE names IS NOT NULL AND sort IS NOT NULL ORDER BY names"  # a page may have no names
        )
        return [(tuple(json.loads(names)), str(kind)) for names, kind in rows]

    def document_text(self, source_id: SourceId) -> str:
        """Read the whole stored text of a source; passage offsets count in it."""
        found = self._all("SELECT text FROM sources WHERE id = ?", source_id)
        if not found:
            raise KeyError(source_id)
        return str(found[0][0])

    def passages_of(self, source_id: SourceId) -> list[Passage]:
        """Read the passages of a source, in order."""
        with self._lock:
            found = read_passages(self._records, "source_id = ? ORDER BY row", source_id)
        return [each.passage for each in found]

    def rows_where(self, condition: str, values: Sequence[str]) -> list[int]:
        """Rows of passages p of sources s for which an SQL condition holds, ascending.

        The condition is our own text with a `?` for each value; a value never becomes part of it.
        """
        where = f"WHERE {condition}" if condition else ""
        sql = f"SELECT p.row FROM passages p JOIN sources s ON s.id = p.source_id {where} ORDER BY p.row"  # noqa: S608
        return [int(row[0]) for row in self._all(sql, *values)]

    def document_frequency(self, stem: str) -> int:
        """In how many passages a stemmed word stands, in the text or in the header."""
        searcher = self.searcher
        return max(int(searcher.doc_freq("text", stem)), int(searcher.doc_freq("header", stem)))

    def facets_naming(self, name: str) -> list[FacetId]:
        """The facets of passages that hold a name, the most frequent first."""
        rows = self._all(
            "SELECT facet, count(*) AS n FROM passages WHERE facet IS NOT NULL AND "
            "(instr(lower(text), ?) OR instr(lower(header), ?)) GROUP BY facet ORDER BY n DESC, facet",
            name.casefold(),
            name.casefold(),
        )
        return [FacetId(facet) for facet, _ in rows]

    def documents(self) -> Iterator[StoredDocument]:
        """Read everything in the index, source by source in the order of its rows."""
        for source_id in self.source_ids("1"):
            yield self.document(source_id)

    def document(self, source_id: SourceId) -> StoredDocument:
        """Read all that is held of a source."""
        found = self._all("SELECT record, text, root, name, file_sha256 FROM sources WHERE id = ?", source_id)
        if not found:
            raise KeyError(source_id)
        record, text, root, name, sha256 = found[0]
        source = Source.model_validate_json(record)
        return StoredDocument(source, text, tuple(self.passages_of(source_id)), root, name, sha256)

    def source_ids(self, condition: str, *values: str) -> list[SourceId]:
        """Ids of the sources s for which an SQL condition of our own holds, ascending."""
        sql = f"SELECT id FROM sources s WHERE {condition} ORDER BY id"  # noqa: S608
        return [SourceId(id_) for (id_,) in self._all(sql, *values)]

    def files(self) -> list[tuple[str, str, str]]:
        """Root, name and SHA-256 of every file that sources are from."""
        return [(root, name, sha256) for root, name, sha256 in self._all(
            "SELECT DISTINCT root, name, file_sha256 FROM sources ORDER BY root, name, file_sha256"
        )]  # fmt: skip

    def file_of(self, source_id: SourceId) -> str:
        """Name of the file that a source is from."""
        return str(self._all("SELECT name FROM sources WHERE id = ?", source_id)[0][0])

    def root_of(self, source_id: SourceId) -> str:
        """The root that a source was ingested from; see `StoredDocument`."""
        return str(self._all("SELECT root FROM sources WHERE id = ?", source_id)[0][0])

    def close(self) -> None:
        """Let go of the records' file."""
        self._opened.close()


def open_current(index_dir: Path, embedder: Embedder) -> Index:
    """Open the served generation, for questions that this embedder encodes.

    Raises:
        IndexMissingError, IndexDamagedError: See `current_folder` and `Index`.
        IndexMismatchError: It was made with another embedding model, or with another reader of questions.
    """
    folder = current_folder(index_dir)
    try:
        index = Index(folder)
    except IndexDamagedError:
        if current_folder(index_dir) == folder:
            raise
        index = Index(current_folder(index_dir))  # others were published while this one was being opened
    if index.manifest.embedding_fingerprint != embedder.fingerprint:
        made_with = index.manifest.embedding_model
        index.close()
        raise IndexMismatchError(
            f"The index at {index_dir} was made with the embedding model {made_with}, not {embedder.label}.",
            "Run 'citewell ingest' to embed its passages again, or set CITEWELL_EMBEDDING_MODEL back.",
        )
    if index.manifest.question_fingerprint != load_reader().fingerprint:
        index.close()
        raise IndexMismatchError(
            f"The expected questions of the index at {index_dir} were read with other weights than these.",
            "Run 'citewell ingest' to read them again.",
        )
    return index
