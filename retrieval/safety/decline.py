"""What helps somebody whose request is declined: facts about the drug, and never an amount or a schedule.

Not for the fixed sentences that decline: these stand in `help.yaml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from corpus.facets import FacetId, load_facets
from corpus.lexicon import EntityId
from retrieval.composing.compose import Chosen, Draft, compose, says_the_same
from retrieval.evidence.desk import Desk
from retrieval.evidence.gather import gather
from retrieval.question.outlines import load_outlines
from retrieval.question.slot import Slot
from retrieval.question.understand import Understanding
from retrieval.safety.directive import names_quantity

_EACH = 1  # statements a part: more would bury the reply
_ASKED = 2  # of what was asked for besides
# Whose plan or amount is asked for: what else they ask for may be told in general.
_OF_ONES_OWN = frozenset({"personal_dose", "taper_schedule", "conversion_for_self"})
_DEPENDENCE = FacetId("dependence")
_OF_AMOUNTS = frozenset({"dose", "forms"})


def what_may_be_told(category: str, parts: Sequence[Slot]) -> tuple[Slot, ...]:
    """The parts of a request that is declined which may be answered in general.

    Args:
        category: Why it is declined.
        parts: The parts that an answer would have.

    Returns:
        Where somebody asks for their own amount or plan, what they ask about by the way; else nothing.
    """
    if category not in _OF_ONES_OWN:
        return ()
    told = [each for each in parts if each.facets and not each.outlined and each.facets[0] not in _OF_AMOUNTS]
    return tuple(replace(each, limit=_ASKED) for each in told if each.subjects)


def with_what_helps(draft: Draft, asked: Understanding, category: str, desk: Desk) -> Draft:
    """A draft with the facts that help whoever makes such a request, by `outlines.yaml`.

    Looked for by the names alone, so that nothing of the request decides which they are. None where no drug
    and no class is named, for then nothing would be about the person's own case.
    """
    if not asked.subjects:
        return draft
    names = " and ".join(desk.lexicon.entities[each].name for each in asked.subjects)
    plain = Understanding(text=names, kind="open", subjects=asked.subjects)
    slots = _helping(asked.subjects, category)
    helping = compose(plain, slots, gather(plain, slots, desk), desk).chosen
    said = [each.evidence for each in draft.chosen]
    new = [each for each in helping if not any(says_the_same(each.evidence, other) for other in said)]
    return replace(draft, chosen=(*draft.chosen, *new))


def _helping(subjects: tuple[EntityId, ...], category: str) -> tuple[Slot, ...]:
    ids = [FacetId(each) for each in load_outlines()["declines"].get(category, ())]
    # Parts of an outline: what helps does not answer the request, and must not be held against it.
    return tuple(
        Slot(
            load_facets()[each].heading,
            (each,),
            subjects,
            _EACH,
            outlined=True,
            # Of what is addictive, not of what is said not to be.
            paired=category in _OF_ONES_OWN and each == _DEPENDENCE,
        )
        for each in ids
    )


def without_amounts(chosen: Sequence[Chosen]) -> list[Chosen]:
    """The statements that name no amount: a label's dose would be read as the dose that was asked for."""
    return [each for each in chosen if not names_quantity(each.evidence.text)]
