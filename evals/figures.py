"""Gather the scores of single answers into the figures of a run, over all and by tag, with intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from evals.catalogue import METRICS
from evals.metrics.basic import average, f1
from evals.metrics.intervals import bootstrap, wilson
from evals.store import Figure, Record, Scores

_DIGITS = 6
# An F1 is no mean of what single questions score; it follows from the two that it is made of.
DERIVED = {"abstention_f1": ("abstention_precision", "abstention_recall")}


def figures(records: Sequence[Record]) -> Scores:
    """The figures of a run; the order of the records does not matter.

    A share of questions has Wilson's interval, any other mean that of the bootstrap; an F1 has none here.
    """
    tags: dict[str, list[Record]] = defaultdict(list)
    for each in records:
        for tag in each.tags:
            tags[tag].append(each)
    return Scores(
        metrics=_all(records, _with_interval),
        tags={tag: _all(group, _plain) for tag, group in sorted(tags.items())},
    )


def _all(records: Iterable[Record], figure: Callable[[list[float]], Figure]) -> dict[str, Figure]:
    columns = columns_of(records)
    found = {name: figure(columns[name]) for name in METRICS if columns.get(name)}
    for name, (precision, recall) in DERIVED.items():
        claimed, wanted = columns.get(precision, []), columns.get(recall, [])
        value = f1(int(sum(wanted)), len(claimed), len(wanted))
        if value is not None:
            found[name] = Figure(value=_round(value), n=len(claimed) + len(wanted))
    return {name: found[name] for name in METRICS if name in found}


def columns_of(records: Iterable[Record]) -> dict[str, list[float]]:
    """The defined scores of each metric, in ascending order."""
    columns: dict[str, list[float]] = defaultdict(list)
    for each in records:
        for name, value in each.scores.items():
            if value is not None:
                columns[name].append(value)
    return {name: sorted(values) for name, values in columns.items()}


def _plain(values: list[float]) -> Figure:
    return Figure(value=_round(average(values)), n=len(values))


def _with_interval(values: list[float]) -> Figure:
    is_share = set(values) <= {0.0, 1.0}
    ends = wilson(int(sum(values)), len(values)) if is_share else bootstrap(values)
    low, high = ends or (None, None)
    return Figure(value=_round(average(values)), n=len(values), low=_round(low), high=_round(high))


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
