"""Scores of answers, each a few pure lines. What has nothing to count is None, never NaN.

Not for asking the questions: see `evals.run`.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from evals.questions import Nugget, Question
from retrieval.answer import Answer, Outcome


def share(flags: Sequence[bool]) -> float | None:
    """Share that is true; None of nothing.

    >>> share([True, False])
    0.5
    """
    return sum(flags) / len(flags) if flags else None


def average(values: Sequence[float | None]) -> float | None:
    """Mean of what is defined; None of nothing.

    >>> average([1.0, None, 0.0])
    0.5
    """
    known = [each for each in values if each is not None]
    return mean(known) if known else None


def said(answer: Answer) -> list[str]:
    """The sentences of an answer that state something from a source, warnings included."""
    statements = [each.text for each in answer.statements if each.citations]
    return statements + [each.text for each in answer.warnings if each.citations]


def nugget_recall(nuggets: Sequence[Nugget], answer: Answer) -> float | None:
    """Share of the nuggets that an answer states (strict: a nugget is stated or not).

    With the vital nuggets alone this is the 'strict vital' score of AutoNuggetizer (Pradeep et al. 2024,
    arXiv:2411.09607); matching is by pattern instead of by a model.
    """
    return share([nugget.stated_in(said(answer)) for nugget in nuggets])


def outcome_is_right(question: Question, answer: Answer) -> bool:
    """Whether the answer ended as it should."""
    return answer.outcome.value in question.outcome


def f1(right: int, claimed: int, wanted: int) -> float | None:
    """Harmonic mean of precision and recall, from counts; None when nothing was claimed or wanted.

    >>> f1(right=1, claimed=1, wanted=3)
    0.5
    """
    return 2 * right / (claimed + wanted) if claimed + wanted else None


def abstention_f1(questions: Sequence[Question], answers: Sequence[Answer]) -> float | None:
    """F1 of abstaining: right when the sources hold no answer and the system gives none."""
    wanted = ["abstained" in question.outcome and not question.answerable for question in questions]
    did = [answer.outcome is Outcome.ABSTAINED for answer in answers]
    both = sum(a and b for a, b in zip(wanted, did, strict=True))
    return f1(both, sum(did), sum(wanted))
