"""Fuse the scores of several searches into one order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Scores:
    """What a search gives the passages that it finds.

    Attributes:
        rows: Of the passages, ascending, shape (found,).
        values: Their scores, shape (found,).
    """

    rows: NDArray[np.int64]
    values: NDArray[np.float64]

    @classmethod
    def of(cls, rows: ArrayLike, values: ArrayLike) -> Scores:
        """Scores in whatever order, each row once."""
        unordered = np.asarray(rows, dtype=np.int64)
        order = np.argsort(unordered)
        return cls(unordered[order], np.asarray(values, dtype=np.float64)[order])

    def at(self, rows: Sequence[int]) -> list[float]:
        """The scores of some passages; 0 for one that was not found."""
        if not len(self.rows):
            return [0.0] * len(rows)
        places = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        found: list[float] = np.where(self.rows[places] == rows, self.values[places], 0.0).tolist()
        return found


NOTHING = Scores.of([], [])


def fuse(searches: Iterable[tuple[Scores, float]]) -> Scores:
    """The weighed sum of what several searches give, each min-max normalised over what it found.

    What one of them did not find counts nothing in it.

    Args:
        searches: What each gives, and its weight; one at least.
    """
    weighed = list(searches)
    rows = np.unique(np.concatenate([scores.rows for scores, _ in weighed]))
    values = np.zeros(len(rows))
    for scores, weight in weighed:
        values[np.searchsorted(rows, scores.rows)] += weight * _min_max(scores.values)
    return Scores(rows, values)


def best(scores: Scores, limit: int) -> list[int]:
    """The rows with the greatest scores, the greatest first.

    Of equal scores the lesser row comes first, so that the same index gives the same ranking everywhere.
    """
    found: list[int] = scores.rows[np.argsort(-scores.values, kind="stable")[:limit]].tolist()
    return found


def _min_max(values: NDArray[np.float64]) -> NDArray[np.float64]:
    if not len(values):
        return values
    low, high = values.min(), values.max()
    return np.ones(len(values)) if high == low else (values - low) / (high - low)
