"""Find the warnings that belong to an answer, each from a source, unless the answer gives them already.

Not for the fixed sentences of help: see `retrieval.help`. Which caution asks for which facets stands in
`outlines.yaml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from corpus.facets import FacetId
from retrieval.compose import Chosen, compose
from retrieval.evidence import Desk
from retrieval.gather import gather
from retrieval.plan import Slot, load_outlines
from retrieval.understand import Understanding


def warn(
    asked: Understanding, cautions: Sequence[str], chosen: Sequence[Chosen], desk: Desk
) -> tuple[Chosen, ...]:
    """The statements that warn, one for each caution that the answer does not speak of.

    Args:
        asked: The question.
        cautions: Tags of the triage.
        chosen: The statements of the answer.
        desk: The index and the names.
    """
    given = {each.evidence.passage.facet for each in chosen}
    slots = []
    for caution in cautions:
        facets = tuple(FacetId(each) for each in load_outlines()["cautions"].get(caution, ()))
        if asked.subjects and chosen and facets and not given & set(facets[:1]):
            slots.append(Slot("Warning", facets, asked.subjects, 1))
    if not slots:
        return ()
    plain = replace(asked, terms=(), points=(), context=())
    draft = compose(plain, slots, gather(plain, slots, desk), desk)
    said = {each.evidence.key for each in chosen}
    return tuple(each for each in draft.chosen if each.evidence.key not in said)
