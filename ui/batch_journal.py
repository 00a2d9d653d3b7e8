"""What a batch has answered so far, on disk: a killed run loses at most the question that it was at.

The journal is `OUT.part`: a first line that says which batch it is of, then one line a row, in the order of
the rows. Not for what stands in the lines: see `ui.batch`.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from filelock import FileLock, Timeout

from corpus.errors import CitewellError

_SYNC_EVERY_S = 1.0


class BatchBusyError(CitewellError):
    """Another batch writes the same file."""

    exit_code = 5


class Journal:
    """The answers so far of one batch. Used as a context, which holds its lock.

    Args:
        out: The file that the batch is to make; the journal stands beside it.
        header: What decides on the answers; a journal with another one is begun anew.

    Attributes:
        kept: How many rows of an earlier run are kept.
        is_other: Whether there was a journal of another batch, or one made with another index or settings.

    Raises:
        BatchBusyError: Another batch writes the same file.
    """

    def __init__(self, out: Path, header: dict[str, Any]) -> None:
        self.path = out.with_name(f"{out.name}.part")
        self.kept = 0
        self.is_other = False
        self._header = json.dumps(header, sort_keys=True).encode() + b"\n"
        self._lock = FileLock(out.with_name(f"{out.name}.lock"), timeout=0)
        self._file: IO[bytes] | None = None
        self._synced = 0.0

    def __enter__(self) -> Self:
        """Take the lock."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise BatchBusyError(
                f"Another batch is writing {self.path.with_suffix('')}.",
                "Wait for it, or choose another --out.",
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write down what there is, and let the lock go."""
        if self._file is not None:
            self._sync(self._file)
            self._file.close()
        Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()

    def resume(self, is_next: Callable[[int, bytes], bool], restart: bool) -> None:
        """Keep the lines of an earlier run for as long as they belong to this one, and cut off the rest.

        Args:
            is_next: Whether a line is a whole record of the row at a place.
            restart: Keep nothing.
        """
        with self.path.open("a+b") as file:
            file.seek(0)
            first = file.readline()
            end = 0
            self.is_other = bool(first.endswith(b"\n")) and first != self._header and not restart
            if first == self._header and not restart:
                end = file.tell()
                for line in file:
                    if not line.endswith(b"\n") or not is_next(self.kept, line):
                        break
                    self.kept += 1
                    end += len(line)
            file.truncate(end)
        self._file = self.path.open("ab")
        if not end:
            self._file.write(self._header)
            self._sync(self._file)

    def add(self, line: bytes) -> None:
        """Write the line of the next row: it outlasts a killed run, and each second a failing machine."""
        if self._file is None:
            raise ValueError("the journal has not been opened by resume()")
        self._file.write(line)
        self._file.flush()
        if time.monotonic() - self._synced > _SYNC_EVERY_S:
            self._sync(self._file)

    def lines(self) -> Iterator[bytes]:
        """The lines of the rows, in order."""
        with self.path.open("rb") as file:
            file.readline()
            yield from file

    def remove(self) -> None:
        """Delete the journal, when what it was kept for is there whole."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self.path.unlink()

    def _sync(self, file: IO[bytes]) -> None:
        file.flush()
        os.fsync(file.fileno())
        self._synced = time.monotonic()


def write_atomically(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file whole or not at all: under another name, synced, then renamed."""
    unfinished = path.with_name(f".{path.name}.tmp")
    try:
        with unfinished.open("wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    if hasattr(os, "O_DIRECTORY"):  # the new name, too, must outlast a power cut
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
