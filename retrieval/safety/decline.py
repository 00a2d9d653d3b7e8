"""What helps somebody whose request is declined: facts about the drug, and never an amount or a schedule.

Not for the fixed sentences that decline: these stand in `help.yaml`.
"""

from __future__ import annotations

from collections.abc import Sequence

from corpus.facets import FacetId, load_facets
from corpus.lexicon import Lexicon
from retrieval.composing.compose import Chosen
from retrieval.question.outlines import load_outlines
from retrieval.question.slot import Slot
from retrieval.question.understand import Understanding
from retrieval.safety.directive import names_quantity

_EACH = 1  # statements a part: more would bury the reply


def facts_instead(
    asked: Understanding, category: str, lexicon: Lexicon
) -> tuple[Understanding, tuple[Slot, ...]]:
    """What to look for instead of what was asked for.

    Args:
        asked: The request.
        category: Why it is declined; `outlines.yaml` says which facts help then.
        lexicon: The names.

    Returns:
        A question about the same drugs that holds nothing else of the request, and its parts; none where no
        drug and no class is named, for then nothing would be about the person's own case.
    """
    names = " and ".join(lexicon.entities[each].name for each in asked.subjects)
    plain = Understanding(text=names, kind="open", subjects=asked.subjects)
    if not asked.subjects:
        return plain, ()
    ids = [FacetId(each) for each in load_outlines()["declines"].get(category, ())]
    # Parts of an outline: what helps does not answer the request, and must not be held against it.
    parts = (Slot(load_facets()[each].heading, (each,), asked.subjects, _EACH, outlined=True) for each in ids)
    return plain, tuple(parts)


def without_amounts(chosen: Sequence[Chosen]) -> list[Chosen]:
    """The statements that name no amount: a label's dose would be read as the dose that was asked for."""
    return [each for each in chosen if not names_quantity(each.evidence.text)]
