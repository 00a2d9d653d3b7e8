"""What reviewers said of answers, as it stands in `ratings.jsonl`, and how far they agree.

Not for asking them: see `evals.review.app`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from evals.review.agreement import cohen_kappa, krippendorff_alpha

FILE = "ratings.jsonl"
SCALE = range(1, 6)
Side = Literal["a", "b"]
Better = Literal["a", "b", "both", "neither"]
BETTER: tuple[Better, ...] = ("a", "b", "both", "neither")
Name = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\w[\w .'-]{0,39}$")]
_PAIR = 2


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scale(_Row):
    """What is asked of each answer, and what the ends of the scale mean."""

    asks: str
    lowest: str
    highest: str


@lru_cache(maxsize=1)
def load_scales() -> dict[str, Scale]:
    """The scales of `scales.yaml`, in order."""
    rows = yaml.safe_load(Path(__file__).with_name("scales.yaml").read_text(encoding="utf-8"))
    return {name: Scale.model_validate(row) for name, row in rows.items()}


class Rating(_Row):
    """What one rater said of one question's answers.

    Attributes:
        a: The run that was rated; `b` is the one beside it, if any.
        left: Which of the two stood on the left, as drawn by `seed`.
        answers: Of each side, a digest of the answer as it was read: a rating holds for these words alone.
        better: Which helps more; None where there was but one.
        ratings: Of each side, 1 to 5 on each scale.
    """

    set: str
    id: str
    rater: Name
    a: str
    b: str | None = None
    left: Side = "a"
    seed: int
    answers: dict[Side, str]
    better: Better | None = None
    ratings: dict[Side, dict[str, Annotated[int, Field(ge=SCALE[0], le=SCALE[-1])]]]
    remark: Annotated[str, Field(max_length=4000)] = ""

    @property
    def subject(self) -> tuple[str, ...]:
        """What was rated: the question and the words of its answers."""
        return (self.set, self.id, *(self.answers[side] for side in sorted(self.answers)))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far raters agree in one thing.

    Attributes:
        of: A scale, or 'better'.
        statistic: "Cohen's kappa" for two raters, "Krippendorff's alpha" for more.
        value: None where chance alone would explain what was said.
        n: Things that at least two raters rated.
    """

    of: str
    statistic: str
    value: float | None
    n: int


def latest(ratings: Iterable[Rating]) -> list[Rating]:
    """Each rater's last word on each question; an earlier one was mended."""
    last = {(each.rater, *each.subject): each for each in ratings}
    return list(last.values())


def agreements(ratings: Sequence[Rating]) -> list[Agreement]:
    """How far the raters agree in each scale and in what is better; none of fewer than two raters.

    Scales stand in an order and preferences do not, so kappa is weighted by squares for the former, and alpha
    ordinal.
    """
    last = latest(ratings)
    raters = sorted({each.rater for each in last})
    if len(raters) < _PAIR:
        return []
    found = []
    for scale in load_scales():
        rows: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
        for each in last:
            for side, marks in each.ratings.items():
                if scale in marks:
                    rows[(*each.subject, side)][each.rater] = marks[scale]
        found.append(_agreement(scale, rows.values(), raters, ordered=True))
    preferred: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    for each in last:
        if each.better is not None:
            preferred[each.subject][each.rater] = BETTER.index(each.better)
    return [*found, _agreement("better", preferred.values(), raters, ordered=False)]


def means(ratings: Iterable[Rating]) -> dict[str, dict[str, tuple[float, int]]]:
    """Of each run, by name: the mean of each scale and the share of preferences won, each with its n."""
    values: dict[str, dict[str, list[float]]] = {}
    for each in latest(ratings):
        sides: tuple[tuple[Side, str | None], ...] = (("a", each.a), ("b", each.b))
        for side, name in sides:
            if name is None:
                continue
            of_run = values.setdefault(name, {})
            for scale, mark in each.ratings.get(side, {}).items():
                of_run.setdefault(scale, []).append(mark)
            if each.better is not None:
                of_run.setdefault("preferred", []).append(float(each.better == side))
    return {
        name: {what: (fmean(found), len(found)) for what, found in row.items()}
        for name, row in values.items()
    }


def _agreement(of: str, rows: Iterable[dict[str, int]], raters: list[str], *, ordered: bool) -> Agreement:
    shared = [row for row in rows if len(row) >= _PAIR]
    if len(raters) == _PAIR:
        pairs = [(row[raters[0]], row[raters[1]]) for row in shared]
        value = cohen_kappa(pairs, order=SCALE if ordered else ())
        return Agreement(of, f"Cohen's kappa{', squared weights' if ordered else ''}", value, len(shared))
    level: Literal["ordinal", "nominal"] = "ordinal" if ordered else "nominal"
    value = krippendorff_alpha([list(row.values()) for row in shared], level)
    return Agreement(of, f"Krippendorff's alpha, {level}", value, len(shared))
