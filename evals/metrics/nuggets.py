"""Nugget scores of AutoNuggetizer (Pradeep et al. 2024, arXiv:2411.09607), and K-QA's (Manes et al. 2024).

A nugget is vital (an answer without it is not good) or okay; it is supported, supported in part, or not.
Not for finding out which: see `evals.match`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Assignment = Literal["support", "partial_support", "not_support"]

_CREDIT: dict[Assignment, float] = {"support": 1.0, "partial_support": 0.5, "not_support": 0.0}
_OKAY_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class NuggetScores:
    """The scores of one answer; each None where the set has no such nugget.

    Attributes:
        vital: Mean credit of the vital nuggets, a partial support counting half.
        strict_vital: Share of the vital nuggets that are supported in full.
        all: Mean credit of all nuggets.
        strict_all: Share of all nuggets that are supported in full.
        weighted: Mean credit of all nuggets, an okay one weighing half of a vital one.
    """

    vital: float | None
    strict_vital: float | None
    all: float | None
    strict_all: float | None
    weighted: float | None


def nugget_scores(vital: Sequence[Assignment], okay: Sequence[Assignment]) -> NuggetScores:
    """Score one answer from what became of each nugget.

    >>> found = nugget_scores(["support", "partial_support"], ["not_support"])
    >>> found.vital, found.strict_vital, found.all, round(found.strict_all, 3), found.weighted
    (0.75, 0.5, 0.5, 0.333, 0.6)
    """
    return NuggetScores(
        vital=_mean(vital, strict=False),
        strict_vital=_mean(vital, strict=True),
        all=_mean([*vital, *okay], strict=False),
        strict_all=_mean([*vital, *okay], strict=True),
        weighted=_weighted(vital, okay),
    )


def _mean(each: Sequence[Assignment], strict: bool) -> float | None:
    if not each:
        return None
    return sum(float(one == "support") if strict else _CREDIT[one] for one in each) / len(each)


def _weighted(vital: Sequence[Assignment], okay: Sequence[Assignment]) -> float | None:
    weight = len(vital) + _OKAY_WEIGHT * len(okay)
    credit = sum(_CREDIT[one] for one in vital) + _OKAY_WEIGHT * sum(_CREDIT[one] for one in okay)
    return credit / weight if weight else None


def contradiction_rate(contradicted: Sequence[bool]) -> float | None:
    """Share of a question's statements, must-have and nice-to-have, that the answer contradicts.

    It is one minus what K-QA's code calls precision; its Hall is the mean count of contradicted statements
    instead (Manes et al. 2024, arXiv:2401.14493). None of no statements.

    >>> contradiction_rate([False, True, False, False])
    0.25
    """
    return sum(contradicted) / len(contradicted) if contradicted else None
