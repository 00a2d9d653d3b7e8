"""Keep of what is said of two that are compared what helps to compare them.

Not for the order of two by a figure: see `composing.rank`; nor for what a sentence says of which exceeds the
other: see `verdict.compare`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from corpus.lexicon import EntityId, Lexicon
from retrieval.question.slot import IN_SHORT, JOINT, Slot
from retrieval.question.understand import Understanding

if TYPE_CHECKING:
    from retrieval.composing.compose import Chosen

# Reading from which a sentence that speaks of two compares them in what was asked, or speaks of one for it.
_COMPARED = 0.2


def without_halves(taken: Sequence[Chosen], slots: Sequence[Slot]) -> list[Chosen]:
    """Without the headings that are to set two sides beside each other and have one of them only."""
    wanted = Counter(slot.heading for slot in slots if slot.both)
    said = Counter(each.heading for each in taken)
    return [each for each in taken if said[each.heading] >= wanted[each.heading]]


def without_background(
    taken: Sequence[Chosen], slots: Sequence[Slot], asked: Understanding, lexicon: Lexicon
) -> list[Chosen]:
    """Without what each of two is, where a sentence compares them in just what was asked."""
    if not any(_compares_in_it(each, asked, lexicon) for each in taken):
        return list(taken)
    background = {slot.heading for slot in slots if slot.background}
    return [each for each in taken if each.heading not in background]


def is_uncompared(asked: Understanding, chosen: Sequence[Chosen], lexicon: Lexicon) -> bool:
    """Whether two are to be compared, and no statement does."""
    # "Less than two weeks after" is worded like a comparison, and is none.
    is_worded = asked.kind == "compare" and len(asked.subjects) > 1
    is_asked = is_worded and "comparison" in asked.facets and not JOINT & set(asked.facets)
    return is_asked and not any(compares(each, asked, lexicon) for each in chosen)


def answers_for_each(asked: Understanding, chosen: Sequence[Chosen], lexicon: Lexicon) -> bool:
    """Whether the direct answer says of each side what was asked: then a reader can compare."""
    read = [
        each.evidence
        for each in chosen
        if each.heading == IN_SHORT and each.evidence.reading and each.evidence.reading.answers >= _COMPARED
    ]
    shared = frozenset.intersection(*(lexicon.ancestors(drug) for drug in asked.subjects))
    above = [side | (lexicon.ancestors(drug) - shared) for drug, side in _sides(asked, lexicon)]
    return all(any(side & each.entities for each in read) for side in above)


def compares(each: Chosen, asked: Understanding, lexicon: Lexicon) -> bool:
    """Whether a statement of the direct answer speaks of two of what is compared."""
    named = each.evidence.entities
    return each.heading == IN_SHORT and sum(bool(named & side) for _, side in _sides(asked, lexicon)) > 1


def _sides(asked: Understanding, lexicon: Lexicon) -> list[tuple[EntityId, frozenset[EntityId]]]:
    """What stands for each subject: itself and its members, but none that is a subject of its own."""
    return [
        (drug, (lexicon.members(drug) | {drug}) - (set(asked.subjects) - {drug})) for drug in asked.subjects
    ]


def _compares_in_it(each: Chosen, asked: Understanding, lexicon: Lexicon) -> bool:
    reading = each.evidence.reading
    return reading is not None and reading.answers >= _COMPARED and compares(each, asked, lexicon)
