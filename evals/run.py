"""Ask question sets in one process and gather the figures that the README shows under these names.

The same scores as `citewell eval run`, without a folder: for `python -m evals` and for tests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from evals.figures import figures
from evals.metrics import average, share
from evals.questions import Question
from evals.score import Scored, forbidden, is_exact, missed, said, score, stating, strayed
from evals.store import Record
from evals.systems import Ours
from retrieval.answer import Answer
from retrieval.pipeline import Citewell


@dataclass(frozen=True)
class Result:
    """A question with its answer."""

    question: Question
    answer: Answer
    shelf: Ours

    @cached_property
    def scores(self) -> Scored:
        """Every metric of it."""
        return score(self.question, self.answer, self.shelf)

    @property
    def missed(self) -> list[str]:
        """Vital nuggets that the answer does not state."""
        return missed(self.question, self.answer)

    @property
    def forbidden(self) -> list[str]:
        """Statements that must never be made here."""
        return forbidden(self.question, self.answer)

    @property
    def strayed(self) -> list[str]:
        """Statements about another drug than those asked about."""
        return strayed(self.question, self.answer)


def run(questions: Sequence[Question], citewell: Citewell) -> list[Result]:
    """Answer every question, in order."""
    shelf = Ours(citewell)
    return [Result(each, shelf.ask(each), shelf) for each in questions]


def spans_are_exact(answer: Answer, citewell: Citewell) -> bool:
    """Whether every quote is, character for character, what its stored passage says."""
    shelf = Ours(citewell)
    return all(is_exact(one, shelf) for each in stating(answer) for one in each.citations)


def scores(results: Sequence[Result], citewell: Citewell) -> dict[str, float | int | None]:
    """The figures of a run under the names of the README."""
    records = [
        Record(id=each.question.id, set="", question=each.question, answer=each.answer, scores=each.scores)
        for each in results
    ]
    found = {name: figure.value for name, figure in figures(records).metrics.items()}
    took = [each.answer.receipt.took_ms for each in results]
    return {
        "questions": len(results),
        "outcome is right": found.get("outcome_right"),
        "vital nuggets stated": found.get("strict_vital"),
        "okay nuggets stated": found.get("okay"),
        "abstention F1": found.get("abstention_f1"),
        "citation recall": found.get("cited"),
        "citation precision": found.get("citations_hold"),
        "statements about another drug": sum(len(each.strayed) for each in results),
        "answers with a forbidden statement": sum(bool(each.forbidden) for each in results),
        "answers with inexact quotes": sum(not spans_are_exact(each.answer, citewell) for each in results),
        "statements an answer": average([float(len(said(each.answer))) for each in results
                                         if each.question.answerable]),
        "milliseconds, median": median(took) if took else None,
    }  # fmt: skip


def by_tag(results: Sequence[Result]) -> dict[str, tuple[int, float | None, float | None]]:
    """For each tag: questions, share of right outcomes, vital nuggets stated."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for each in results:
        for tag in each.question.tags:
            groups[tag].append(each)
    return {
        tag: (
            len(group),
            share([each.answer.outcome.value in each.question.outcome for each in group]),
            average([each.scores.get("strict_vital") for each in group]),
        )
        for tag, group in sorted(groups.items())
    }
