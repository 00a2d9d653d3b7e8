"""Read nothing twice: what was read together with one of the last questions is remembered.

A question is read with the same sentences again where it is searched for in other words, where nothing was
found at first, and where it is asked whether a part of it is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

_QUESTIONS = 16  # of which it is remembered, by each reader: those that are asked at the same time, and parts

T = TypeVar("T")


def read_once(
    reader: Hashable,
    question: Hashable,
    read: Callable[[Sequence[str]], Sequence[T]],
    sentences: Sequence[str],
) -> list[T]:
    """What a reader finds in each of some sentences; only those that are new are read.

    Args:
        reader: Which reader it is.
        question: The whole of what it is remembered by: what is read at the same time is rounded together, so
            that two questions that only read alike would change each other's answers a little.
        read: Reads the question with sentences.
        sentences: As they are read.
    """
    known = _known(reader, question)
    new = [each for each in dict.fromkeys(sentences) if each not in known]
    if new:
        known.update(zip(new, read(new), strict=True))
    return [known[each] for each in sentences]


@lru_cache(maxsize=_QUESTIONS)
def _known(reader: Hashable, question: Hashable) -> dict[str, Any]:  # noqa: ARG001  (what it is remembered by)
    """What was found in sentences that were read with a question; empty at first, and filled."""
    return {}
