"""What was ingested before: the generation that is served, and the roots that it was made of.

For taking over what has not changed. Not for reading files: see `ingest.collect`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from corpus.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from corpus.files import SOURCES
from ingest.generation import current_folder, known_roots
from ingest.index import Index
from ingest.recipe import Recipe
from ingest.report import Report
from ingest.stock import CORPUS_ROOT


def root_name(root: Path) -> str:
    """How an index names a root: by its path, or as the shipped corpus."""
    return CORPUS_ROOT if root == SOURCES.resolve() else str(root)


def root_path(name: str) -> Path:
    """Where a root of an index stands."""
    return SOURCES.resolve() if name == CORPUS_ROOT else Path(name)


def earlier_generation(index_dir: Path, report: Report) -> Index | None:
    """Open the generation that is served; None when there is none to use, with a note where it is damaged."""
    try:
        return Index(current_folder(index_dir))
    except IndexMissingError:
        return None
    except (IndexDamagedError, IndexMismatchError) as error:
        report.notes.append(f"{error.what} It is built again from its sources.")
        return None


def ingested_folders(before: Index | None, index_dir: Path) -> list[Path]:
    """Folders that were ever ingested and are still there."""
    return [path for path in map(root_path, _root_names(before, index_dir)) if path.is_dir()]


def roots_to_read_again(
    before: Index | None, recipe: Recipe, index_dir: Path, report: Report
) -> Iterator[Path]:
    """All that was ever ingested and is still there, when nothing of the index can be taken over."""
    if before is not None and before.manifest.recipe == recipe.id:
        return
    for name in sorted(_root_names(before, index_dir)):
        root = root_path(name)
        if root.exists():
            yield root
        else:
            fate = "is left out" if before is None else "is kept as it was cut before"
            report.notes.append(f"{name} is not there any more: what was ingested from it {fate}.")


def _root_names(before: Index | None, index_dir: Path) -> set[str]:
    return known_roots(index_dir) if before is None else set(before.manifest.roots)
