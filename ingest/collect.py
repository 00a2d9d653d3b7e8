"""Collect the documents of a new generation: those of the roots as they are now, all others as they were.

What has not changed is taken over unread. Not for vectors: see `ingest.build`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from corpus.errors import SourceUnreadableError
from corpus.record import SourceId
from ingest.earlier import root_name, root_path
from ingest.find import SourceFile, find_files
from ingest.index import Index
from ingest.load import load
from ingest.recipe import Recipe
from ingest.report import OnProgress, Outcome
from ingest.stock import StoredDocument

_Known = defaultdict[
    Path, list[StoredDocument]
]  # what the earlier generation holds, by where its file stands


def collect(
    roots: Sequence[Path],
    homes: Sequence[Path],
    before: Index | None,
    recipe: Recipe,
    on_progress: OnProgress,
) -> tuple[list[StoredDocument], list[Outcome]]:
    """Collect all documents of the new generation, by their ids, and what became of each file.

    Args:
        roots: Files and folders to read.
        homes: Folders ingested earlier: a file in one of them keeps its name there.
        before: The generation that is served.
        recipe: How a document that is new becomes passages.
        on_progress: Called after each file.
    """
    documents, known = _as_they_were(before, roots)
    can_keep = before is not None and before.manifest.recipe == recipe.id
    outcomes: list[Outcome] = []
    files = list(find_files(roots, homes))
    for done, file in enumerate(files, start=1):
        found, outcome = _take(file, known, recipe, can_keep)
        for document in found:
            other = documents.setdefault(SourceId(document.source.id), document)
            if other is not document:
                outcome = Outcome(
                    file.name, "skipped",
                    f"{file.name}: its id '{document.source.id}' is already that of {other.name}. "
                    "Give one of them another id.",
                )  # fmt: skip
        outcomes.append(outcome)
        on_progress("Reading", done, len(files))
    outcomes += [Outcome(gone[0].name, "removed") for gone in known.values()]
    return sorted(documents.values(), key=lambda each: each.source.id), outcomes


def _as_they_were(
    before: Index | None, roots: Sequence[Path]
) -> tuple[dict[SourceId, StoredDocument], _Known]:
    """The documents that stay as they were, and those from below these roots, which are read anew."""
    documents: dict[SourceId, StoredDocument] = {}
    known: _Known = defaultdict(list)
    for stored in before.documents() if before is not None else ():
        place = _place(stored.root, stored.name)
        if any(place.is_relative_to(root) for root in roots):
            known[place].append(stored)
        else:
            documents[SourceId(stored.source.id)] = stored
    return documents, known


def _place(root: str, name: str) -> Path:
    """Where a file stands, or stood; a root is a folder, or itself the file."""
    path = root_path(root)
    return path if path.name == name and not path.is_dir() else path / name


def _take(
    file: SourceFile, known: _Known, recipe: Recipe, can_keep: bool
) -> tuple[list[StoredDocument], Outcome]:
    """The documents of a file; what is known of it is taken out, so that in the end what is gone is left."""
    root = root_name(file.root)
    sha256 = file.sha256()
    place = _place(root, file.name)
    # What cannot be read may be a folder that is closed now: what is known from below it stays.
    olds = known.pop(place, []) if sha256 is not None else _below(place, known)
    if can_keep and olds and all((each.root, each.file_sha256) == (root, sha256) for each in olds):
        return olds, Outcome(file.name, "unchanged")
    return _read(file, root, sha256, olds, recipe)


def _below(place: Path, known: _Known) -> list[StoredDocument]:
    """Take out what is known from a file, or from below a folder."""
    return [each for path in list(known) if path.is_relative_to(place) for each in known.pop(path)]


def _read(
    file: SourceFile, root: str, sha256: str | None, olds: list[StoredDocument], recipe: Recipe
) -> tuple[list[StoredDocument], Outcome]:
    try:
        documents = load(file, sha256)
    except SourceUnreadableError as error:
        kept = " The version ingested earlier is kept." if olds else ""
        return olds, Outcome(file.name, "skipped", f"{error}{kept}")
    found = [
        StoredDocument(
            source=document.source,
            text=document.text,
            passages=recipe.passages(document),
            root=root,
            name=file.name,
            file_sha256=sha256 or "",
        )
        for document in documents
    ]
    return found, Outcome(file.name, "changed" if olds else "added")
