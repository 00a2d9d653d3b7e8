"""Gather from runs what an evaluator looks at: figures side by side, and every question with what went wrong.

Not for showing it: see `evals.report.page` and `evals.report.text`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from evals.catalogue import METRICS
from evals.compare import Comparison, compare
from evals.judge.opinion import Opinion, opinions
from evals.questions import Nugget, Question
from evals.review.lines import read_lines
from evals.review.ratings import FILE as RATINGS
from evals.review.ratings import Agreement, Rating, agreements, latest, means
from evals.score import forbidden, missed, said
from evals.store import Figure, Record, Run
from retrieval.answer import Answer

NO_FIGURE = Figure(value=None, n=0)
T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Told:
    """What one run answered to one question, and what is wrong with it.

    Attributes:
        right: Whether it ended as it should; None where the set does not say.
        missed: Vital nuggets that it does not state, `missed_okay` likewise; of nuggets with patterns alone.
        forbidden: Its statements that must never be made here.
    """

    answer: Answer
    scores: dict[str, float | None]
    right: bool | None
    missed: tuple[str, ...]
    missed_okay: tuple[str, ...]
    forbidden: tuple[str, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong, in a few words each, the worst first."""
        found = []
        if self.forbidden:
            found.append("says what is forbidden")
        if self.right is False:
            found.append(f"ended as {self.answer.outcome}")
        if self.missed:
            found.append(f"misses {len(self.missed)} vital")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what each run told, in the order of the runs; None where a run was not asked it."""

    set: str
    question: Question
    tags: tuple[str, ...]
    told: tuple[Told | None, ...]

    @property
    def badness(self) -> tuple[int, bool, float]:
        """How much is wrong in the first run: the greater, the sooner it should be looked at."""
        first = self.told[0]
        if first is None:
            return 0, False, 0.0
        return (
            len(first.forbidden),
            first.right is False,
            len(first.missed) / max(1, len(self.question.vital)),
        )

    @property
    def differs(self) -> bool:
        """Whether the runs end differently, or say different things."""
        words = {_words(each.answer) if each else None for each in self.told}
        return len(words) > 1


@dataclass(frozen=True, slots=True)
class People:
    """What reviewers said: how many ratings, by how many, how far they agree, and the means by run."""

    ratings: int
    raters: int
    agreements: tuple[Agreement, ...]
    means: dict[str, dict[str, tuple[float, int]]]


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report shows.

    Attributes:
        names: The runs' names, the one that the report is about first.
        metrics: Of each metric, its figure in each run.
        tags: Of each metric, of each tag, its figure in each run.
        asked: The questions that are shown, those with faults first.
        comparisons: Of each other run, what became of it in the first.
        opinions: What judges said of the first run, and of its answers against each other run's, by the
            other's name.
        people: What reviewers said of the first run; None where none did.
        held: How many questions are held out: in the figures, and not shown.
        command: What makes this report anew.
    """

    names: tuple[str, ...]
    runs: tuple[Run, ...]
    metrics: dict[str, tuple[Figure, ...]]
    tags: dict[str, dict[str, tuple[Figure, ...]]]
    asked: tuple[Asked, ...]
    comparisons: tuple[Comparison, ...]
    opinions: tuple[tuple[str, Opinion], ...]
    people: People | None
    held: int
    command: str

    @property
    def at_fault(self) -> int:
        """How many of the shown questions have a fault in the first run."""
        return sum(any(each.badness) for each in self.asked)


def gather(runs: Sequence[Run], *, show_held: bool = False, command: str = "") -> Report:
    """Put runs side by side.

    Args:
        runs: The run that the report is about, then those to compare with.
        show_held: Show held-out questions too, which then should no longer be called held out.
        command: What makes the report anew, to stand in it.
    """
    found = _in_order(name for run in runs for name in run.scores.metrics)
    metrics = [name for name in METRICS if name in found] + [name for name in found if name not in METRICS]
    tags = _in_order(tag for run in runs for tag in run.scores.tags)
    asked = _asked(runs)
    shown = [each for each in asked if show_held or each.question.split != "held"]
    return Report(
        names=_names(runs),
        runs=tuple(runs),
        metrics={name: tuple(run.scores.metrics.get(name, NO_FIGURE) for run in runs) for name in metrics},
        tags={name: _by_tag(runs, tags, name) for name in metrics},
        asked=tuple(sorted(shown, key=lambda each: each.badness, reverse=True)),
        comparisons=tuple(
            compare(other, runs[0]) for other in runs[1:] if other.by_key().keys() & runs[0].by_key().keys()
        ),
        opinions=tuple(_opinions(runs)),
        people=_people(runs[0]),
        held=len(asked) - len(shown),
        command=command,
    )


def _opinions(runs: Sequence[Run]) -> Iterator[tuple[str, Opinion]]:
    yield from (("", each) for each in opinions(runs[0]))
    for name, other in list(zip(_names(runs), runs, strict=True))[1:]:
        yield from ((name, each) for each in opinions(runs[0], other) if each.topic == "preference")


def _people(run: Run) -> People | None:
    rows = latest(read_lines(run.folder / RATINGS, Rating))
    if not rows:
        return None
    return People(len(rows), len({each.rater for each in rows}), tuple(agreements(rows)), means(rows))


def _by_tag(runs: Sequence[Run], tags: Sequence[str], metric: str) -> dict[str, tuple[Figure, ...]]:
    """The figures of each tag that has any."""
    rows = {tag: tuple(run.scores.tags.get(tag, {}).get(metric, NO_FIGURE) for run in runs) for tag in tags}
    return {tag: figures for tag, figures in rows.items() if any(each.n for each in figures)}


def _in_order(values: Iterable[T]) -> list[T]:
    """Each value once, in the order of its first occurrence."""
    return list(dict.fromkeys(values))


def _names(runs: Sequence[Run]) -> tuple[str, ...]:
    """Folder names; where two are the same, the paths as they were given."""
    names = [run.name for run in runs]
    return tuple(names if len(set(names)) == len(names) else [str(run.folder) for run in runs])


def _asked(runs: Sequence[Run]) -> list[Asked]:
    by_key = [run.by_key() for run in runs]
    keys = _in_order(key for records in by_key for key in records)
    found = []
    for key in keys:
        records = [records.get(key) for records in by_key]
        first = next(each for each in records if each is not None)
        told = tuple(_told(each) if each else None for each in records)
        found.append(Asked(first.set, first.question, first.tags, told))
    return found


def _told(record: Record) -> Told:
    question, answer = record.question, record.answer
    return Told(
        answer=answer,
        scores=record.scores,
        right=answer.outcome.value in question.outcome if question.outcome else None,
        missed=tuple(missed(question, answer)),
        missed_okay=_missed(question.okay, said(answer)),
        forbidden=tuple(forbidden(question, answer)),
    )


def _missed(nuggets: Sequence[Nugget], sentences: Sequence[str]) -> tuple[str, ...]:
    return tuple(each.nugget for each in nuggets if each.any and not each.stated_in(sentences))


def _words(answer: Answer) -> tuple[str, ...]:
    return (
        answer.outcome,
        *(each.text for each in answer.warnings),
        *(each.text for each in answer.statements),
    )
