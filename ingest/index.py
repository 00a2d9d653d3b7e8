"""Open a published generation, checked, for reading. Everything that reads an index comes through here."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import tantivy
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from corpus.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from corpus.facets import FacetId
from corpus.record import Source, SourceId
from ingest.document import Passage, PassageId, Span
from ingest.embed import Embedder, Vectors
from ingest.stock import StoredDocument
from ingest.store import RECORDS, SENTENCES, VECTORS, WORDS, words_schema

FORMAT = 1
MANIFEST = "manifest.json"
CURRENT = "CURRENT"
GENERATIONS = "generations"

_REBUILD = "Run 'citewell ingest' to build it again from its sources."


class Manifest(BaseModel):
    """What a generation is made of, with the SHA-256 of every file in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    id: str
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


class Index:
    """One immutable generation. Safe to use from several threads.

    Args:
        folder: Folder of the generation.

    Raises:
        IndexDamagedError: A file is missing or differs from what was published.
        IndexMismatchError: The generation has another format than this version reads.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        if self.manifest.format != FORMAT:
            raise IndexMismatchError(
                f"The index at {folder} has format {self.manifest.format}; this version reads {FORMAT}.", _REBUILD
            )
        _verify(folder, self.manifest)
        self._lock = threading.Lock()
        uri = f"file:{folder / RECORDS}?mode=ro&immutable=1"
        self._records = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._passage = lru_cache(maxsize=20000)(self._read_passage)

    @cached_property
    def vectors(self) -> Any:  # noqa: ANN401  (a faiss.Index, which has no type stubs)
        """FAISS index over the passages; row i is passage i."""
        return faiss.read_index(str(self.folder / VECTORS), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)

    @cached_property
    def sentence_vectors(self) -> NDArray[np.float16]:
        """Vectors of all sentences, shape (sentences, dimension), memory-mapped."""
        loaded: NDArray[np.float16] = np.load(self.folder / SENTENCES, mmap_mode="r", allow_pickle=False)
        return loaded

    @cached_property
    def words(self) -> tantivy.Index:
        """The lexical index."""
        return tantivy.Index(words_schema(), path=str(self.folder / WORDS))

    @cached_property
    def searcher(self) -> tantivy.Searcher:
        """The one searcher of this generation, which never changes."""
        return self.words.searcher()

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._records.execute(sql, values).fetchall()

    def passage(self, row: int) -> Passage:
        """The passage at a row of the vectors."""
        return self._passage(row)[0]

    def sentence_rows(self, row: int) -> range:
        """The rows in `sentence_vectors` of the sentences of the passage at a row."""
        passage, first = self._passage(row)
        return range(first, first + len(passage.sentences))

    def _read_passage(self, row: int) -> tuple[Passage, int]:
        found = self._all("SELECT * FROM passages WHERE row = ?", row)
        if not found:
            raise KeyError(row)
        return _passage_of(found[0])

    def row_of(self, passage: PassageId) -> int | None:
        """The row of a passage, by its id."""
        found = self._all("SELECT row FROM passages WHERE id = ?", passage)
        return int(found[0][0]) if found else None

    @lru_cache(maxsize=20000)  # noqa: B019  (an index lives as long as the program uses it)
    def source(self, source_id: SourceId) -> Source:
        """The record of a source."""
        found = self._all("SELECT record FROM sources WHERE id = ?", source_id)
        if not found:
            raise KeyError(source_id)
        return Source.model_validate_json(found[0][0])

    def sources(self) -> list[Source]:
        """The records of all sources, by kind and title."""
        rows = self._all("SELECT record FROM sources ORDER BY kind, id")
        return [Source.model_validate_json(row[0]) for row in rows]

    def document_text(self, source_id: SourceId) -> str:
        """The whole stored text of a source; passage offsets count in it."""
        found = self._all("SELECT text FROM sources WHERE id = ?", source_id)
        if not found:
            raise KeyError(source_id)
        return str(found[0][0])

    def passages_of(self, source_id: SourceId) -> list[Passage]:
        """The passages of a source, in order."""
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
        return max(searcher.doc_freq("text", stem), searcher.doc_freq("header", stem))

    def facets_covered(self) -> dict[FacetId, int]:
        """How many passages there are for each facet."""
        rows = self._all("SELECT facet, count(*) FROM passages WHERE facet IS NOT NULL GROUP BY facet")
        return {FacetId(facet): int(count) for facet, count in rows}

    def documents(self) -> Iterator[StoredDocument]:
        """Everything in the index, source by source in the order of its rows."""
        order = self._all("SELECT source_id FROM passages GROUP BY source_id ORDER BY min(row)")
        for (source_id,) in order:
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
        self._records.close()

    def __hash__(self) -> int:
        return id(self)


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
        IndexDamagedError: It is missing or is not a manifest.
    """
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        raise IndexDamagedError(f"The index at {folder} is damaged: its manifest cannot be read.", _REBUILD) from error


def _verify(folder: Path, manifest: Manifest) -> None:
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise IndexDamagedError(f"The index at {folder} is damaged: {name} is missing.", _REBUILD)
        if file_sha256(path) != expected:
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
        name = (index_dir / CURRENT).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise IndexMissingError(
            f"There is no index at {index_dir} yet.", "Run 'citewell ingest' to build it."
        ) from error
    folder = index_dir / GENERATIONS / name
    if not name or "/" in name or not folder.is_dir():
        raise IndexDamagedError(f"The index at {index_dir} is damaged: generation '{name}' is missing.", _REBUILD)
    return folder


def open_current(index_dir: Path, embedder: Embedder) -> Index:
    """Open the served generation, for questions that this embedder encodes.

    Raises:
        IndexMissingError, IndexDamagedError: See `current_folder` and `Index`.
        IndexMismatchError: It was made with another embedding model.
    """
    index = Index(current_folder(index_dir))
    if index.manifest.embedding_fingerprint != embedder.fingerprint:
        made_with = index.manifest.embedding_model
        index.close()
        raise IndexMismatchError(
            f"The index at {index_dir} was made with the embedding model {made_with}, not {embedder.label}.",
            "Run 'citewell ingest' to embed its passages again, or set CITEWELL_EMBEDDING_MODEL back.",
        )
    return index
