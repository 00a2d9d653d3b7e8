"""Read "is ibuprofen ok" beside what somebody said that they take ("I am on Zoloft"): it asks about both.

So does "can I have a glass of wine" after a question about a medicine, and "can I take ibuprofen too".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.expected import ANY_MEDICINE
from corpus.facets import FacetId
from corpus.lexicon import Lexicon
from retrieval.question.slot import JOINT

if TYPE_CHECKING:
    from retrieval.question.understand import Understanding

_INTERACTIONS = FacetId("interactions")
# Facets that such a question is heard to ask for by its wording alone ("is it ok to").
_OF_WORDING = JOINT | {"serious_harms"}
_HAD = frozenset({"drug", "class", "substance"})
_TAKES = re.compile(
    r"\b(on|tak(?:e|es|ing)|took|us(?:e|es|ing)|start(?:ed|s|ing)?|prescribed|given|gave|got)\b",
    re.IGNORECASE,
)
# What tells of oneself may end there, or ask something: "I take lexapro, what is it".
_ASKS = re.compile(
    r"\?|\b(what|whats|when|where|who|why|how|hows|which|do|does|did|can|could|should|will|would|may|might|is|are"
    r"|was|were|tell|explain|compare|know|wonder\w*|need|advice|info\w*)\b",
    re.IGNORECASE,
)
_MAY = re.compile(
    r"\b(?:can|could|may|should|shall|might)\b(?: \w+){1,3}?"
    r" (?:have|take|add|drink|use|smoke|eat|try|mix|combine|start)\b"
    r"|\b(?:ok|okay|safe|fine|alright|all right|bad|dangerous|harmful|allowed)\b",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(
    r"\W*(?:(?:and|but|so|or|also|ok|okay) )*(?:what about|how about|and|or|also)\b ?", re.I
)
# "Is it ok to take X": this "it" stands for nothing.
_EXPLETIVE = re.compile(r"\b(?:is|was|would|be) it(?: \w+){1,2} (?:to|if)\b", re.IGNORECASE)
_TOO = re.compile(r"\b(too|as well|alongside|on top|at the same time|together)\W*$", re.IGNORECASE)
_OF_IT = re.compile(r"\b(it|its|them|they|these|those|this|that|with|instead|other|another)\b", re.IGNORECASE)
_FRAGMENT = 3  # words of what asks nothing by itself: "paracetamol", "a glass of wine"


def beside(asked: Understanding, earlier: Sequence[Understanding], lexicon: Lexicon) -> Understanding | None:
    """A question whether something may be had, as one about that and what is taken; None where it is none.

    Args:
        asked: The question, read by itself.
        earlier: What was understood of the earlier questions, oldest first.
        lexicon: What kinds of things are named.
    """
    had = (*asked.subjects, *asked.context)
    if len(had) != 1 or lexicon.entities[had[0]].kind not in _HAD or not set(asked.facets) <= _OF_WORDING:
        return None
    taken = next((each for each in reversed(earlier) if _is_taken(each)), None)
    if taken is None and _goes_on(asked, earlier[-1]):
        taken = earlier[-1]
    rest, is_left_out = _without_opening(asked.text)
    if taken is None or had[0] in taken.subjects or _OF_IT.search(_EXPLETIVE.sub(" ", rest)):
        return None
    if not (is_left_out or _MAY.search(asked.text)):
        return None
    wording, _ = _without_opening(asked.wording)
    return replace(
        asked,
        wording=f"{'can i take ' if is_left_out else ''}{wording.rstrip(' ?')} with {ANY_MEDICINE}",
        leans_on=(taken.text,),
        subjects=(*asked.subjects, *taken.subjects[:1]),
        facets=tuple(dict.fromkeys((*(each for each in asked.facets if each in JOINT), _INTERACTIONS))),
        inherited=not asked.subjects,
    )


def _is_taken(told: Understanding) -> bool:
    """Whether a turn says that a medicine is taken, and asks nothing."""
    return bool(told.subjects and _TAKES.search(told.text)) and not _ASKS.search(told.text)


def _goes_on(asked: Understanding, before: Understanding) -> bool:
    """Whether what may be had is food, drink or one more, after a question about one medicine."""
    is_more = not asked.subjects or bool(_TOO.search(asked.text))
    return len(before.subjects) == 1 and not asked.terms and is_more and bool(_MAY.search(asked.text))


def _without_opening(text: str) -> tuple[str, bool]:
    """What follows "and" or "what about", and whether that is but a name: what is asked of it is left out."""
    opening = _ELLIPSIS.match(text)
    rest = text[opening.end() :] if opening else text
    return rest, len(rest.split()) <= _FRAGMENT and not _MAY.search(rest)
