"""Collect the documents of a new generation: those of the roots as they are now, all others as they were.

What has not changed is taken over unread. Not for vectors: see `ingest.vectors`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus.errors import SourceUnreadableError
from corpus.record import SourceId
from ingest.earlier import root_name, root_path
from ingest.find import SourceFile, find_files
from ingest.index import Index
from ingest.load import load
from ingest.recipe import Recipe
from ingest.report import OnProgress, Outcome
from ingest.retractions import says_worse
from ingest.stage import Stage
from ingest.stock import StoredDocument


@dataclass(frozen=True, slots=True)
class _Held:
    """A file as the earlier generation holds it."""

    root: str
    name: str
    sha256: str


_Known = defaultdict[Path, list[_Held]]  # what the earlier generation holds, by where its file stands


def collect(
    roots: Sequence[Path],
    homes: Sequence[Path],
    before: Index | None,
    recipe: Recipe,
    stage: Stage,
    on_progress: OnProgress,
) -> list[Outcome]:
    """Collect all documents of the new generation, and tell what became of each file.

    Args:
        roots: Files and folders to read.
        homes: Folders ingested earlier: a file in one of them keeps its name there.
        before: The generation that is served.
        recipe: How a document that is new becomes passages.
        stage: Where the documents are put.
        on_progress: Called after each file.
    """
    known = _keep_what_lies_elsewhere(before, roots, stage)
    can_keep = before is not None and before.manifest.recipe == recipe.id
    collector = _Collector(before, recipe, stage, can_keep, known)
    outcomes: list[Outcome] = []
    files = list(find_files(roots, homes))
    for done, file in enumerate(files, start=1):
        outcomes.append(collector.take(file))
        on_progress("Reading", done, len(files))
    outcomes += [Outcome(gone[0].name, "removed") for gone in known.values()]
    if any(each.state in ("added", "changed") for each in outcomes):
        stage.mark_retractions()
    return outcomes


def _keep_what_lies_elsewhere(before: Index | None, roots: Sequence[Path], stage: Stage) -> _Known:
    """Keep what is not below these roots; tell what is, which is read anew."""
    known: _Known = defaultdict(list)
    for held in (_Held(*each) for each in (before.files() if before is not None else ())):
        place = _place(held)
        if any(place.is_relative_to(root) for root in roots):
            known[place].append(held)
        else:
            stage.keep(_ids(before, held))
    return known


def _ids(before: Index | None, held: _Held) -> list[SourceId]:
    where = "root = ? AND name = ? AND file_sha256 = ?"
    return before.source_ids(where, held.root, held.name, held.sha256) if before is not None else []


def _place(held: _Held) -> Path:
    """Where a file stands, or stood; a root is a folder, or itself the file."""
    path = root_path(held.root)
    return path if path.name == held.name and not path.is_dir() else path / held.name


@dataclass
class _Doubles:
    """Records of a file whose ids are already those of others."""

    count: int = 0
    first: tuple[str, str] = field(default=("", ""))  # its id, and the file of the other


@dataclass(frozen=True)
class _Collector:
    before: Index | None
    recipe: Recipe
    stage: Stage
    can_keep: bool
    known: _Known

    def take(self, file: SourceFile) -> Outcome:
        """Stage a file's documents; what is known of it is taken out, and what is gone stays in."""
        root = root_name(file.root)
        sha256 = file.sha256()
        place = _place(_Held(root, file.name, ""))
        # What cannot be read may be a folder that is closed now: what is known from below it stays.
        olds = self.known.pop(place, []) if sha256 is not None else self._below(place)
        if self.can_keep and olds == [_Held(root, file.name, sha256 or "")]:
            return self._keep(olds, Outcome(file.name, "unchanged"))
        remarks: list[str] = []
        doubles = _Doubles()
        count = 0
        try:
            with self.stage.all_or_nothing():
                for document in self._read(file, root, sha256, remarks):
                    count += 1
                    self._add(document, doubles)
        except SourceUnreadableError as error:
            kept = " The version ingested earlier is kept." if olds else ""
            return self._keep(olds, Outcome(file.name, "skipped", f"{error}{kept}"))
        outcome = Outcome(file.name, "changed" if olds else "added", " ".join(remarks))
        return _with_doubles(outcome, doubles, count)

    def _below(self, place: Path) -> list[_Held]:
        """Take out what is known from a file, or from below a folder."""
        return [
            each for path in list(self.known) if path.is_relative_to(place) for each in self.known.pop(path)
        ]

    def _keep(self, olds: Sequence[_Held], outcome: Outcome) -> Outcome:
        for held in olds:
            self.stage.keep(_ids(self.before, held))
        return outcome

    def _read(
        self, file: SourceFile, root: str, sha256: str | None, remarks: list[str]
    ) -> Iterator[StoredDocument]:
        for document in load(file, sha256, remarks.append):
            passages = self.recipe.passages(document)
            yield StoredDocument(document.source, document.text, passages, root, file.name, sha256 or "")

    def _add(self, document: StoredDocument, doubles: _Doubles) -> None:
        """Add a document; what is there already, from this file or another, stays, and is told.

        But a record that tells of a retraction takes the place of one that does not.
        """
        other = self.stage.find(SourceId(document.source.id))
        if other is None or says_worse(document.source, other[0]):
            self.stage.add(document)
            return
        doubles.count += 1
        if doubles.count == 1:
            doubles.first = (document.source.id, other[1])


def _with_doubles(outcome: Outcome, doubles: _Doubles, count: int) -> Outcome:
    if not doubles.count:
        return outcome
    id_, other = doubles.first
    if doubles.count == count == 1:
        why = f"{outcome.name}: its id '{id_}' is already that of {other}. Give one of them another id."
        return replace(outcome, state="skipped", why=why)
    why = (
        f"{outcome.name}: {doubles.count:,} of its {count:,} records were left out: their ids are "
        f"already those of others, such as '{id_}' of {other}."
    )
    state = "skipped" if doubles.count == count else outcome.state
    return replace(outcome, state=state, why=" ".join(filter(None, (outcome.why, why))))
