"""Documents that a visitor adds: an index of the visitor's own, in a folder of its own, for some hours.

The shared index is never written, and nobody else's questions reach these, unless the operator allows it:
then there is one such index for all visitors. Bounded in files, bytes and time.
Not for how a browser sends them: see `ui.page_bridge`.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
import time
import zipfile
from collections import OrderedDict
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from corpus.errors import CitewellError
from corpus.lexicon import load_lexicon
from ingest.index import open_current
from ingest.pipeline import ingest
from ingest.report import OnProgress
from ingest.settings import Settings
from retrieval.evidence.desk import Desk
from retrieval.pipeline import Citewell
from retrieval.question.names import learn_names
from retrieval.served import forget_indexes

_MEGABYTE = 1_000_000
_MOST_FILES = 5  # of one visitor
_MOST_FILES_OF_ALL = 100  # where everybody is answered from them
_MOST_BYTES = 1_000_000_000  # of all visitors, indexes included
_MOST_TIMES_LARGER = 30  # what a packed document may unpack to
_OPEN_AT_ONCE = 8
_SWEEP_EVERY_S = 600.0
_SUFFIXES = (".pdf", ".docx", ".html", ".htm", ".md", ".txt", ".csv", ".tsv", ".json", ".xml")
_VISITOR = re.compile(r"[0-9a-f]{32}")
_EVERYBODY = "everybody"
_USED = "used"  # its time is when the visitor last used the folder


class OwnError(CitewellError):
    """A visitor's document cannot be added, or is no longer there."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a document has got: the step, how much of it is done, and of how much."""

    step: str
    done: int
    of: int


class OwnDocuments:
    """The visitors' documents. Safe to use from several threads.

    Args:
        citewell: Whose models read them, and whose settings say where they stand and for how long.
    """

    def __init__(self, citewell: Citewell) -> None:
        self._citewell = citewell
        self._folder = citewell.settings.home.expanduser() / "visitors"
        self._for_all = citewell.settings.serve_upload_for == "all"
        self._lock = threading.Lock()
        self._adding = threading.Lock()
        self._open: OrderedDict[Path, Citewell] = OrderedDict()
        self._progress: dict[str, Progress] = {}
        self._sweeper: threading.Thread | None = None
        self.sweep()  # what an earlier run left behind
        if self._folder.is_dir():
            self._sweep_from_now_on()

    def add(self, visitor: str, name: str, content: bytes) -> None:
        """Add one document, or read it again where one of that name is there.

        Args:
            visitor: The secret by which the visitor's browser is known, 32 hexadecimal digits.
            name: Of the file, as the visitor has it.
            content: Of the file.

        Raises:
            OwnError: It is too much, or cannot be read; nothing is then changed.
        """
        settings = self._citewell.settings
        most = settings.serve_upload_mb
        if not most:
            raise OwnError("Documents cannot be added here.", "The operator can: 'citewell ingest FILE'.")
        if len(content) > most * _MEGABYTE:
            raise OwnError(f"The document is longer than {most} MB.", "Add a part of it.")
        _check_kind(name, content)
        folder = self._folder_of(visitor)
        if not self._adding.acquire(blocking=False):
            raise OwnError("Another document is being read.", "Try again in a moment.")
        try:
            self.sweep()
            self._sweep_from_now_on()
            documents = folder / "documents"
            path = documents / _safe(name)
            there = self.names(visitor)
            if self._for_all and path.name in there:
                raise OwnError("There is a document of this name, which others may use.", "Rename yours.")
            room = _MOST_FILES_OF_ALL if self._for_all else _MOST_FILES
            if len(there) >= room and path.name not in there:
                raise OwnError(f"There are {room} documents here.", self._making_room)
            if _bytes_in(self._folder) + len(content) > _MOST_BYTES:
                raise OwnError("There is no room for more documents here.", "Try again in some hours.")
            documents.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._read(visitor, path, content, settings.model_copy(update={"home": folder}))
        finally:
            self._progress.pop(visitor, None)
            self._adding.release()

    def progress(self, visitor: str) -> Progress | None:
        """How far the visitor's document has got; None where none is being read."""
        return self._progress.get(visitor)

    def any(self, visitor: str) -> bool:
        """Whether there are documents from which this visitor, perhaps without a secret, is answered."""
        return bool((visitor or self._for_all) and self.names(visitor))

    def citewell(self, visitor: str, *, used: bool = True) -> Citewell:
        """What answers from the visitor's documents alone.

        Args:
            visitor: Whose.
            used: Whether they are asked now, and so kept longer.

        Raises:
            OwnError: There are none, or no longer.
        """
        folder = self._folder_of(visitor)
        if not (folder / "index" / "CURRENT").is_file():
            raise OwnError("The documents are not here, or no longer.", "Add them again.")
        if used:
            with contextlib.suppress(OSError):
                (folder / _USED).touch()
        with self._lock:
            own = self._open.pop(folder, None) or self._opened(folder)
            self._open[folder] = own
            while len(self._open) > _OPEN_AT_ONCE:
                self._open.popitem(last=False)
            return own

    def names(self, visitor: str) -> list[str]:
        """The visitor's documents."""
        documents = self._folder_of(visitor) / "documents"
        return sorted(each.name for each in documents.iterdir()) if documents.is_dir() else []

    def remove(self, visitor: str) -> None:
        """Delete all that is the visitor's.

        Raises:
            OwnError: It is everybody's.
        """
        folder = self._folder_of(visitor)
        if self._for_all:
            raise OwnError("These documents are everybody's here.", "The operator can remove them.")
        self._delete(folder)

    def sweep(self) -> None:
        """Delete what was not used for as long as the settings allow."""
        before = time.time() - self._citewell.settings.serve_upload_hours * 3600
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            used = folder / _USED
            with contextlib.suppress(OSError):
                if (used if used.exists() else folder).stat().st_mtime < before:
                    shutil.rmtree(folder, ignore_errors=True)
        with self._lock:
            gone = [folder for folder, own in self._open.items() if not own.settings.home.is_dir()]
            for folder in gone:
                del self._open[folder]
        if gone:
            forget_indexes()

    @property
    def _making_room(self) -> str:
        return "Ask the operator to remove some." if self._for_all else "Remove them first."

    def _delete(self, folder: Path) -> None:
        with self._lock:
            self._open.pop(folder, None)
        forget_indexes()
        shutil.rmtree(folder, ignore_errors=True)

    def _folder_of(self, visitor: str) -> Path:
        if self._for_all:
            return self._folder / _EVERYBODY
        if not _VISITOR.fullmatch(visitor):
            raise OwnError("The page sent what cannot be read.", "Reload it and try again.")
        # The secret itself stands in no file name.
        return self._folder / sha256(visitor.encode()).hexdigest()[:32]

    def _read(self, visitor: str, path: Path, content: bytes, settings: Settings) -> None:
        before = path.read_bytes() if path.exists() else None
        path.write_bytes(content)
        (settings.home / _USED).touch()
        try:
            report = ingest(
                [path.parent],
                settings,
                self._reporter(visitor),
                wait_s=10.0,
                embedder=self._citewell.desk.embedder,
            )
            why = next((each.why for each in report.names("skipped") if each.name.endswith(path.name)), None)
            if why is not None:
                # The path of a server's file is nobody's business.
                why = why.replace(f"{path.parent}{os.sep}", "")
                raise OwnError("The document cannot be read.", why or "Add it as PDF, Word, HTML or text.")
        except BaseException:
            if before is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(before)
            if not self.names(visitor):
                self._delete(settings.home)
            raise
        finally:
            with self._lock:
                self._open.pop(settings.home, None)  # the next question opens the new generation

    def _opened(self, folder: Path) -> Citewell:
        """Citewell on one visitor's documents; nothing is read before it is asked."""
        settings = self._citewell.settings.model_copy(update={"home": folder})
        return Citewell(settings, lambda own: _desk_of(own, self._citewell.desk))

    def _reporter(self, visitor: str) -> OnProgress:
        def report(step: str, done: int, of: int) -> None:
            self._progress[visitor] = Progress(step, done, of)

        return report

    def _sweep_from_now_on(self) -> None:
        with self._lock:
            if self._sweeper is None:
                self._sweeper = threading.Thread(target=self._keep_sweeping, name="sweeper", daemon=True)
                self._sweeper.start()

    def _keep_sweeping(self) -> None:
        while True:
            time.sleep(_SWEEP_EVERY_S)
            self.sweep()


def _desk_of(settings: Settings, shared: Desk) -> Desk:
    """The shared desk, whose models are loaded already, with a visitor's index on it."""
    index = open_current(settings.index_dir, shared.embedder)
    return replace(shared, index=index, lexicon=learn_names(load_lexicon(), index.names()))


def _check_kind(name: str, content: bytes) -> None:
    suffix = _suffix(name)
    if suffix not in _SUFFIXES:
        raise OwnError(
            f"Documents of the kind '{suffix[:20]}' cannot be added here.",
            f"Add one of: {' '.join(_SUFFIXES)}.",
        )
    if suffix != ".docx":
        if content[:2] == b"\x1f\x8b":
            raise OwnError("The document is packed.", "Unpack it first.")
        return
    import io

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            unpacked = sum(each.file_size for each in parts.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise OwnError("The document is no Word document.", "Save it as .docx again.") from error
    if unpacked > _MOST_TIMES_LARGER * max(len(content), _MEGABYTE):
        raise OwnError("The document unpacks to far more than it says.", "Save it as PDF or text.")


def _safe(name: str) -> str:
    """A file name in which nothing leads elsewhere, with the suffix that it had."""
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[^\w .-]", "_", last.rpartition(".")[0]).strip(" .")
    stem = plain.encode()[:120].decode(errors="ignore")  # a file system counts bytes
    return f"{stem or 'document'}{_suffix(name)}"


def _suffix(name: str) -> str:
    _, dot, ending = name.rpartition(".")
    return f".{ending.casefold()}" if dot else ""


def _bytes_in(folder: Path) -> int:
    total = 0
    for place, _, files in os.walk(folder):
        for each in files:
            with contextlib.suppress(OSError):
                total += (Path(place) / each).stat().st_size
    return total
