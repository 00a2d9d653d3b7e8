"""Doubt an alarm: what a pattern sees and readers plainly do not, and what they hardly see.

Patterns are wide, so that no emergency slips through; now and then one fires at "what works better for a fit
that won't stop". Where the readers of `safety.danger` find nothing of it in any part of a longer question, it
is answered, under the first line of the help. So is what only the readers found, and hardly, in a question
that is like one which sources are expected to answer. Whatever then fails gives the help whole. A request
that is declined without reason is answered. Not for finding danger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from math import exp, log

from corpus.errors import CitewellError
from retrieval.safety.danger import (
    RULE,
    Danger,
    in_light_of,
    load_classifier,
    raise_level,
    read_danger,
    read_parts,
)
from retrieval.safety.gloss import gloss
from retrieval.safety.triage import Level, Triage, rules_that_fire, triage

# Probabilities of danger below which the readers plainly do not see what a pattern found. By
# `python -m evals.danger.doubt`: of what the patterns rightly find, none is read below 0.62 and 0.41.
NOT_SEEN = {Level.EMERGENCY: 0.4, Level.DECLINE: 0.3}
# Words of the shortest emergency that is doubted: the development set has few that are shorter.
LEAST_WORDS = 14
# Patterns of these are believed: of death, told in passing; of breath and waking; of a syndrome by its name.
_BELIEVED = frozenset(
    {"suicidal", "harm_to_others", "lethal_amount", "unresponsive_or_breathing"}
    | {"serotonin_syndrome_signs_now"}
)
_BELIEVED_RULES = frozenset({"child-swallowed"})
# Of what readers alone found, these are doubted, and nothing that the body shows; not where a number is told,
# or death is spoken of, of which sources tell too.
_DOUBTED = frozenset({"suicidal", "lethal_amount", "overdose_or_poisoning"})
_TOLD = re.compile(
    r"\d|\b(?:overdos\w*|od(?:e?d)?|lethal\w*|fatal\w*|deadl\w*|kill\w*|die[sd]?|dying|dead|death\w*|suicid\w*"
    r"|poison\w*|toxic\w*|painless\w*|end (?:it|my|me|things)|never wake|not wake|wake up|all at once"
    r"|whole (?:box|bottle|packet|pack|strip|lot))\b",
    re.IGNORECASE,
)
# Who tells of a danger and asks nothing gets help at once, and no reader is opened for it.
_ASKS = re.compile(
    r"\?|\b(?:what|whats|which|who|how|why|when)\b|(?:^|[.,;:!]\s*|\b(?:and|but|so|or)\s)"
    r"(?:does|do|did|is|are|can|could|should|will|would)\b",
    re.IGNORECASE,
)
# Where one part of what is told ends: a danger is seen alone that a question after it hides.
_PART = re.compile(
    r"[.!?;:,]+\s+|[\r\n]+|\s[-–—]+\s|\s(?=(?:and|but|so|is|are|was|were|should|shall|what|whats|how|why|which|when"
    r"|does|do|did|can|could|will|would)\b)",
    re.IGNORECASE,
)
# Of what readers alone found, whole sentences are read: the bits of one sound like anything.
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|[\r\n]+")
# Cosine with an expected question from which on a reading must be surer, by how much the log odds of what is
# asked of it grow with each unit above, and the most that is asked: chosen on the development set, as above.
LIKE_FROM, LIKE_WEIGHT = 0.75, 16.0
MOST_ASKED = {Level.EMERGENCY: 0.75, Level.DECLINE: 0.9}

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
    raised = raise_level(triage(question, earlier), question, earlier)
    if raised.level is Level.EMERGENCY and not _may_be_doubted(raised, question):
        return raised
    before = _told_before(earlier, likeness)
    # After an emergency nothing is doubted.
    is_certain = before is not None and before.level is Level.EMERGENCY
    found = raised if is_certain else doubt(raised, question, earlier, likeness)
    category = None if before is None else before.category if is_certain else before.perhaps
    return replace(found, earlier_emergency=is_certain, earlier_category=category)


def is_emergency_by_pattern(question: str, earlier: Sequence[str], likeness: Likeness) -> bool:
    """Whether a pattern finds an emergency that nothing doubts; where none does, no reader is asked.

    Takes what `assess` takes.
    """
    if triage(question).level is not Level.EMERGENCY:
        return False
    return assess(question, earlier, likeness).level is Level.EMERGENCY


def _told_before(earlier: Sequence[str], likeness: Likeness) -> Triage | None:
    """The latest emergency among earlier questions, each read as it was asked; else what may have been."""
    perhaps = None
    for at in reversed(range(len(earlier))):
        question, before = earlier[at], earlier[:at]
        past = doubt(raise_level(triage(question), question, before), question, before, likeness)
        if past.level is Level.EMERGENCY:
            return past
        if perhaps is None and past.perhaps is not None:
            perhaps = past
    return perhaps


def doubt(triaged: Triage, question: str, earlier: Sequence[str], likeness: Likeness) -> Triage:
    """Lower the level of an alarm that is hardly one; of an emergency, `perhaps` and the rule are kept.

    Args:
        triaged: What patterns and readers found.
        question: As the person wrote it.
        earlier: The earlier questions of the conversation, oldest first.
        likeness: Asked only of what the readers alone found.
    """
    if not _may_be_doubted(triaged, question):
        return triaged
    hardly = _is_hardly_seen if triaged.rule == RULE else _is_not_seen
    if not hardly(triaged, question, earlier, likeness):
        return triaged
    below = _without(triaged, question)
    if triaged.level is Level.DECLINE:
        return below
    # What was taken for an emergency may still be something to decline, by a pattern or by the readers.
    found = below if triaged.rule == RULE else raise_level(below, question, earlier)
    if found.level is Level.EMERGENCY:
        return triaged
    found = doubt(found, question, earlier, likeness)
    return replace(found, perhaps=triaged.category, rule=found.rule or triaged.rule)


def _may_be_doubted(triaged: Triage, question: str) -> bool:
    """Whether an alarm is one that may be doubted at all."""
    if triaged.level is Level.DECLINE:
        return True
    if triaged.level is not Level.EMERGENCY or len(question.split()) < LEAST_WORDS:
        return False
    if triaged.rule == RULE:
        return triaged.category in _DOUBTED and not _TOLD.search(question)
    fired = [rule for rule in rules_that_fire(question) if rule.level is Level.EMERGENCY]
    believed = any(rule.category in _BELIEVED or rule.id in _BELIEVED_RULES for rule in fired)
    return not believed and _ASKS.search(question) is not None


def _without(triaged: Triage, question: str) -> Triage:
    """What patterns find beside the alarm: what is to be declined, or the cautions alone."""
    declines = (rule for rule in rules_that_fire(question) if rule.level is Level.DECLINE)
    other = next(declines, None) if triaged.level is Level.EMERGENCY else None
    if other is not None:
        return replace(triaged, level=Level.DECLINE, category=other.category, rule=other.id)
    level = Level.CAUTION if triaged.cautions else Level.NONE
    return replace(triaged, level=level, category=None, rule=None)


def _is_not_seen(triaged: Triage, question: str, earlier: Sequence[str], _: Likeness) -> bool:
    """Whether the readers see nothing of what a pattern found: in no part, nor after the turn before.

    Of what they read whole and in English: of a long tale, or of words of another language, they see less.
    """
    if len(read_parts(question)) != 1 or gloss(question) != question:
        return False
    try:
        seen = _seen(question, earlier)
    except CitewellError:
        return False  # help needs no model
    declines = triaged.level is Level.DECLINE
    most = max((each.emergency + (each.decline if declines else 0.0) for each in seen), default=1.0)
    return most < NOT_SEEN[triaged.level]


def _is_hardly_seen(_: Triage, question: str, earlier: Sequence[str], likeness: Likeness) -> bool:
    """Whether readers that found danger are hardly sure of it, in a question such as sources answer."""
    like = likeness(question, earlier)
    if like is None or like <= LIKE_FROM:
        return False
    thresholds = load_classifier().thresholds.items()
    asked = {level: asked_of(least, like, MOST_ASKED[level]) for level, least in thresholds}
    seen = _seen(question, earlier, _SENTENCE)
    return all(each.level(asked) is None for each in seen)


def _seen(question: str, earlier: Sequence[str], between: re.Pattern[str] = _PART) -> list[Danger]:
    """What the readers see in a question, in each part of it, and in its light after the turn before."""
    parts = [part for part in between.split(question) if len(part.split()) > 1]
    texts = dict.fromkeys((question, *parts, *(in_light_of(each, question) for each in earlier[-1:])))
    return [each for text in texts if (each := _danger_in(text)) is not None]


@lru_cache(maxsize=1024)
def _danger_in(text: str) -> Danger | None:
    return read_danger(load_classifier(), text)


def asked_of(least: float, like: float, most: float) -> float:
    """How probable danger must be in a question that is so like an expected one.

    >>> [round(asked_of(0.54, like, 0.75), 2) for like in (0.7, 0.78, 0.9)]
    [0.54, 0.65, 0.75]
    """
    odds = log(least / (1 - least)) + LIKE_WEIGHT * max(0.0, like - LIKE_FROM)
    return max(least, min(most, 1 / (1 + exp(-odds))))
