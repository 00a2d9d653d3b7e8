"""Find the files to ingest, and name each so that it stays the same source from one ingest to the next.

Not for what is in them: see `ingest.load`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import SourceUnreadableError

# Names that hold no source: notes about a folder, and what editors and systems leave behind.
_IGNORED_NAMES = frozenset({"readme.md", "license", "license.md", "license.txt", "changelog.md"})
_HIDDEN = (".", "__")

MAPPING = ".map.yaml"  # beside a table, after its name: which column holds what


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to ingest, or a folder that cannot be looked into.

    Attributes:
        root: The file or folder that the user named, or the folder ingested earlier that it stands in.
        name: Path relative to the root, with forward slashes, in characters that can be shown.
    """

    root: Path
    path: Path
    name: str

    def sha256(self) -> str | None:
        """SHA-256 of the bytes of the file as they are now; None when they cannot be read.

        With those of its mapping, where it is a table that has one: another mapping reads another text.
        """
        mapping = self.path.with_name(self.path.name + MAPPING)
        try:
            with self.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256")
            if mapping.is_file():
                digest.update(mapping.read_bytes())
        except (OSError, ValueError):
            return None
        return digest.hexdigest()


def resolve_root(given: Path) -> Path:
    """The absolute path of a file or folder to ingest.

    Raises:
        SourceUnreadableError: It does not exist, or is neither a file nor a folder.
    """
    name = printable(str(given))
    try:
        root = given.expanduser().resolve()
        str(root).encode()  # a name that is not Unicode could not be kept in the index
        if root.is_file() or root.is_dir():
            return root
        exists = root.exists()
    except (OSError, RuntimeError, ValueError) as error:  # no permission, a circle of links, a NUL in it
        raise SourceUnreadableError(f"{name}: cannot be opened ({error}).", "Check the path.") from error
    if exists:
        raise SourceUnreadableError(f"{name}: is neither a file nor a folder.", "Check the path.")
    raise SourceUnreadableError(f"{name}: there is no such file or folder.", "Check the path.")


def find_files(roots: Iterable[Path], homes: Iterable[Path] = ()) -> Iterator[SourceFile]:
    """Every file below the roots that may hold a source, in a stable order; hidden ones are left out.

    Args:
        roots: Files or folders; what lies in another of them is found once.
        homes: Folders ingested earlier. A file in one of them is named by its place there, so that it stays
            the same source whether the folder or the file alone is ingested.

    Raises:
        SourceUnreadableError: A root does not exist.
    """
    found = {resolve_root(root) for root in roots}
    for root in sorted(found):
        if not found.isdisjoint(root.parents):
            continue
        home = min((each for each in homes if root.is_relative_to(each)), default=root)
        for path in sorted(_paths_in(root)) if root.is_dir() else [root]:
            inside = path.relative_to(home).as_posix() if path != home else path.name
            yield SourceFile(home, path, printable(inside))


def _paths_in(root: Path) -> Iterator[Path]:
    closed: list[Path] = []
    note = lambda error: closed.append(Path(error.filename))  # noqa: E731
    for folder, folders, names in os.walk(root, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(_HIDDEN)]
        for name in names:
            path = Path(folder, name)
            is_note = name.casefold() in _IGNORED_NAMES or name.endswith(MAPPING)
            is_left_out = name.startswith(_HIDDEN) or is_note
            if not is_left_out and _is_ours(path, root):
                yield path
    yield from closed  # so that the report names the folders that could not be looked into


def _is_ours(path: Path, root: Path) -> bool:
    # A link out of the folder would let a shared folder read any file of the machine.
    try:
        return path.is_file() and path.resolve().is_relative_to(root)
    except OSError:
        return True  # in a folder that may be listed but not entered: reading it will say so


def printable(name: str) -> str:
    """A file's name as it can be shown, stored and compared: no line ends, nothing that is not Unicode."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in name
    )
