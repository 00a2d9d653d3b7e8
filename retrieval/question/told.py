"""Read what somebody tells of a person in the middle of a talk: it is added to what the talk is about.

Not for what is taken, which the next question may be asked beside: see `question.beside`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.question.understand import Understanding

TURNS = 2  # earlier ones that are read with a follow-up
TOLD = re.compile(
    r"\W*(?:(?:and|but|so|ok|okay|well) )*(?:i|im|i'm|ive|i've|my|we|he|she|hes|he's|shes|she's|tried)\b",
    re.IGNORECASE,
)
# "I tried Nytol, it does nothing": what was tried is not what is asked for then.
_TRIED = re.compile(
    r"\b(tried|trying|(did|does|do|has|have)(nt|n't| not| nothing) ?(help|work|do|done|touch)?"
    r"|(did|does) nothing|no (good|help|use)|useless|failed)\b",
    re.IGNORECASE,
)
# Of what tells of a person: "when I was 12" and "it does nothing" ask for nothing.
_ASKED_OF_THEM = re.compile(
    r"\?|\b(what|whats|where|wheres|who|why|how|hows|which|can|could|should|tell|explain|compare|wonder\w*|want"
    r"|need|advice|info\w*)\b",
    re.IGNORECASE,
)


def adds_a_detail(asked: Understanding, before: Understanding) -> bool:
    """Whether a text tells of the person ("I had a seizure when I was 12") within a talk about something."""
    if asked.subjects and (before.subjects or not _TRIED.search(asked.text)):
        return False
    is_about = bool(before.subjects or before.context)
    return is_about and bool(asked.context or asked.subjects) and _tells_of_person(asked.text)


def _tells_of_person(text: str) -> bool:
    return bool(TOLD.match(text)) and not _ASKED_OF_THEM.search(text)


def with_detail(asked: Understanding, before: Understanding) -> Understanding:
    """What is told, beside what the talk is about: the next question is asked of both."""
    return replace(
        asked,
        leans_on=(*before.leans_on, before.text)[-TURNS:],
        subjects=asked.subjects or before.subjects,
        context=tuple(dict.fromkeys((*before.context, *asked.context))),
        inherited=not asked.subjects,
    )


def tells_of_what_was_tried(text: str) -> bool:
    """Whether a text says that something was tried, and did not help."""
    return _tells_of_person(text) and bool(_TRIED.search(text))
