"""A source is loaded, chunked, embedded, stored, and the index published whole.

Read `ingest` from top to bottom: it is the whole flow.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np

from corpus.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, SourceUnreadableError
from corpus.facets import load_facets
from corpus.files import SOURCES
from corpus.record import SourceId
from ingest.chunk import chunk
from ingest.document import digest
from ingest.embed import Embedder, Vectors, make_embedder
from ingest.index import FORMAT, Index, Manifest, current_folder, read_manifest
from ingest.load import SourceFile, find_files, loader_for
from ingest.publish import building_folder, file_hashes, only_ingest, publish
from ingest.settings import Settings
from ingest.stock import StoredDocument
from ingest.store import write_records, write_sentences, write_vectors, write_words

CORPUS_ROOT = "corpus"

OnProgress = Callable[[str, int, int], None]
State = Literal["added", "changed", "unchanged", "removed", "skipped"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file, and why."""

    name: str
    state: State
    why: str = ""


@dataclass
class Report:
    """What an ingest did."""

    outcomes: list[Outcome] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    generation: str = ""
    sources: int = 0
    passages: int = 0
    embedded: int = 0
    reused: int = 0
    took_s: float = 0.0

    def names(self, state: State) -> list[Outcome]:
        """The files of one state, in the order in which they were met."""
        return [each for each in self.outcomes if each.state == state]


def ingest(
    roots: Sequence[Path], settings: Settings, on_progress: OnProgress = lambda *_: None, wait_s: float = 0.0
) -> Report:
    """Bring the index up to date with files or folders; everything ingested from elsewhere stays.

    Args:
        roots: Files or folders; none means the shipped corpus.
        settings: Where the index stands and how it is made.
        on_progress: Called with the name of a step, how much of it is done, and of how much.
        wait_s: Seconds to wait for another ingest to finish.

    Raises:
        SourceUnreadableError: A root does not exist (a file that cannot be read is in the report instead).
        IndexBusyError: Another ingest is running.
    """
    started = time.perf_counter()
    embedder = make_embedder(settings)
    with only_ingest(settings.index_dir, wait_s):
        report = Report()
        before = _previous(settings.index_dir, report)
        chosen = _with_roots_of_damaged(roots or [SOURCES], before, settings.index_dir)
        documents = _collect(chosen, before, embedder, settings, report, on_progress)
        generation = _generation_id(documents, embedder, settings)
        report.sources = len(documents)
        report.passages = sum(len(document.passages) for document in documents)
        report.generation = generation
        if not documents:
            report.notes.append("Nothing could be read, so no index was published.")
        elif before is None or before.manifest.id != generation:
            _build(documents, generation, before, embedder, settings, report, on_progress)
        if before is not None:
            before.close()
    report.took_s = time.perf_counter() - started
    return report


def _previous(index_dir: Path, report: Report) -> Index | None:
    try:
        return Index(current_folder(index_dir))
    except IndexMissingError:
        return None
    except (IndexDamagedError, IndexMismatchError) as error:
        report.notes.append(f"{error.what} It is built again from its sources.")
        return None


def _with_roots_of_damaged(roots: Sequence[Path], before: Index | None, index_dir: Path) -> list[Path]:
    """When the index cannot be read, everything that was ever ingested is read again, not only these roots."""
    chosen = list(roots)
    if before is None:
        try:
            known = read_manifest(current_folder(index_dir)).roots
        except (IndexMissingError, IndexDamagedError):
            return chosen
        named = {_root_name(root.expanduser().resolve()) for root in chosen}
        chosen += [_root_path(root) for root in known if root not in named and _root_path(root).exists()]
    return chosen


def _root_name(root: Path) -> str:
    return CORPUS_ROOT if root == SOURCES.resolve() else str(root)


def _root_path(name: str) -> Path:
    return SOURCES if name == CORPUS_ROOT else Path(name)


def _collect(
    roots: Sequence[Path],
    before: Index | None,
    embedder: Embedder,
    settings: Settings,
    report: Report,
    on_progress: OnProgress,
) -> list[StoredDocument]:
    """All documents of the new generation: those of these roots as they are now, the others as they were."""
    known = {(each.root, each.name): each for each in before.documents()} if before is not None else {}
    same_cut = before is not None and before.manifest.passage_tokens == _budget(embedder, settings)
    kept = {_root_name(root.expanduser().resolve()) for root in roots}
    documents: dict[SourceId, StoredDocument] = {
        SourceId(each.source.id): each for key, each in known.items() if key[0] not in kept
    }
    files = list(find_files(roots))
    for done, file in enumerate(files, start=1):
        root = _root_name(file.root)
        old = known.pop((root, file.name), None)
        if old is not None and same_cut and old.file_sha256 == file.sha256:
            found, outcome = [old], Outcome(file.name, "unchanged")
        else:
            found, outcome = _read(file, root, old, embedder, settings)
        for document in found:
            other = documents.setdefault(SourceId(document.source.id), document)
            if other is not document:
                outcome = Outcome(
                    file.name, "skipped",
                    f"{file.name}: its id '{document.source.id}' is already that of {other.name}. "
                    "Give one of them another id.",
                )  # fmt: skip
        report.outcomes.append(outcome)
        on_progress("Reading", done, len(files))
    report.outcomes += [Outcome(name, "removed") for root, name in known if root in kept]
    return sorted(documents.values(), key=lambda each: each.source.id)


def _read(
    file: SourceFile, root: str, old: StoredDocument | None, embedder: Embedder, settings: Settings
) -> tuple[list[StoredDocument], Outcome]:
    try:
        found = [
            StoredDocument(
                source=document.source,
                text=document.text,
                passages=tuple(
                    chunk(document, embedder.count_tokens, _budget(embedder, settings), load_facets())
                ),
                root=root,
                name=file.name,
                file_sha256=file.sha256 or "",
            )
            for document in loader_for(file).documents()
        ]
    except SourceUnreadableError as error:
        kept = " The version ingested earlier is kept." if old is not None else ""
        return [old] if old is not None else [], Outcome(file.name, "skipped", f"{error}{kept}")
    return found, Outcome(file.name, "added" if old is None else "changed")


def _budget(embedder: Embedder, settings: Settings) -> int:
    return min(settings.passage_tokens, embedder.window)


def _generation_id(documents: Iterable[StoredDocument], embedder: Embedder, settings: Settings) -> str:
    """The same content, model and settings give the same id on every machine."""
    parts = [str(FORMAT), embedder.fingerprint, str(_budget(embedder, settings))]
    for document in documents:
        parts += [document.root, document.name, document.file_sha256, document.source.model_dump_json()]
        parts += [passage.id for passage in document.passages]
    return f"g-{digest(*parts, length=12)}"


def _build(
    documents: Sequence[StoredDocument],
    generation: str,
    before: Index | None,
    embedder: Embedder,
    settings: Settings,
    report: Report,
    on_progress: OnProgress,
) -> None:
    passages = [passage for document in documents for passage in document.passages]
    passage_texts = [passage.embedded_text for passage in passages]
    sentence_texts = [span.of(passage.text) for passage in passages for span in passage.sentences]
    vectors = _embed([*passage_texts, *sentence_texts], before, embedder, report, on_progress)
    with building_folder(settings.index_dir) as folder:
        on_progress("Writing", 0, 1)
        write_vectors(folder, vectors[: len(passage_texts)])
        write_sentences(folder, vectors[len(passage_texts) :])
        write_words(folder, documents)
        write_records(folder, documents)
        manifest = Manifest(
            format=FORMAT,
            id=generation,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            embedding_model=embedder.label,
            embedding_fingerprint=embedder.fingerprint,
            dimension=vectors.shape[1],
            passage_tokens=_budget(embedder, settings),
            sources=len(documents),
            passages=len(passage_texts),
            sentences=len(sentence_texts),
            roots=tuple(sorted({document.root for document in documents})),
            files=file_hashes(folder),
        )
        publish(settings.index_dir, folder, manifest)
        on_progress("Writing", 1, 1)


def _embed(
    texts: Sequence[str], before: Index | None, embedder: Embedder, report: Report, on_progress: OnProgress
) -> Vectors:
    """Vectors of the texts; a text that the earlier generation holds, or that comes twice, is encoded once."""
    known = _known_vectors(before, embedder)
    new = list(dict.fromkeys(text for text in texts if text not in known))
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        on_progress("Embedding", done, len(new))

    known.update(zip(new, embedder.encode(new, advance), strict=True))
    report.embedded = len(new)
    report.reused = len(texts) - len(new)
    return np.stack([known[text] for text in texts])


def _known_vectors(before: Index | None, embedder: Embedder) -> dict[str, Vectors]:
    if before is None or before.manifest.embedding_fingerprint != embedder.fingerprint:
        return {}
    known: dict[str, Vectors] = {}
    vectors = before.all_vectors()
    sentences = before.sentence_vectors
    for row in range(before.manifest.passages):
        passage = before.passage(row)
        for span, at in zip(passage.sentences, before.sentence_rows(row), strict=True):
            known[span.of(passage.text)] = sentences[at].astype(np.float32)
        known[passage.embedded_text] = vectors[row]
    return known
