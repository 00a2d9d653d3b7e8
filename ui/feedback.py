"""What visitors say an answer was worth, in a file of the operator's: a line each, kept only if they send it.

Not for the audit log, which records every question where it is turned on: see `retrieval.audit`.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from corpus.errors import CitewellError
from retrieval.answer import Answer

FILE = "feedback.jsonl"
_PRIVATE = 0o600  # only the owner of the file may read it
_LOCKED_FOR_S = 2.0
_LARGEST_FILE = 100_000_000  # bytes: visitors decide how much they send
_LARGEST_ENTRY = 500_000


class FeedbackError(CitewellError):
    """Feedback cannot be stored, read or deleted."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an answer was helpful or not; the id is what is stored."""

    id: str
    name: str


@lru_cache(maxsize=1)
def load_reasons() -> dict[str, tuple[Reason, ...]]:
    """Read `feedback.yaml`: the reasons by rating. It never changes while the program runs."""
    rows = yaml.safe_load((Path(__file__).parent / "feedback.yaml").read_text(encoding="utf-8"))
    return {rating: tuple(Reason(**each) for each in reasons) for rating, reasons in rows.items()}


class Remark(BaseModel):
    """What a visitor sends.

    Attributes:
        reasons: Ids from `feedback.yaml`.
        said: In the visitor's own words.
        answer: The answer that it is about, as the page showed it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rating: Literal["up", "down"]
    reasons: tuple[str, ...] = Field(default=(), max_length=10)
    said: Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True)] = ""
    answer: Answer

    @field_validator("reasons")
    @classmethod
    def _known(cls, reasons: tuple[str, ...]) -> tuple[str, ...]:
        known = {each.id for group in load_reasons().values() for each in group}
        if unknown := set(reasons) - known:
            raise ValueError(f"no such reason: {', '.join(sorted(unknown))}")
        return reasons


class Entry(Remark):
    """A remark as it is stored.

    Attributes:
        at: When it was sent, UTC, ISO 8601.
    """

    at: str


def feedback_file(home: Path) -> Path:
    """Where the feedback of a home is stored."""
    return home.expanduser().absolute() / FILE


def add(remark: Remark, path: Path) -> None:
    """Add one line, whole or not at all, and see it safely on the disk.

    Raises:
        FeedbackError: It could not be stored; the file is then as it was.
    """
    entry = Entry(at=datetime.now(UTC).isoformat(timespec="seconds"), **dict(remark))
    # ASCII, so that no character of a question can end a line for any reader of the file.
    line = json.dumps(entry.model_dump(mode="json"), ensure_ascii=True).encode("ascii") + b"\n"
    if len(line) > _LARGEST_ENTRY:
        raise FeedbackError("This answer is too long to be stored.", "Send a shorter remark.")
    with _failing("written"), _locked(path), _opened(path) as file:
        size = os.fstat(file).st_size
        if size + len(line) > _LARGEST_FILE:
            raise FeedbackError(
                "There is no room for more feedback.", "The operator can export and delete it."
            )
        if size and os.pread(file, 1, size - 1) != b"\n":
            line = b"\n" + line  # a writer was cut off: its piece must not spoil this line
        try:
            while line:
                line = line[os.write(file, line) :]
            os.fsync(file)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(file, size)
            raise


def entries(path: Path) -> Iterator[Entry]:
    """Read what is stored, oldest first; a line that is no whole entry is passed over.

    Raises:
        FeedbackError: It cannot be read.
    """
    if not path.exists():
        return
    with _failing("read"), path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            with contextlib.suppress(ValidationError):
                yield Entry.model_validate_json(line)


def delete(path: Path) -> bool:
    """Delete all feedback.

    Returns:
        Whether there was any.

    Raises:
        FeedbackError: It cannot be deleted.
    """
    if not path.exists():
        return False
    with _failing("deleted"), _locked(path):
        path.unlink(missing_ok=True)
    return True


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with FileLock(f"{path}.lock", timeout=_LOCKED_FOR_S, mode=_PRIVATE):
            yield
    except Timeout as error:
        raise FeedbackError("The feedback is held by another program.", "Try again in a moment.") from error


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    careful = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | careful, _PRIVATE)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise FeedbackError("The feedback file is no plain file.", "The operator can move it away.")
        yield file
    finally:
        os.close(file)


@contextlib.contextmanager
def _failing(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FeedbackError(
            f"The feedback could not be {what}: {reason}.",
            "The operator can mend the permissions, or make room, in the folder of the index.",
        ) from error
