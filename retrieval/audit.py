"""The audit log: one line for each answer, in a file that the operator chose; off unless it was.

A line is added whole or not at all, whoever else writes at the same time. Not for log messages: these never
hold a question (see `retrieval.privacy`). What is stored and how to delete it: docs/privacy.md.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from corpus.errors import AuditError
from ingest.settings import Settings
from retrieval.answer import Answer, Caution, Receipt, Statement
from retrieval.present import load_messages

_log = logging.getLogger(__name__)

PRIVATE = 0o600  # only the owner of the file may read it
_LOCKED_FOR_S = 2.0  # a person waits for an answer: better a note than a long wait
_REMEDY = "Choose another file with CITEWELL_AUDIT_LOG, make room, or mend its permissions."


class Entry(BaseModel):
    """One answer, as the log keeps it.

    Attributes:
        at: When it was given, UTC, ISO 8601.
        triage: Id of the safety rule that fired.
        passages: Ids of the passages that the answer cites, in reading order.
        receipt: Index, model and settings that make the answer reproducible.
    """

    model_config = ConfigDict(frozen=True)

    at: str
    outcome: str
    triage: str | None
    question: str
    passages: tuple[str, ...]
    receipt: Receipt

    @classmethod
    def of(cls, answer: Answer) -> Entry:
        """What the log keeps of an answer: neither its sentences nor its sources, which the passages give."""
        parts: list[Caution | Statement] = [*answer.warnings, *answer.statements]
        cited = dict.fromkeys(each.passage_id for part in parts for each in part.citations)
        # A lone surrogate cannot be written; it stands for a byte that was no text to begin with.
        question = answer.question.encode("utf-8", "replace").decode("utf-8")
        return cls(
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            outcome=answer.outcome.value,
            triage=answer.receipt.triage,
            question=question,
            passages=tuple(cited),
            receipt=answer.receipt,
        )


def audited(answer: Answer, settings: Settings) -> Answer:
    """Log an answer where the operator asked for it.

    Returns:
        The answer; with a note where it could not be logged. Nothing here ever keeps an answer back.
    """
    if settings.audit_log is None:
        return answer
    try:
        append(Entry.of(answer), settings.audit_log)
    except AuditError as error:
        # The note is for whoever asks, the path for whoever runs the program.
        _log.error("an answer could not be added to the audit log: %s", error)
        return answer.model_copy(update={"notes": (*answer.notes, load_messages()["notes"]["not_audited"])})
    return answer


def append(entry: Entry, path: Path) -> None:
    """Add one line, and see it safely on the disk.

    Raises:
        AuditError: It could not be written; the file is then as it was.
    """
    # ASCII, so that no character of a question can end a line for any reader of the file.
    line = json.dumps(entry.model_dump(mode="json"), ensure_ascii=True).encode("ascii") + b"\n"
    with _locked(path) as path, _failing("written", path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _opened(path) as file:
            size = os.fstat(file).st_size
            if size and os.pread(file, 1, size - 1) != b"\n":
                line = b"\n" + line  # a writer was cut off: its piece must not spoil this line
            try:
                _write(file, line)
                os.fsync(file)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(file, size)
                raise


def entries(path: Path) -> Iterator[Entry]:
    """Read the log, oldest first; a line that is no whole entry is passed over.

    Raises:
        AuditError: It cannot be read.
    """
    path = path.expanduser()
    with _failing("read", path), path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            with contextlib.suppress(ValidationError):
                yield Entry.model_validate_json(line)


def delete(path: Path) -> bool:
    """Delete the log; an answer that is being given is waited for.

    Returns:
        Whether there was one.

    Raises:
        AuditError: It cannot be deleted.
    """
    if not path.expanduser().exists():
        return False
    with _locked(path) as path, _failing("deleted", path):
        path.unlink(missing_ok=True)
    return True


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[Path]:
    """Hold the log for oneself, among threads and processes alike."""
    path = path.expanduser().absolute()
    with _failing("locked", path):
        if path.exists() and not path.is_file():  # no lock is left beside what is no log
            raise AuditError(f"The audit log {path} is no plain file.", _REMEDY)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(f"{path}.lock", timeout=_LOCKED_FOR_S, mode=PRIVATE)
        try:
            lock.acquire()
        except Timeout as error:
            raise AuditError(f"The audit log {path} is held by another program.", _REMEDY) from error
    try:
        yield path
    finally:
        lock.release()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open the log for adding to; nothing but a plain file, which nobody else may read."""
    # Without these two a link could lead elsewhere, and a pipe without a reader would wait for ever.
    careful = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | careful, PRIVATE)
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode):
            raise AuditError(f"The audit log {path} is no plain file.", _REMEDY)
        if stat.S_IMODE(about.st_mode) != PRIVATE:
            os.fchmod(file, PRIVATE)
        yield file
    finally:
        os.close(file)


def _write(file: int, line: bytes) -> None:
    while line:  # a disk that fills up takes a part of it, then none
        line = line[os.write(file, line) :]


@contextlib.contextmanager
def _failing(what: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AuditError(f"The audit log {path} cannot be {what}: {_reason(error)}.", _REMEDY) from error


def _reason(error: Any) -> str:  # noqa: ANN401  (some OSErrors of libraries have no strerror)
    return str(getattr(error, "strerror", None) or type(error).__name__)
