"""How far raters agree beyond chance. What chance alone would explain is None, never NaN.

Not for where the ratings come from: see `evals.review.ratings`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import product
from typing import Literal, TypeVar

Level = Literal["nominal", "ordinal"]
T = TypeVar("T", bound=Hashable)


def cohen_kappa(pairs: Sequence[tuple[T, T]], order: Sequence[T] = ()) -> float | None:
    """Agreement of two raters beyond chance: 1 perfect, 0 as by chance, below 0 worse than chance.

    Without an order every disagreement weighs the same (Cohen 1960, Educational and Psychological Measurement
    20:37-46); with one, it weighs by the square of its distance (Cohen 1968, Psychological Bulletin
    70:213-220).

    Args:
        pairs: What the two raters said of the same thing.
        order: All that can be said, from the least to the most.

    Returns:
        Kappa; None of nothing, and where both say one and the same of everything: chance explains that.

    Twenty agree on yes, fifteen on no, five and ten differ: 0.7 observed, 0.5 by chance.

    >>> pairs = 20 * [("yes", "yes")] + 5 * [("yes", "no")] + 10 * [("no", "yes")] + 15 * [("no", "no")]
    >>> round(cohen_kappa(pairs), 3)
    0.4
    """
    place = {value: at for at, value in enumerate(order)}

    def distance(one: T, other: T) -> int:
        return (place[one] - place[other]) ** 2 if place else int(one != other)

    observed = sum(distance(one, other) for one, other in pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    by_chance = sum(
        n * m * distance(one, other) for (one, n), (other, m) in product(first.items(), second.items())
    )
    return 1 - observed * len(pairs) / by_chance if by_chance else None


def krippendorff_alpha(units: Iterable[Sequence[int]], level: Level) -> float | None:
    """Agreement of any number of raters beyond chance, where not everyone rated everything.

    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, University of Pennsylvania
    (repository.upenn.edu/asc_papers/43), section D with the nominal and the ordinal difference.

    Args:
        units: For each thing that was rated, the values that it was given; things rated once do not count.
        level: Whether values only differ ('nominal') or stand in an order ('ordinal').

    Returns:
        Alpha: 1 perfect, 0 as by chance; None where fewer than two values occur.

    Two things got 1 and 1, two got 2 and 2, one got 1 and 2: they differ in 2 of 10, by chance in 50 of 90.

    >>> round(krippendorff_alpha([[1, 1], [1, 1], [2, 2], [2, 2], [1, 2]], "nominal"), 3)
    0.64
    """
    pairable = [Counter(values) for values in units if len(values) > 1]
    totals = sum(pairable, Counter[int]())
    difference = _nominal if level == "nominal" else _ordinal(totals)
    observed = sum(_disagreement(counts, difference) / (counts.total() - 1) for counts in pairable)
    by_chance = _disagreement(totals, difference)
    return 1 - (totals.total() - 1) * observed / by_chance if by_chance else None


def _disagreement(counts: Counter[int], difference: Callable[[int, int], float]) -> float:
    return sum(n * m * difference(one, other) for (one, n), (other, m) in product(counts.items(), repeat=2))


def _nominal(one: int, other: int) -> float:
    return float(one != other)


def _ordinal(totals: Counter[int]) -> Callable[[int, int], float]:
    """Squared distance in ranks: how many values lie between two, half of the two themselves counted."""
    values = sorted(totals)

    def difference(one: int, other: int) -> float:
        low, high = sorted((one, other))
        between = sum(totals[value] for value in values if low <= value <= high)
        return (between - (totals[low] + totals[high]) / 2) ** 2

    return difference
