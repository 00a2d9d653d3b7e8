"""A source is loaded, chunked, embedded, stored, and the index published whole.

Read `ingest` from top to bottom: it is the whole flow.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from corpus.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, SourceUnreadableError
from corpus.facets import load_facets
from corpus.files import SOURCES
from corpus.record import SourceId
from ingest.chunk import chunk
from ingest.document import digest
from ingest.embed import Embedder, Vectors, make_embedder
from ingest.index import FORMAT, Index, Manifest, current_folder, known_roots
from ingest.load import SourceFile, find_files, load, resolve_root
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
        """List the files of one state, in the order in which they were met."""
        return [each for each in self.outcomes if each.state == state]


def ingest(
    roots: Sequence[Path],
    settings: Settings,
    on_progress: OnProgress = lambda *_: None,
    wait_s: float = 0.0,
    embedder: Embedder | None = None,
) -> Report:
    """Bring the index up to date with files or folders; everything ingested from elsewhere stays.

    Args:
        roots: Files or folders; none means the shipped corpus.
        settings: Where the index stands and how it is made.
        on_progress: Called with the name of a step, how much of it is done, and of how much.
        wait_s: Seconds to wait for another ingest to finish.
        embedder: The one that the settings name, where it is loaded already.

    Raises:
        SourceUnreadableError: A root does not exist (a file that cannot be read is in the report instead).
        IndexBusyError: Another ingest is running.
        CitewellError: The index cannot be written, for the disk is full or the folder not writable.
    """
    started = time.perf_counter()
    embedder = embedder or make_embedder(settings)
    named = [resolve_root(root) for root in roots or [SOURCES]]
    with only_ingest(settings.index_dir, wait_s), ExitStack() as opened:
        report = Report()
        before = _previous(settings.index_dir, report)
        if before is not None:
            opened.callback(before.close)
        recipe = _recipe(embedder, settings)
        chosen = [*named, *_roots_to_read_again(before, recipe, settings.index_dir, report)]
        documents = _collect(chosen, before, recipe, embedder, settings, report, on_progress)
        report.generation = _generation_id(documents, recipe)
        report.sources = len(documents)
        report.passages = sum(len(document.passages) for document in documents)
        if not documents:
            _keep(before, report)
        elif before is None or before.manifest.id != report.generation:
            _build(documents, report, before, embedder, settings, on_progress)
    report.took_s = time.perf_counter() - started
    return report


def publish_documents(
    documents: Sequence[StoredDocument], settings: Settings, on_progress: OnProgress = lambda *_: None
) -> Path:
    """Publish an index of just these documents, whatever stood there, and return its folder."""
    embedder = make_embedder(settings)
    report = Report(generation=_generation_id(documents, _recipe(embedder, settings)))
    with only_ingest(settings.index_dir):
        return _build(documents, report, None, embedder, settings, on_progress)


def _previous(index_dir: Path, report: Report) -> Index | None:
    try:
        return Index(current_folder(index_dir))
    except IndexMissingError:
        return None
    except (IndexDamagedError, IndexMismatchError) as error:
        report.notes.append(f"{error.what} It is built again from its sources.")
        return None


def _roots_to_read_again(
    before: Index | None, recipe: str, index_dir: Path, report: Report
) -> Iterator[Path]:
    """All that was ever ingested and is still there, when nothing of the index can be taken over."""
    if before is not None and before.manifest.recipe == recipe:
        return
    for name in sorted(known_roots(index_dir) if before is None else before.manifest.roots):
        root = _root_path(name)
        if root.exists():
            yield root
        else:
            fate = "is left out" if before is None else "is kept as it was cut before"
            report.notes.append(f"{name} is not there any more: what was ingested from it {fate}.")


def _keep(before: Index | None, report: Report) -> None:
    """Nothing would be left: more likely a folder was moved away than that all is to be forgotten."""
    report.generation = ""
    if before is not None:
        report.generation = before.manifest.id
        report.sources, report.passages = before.manifest.sources, before.manifest.passages
    kept = "the index is kept as it was" if before is not None else "no index was published"
    report.notes.append(f"There is no source that can be read, so {kept}.")
    report.outcomes = [each for each in report.outcomes if each.state != "removed"]


def _root_name(root: Path) -> str:
    return CORPUS_ROOT if root == SOURCES.resolve() else str(root)


def _root_path(name: str) -> Path:
    return SOURCES.resolve() if name == CORPUS_ROOT else Path(name)


def _place(root: str, name: str) -> Path:
    """Where a file stands, or stood; a root is a folder, or itself the file."""
    path = _root_path(root)
    return path if path.name == name and not path.is_dir() else path / name


def _collect(
    roots: Sequence[Path],
    before: Index | None,
    recipe: str,
    embedder: Embedder,
    settings: Settings,
    report: Report,
    on_progress: OnProgress,
) -> list[StoredDocument]:
    """All documents of the new generation: those of these roots as they are now, the others as they were."""
    is_same_recipe = before is not None and before.manifest.recipe == recipe
    documents: dict[SourceId, StoredDocument] = {}
    known: defaultdict[Path, list[StoredDocument]] = defaultdict(list)
    for stored in before.documents() if before is not None else ():
        place = _place(stored.root, stored.name)
        if any(place.is_relative_to(root) for root in roots):
            known[place].append(stored)
        else:
            documents[SourceId(stored.source.id)] = stored
    files = list(find_files(roots, _homes(before, settings.index_dir)))
    for done, file in enumerate(files, start=1):
        root = _root_name(file.root)
        sha256 = file.sha256()
        place = _place(root, file.name)
        # What cannot be read may be a folder that is closed now: what is known from below it stays.
        olds = known.pop(place, []) if sha256 is not None else _taken(known, place)
        if is_same_recipe and olds and all((each.root, each.file_sha256) == (root, sha256) for each in olds):
            found, outcome = olds, Outcome(file.name, "unchanged")
        else:
            found, outcome = _read(file, root, sha256, olds, embedder, settings)
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
    report.outcomes += [Outcome(gone[0].name, "removed") for gone in known.values()]
    return sorted(documents.values(), key=lambda each: each.source.id)


def _homes(before: Index | None, index_dir: Path) -> list[Path]:
    names = known_roots(index_dir) if before is None else before.manifest.roots
    return [path for path in map(_root_path, names) if path.is_dir()]


def _taken(known: dict[Path, list[StoredDocument]], place: Path) -> list[StoredDocument]:
    """Take out what is known from a file, or from below a folder."""
    return [each for path in list(known) if path.is_relative_to(place) for each in known.pop(path)]


def _read(
    file: SourceFile,
    root: str,
    sha256: str | None,
    olds: list[StoredDocument],
    embedder: Embedder,
    settings: Settings,
) -> tuple[list[StoredDocument], Outcome]:
    try:
        documents = load(file, sha256)
    except SourceUnreadableError as error:
        kept = " The version ingested earlier is kept." if olds else ""
        return olds, Outcome(file.name, "skipped", f"{error}{kept}")
    budget = _budget(embedder, settings)
    found = [
        StoredDocument(
            source=document.source,
            text=document.text,
            passages=tuple(chunk(document, embedder.count_tokens, budget, load_facets())),
            root=root,
            name=file.name,
            file_sha256=sha256 or "",
        )
        for document in documents
    ]
    return found, Outcome(file.name, "changed" if olds else "added")


def _budget(embedder: Embedder, settings: Settings) -> int:
    return min(settings.passage_tokens, embedder.window)


def _recipe(embedder: Embedder, settings: Settings) -> str:
    """Hash of everything but the sources that decides on the passages and their vectors."""
    return digest(
        str(FORMAT), embedder.fingerprint, str(_budget(embedder, settings)), repr(load_facets().facets)
    )


def _generation_id(documents: Iterable[StoredDocument], recipe: str) -> str:
    """The same sources, read by the same recipe, give the same id in every home."""
    parts = [recipe]
    for document in documents:
        parts += [document.root, document.name, document.file_sha256, document.source.model_dump_json()]
        parts += [passage.id for passage in document.passages]
    return f"g-{digest(*parts, length=12)}"


def _build(
    documents: Sequence[StoredDocument],
    report: Report,
    before: Index | None,
    embedder: Embedder,
    settings: Settings,
    on_progress: OnProgress,
) -> Path:
    passages = [passage for document in documents for passage in document.passages]
    passage_texts = [passage.embedded_text for passage in passages]
    sentence_texts = [span.of(passage.text) for passage in passages for span in passage.sentences]
    vectors = _embed([*passage_texts, *sentence_texts], before, embedder, report, on_progress)
    with building_folder(settings.index_dir) as folder:
        on_progress("Writing", 0, 4)
        write_vectors(folder, vectors[: len(passage_texts)])
        on_progress("Writing", 1, 4)
        write_sentences(folder, vectors[len(passage_texts) :])
        on_progress("Writing", 2, 4)
        write_words(folder, documents)
        on_progress("Writing", 3, 4)
        write_records(folder, documents)
        on_progress("Writing", 4, 4)
        manifest = Manifest(
            format=FORMAT,
            id=report.generation,
            recipe=_recipe(embedder, settings),
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
        on_progress("Publishing", 0, 1)
        published = publish(settings.index_dir, folder, manifest)
        on_progress("Publishing", 1, 1)
    return published


def _embed(
    texts: Sequence[str], before: Index | None, embedder: Embedder, report: Report, on_progress: OnProgress
) -> Vectors:
    """Vectors of the texts; one that the earlier generation holds, or that comes twice, is encoded once."""
    rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    known = _known_vectors(rows, before, embedder)
    new = [text for text in rows if text not in known]
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        on_progress("Embedding", done, len(new))

    encoded = embedder.encode(new, advance)
    vectors = np.empty((len(rows), encoded.shape[1]), dtype=np.float32)
    vectors[[rows[text] for text in new]] = encoded
    for text, vector in known.items():
        vectors[rows[text]] = vector
    report.embedded = len(new)
    report.reused = len(texts) - len(new)
    return vectors[[rows[text] for text in texts]]


def _known_vectors(
    wanted: Container[str], before: Index | None, embedder: Embedder
) -> dict[str, NDArray[np.floating[Any]]]:
    """Vectors of those of the wanted texts that the earlier generation holds."""
    if before is None or before.manifest.embedding_fingerprint != embedder.fingerprint:
        return {}
    known: dict[str, NDArray[np.floating[Any]]] = {}
    sentences = np.asarray(before.sentence_vectors)
    for row in range(before.manifest.passages):
        passage = before.passage(row)
        for span, at in zip(passage.sentences, before.sentence_rows(row), strict=True):
            if (text := span.of(passage.text)) in wanted:
                known[text] = sentences[at]
        if passage.embedded_text in wanted:
            known[passage.embedded_text] = before.vectors.reconstruct(row)
    return known
