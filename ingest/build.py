"""Build a generation of the staged documents and publish it: write each part, embed, seal, switch over.

Not for reading files: see `ingest.collect`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from ingest.expected import write_expected
from ingest.generation import FORMAT, Manifest
from ingest.index import Index
from ingest.nearest import write_nearest
from ingest.publish import file_hashes, publish
from ingest.recipe import Recipe
from ingest.report import OnProgress
from ingest.stock import StoredDocument
from ingest.store import RECORDS, write_records, write_words
from ingest.vectors import fill


@dataclass(frozen=True, slots=True)
class Written:
    """What stands of a generation before its vectors: its id and counts.

    Attributes:
        new: Passages whose vectors the earlier generation does not hold, each text once.
    """

    id: str
    sources: int
    passages: int
    sentences: int
    roots: tuple[str, ...]
    new: int


@dataclass(frozen=True, slots=True)
class Built:
    """A published generation, and how many passages were embedded or taken over for it."""

    folder: Path
    manifest: Manifest
    embedded: int
    reused: int


class _Sum:
    """Adds up what goes by: the same sources, read by the same recipe, give the same id in every home."""

    def __init__(self, recipe: Recipe) -> None:
        self._hash = sha256(recipe.id.encode())
        self.sources = self.passages = self.sentences = 0
        self.roots: set[str] = set()

    def over(self, documents: Iterable[StoredDocument]) -> Iterator[StoredDocument]:
        for each in documents:
            parts = [each.root, each.name, each.file_sha256, each.source.model_dump_json()]
            joined = "\x1f".join([*parts, *(passage.id for passage in each.passages), ""])
            self._hash.update(joined.encode("utf-8", "surrogatepass"))
            self.sources += 1
            self.passages += len(each.passages)
            self.sentences += sum(len(passage.sentences) for passage in each.passages)
            self.roots.add(each.root)
            yield each

    @property
    def id(self) -> str:
        return f"g-{self._hash.hexdigest()[:12]}"


def write(
    folder: Path, documents: Iterable[StoredDocument], total: int, recipe: Recipe, before: Index | None,
    on_progress: OnProgress,
) -> Written:  # fmt: skip
    """Write the words and records of a generation.

    Args:
        folder: An empty one to build in.
        documents: By their ids.
        total: How many they are.
        recipe: That which their passages were made by.
        before: The generation that is served.
        on_progress: Called now and then.
    """
    added = _Sum(recipe)

    def told(documents: Iterable[StoredDocument]) -> Iterator[StoredDocument]:
        for done, each in enumerate(documents, start=1):
            yield each
            on_progress("Writing", done, total)

    write_records(folder, write_words(folder, told(added.over(documents))), recipe.encoding)
    known = _with_vectors(before, recipe)
    with _records(folder) as records:
        keys = records.execute("SELECT DISTINCT key FROM passages")
        new = sum(1 for (key,) in keys if known is None or known.row_of_key(key) is None)
    return Written(added.id, added.sources, added.passages, added.sentences, tuple(sorted(added.roots)), new)


def build(
    folder: Path, written: Written, recipe: Recipe, before: Index | None, index_dir: Path,
    on_progress: OnProgress,
) -> Built:  # fmt: skip
    """Give what `write` wrote its vectors, and publish it.

    Raises:
        CitewellError: It cannot be written.
        IndexDamagedError: What was written does not read back as what was meant.
    """
    embedder = recipe.embedder

    def progress(done: int) -> None:
        on_progress("Embedding", done, written.passages)

    with _records(folder) as records:
        known = _with_vectors(before, recipe)
        filled = fill(folder, records, written.passages, written.sentences, known, embedder, progress)
        write_expected(folder, records, recipe.expected, before, recipe.reader)
    on_progress("Publishing", 0, 1)
    search = write_nearest(folder, filled.passages, filled.sentences, recipe.exact_up_to)
    manifest = Manifest(
        format=FORMAT,
        id=written.id,
        recipe=recipe.id,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        embedding_model=embedder.label,
        embedding_fingerprint=embedder.fingerprint,
        question_fingerprint=recipe.reader.fingerprint,
        dimension=embedder.dimension,
        passage_tokens=recipe.budget,
        sources=written.sources,
        passages=written.passages,
        sentences=written.sentences,
        search=search,
        roots=written.roots,
        files=file_hashes(folder),
    )
    published = publish(index_dir, folder, manifest)
    on_progress("Publishing", 1, 1)
    return Built(published, manifest, filled.embedded, filled.reused)


def _with_vectors(before: Index | None, recipe: Recipe) -> Index | None:
    """The earlier generation, where its vectors are of the same model."""
    is_same = before is not None and before.manifest.embedding_fingerprint == recipe.embedder.fingerprint
    return before if is_same else None


def _records(folder: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(folder / RECORDS))
