"""Compare two runs of the same questions: what got better, what worse, by how much, and on which questions.

Differences are paired, question by question, with bootstrap intervals (`evals.metrics.intervals`). Not for
writing them down: see `evals.compare_text`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evals.catalogue import METRICS, Metric
from evals.figures import DERIVED
from evals.metrics.basic import average, f1
from evals.metrics.intervals import paired_bootstrap, resamples
from evals.store import Record, Run, RunError

Change = Literal["worse", "better", "unsure", "same"]

_SMALLEST = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of one metric from run A to run B.

    Attributes:
        low: End of the 95 % interval of b - a; `high` likewise. None where there is none.
        up: Questions whose score rose; `down` those whose score fell. A score that came or went counts too
            where the mean moved by it.
        change: Worse or better where the interval does not hold zero, or where a guarded metric fell on any
            question; unsure where it moved within its noise.
    """

    metric: Metric
    a: float | None
    b: float | None
    low: float | None
    high: float | None
    up: tuple[tuple[str, str], ...]
    down: tuple[tuple[str, str], ...]
    change: Change


@dataclass(frozen=True, slots=True)
class Changed:
    """A question whose answer is another one, and the metrics that moved with it."""

    a: Record
    b: Record
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TagCount:
    """Of the questions of a tag: how many were won by B, lost, or are even."""

    won: int
    lost: int
    even: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs, A before and B after.

    Attributes:
        setup: What differs between them besides the answers: index, settings, system, version.
        questions: How many both hold.
        only_a: How many only A holds; `only_b` likewise.
    """

    a: str
    b: str
    setup: tuple[str, ...]
    questions: int
    only_a: int
    only_b: int
    differences: tuple[Difference, ...]
    tags: dict[str, TagCount]
    changed: tuple[Changed, ...]

    @property
    def worse(self) -> tuple[Difference, ...]:
        """The metrics that got worse for sure."""
        return tuple(each for each in self.differences if each.change == "worse")

    @property
    def is_same(self) -> bool:
        """Whether nothing changed: no answer and no score."""
        return not self.changed and all(each.change == "same" for each in self.differences)


def compare(a: Run, b: Run) -> Comparison:
    """Compare two runs over the questions that both hold.

    Raises:
        RunError: They share no question, or one means another thing by the same id.
    """
    first, second = a.by_key(), b.by_key()
    keys = sorted(first.keys() & second.keys())
    if not keys:
        raise RunError(f"{a.folder} and {b.folder} share no question.", "Run the same sets for both.")
    pairs = [(first[key], second[key]) for key in keys]
    other = [one.id for one, two in pairs if one.question.question != two.question.question]
    if other:
        raise RunError(
            f"'{other[0]}' asks one thing in {a.folder} and another in {b.folder}.", "Run both anew."
        )
    draws = resamples(len(pairs))
    names = [name for name in METRICS if any(name in one.scores or name in two.scores for one, two in pairs)]
    found = [_difference(METRICS[name], pairs, draws) for name in names]
    found += [_derived(METRICS[name], parts, pairs) for name, parts in DERIVED.items()]
    return Comparison(
        a=a.name,
        b=b.name,
        setup=_setup(a, b),
        questions=len(pairs),
        only_a=len(first) - len(pairs),
        only_b=len(second) - len(pairs),
        differences=tuple(found),
        tags=_by_tag(pairs),
        changed=tuple(Changed(one, two, _moved(one, two)) for one, two in pairs if not _is_same(one, two)),
    )


def _setup(a: Run, b: Run) -> tuple[str, ...]:
    before, after = a.info.model_dump(mode="json"), b.info.model_dump(mode="json")
    return tuple(
        f"{name}: {before[name]} -> {after[name]}"
        for name in before
        if name != "sets" and before[name] != after[name]
    )


def _difference(
    metric: Metric, pairs: Sequence[tuple[Record, Record]], draws: NDArray[np.int64]
) -> Difference:
    columns = [np.array([_value(pair[at], metric.name) for pair in pairs]) for at in (0, 1)]
    means = [average(each[~np.isnan(each)].tolist()) for each in columns]
    up, down = _moves(metric.name, pairs)
    moved = bool(up or down or means[0] != means[1])
    interval = paired_bootstrap(columns[0], columns[1], draws) if moved else None
    low, high = interval or (None, None)
    change = _change(metric, means, interval, up, down)
    return Difference(metric, means[0], means[1], low, high, up, down, change)


def _value(record: Record, name: str) -> float:
    value = record.scores.get(name)
    return float("nan") if value is None else value


def _moves(
    name: str, pairs: Sequence[tuple[Record, Record]]
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Questions whose score rose, and those whose score fell; one that came or went is neither."""
    known = [(one, two) for one, two in pairs if None not in (one.scores.get(name), two.scores.get(name))]
    rises = [(one.key, _value(two, name) - _value(one, name)) for one, two in known]
    return (
        tuple(key for key, rise in rises if rise > _SMALLEST),
        tuple(key for key, rise in rises if rise < -_SMALLEST),
    )


def _change(
    metric: Metric,
    means: Sequence[float | None],
    interval: tuple[float, float] | None,
    up: Sequence[object],
    down: Sequence[object],
) -> Change:
    if metric.better == "neither":
        moved = None not in means and abs((means[1] or 0) - (means[0] or 0)) > _SMALLEST
        return "unsure" if moved else "same"
    worse, better = (down, up) if metric.better == "higher" else (up, down)
    if metric.guarded and worse:
        return "worse"
    if interval is not None and (interval[0] > 0 or interval[1] < 0):
        return "better" if (interval[0] > 0) == (metric.better == "higher") else "worse"
    return "unsure" if means[0] != means[1] or worse or better else "same"


def _derived(metric: Metric, parts: tuple[str, str], pairs: Sequence[tuple[Record, Record]]) -> Difference:
    """An F1 moves with the two that it is made of, which have the intervals."""
    values = []
    for at in (0, 1):
        precision, recall = (
            [value for pair in pairs if (value := pair[at].scores.get(name)) is not None] for name in parts
        )
        values.append(f1(int(sum(recall)), len(precision), len(recall)))
    change: Change = "same" if values[0] == values[1] else "unsure"
    return Difference(metric, values[0], values[1], None, None, (), (), change)


def _by_tag(pairs: Sequence[tuple[Record, Record]]) -> dict[str, TagCount]:
    """For each tag, on how many questions more metrics moved the right way than the wrong way."""
    counts: dict[str, list[int]] = {}
    for one, two in pairs:
        balance = _balance(one, two)
        place = 0 if balance > 0 else 1 if balance < 0 else 2
        for tag in one.tags:
            counts.setdefault(tag, [0, 0, 0])[place] += 1
    return {tag: TagCount(*each) for tag, each in sorted(counts.items())}


def _balance(one: Record, two: Record) -> int:
    total = 0
    for name in _moved(one, two):
        sign = {"higher": 1, "lower": -1, "neither": 0}[METRICS[name].better]
        rise = _value(two, name) - _value(one, name)
        total += sign if rise > 0 else -sign if rise < 0 else 0
    return total


def _moved(one: Record, two: Record) -> tuple[str, ...]:
    names = [name for name in METRICS if name in one.scores or name in two.scores]
    return tuple(name for name in names if one.scores.get(name) != two.scores.get(name))


def _is_same(one: Record, two: Record) -> bool:
    """Whether both answers are the same to the letter, and came about alike.

    Of the receipt only what the answer came from counts: the passages considered and the rule that fired.
    """
    answers = [each.answer.model_dump(mode="json", exclude={"receipt"}) for each in (one, two)]
    receipts = [(each.answer.receipt.passages, each.answer.receipt.triage) for each in (one, two)]
    return answers[0] == answers[1] and receipts[0] == receipts[1] and not _moved(one, two)
