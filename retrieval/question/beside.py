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
# "I am on X", "my gran takes X", "just started X": somebody does, now.
_TAKES = re.compile(
    r"\W*(?:(?:hi|hello|hey|ok|okay|so|and|well|also|yes|no)\b\W*)*"
    r"(?:(?:i|im|i'm|ive|i've|we|he|she|hes|he's|shes|she's|my|our)\b.*?\b)?"
    r"(?:(?:just|also|now|only|been|still|recently|currently) )*"
    r"(?:on|tak(?:e|es|en|ing)|us(?:e|es|ing)|start(?:ed|s|ing)?|prescribed|given|got|put on)\b",
    re.IGNORECASE,
)
_NOT_NOW = re.compile(
    r"\b(not|never|dont|don't|no longer|stop(?:s|ped|ping)?|quit|off|allerg\w+|used to|ago"
    r"|last (?:year|month))\b",
    re.IGNORECASE,
)
# Not where it is asked something too: "I take lexapro, what is it".
_ASKS = re.compile(
    r"\?|\b(what|whats|when|where|who|why|how|hows|which|should|whether|tell|explain|compare|wonder\w*"
    r"|advice)\b"
    r"|^\W*(?:(?:and|but|so) )*(?:do|does|did|can|could|will|would|may|is|are|was|were)\b",
    re.IGNORECASE,
)
_MAY = re.compile(
    r"\b(?:can|could|may|should|shall|might)\b(?: \w+){1,3}?"
    r" (?:have|take|add|drink|use|smoke|eat|try|mix|combine|start)\b"
    r"|\b(?:ok|okay|safe|fine|alright|all right|allowed)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"\W*(?:(?:and|but|so|or|also|ok|okay) )*(?:what about|how about|and|or|also)\b ?", re.IGNORECASE
)
# "Is it ok to take X": this "it" stands for nothing.
_EXPLETIVE = re.compile(r"\b(?:is|was|would|be) it(?: \w+){1,2} (?:to|if)\b", re.IGNORECASE)
_TOO = re.compile(r"\b(too|as well|alongside|on top|at the same time|together)\W*$", re.IGNORECASE)
_OF_IT = re.compile(r"\b(it|its|them|they|these|those|this|that|with|instead|other|another)\b", re.IGNORECASE)
_TOLD = 2  # turns that tell what is taken, the latest
_NAME = 2  # words of a bare name: "paracetamol?", "and green tea"


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
    taken = _taken(asked, earlier)
    rest, is_left_out = _without_opening(asked.text)
    if not taken or had[0] in taken[-1].subjects or _OF_IT.search(_EXPLETIVE.sub(" ", rest)):
        return None
    if not (is_left_out or _MAY.search(asked.text)):
        return None
    wording, _ = _without_opening(asked.wording or asked.text)
    subjects = dict.fromkeys(each for told in reversed(taken) for each in told.subjects)
    return replace(
        asked,
        wording=f"{'can i take ' if is_left_out else ''}{wording.rstrip(' ?!.')} with {ANY_MEDICINE}",
        leans_on=tuple(told.text for told in taken),
        subjects=(*asked.subjects, *(each for each in subjects if each not in had)),
        facets=tuple(dict.fromkeys((*(each for each in asked.facets if each in JOINT), _INTERACTIONS))),
        inherited=not asked.subjects,
    )


def _taken(asked: Understanding, earlier: Sequence[Understanding]) -> list[Understanding]:
    """The latest turns that tell what is taken, oldest first; else the one before, where the talk goes on."""
    told = [each for each in earlier if _is_taken(each)]
    if told or not earlier or not _goes_on(asked, earlier[-1]):
        return told[-_TOLD:]
    return [earlier[-1]]


def _is_taken(told: Understanding) -> bool:
    """Whether a turn says that somebody takes a medicine, and asks nothing."""
    if not told.subjects or told.inherited or _NOT_NOW.search(told.text) or _ASKS.search(told.text):
        return False
    return _TAKES.match(told.text) is not None


def _goes_on(asked: Understanding, before: Understanding) -> bool:
    """Whether what may be had is food, drink or one more, after a question about one medicine."""
    is_more = not asked.subjects or bool(_TOO.search(asked.text))
    return len(before.subjects) == 1 and not asked.terms and is_more and bool(_MAY.search(asked.text))


def _without_opening(text: str) -> tuple[str, bool]:
    """What follows "and" or "what about", and whether that is but a name: what is asked of it is left out."""
    opening = _OPENING.match(text)
    rest = text[opening.end() :] if opening else text
    is_name = len(rest.split()) <= _NAME or (opening is not None and len(rest.split()) <= 2 * _NAME)
    return rest, is_name and not any(each.search(rest.rstrip(" ?")) for each in (_MAY, _ASKS, _TAKES))
