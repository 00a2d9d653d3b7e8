"""Intervals: Wilson's for shares, the bootstrap's for everything else. Seeded, so that they never change."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_SEED = 20241
_TIMES = 2000
_Z = 1.959964


def wilson(hits: int, of: int) -> tuple[float, float] | None:
    """95 % interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22:209); None of nothing.

    >>> [round(each, 3) for each in wilson(8, 10)]
    [0.49, 0.943]
    """
    if not of:
        return None
    middle = (hits + _Z * _Z / 2) / (of + _Z * _Z)
    half = _Z / (of + _Z * _Z) * sqrt(hits * (of - hits) / of + _Z * _Z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def resamples(size: int, times: int = _TIMES, seed: int = _SEED) -> NDArray[np.int64]:
    """Rows of drawn places, shape (times, size): the same for the same size."""
    return np.random.default_rng(seed).integers(0, size, size=(times, size), dtype=np.int64)


def bootstrap(values: Sequence[float]) -> tuple[float, float] | None:
    """95 % percentile interval of a mean (Efron and Tibshirani 1993); None of fewer than two values.

    >>> bootstrap([0.5, 0.5, 0.5])
    (0.5, 0.5)
    """
    if len(values) < 2:
        return None
    found = np.asarray(values)[resamples(len(values))].mean(axis=1)
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def paired_bootstrap(first: Values, second: Values, draws: NDArray[np.int64]) -> tuple[float, float] | None:
    """95 % percentile interval of how much the mean grew from the first to the second.

    Both are resampled together, question by question, so that what is hard for both does not count as noise
    (Efron and Tibshirani 1993; for systems compared on one set, Koehn 2004, EMNLP).

    Args:
        first: A value a question, NaN where it is not defined.
        second: The same questions in the same order.
        draws: From `resamples`, for so many questions.

    Returns:
        None where too few draws hold a defined value of each.

    >>> a, b = np.array([0.0, 1.0, np.nan]), np.array([1.0, 1.0, 1.0])
    >>> low, high = paired_bootstrap(a, b, resamples(3))
    >>> low >= 0.0 and high == 1.0
    True
    """
    means = []
    for values in (first, second):
        known = ~np.isnan(values)
        counts = known[draws].sum(axis=1)
        sums = np.where(known, values, 0.0)[draws].sum(axis=1)
        means.append(np.divide(sums, counts, out=np.full(len(draws), np.nan), where=counts > 0))
    grown = means[1] - means[0]
    grown = grown[~np.isnan(grown)]
    if len(grown) < len(draws) / 2:
        return None
    low, high = np.percentile(grown, [2.5, 97.5])
    return float(low), float(high)
