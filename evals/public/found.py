"""What every adapter gives, and how the files of public sets are opened."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from evals.questions import Question
from ingest.document import digest

ANSWERABLE = ("answered", "partial")
_NO_SLUG = re.compile(r"[^a-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Text:
    """A text that a set is to be asked over; `id` is what its questions name it by in `sources`."""

    id: str
    title: str
    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A public set as it was read."""

    name: str
    questions: tuple[Question, ...]
    documents: Callable[[], Iterator[Text]] | None = None


def text_id(published: str) -> str:
    """The id that a document gets in an index, from the one that it is published under."""
    plain = _NO_SLUG.sub("-", published.casefold())
    # Ids that fold to the same are kept apart.
    return f"d-{plain}" if plain == published else f"d-{plain[:80]}-{digest(published, length=8)}"


def open_text(path: Path) -> IO[str]:
    """Open a text file, gzipped or not."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file that holds one a line."""
    with open_text(path) as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def first_object(path: Path) -> dict[str, Any]:
    """The first object of such a file; empty where there is none."""
    try:
        return next(json_lines(path), {})
    except (OSError, ValueError):
        return {}


def the_file(path: Path, *patterns: str) -> Path | None:
    """The path itself where it is a file of such a name, else the first such file in the folder."""
    if path.is_file():
        return path if any(path.match(pattern) for pattern in patterns) else None
    return next((file for pattern in patterns for file in sorted(path.glob(pattern))), None)


def apart(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Keep questions apart that were published under one id: the second becomes id#2."""
    seen: Counter[str] = Counter()
    kept: list[Question] = []
    for each in questions:
        seen[each.id] += 1
        number = seen[each.id]
        kept.append(each if number == 1 else each.model_copy(update={"id": f"{each.id}#{number}"}))
    return tuple(kept)
