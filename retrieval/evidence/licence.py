"""Does a sentence tell what a medicine is licensed for, where that is what is asked?

That a guideline names it, or a trial found that it works, does not say so: sertraline is advised for
generalised anxiety, and its labels do not name it. Not for which country's licence: see `evidence.places`.
"""

from __future__ import annotations

import re

from corpus.record import Kind
from retrieval.evidence.desk import Evidence
from retrieval.question.hear import load_wordings
from retrieval.question.understand import Understanding

_TOLD = re.compile(
    r"\b(?:labels?|labell\w+|labeling|licen[cs]\w+|approv\w+|unapproved|authoris\w+|authoriz\w+|off-label"
    r"|indicat\w+|product (?:summary|information)|SmPC|boxed warning)\b",
    re.IGNORECASE,
)
_OF_LICENCES = frozenset({Kind.LABEL, Kind.REGULATOR})
_ONLY = re.compile(r"\bonly (?:for|in)\b", re.IGNORECASE)


def asks_for_licence(asked: Understanding) -> bool:
    """Whether it is asked what a medicine is licensed for, and not only what it is good for."""
    return load_wordings().licence.search(asked.text) is not None


def tells_licence(each: Evidence) -> bool:
    """Whether a sentence goes back to a label, or speaks of what is licensed."""
    return each.source.kind in _OF_LICENCES or _TOLD.search(each.text) is not None


def is_licensed_for_one(each: Evidence, asked: Understanding) -> bool:
    """Whether a sentence tells the only use of a medicine, which answers for every other use."""
    return asks_for_licence(asked) and tells_licence(each) and _ONLY.search(each.text) is not None
