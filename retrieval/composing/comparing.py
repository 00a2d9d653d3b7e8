"""Keep of what is said of two that are compared what helps to compare them.

Not for the order of two by a figure: see `composing.rank`; nor for what a sentence says of which exceeds the
other: see `verdict.compare`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from corpus.lexicon import EntityId, Lexicon
from retrieval.evidence.desk import Evidence
from retrieval.evidence.foresight import answers
from retrieval.question.large import asks_for_outline
from retrieval.question.slot import CAUTIONS, CORRECTION, IN_SHORT, JOINT, MOST_COMPARED, Slot
from retrieval.question.understand import Understanding
from retrieval.support.wording import load_wording, read_tokens

if TYPE_CHECKING:
    from retrieval.composing.compose import Chosen

# Reading from which a sentence says of one side what was asked.
_SAID_OF_IT = 0.2


def without_halves(taken: Sequence[Chosen], slots: Sequence[Slot]) -> list[Chosen]:
    """Without the headings that are to set two sides beside each other and have one of them only."""
    wanted = Counter(slot.heading for slot in slots if slot.both)
    said = Counter(each.heading for each in taken)
    return [each for each in taken if said[each.heading] >= wanted[each.heading]]


def unless_beside_the_point(taken: Sequence[Chosen], asked: Understanding, lexicon: Lexicon) -> list[Chosen]:
    """What is said of what was asked about; of cautions alone, or of one side alone, only the correction."""
    said = [each for each in taken if each.heading != CORRECTION]
    is_to_compare = asked.kind == "compare" and "comparison" in asked.facets
    of_cautions = asked.kind == "compare" and all(each.heading == CAUTIONS for each in said)
    if (
        _is_of_none(said, asked, lexicon)
        or _is_of_another(said, asked, lexicon)
        or of_cautions
        or (is_to_compare and _is_one_sided(said, asked, lexicon))
    ):
        return [each for each in taken if each.heading == CORRECTION]
    return list(taken)


def _is_of_none(said: Sequence[Chosen], asked: Understanding, lexicon: Lexicon) -> bool:
    """Whether nothing that is said names a medicine, or what was asked about with it."""
    substances = {each for each in asked.context if lexicon.entities[each].kind == "substance"}
    near = substances.union(*(lexicon.near(each) for each in asked.subjects))
    named = [each.evidence.entities | lexicon.entities_in(each.evidence.passage.header) for each in said]
    return bool(asked.subjects) and not any(near & each for each in named)


def _is_of_another(said: Sequence[Chosen], asked: Understanding, lexicon: Lexicon) -> bool:
    """Whether nothing that is said is of the drug that the question takes for something else, or its classes.

    "Given that sertraline is a benzodiazepine, what flumazenil dose reverses it?": a dose is no answer.
    """
    taken_wrongly = {each.drug for each in asked.premises if each.holds is False and not each.is_asked}
    near = frozenset().union(*(lexicon.near(each) for each in taken_wrongly))
    return bool(taken_wrongly) and not any(near & each.evidence.entities for each in said)


def _is_one_sided(said: Sequence[Chosen], asked: Understanding, lexicon: Lexicon) -> bool:
    """Whether what is said where they are compared at large leaves one of them out."""
    named = [each.evidence.entities | lexicon.entities_in(each.evidence.passage.header) for each in said]
    sides = _stands_for(asked, lexicon)[:MOST_COMPARED]
    return asks_for_outline(asked) and not all(any(side & each for each in named) for side in sides)


def is_uncompared(asked: Understanding, chosen: Sequence[Chosen], lexicon: Lexicon) -> bool:
    """Whether two are to be compared, and no statement does."""
    # "Less than two weeks after" is worded like a comparison, and is none.
    is_worded = asked.kind == "compare" and len(asked.subjects) > 1
    is_asked = is_worded and "comparison" in asked.facets and not JOINT & set(asked.facets)
    return is_asked and not any(_compares(each, asked, lexicon) for each in chosen)


def compares_somewhere(asked: Understanding, everything: Sequence[Evidence], lexicon: Lexicon) -> bool:
    """Whether a sentence that was looked at compares two, and was expected to answer such a question.

    Then no reader is told that no source does, though it was not chosen.
    """
    sides = [side for _, side in _sides(asked, lexicon)]
    return any(
        answers(each)
        and sum(bool(each.entities & side) for side in sides) > 1
        and load_wording().comparison.find(read_tokens(each.text))
        for each in everything
    )


def answers_for_each(asked: Understanding, chosen: Sequence[Chosen], lexicon: Lexicon) -> bool:
    """Whether the direct answer says of each side what was asked: then a reader can compare."""
    read = [
        each.evidence
        for each in chosen
        if each.heading == IN_SHORT and each.evidence.reading and each.evidence.reading.answers >= _SAID_OF_IT
    ]
    return all(any(side & each.entities for each in read) for side in _stands_for(asked, lexicon))


def _compares(each: Chosen, asked: Understanding, lexicon: Lexicon) -> bool:
    """Whether a statement of the direct answer speaks of two of what is compared."""
    named = each.evidence.entities
    return each.heading == IN_SHORT and sum(bool(named & side) for _, side in _sides(asked, lexicon)) > 1


def _sides(asked: Understanding, lexicon: Lexicon) -> list[tuple[EntityId, frozenset[EntityId]]]:
    """What stands for each subject: itself and its members, but none that is a subject of its own."""
    return [
        (drug, (lexicon.members(drug) | {drug}) - (set(asked.subjects) - {drug})) for drug in asked.subjects
    ]


def _stands_for(asked: Understanding, lexicon: Lexicon) -> list[frozenset[EntityId]]:
    """What is said of each side: itself, its members, and the classes that are not those of all."""
    shared = frozenset.intersection(*(lexicon.ancestors(drug) for drug in asked.subjects))
    return [side | (lexicon.ancestors(drug) - shared) for drug, side in _sides(asked, lexicon)]
