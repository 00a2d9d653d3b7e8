"""Open a published generation, checked, for reading. Everything that reads an index comes through here."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import faiss
import numpy as np
import tantivy
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from corpus.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from corpus.facets import FacetId
from corpus.record import Source, SourceId
from ingest.document import Passage, PassageId, Span, digest
from ingest.embed import Embedder, Vectors
from ingest.stock import StoredDocument
from ingest.store import RECORDS, SENTENCES, VECTORS, WORDS, words_schema

FORMAT = 1  # raise it when what is stored, or how a text is read or cut, changes: everything is built anew
MANIFEST = "manifest.json"
CURRENT = "CURRENT"
GENERATIONS = "generations"

_REBUILD = "Run 'citewell ingest' to build it again from its sources."


class Manifest(BaseModel):
    """What a generation is made of, with the SHA-256 of every file in it.

    Attributes:
        recipe: Hash of everything but the sources that decides on the passages and their vectors.
        roots: What was ingested, by path; ``corpus`` for the shipped one.
        seal: Hash of all other fields, so that damage to the manifest itself is seen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    id: str
    recipe: str
    created_at: str
    embedding_model: str
    embedding_fingerprint: str
    dimension: int
    passage_tokens: int
    sources: int
    passages: int
    sentences: int
    roots: tuple[str, ...]
    files: dict[str, str]
    seal: str = ""

    def sealed(self) -> Manifest:
        """The same manifest with its seal."""
        return self.model_copy(update={"seal": digest(self.model_dump_json(exclude={"seal"}), length=64)})


class Index:
    """One immutable generation. Safe to use from several threads.

    Args:
        folder: Folder of the generation.

    Every file is opened at once and stays open: the index answers on when its generation is deleted.

    Attributes:
        vectors: FAISS index over the passages; row i is passage i.
        sentence_vectors: Of all sentences, shape (sentences, dimension), memory-mapped.
        words: The lexical index.
        searcher: The one searcher of this generation, which never changes.

    Raises:
        IndexDamagedError: A file is missing or differs from what was published.
        IndexMismatchError: The generation has another format than this version reads.
    """

    vectors: Any  # a faiss.Index, which has no type stubs
    sentence_vectors: NDArray[np.float16]
    words: tantivy.Index
    searcher: tantivy.Searcher

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        _verify(folder, self.manifest)
        self._lock = threading.Lock()
        self._passage = lru_cache(maxsize=20000)(self._read_passage)
        self._source = lru_cache(maxsize=20000)(self._read_source)
        with ExitStack() as opened:
            try:
                self._open(opened)
            except (OSError, RuntimeError, ValueError, sqlite3.Error) as error:
                raise IndexDamagedError(
                    f"The index at {folder} is damaged: it cannot be opened ({error}).", _REBUILD
                ) from error
            self._opened = opened.pop_all()

    def _open(self, opened: ExitStack) -> None:
        uri = (self.folder / RECORDS).absolute().as_uri() + "?mode=ro&immutable=1"
        self._records = opened.enter_context(closing(sqlite3.connect(uri, uri=True, check_same_thread=False)))
        self.vectors = faiss.read_index(
            str(self.folder / VECTORS), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY
        )
        self.sentence_vectors = np.load(self.folder / SENTENCES, mmap_mode="r", allow_pickle=False)
        words = self.folder / WORDS
        if not os.access(words, os.W_OK):  # tantivy wants to lock even what it only reads
            words = Path(opened.enter_context(TemporaryDirectory(prefix="citewell-"))) / WORDS
            shutil.copytree(self.folder / WORDS, words, copy_function=shutil.copyfile)
        self.words = tantivy.Index(words_schema(), path=str(words))
        self.searcher = self.words.searcher()
        counts = (self.vectors.ntotal, len(self.sentence_vectors), self.searcher.num_docs)
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
        found = self._all("SELECT * FROM passages WHERE row = ?", row)
        if not found:
            raise KeyError(row)
        return _passage_of(found[0])

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

    def document_text(self, source_id: SourceId) -> str:
        """Read the whole stored text of a source; passage offsets count in it."""
        found = self._all("SELECT text FROM sources WHERE id = ?", source_id)
        if not found:
            raise KeyError(source_id)
        return str(found[0][0])

    def passages_of(self, source_id: SourceId) -> list[Passage]:
        """Read the passages of a source, in order."""
        rows = self._all("SELECT * FROM passages WHERE source_id = ? ORDER BY row", source_id)
        return [_passage_of(row)[0] for row in rows]

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

    def facets_covered(self) -> dict[FacetId, int]:
        """How many passages there are for each facet."""
        rows = self._all("SELECT facet, count(*) FROM passages WHERE facet IS NOT NULL GROUP BY facet")
        return {FacetId(facet): int(count) for facet, count in rows}

    def documents(self) -> Iterator[StoredDocument]:
        """Read everything in the index, source by source in the order of its rows."""
        for (source_id,) in self._all("SELECT id FROM sources ORDER BY id"):
            record, text, root, name, sha256 = self._all(
                "SELECT record, text, root, name, file_sha256 FROM sources WHERE id = ?", source_id
            )[0]
            source = Source.model_validate_json(record)
            yield StoredDocument(source, text, tuple(self.passages_of(source_id)), root, name, sha256)

    def all_vectors(self) -> Vectors:
        """All passage vectors, shape (passages, dimension)."""
        vectors: Vectors = self.vectors.reconstruct_n(0, self.vectors.ntotal)
        return vectors

    def close(self) -> None:
        """Let go of the records' file."""
        self._opened.close()


def _passage_of(row: Sequence[Any]) -> tuple[Passage, int]:
    _, id_, source_id, section, facet, text, start, end, page, header, first, sentences = row
    edges = json.loads(sentences)
    spans = tuple(Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True))
    passage = Passage(
        id_, source_id, tuple(json.loads(section)), facet, text, Span(start, end), page, header, spans
    )
    return passage, first


def read_manifest(folder: Path) -> Manifest:
    """Read a generation's manifest.

    Raises:
        IndexDamagedError: It is missing or is not what was published.
        IndexMismatchError: The generation has another format than this version reads.
    """
    try:
        raw = json.loads((folder / MANIFEST).read_bytes())
        if isinstance(raw, dict) and raw.get("format", FORMAT) != FORMAT:
            raise IndexMismatchError(
                f"The index at {folder} has format {raw['format']}; this version reads {FORMAT}.", _REBUILD
            )
        manifest = Manifest.model_validate(raw)
    except (OSError, ValueError, RecursionError) as error:
        raise IndexDamagedError(
            f"The index at {folder} is damaged: its manifest cannot be read.", _REBUILD
        ) from error
    if manifest.sealed() != manifest:
        raise IndexDamagedError(
            f"The index at {folder} is damaged: {MANIFEST} is not what was published.", _REBUILD
        )
    return manifest


def known_roots(index_dir: Path) -> set[str]:
    """Find out what was ever ingested, from whatever can still be read of a damaged or older index."""
    roots: set[str] = set()
    for folder in (index_dir / GENERATIONS).glob("*"):
        try:
            found = json.loads((folder / MANIFEST).read_bytes())["roots"]
            roots.update(each for each in found if isinstance(each, str))
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            roots |= _roots_in_records(folder / RECORDS)
    return roots


def _roots_in_records(path: Path) -> set[str]:
    try:
        with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)) as database:
            return {str(root) for (root,) in database.execute("SELECT DISTINCT root FROM sources")}
    except sqlite3.Error:
        return set()


def _verify(folder: Path, manifest: Manifest) -> None:
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise IndexDamagedError(f"The index at {folder} is damaged: {name} is missing.", _REBUILD)
        try:
            is_same = file_sha256(path) == expected
        except OSError as error:
            raise IndexDamagedError(
                f"The index at {folder} cannot be read: {name}: {error.strerror}.", _REBUILD
            ) from error
        if not is_same:
            raise IndexDamagedError(
                f"The index at {folder} is damaged: {name} is not what was published.", _REBUILD
            )


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def current_folder(index_dir: Path) -> Path:
    """Folder of the generation that is served.

    Raises:
        IndexMissingError: Nothing has been published.
        IndexDamagedError: The pointer names a generation that is not there.
    """
    try:
        name = (index_dir / CURRENT).read_bytes().decode("ascii", "replace").strip()
    except OSError as error:
        raise IndexMissingError(
            f"There is no index at {index_dir} yet.", "Run 'citewell ingest' to build it."
        ) from error
    folder = index_dir / GENERATIONS / name
    if not re.fullmatch(r"g-[0-9a-f]{1,64}", name) or not folder.is_dir():
        raise IndexDamagedError(
            f"The index at {index_dir} is damaged: generation '{name[:80]}' is missing.", _REBUILD
        )
    return folder


def open_current(index_dir: Path, embedder: Embedder) -> Index:
    """Open the served generation, for questions that this embedder encodes.

    Raises:
        IndexMissingError, IndexDamagedError: See `current_folder` and `Index`.
        IndexMismatchError: It was made with another embedding model.
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
    return index
