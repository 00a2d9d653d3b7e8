"""Does a sentence answer a question, by the questions that it was expected to answer?

How like they are is found by `Index.foreseen`. Not for what else must hold: see `evidence.judge`.
"""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.evidence.desk import Evidence
from retrieval.question.outline import nearby
from retrieval.question.slot import Slot
from retrieval.question.understand import Understanding

# Likeness to the questions that a sentence is expected to answer (cosine): from where it answers this one;
# where it neither speaks for it nor against; and what it weighs.
_FORESEEN, _UNDECIDED, _OF_FORESIGHT = 0.66, 0.53, 1.2
# How far behind the most like a sentence may be, in the direct answer and below it.
_BEHIND_DIRECT, _BEHIND_EXPECTED = 0.12, 0.18
_OF_CLASS = 0.2  # taken off the likeness where a sentence is only about the class of what is asked about
_UNLIKE = 0.1  # cosine of sentence and question from which likeness to an expected one needs no more
_FAR = 0.45  # below it, a sentence does not answer
_SURE = 0.74  # from where a sentence about any of what is named answers
_NEARLY_SURE = 0.5  # from where one about exactly what is named is worth reading, where nothing else answers
_CERTAIN = 0.82  # from where it answers almost the very same question
_EXACT = 0.93  # from where it was written down to answer this question, in other words at most


def nearest_expected(fits: Sequence[tuple[Evidence, float]], slot: Slot) -> list[tuple[Evidence, float]]:
    """Without those that are expected to answer quite another question, where others answer this one."""
    likeness = [(each.foreseen or 0.0) - _OF_CLASS * (1 - min(fit, 1.0)) for each, fit in fits]
    best = max(likeness, default=0.0)
    if slot.outlined or best < _FORESEEN:
        return list(fits)
    least = best - (_BEHIND_DIRECT if slot.direct else _BEHIND_EXPECTED)
    return [
        (each, fit)
        for (each, fit), like in zip(fits, likeness, strict=True)
        if each.foreseen is None or like >= least
    ]


def answers(each: Evidence) -> bool:
    """Whether a sentence was expected to answer such a question."""
    return each.foreseen is not None and each.foreseen >= _FORESEEN


def is_far(each: Evidence) -> bool:
    """Whether a sentence was written down to answer other questions, or is like this one in nothing else."""
    if each.foreseen is None:
        return False
    return each.foreseen < _FAR or (each.foreseen < _CERTAIN and each.relevance < _UNLIKE)


def is_certain(each: Evidence) -> bool:
    """Whether a sentence was expected to answer almost the very same question.

    Then neither the heading that it stands under matters, nor whom it is about, nor an unknown name.
    """
    return each.foreseen is not None and each.foreseen >= _CERTAIN


def is_exact(each: Evidence) -> bool:
    """Whether a sentence was expected to answer the question itself."""
    return each.foreseen is not None and each.foreseen >= _EXACT


def is_sure(each: Evidence) -> bool:
    """Whether a sentence was expected to answer just such a question, so that little else matters."""
    return each.foreseen is not None and each.foreseen >= _SURE


def is_nearly_sure(each: Evidence) -> bool:
    """Whether a sentence about exactly what is asked about is worth reading, where nothing else answers."""
    return each.foreseen is not None and each.foreseen >= _NEARLY_SURE


def is_beside(each: Evidence, asked: Understanding) -> bool:
    """Whether a sentence stands under another heading than is asked for, and is not sure to answer.

    How long a drug takes and how long it lasts are asked in much the same words.
    """
    if not asked.facets or each.passage.facet is None or is_certain(each):
        return False
    return not any(each.passage.facet in nearby(facet, False) for facet in asked.facets)


def foresight(each: Evidence, slot: Slot) -> float:
    """More for a sentence that is expected to answer such a question, less for one that is not."""
    if each.foreseen is None or slot.outlined:
        return 0.0
    return _OF_FORESIGHT * (min(each.foreseen, 0.9) - _UNDECIDED)
