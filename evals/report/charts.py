"""Where the marks of the plots stand, in units of the drawing. Not for drawing them: see `charts.html`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from evals.compare import Comparison, Difference
from evals.report.gather import Report
from evals.store import Figure
from retrieval.answer import Outcome

WIDTH = 760
LABELS = 250  # room for the names of rows
_RIGHT = 20
_GAP = 16  # between two runs of one metric
_PAD = 14  # above and below a metric
_BAR = 30


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with the ends of its interval, from left to right, in one run."""

    run: int
    y: float
    x: float
    low: float | None
    high: float | None
    figure: Figure


@dataclass(frozen=True, slots=True)
class Row:
    """One metric, with a dot a run."""

    name: str
    y: float
    height: float
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar."""

    outcome: str
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """How the questions of one run ended."""

    name: str
    y: float
    segments: tuple[Segment, ...]


def place(share: float) -> float:
    """Where a share stands from left to right."""
    return round(LABELS + share * (WIDTH - LABELS - _RIGHT), 2)


def metric_rows(report: Report) -> list[Row]:
    """The metrics that are shares, one below the other; others have no common scale: see the table."""
    rows: list[Row] = []
    y = 0.0
    for name, figures in report.metrics.items():
        if not _are_shares(figures):
            continue
        height = 2 * _PAD + _GAP * (len(figures) - 1)
        dots = tuple(
            Dot(run, y + _PAD + run * _GAP, place(each.value), _end(each.low), _end(each.high), each)
            for run, each in enumerate(figures)
            if each.value is not None
        )
        rows.append(Row(name, y, height, dots))
        y += height
    return rows


def _are_shares(figures: Sequence[Figure]) -> bool:
    values = [end for each in figures for end in (each.value, each.low, each.high) if end is not None]
    return bool(values) and all(0 <= each <= 1 for each in values)


def _end(value: float | None) -> float | None:
    return None if value is None else place(value)


def outcome_bars(report: Report) -> list[Bar]:
    """How the questions of each run ended, as parts of a bar."""
    bars = []
    for at, (name, run) in enumerate(zip(report.names, report.runs, strict=True)):
        counts = Counter(each.answer.outcome for each in run.records)
        segments, before = [], 0
        for outcome in Outcome:
            if counts[outcome]:
                share = counts[outcome] / counts.total()
                width = round(share * (WIDTH - LABELS - _RIGHT), 2)
                segments.append(Segment(outcome, counts[outcome], place(before / counts.total()), width))
                before += counts[outcome]
        bars.append(Bar(name, at * _BAR + _PAD, tuple(segments)))
    return bars


@dataclass(frozen=True, slots=True)
class Shift:
    """How much one metric moved, with its interval, from left to right around no change."""

    difference: Difference
    y: float
    x: float
    low: float
    high: float


def shifts(comparison: Comparison) -> tuple[list[Shift], float]:
    """The metrics that moved and have an interval, and what the ends of the scale stand for."""
    moved = [each for each in comparison.differences if each.change != "same" and _is_share(each)]
    reach = max([0.05, *(abs(end) for each in moved for end in (each.low, each.high) if end is not None)])
    middle, half = place(0.5), place(1) - place(0.5)

    def at(value: float) -> float:
        return round(middle + half * value / reach, 2)

    found = [
        Shift(each, _PAD + row * 2 * _PAD, at(each.b - each.a), at(each.low), at(each.high))
        for row, each in enumerate(moved)
        if each.a is not None and each.b is not None and each.low is not None and each.high is not None
    ]
    return found, reach


def _is_share(difference: Difference) -> bool:
    values = (difference.a, difference.b)
    has_interval = difference.low is not None and difference.high is not None
    return has_interval and all(each is not None and 0 <= each <= 1 for each in values)
