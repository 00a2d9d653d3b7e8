"""Does a sentence speak of what the words of a question are about, beside known names and facets?"""

from __future__ import annotations

import re

from ingest.index import Index
from retrieval.evidence.desk import Desk, Evidence
from retrieval.evidence.foresight import answers, is_certain, is_sure
from retrieval.question.slot import JOINT, Slot
from retrieval.question.understand import Understanding
from retrieval.words import coverage, is_derived, is_inflected, is_known, respelled, speaks_of

_LIKELY = 0.65  # below it, a sentence that is like the question in meaning does not answer it
_SHORT = 7  # words up to which each of them does
_SPOKEN_OF, _ALIKE = 0.5, 0.62  # of the question's words; of its meaning (cosine)
_BEFORE_A_NAME = (
    r"\b(?:does|do|did|is|are|was|can|could|will|would|should|of|on|with|without|about|against|than|and|or|for|from|to"
    r"|tak(?:e|es|ing)|took|us(?:e|es|ing)|start\w*|stop\w*|give[ns]?)\s+(?:(?:the|my|some|an?)\s+)?"
)
_AFTER_A_NAME = r"\s+(?:[xsecm][rl]\b|tablets?\b|capsules?\b|pills?\b|injections?\b|patch(?:es)?\b|\d+ ?mg\b)"
_EFFECTS = ("side_effects",)  # of which each is another: who asks about hair is not answered by weight
_SHORTEST_NAME = 5  # letters; what is shorter and no word is more often slang than a name


def speaks_of_terms(each: Evidence, slot: Slot, asked: Understanding, desk: Desk) -> bool:
    """Whether a sentence speaks of what the question's own words are about.

    A word that is no ordinary one and stands in no source (a drug that nothing here is about) must be spoken
    of whatever else fits. Where names and facets say what is asked for, other words weigh little.
    """
    expected = answers(each) and not slot.outlined
    if _misses_the_point(each, slot, asked) and not (is_certain(each) if slot.direct else expected):
        return False
    if not asked.terms or _is_of_the_pair(each, asked):
        return True
    said = f"{each.text} {each.passage.header}"
    if not speaks_of_names(each, asked, desk):
        return False
    if expected:
        # In a short question each word counts; in a long one most of them only tell the story.
        is_story = len(asked.text.split()) > _SHORT
        sure = is_story or is_sure(each)
        return sure or coverage(asked.terms, f"{said} {each.expected}", desk.index) >= _SPOKEN_OF
    covered = coverage(asked.terms, said, desk.index)
    foreign = [term for term in asked.terms if not is_derived(term) and not is_known(term, desk.index)]
    if foreign:
        return covered >= 0.6
    if slot.direct:
        return covered >= _SPOKEN_OF or (
            each.relevance >= _ALIKE and (each.foreseen is None or each.foreseen >= _LIKELY)
        )
    about = asked.subjects or asked.context
    if not about:
        return covered >= 0.6 and each.relevance >= 0.4
    if slot.outlined:
        return True  # the parts of an outline ask their own questions
    if asked.subjects and set(asked.facets) - {"definition"}:
        return covered >= 0.34 or each.relevance >= 0.45
    # What it was written down to answer says more than its meaning, where anybody wrote that down.
    is_alike = each.relevance >= _ALIKE and (each.foreseen is None or each.foreseen >= _LIKELY)
    return covered >= 0.5 or (is_alike and all(is_known(term, desk.index) for term in asked.terms))


def _misses_the_point(each: Evidence, slot: Slot, asked: Understanding) -> bool:
    """Whether a sentence says nothing of what exactly is asked about within a facet (weight, hair)."""
    if slot.outlined:
        return False
    of = _EFFECTS if slot.direct else slot.facets[:1]
    points = [word for facet, word in asked.points if facet in of]
    said = f"{each.text} {each.expected}" if slot.direct else each.text
    return bool(points) and not any(speaks_of(point, said) for point in points)


def speaks_of_names(each: Evidence, asked: Understanding, desk: Desk) -> bool:
    """Whether a sentence speaks of what the question names, where that is nothing that the lexicon knows.

    A word that is none of English is a name: of another medicine (levothyroxine), of a test. How like a
    question is to an expected one says nothing then: both ask "when should it be taken". Where nothing known
    is named, most of the words must be spoken of.
    """
    said, index = f"{each.text} {each.passage.header} {each.expected}", desk.index
    known = (*asked.subjects, *asked.context)
    # "Is the flu jab okay while on sertraline" asks about the pair.
    is_half_known = not known or (len(known) == 1 and "interactions" in asked.facets)
    if is_half_known and coverage(asked.terms, said, index) < _SPOKEN_OF:
        return False
    if asked.subjects and is_certain(each):
        return True
    names = [term for term in asked.terms if len(term) >= _SHORTEST_NAME and _is_name(term)]
    if known:
        names = [name for name in names if not _is_familiar(name, index) and _is_named(name, asked.text)]
    return all(speaks_of(name, said) for name in names)


def _is_of_the_pair(each: Evidence, asked: Understanding) -> bool:
    """Whether a sentence says what two do together, and a question asks for no more than that."""
    pair = set(asked.subjects)
    return len(pair) == 2 and not asked.facets and pair <= each.entities and each.passage.facet in JOINT


def _is_familiar(word: str, index: Index) -> bool:
    """Whether sources say it or people ask it of what is known ("cheddar"): no name of something else."""
    return word in index.expected_words or is_known(word, index)


def _is_named(name: str, text: str) -> bool:
    """Whether a word stands where a name does ("does X", "with X", "X XR: ...", "the X tablets")."""
    word = re.escape(name)
    return re.search(rf"{_BEFORE_A_NAME}{word}\b|\b{word}{_AFTER_A_NAME}", text, re.I) is not None


def _is_name(word: str) -> bool:
    return not is_derived(word) and not is_inflected(word) and respelled(word) is None
