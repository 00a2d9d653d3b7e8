"""Doubt an alarm: what a pattern sees and its readers plainly do not, and what they hardly see.

Patterns are wide, so that no emergency slips through; now and then one fires at "what works better for a fit
that won't stop". Where the readers of `safety.danger` find nothing of it, the question is answered, under the
first line of the help. The same holds for what only the readers see, and hardly, in a question that is like
one which sources are expected to answer. Help comes first in every case: what is doubted is whether nothing
else may follow. A request that is declined without reason is answered. Not for finding danger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import exp, log

from corpus.errors import CitewellError
from retrieval.safety.danger import (
    RULE,
    in_light_of,
    load_classifier,
    raise_level,
    read_danger,
    read_parts,
)
from retrieval.safety.gloss import gloss
from retrieval.safety.triage import Level, Triage, triage

# Probabilities of danger below which the readers plainly do not see what a pattern found. By
# `python -m evals.danger.doubt`: of what the patterns rightly find, none is read below 0.62 and 0.40.
NOT_SEEN = {Level.EMERGENCY: 0.4, Level.DECLINE: 0.3}
# Who speaks of ending their life says it in passing, and readers miss it more often: patterns are believed.
_BELIEVED = frozenset({"suicidal", "harm_to_others"})
# Who tells of a danger and asks nothing gets help at once, and no reader is opened for it.
_ASKS = re.compile(
    r"\?|\b(?:what|whats|which|who|how|hows|why|when|does|do|did|is|are|can|could|should|will|would)\b", re.I
)
# Cosine with an expected question from which on a reading must be surer, by how much the log odds of what is
# asked of it grow with each unit above, and the most that is asked: chosen on the development set, as above.
LIKE_FROM, LIKE_WEIGHT = 0.75, 16.0
MOST_ASKED = {Level.EMERGENCY: 0.75, Level.DECLINE: 0.9}
# What readers alone found is believed of who speaks of death: sources answer what is deadliest, too.
_OF_DEATH = re.compile(
    r"\b(?:overdos\w*|lethal\w*|fatal\w*|deadl\w*|kill\w*|die[sd]?|dying|dead|death\w*|suicid\w*|poison\w*)\b",
    re.I,
)

# How like a question is, after those before it, to those that sources are expected to answer; None where no
# index can say.
Likeness = Callable[[str, Sequence[str]], float | None]


def without_index(_: str, __: Sequence[str]) -> None:
    """The likeness where there is no index to ask."""


def assess(question: str, earlier: Sequence[str], likeness: Likeness) -> Triage:
    """Triage a question by patterns and readers, doubt what they find, and recall what was told before.

    Args:
        question: As the person wrote it.
        earlier: The earlier questions of the conversation, oldest first.
        likeness: Asked only where it decides.

    Raises:
        RecordError, ModelError: The readers cannot be used, and no pattern finds an emergency.
    """
    found = _assessed(triage(question, earlier), question, earlier, likeness)
    if found.level is Level.EMERGENCY:
        return found
    category = _told_before(earlier, likeness)
    return replace(found, earlier_emergency=category is not None, earlier_category=category)


def _told_before(earlier: Sequence[str], likeness: Likeness) -> str | None:
    """The category of the latest emergency among earlier questions, each read as it was when it was asked."""
    for at in reversed(range(len(earlier))):
        past = _assessed(triage(earlier[at]), earlier[at], earlier[:at], likeness)
        if past.level is Level.EMERGENCY:
            return past.category
    return None


def _assessed(triaged: Triage, question: str, earlier: Sequence[str], likeness: Likeness) -> Triage:
    return doubt(raise_level(triaged, question, earlier), question, earlier, likeness)


def doubt(triaged: Triage, question: str, earlier: Sequence[str], likeness: Likeness) -> Triage:
    """Lower the level of an alarm that is hardly one; of an emergency, `perhaps` keeps the category.

    Args:
        triaged: What patterns and readers found.
        question: As the person wrote it.
        earlier: The earlier questions of the conversation, oldest first.
        likeness: Asked only of what the readers alone found.
    """
    if triaged.level not in NOT_SEEN:
        return triaged
    hardly = _is_hardly_seen if triaged.rule == RULE else _is_not_seen
    if not hardly(triaged, question, earlier, likeness):
        return triaged
    level = Level.CAUTION if triaged.cautions else Level.NONE
    below = replace(triaged, level=level, category=None, rule=None)
    if triaged.level is Level.DECLINE:
        return below
    # What a pattern took for an emergency may still be something to decline.
    found = below if triaged.rule == RULE else raise_level(below, question, earlier)
    return triaged if found.level is Level.EMERGENCY else replace(found, perhaps=triaged.category)


def _is_not_seen(triaged: Triage, question: str, earlier: Sequence[str], _: Likeness) -> bool:
    """Whether the readers see nothing of what a pattern found, neither alone nor after the turn before.

    Of what they read whole and in English: of a long tale, or of words of another language, they see less.
    """
    if triaged.category in _BELIEVED or not _ASKS.search(question):
        return False
    if len(read_parts(question)) != 1 or gloss(question) != question:
        return False
    texts = [question, *(in_light_of(each, question) for each in earlier[-1:])]
    try:
        readings = [each for text in texts if (each := read_danger(load_classifier(), text)) is not None]
    except CitewellError:
        return False  # help needs no model
    declines = triaged.level is Level.DECLINE
    seen = [each.emergency + (each.decline if declines else 0.0) for each in readings]
    return bool(seen) and max(seen) < NOT_SEEN[triaged.level]


def _is_hardly_seen(_: Triage, question: str, earlier: Sequence[str], likeness: Likeness) -> bool:
    """Whether readers that found danger are hardly sure of it, in a question such as sources answer."""
    like = None if _OF_DEATH.search(question) else likeness(question, earlier)
    if like is None or like <= LIKE_FROM:
        return False
    classifier = load_classifier()
    read = read_danger(classifier, question, earlier[-1] if earlier else None)
    asked = {
        level: asked_of(least, like, MOST_ASKED[level]) for level, least in classifier.thresholds.items()
    }
    return read is not None and read.level(asked) is None


def asked_of(least: float, like: float, most: float) -> float:
    """How probable danger must be in a question that is so like an expected one.

    >>> [round(asked_of(0.54, like, 0.75), 2) for like in (0.7, 0.78, 0.9)]
    [0.54, 0.65, 0.75]
    """
    odds = log(least / (1 - least)) + LIKE_WEIGHT * max(0.0, like - LIKE_FROM)
    return max(least, min(most, 1 / (1 + exp(-odds))))
