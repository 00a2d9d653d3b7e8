"""Shares, means and their like, which are None where there is nothing to count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum


def share(flags: Sequence[bool]) -> float | None:
    """Share that is true; None of nothing.

    >>> share([True, False])
    0.5
    """
    return sum(flags) / len(flags) if flags else None


def average(values: Iterable[float | None]) -> float | None:
    """Mean of what is defined; None of nothing. Summed exactly, so that the order does not matter.

    >>> average([1.0, None, 0.0])
    0.5
    """
    known = [each for each in values if each is not None]
    return fsum(known) / len(known) if known else None


def f1(right: int, claimed: int, wanted: int) -> float | None:
    """Harmonic mean of precision and recall, from counts (van Rijsbergen 1979, Information Retrieval).

    Args:
        right: How many of those claimed were wanted.
        claimed: How many were claimed.
        wanted: How many were wanted.

    None when nothing was claimed or wanted.

    >>> f1(right=1, claimed=1, wanted=3)
    0.5
    """
    return 2 * right / (claimed + wanted) if claimed + wanted else None
