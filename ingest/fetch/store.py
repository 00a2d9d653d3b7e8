"""Keep what was fetched as files with stable names, each written whole or not at all.

Not for what was asked and what is still missing: see `ingest.fetch.manifest`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from corpus.errors import FetchError
from ingest.document import digest

_SAFE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")


class Store:
    """The files of one place, one a record.

    Args:
        folder: Where they stand; made when the first is kept.
        suffix: The ending of their names, such as ".xml".
    """

    def __init__(self, folder: Path, suffix: str) -> None:
        self.folder, self.suffix = folder, suffix

    def path(self, id_: str) -> Path:
        """Where the record with this id stands, or would stand."""
        name = id_.casefold()
        if not _SAFE.fullmatch(name):
            name = f"{re.sub(r'[^a-z0-9]+', '-', name).strip('-')[:60]}-{digest(id_, length=12)}".lstrip("-")
        return self.folder / f"{name}{self.suffix}"

    def has(self, id_: str) -> bool:
        """Whether the record is there."""
        return self.path(id_).is_file()

    def keep(self, id_: str, data: bytes) -> None:
        """Write a record, replacing an earlier version of it.

        Raises:
            FetchError: It cannot be written.
        """
        write_whole(self.path(id_), data)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, also when the program is killed or the disk is full.

    Raises:
        FetchError: It cannot be written.
    """
    part = path.with_name(f".{path.name}.part")  # hidden, so that ingest never takes it for a source
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise FetchError(
            f"{path}: cannot be written ({error.strerror}).", "Check the free space and the permissions."
        ) from error
