"""Read "is there one that doesn't do that?" and "which ones don't then?": another of its class."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.expected import ANY_MEDICINE
from corpus.facets import load_facets
from corpus.lexicon import EntityId, Lexicon
from retrieval.question.outlines import load_outlines

if TYPE_CHECKING:
    from retrieval.question.understand import Understanding

_EFFECTS = frozenset({"side_effects", "sexual"})
_ONE_THAT = re.compile(
    r"\W*(?:(?:and|so|but|ok|okay|well|then)\s+)*(?:is|are|isn't|isnt)? ?(?:there )?"
    r"(?:any|one|ones|another|others|something|anything|which|which one|which ones)\b.{0,14}"
    r"\b(?:doesn't|doesnt|does not|don't|dont|do not|won't|wont|isn't|isnt|is not|aren't|arent|without)\b"
)


def another_of_its_class(
    asked: Understanding, masked: str, before: Understanding, lexicon: Lexicon
) -> Understanding | None:
    """Which of its class do not bring the side effect that was spoken of; None where that is not asked.

    Args:
        asked: The question, read by itself.
        masked: Its text in lower case, with drugs and classes as X.
        before: What was understood of the question before it.
        lexicon: To which classes a medicine belongs.
    """
    effects = [each for each in before.facets if each in _EFFECTS]
    if asked.subjects or not (before.subjects and effects and _ONE_THAT.match(masked)):
        return None
    first = before.subjects[0]
    belongs = {first, *lexicon.ancestors(first)}
    above = [EntityId(each) for each in load_outlines()["classes"] if each in belongs]
    if not above:
        return None
    points = tuple(each for each in before.points if each[0] == effects[0])
    effect = points[0][1] if points else load_facets()[effects[0]].heading.lower()
    return replace(
        asked,
        text=f"Which {lexicon.entities[above[0]].name} do not cause {effect}?",
        wording=f"which {ANY_MEDICINE} do not cause {effect}",
        subjects=(above[0],),
        facets=(effects[0],),
        terms=(),
        points=points,
        inherited=True,
    )
