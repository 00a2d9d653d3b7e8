"""Judge sentences against a part of an answer: which may fill it, and how well.

What must hold is checked first (it stands alone, is of the facet, about the subject, and speaks of what the
question's own words are about); what is better is scored after.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from corpus.lexicon import EntityId, Lexicon
from corpus.record import Kind
from ingest.embed import Vectors
from retrieval.evidence import Desk, Evidence
from retrieval.plan import JOINT, Slot
from retrieval.understand import Understanding, load_wording
from retrieval.words import coverage, is_derived, is_known, speaks_of

# What kind of work a sentence comes from, as a prior: small beside relevance, enough to order equals.
_PRIOR: dict[Kind, float] = {
    Kind.GUIDELINE: 0.05,
    Kind.REGULATOR: 0.06,
    Kind.LABEL: 0.05,
    Kind.SYSTEMATIC_REVIEW: 0.05,
    Kind.META_ANALYSIS: 0.05,
    Kind.TRIAL: 0.02,
    Kind.MONOGRAPH: 0.04,
    Kind.REFERENCE_PAGE: 0.05,
    Kind.REVIEW: 0.03,
    Kind.LAW: 0.05,
    Kind.OVERVIEW: 0.03,
    Kind.SUMMARY: 0.10,
    Kind.COMMENTARY: -0.02,
    Kind.NEWS: -0.05,
    Kind.HUMAN_STUDY: -0.02,
    Kind.ANIMAL_STUDY: -0.12,
    Kind.IN_VITRO: -0.12,
}
_DANGLING = frozenset(
    [
        "it",
        "this",
        "these",
        "they",
        "such",
        "that",
        "those",
        "he",
        "she",
        "however",
        "but",
        "also",
        "therefore",
        "thus",
        "moreover",
        "furthermore",
        "and",
        "or",
        "its",
        "their",
        "both",
    ]
)
# What taking two drugs together does says nothing about one against the other.
_COMBINED = re.compile(
    r"\b(combin\w+|add(ed|ing) to|adding|plus|together with|co-?administ\w+|adjunct\w*|augment\w+)\b", re.I
)
_JOINT_USE = 0.25
# What holds for some people only; never an answer to what holds for anybody.
_OF_SOME = frozenset(
    {"pregnancy", "breastfeeding", "children", "older_people", "liver_kidney", "overdose", "study"}
)
# Weights of likeness to the question, to what was searched for, and to what other sources say.
_OUTLINED = (0.10, 0.50, 0.20)
_ASKED = (0.50, 0.15, 0.15)
_ANIMAL = re.compile(r"\b(mice|mouse|rats?|cats?|rabbits?|monkeys?|animals?|laboratory|in vitro)\b", re.I)
_OF_ANIMALS = 0.12  # taken off where a lay reader asks about people
# For these, a passage of a neighbouring facet counts only where its sentence uses the facet's own words.
_STRICT = frozenset(
    {"stopping", "dependence", "older_people", "children", "driving", "memory"}
    | {"liver_kidney", "pregnancy", "breastfeeding", "sexual"}
)
# What becomes of a drug in the body says little to a person who did not ask about just that.
_KINETIC = re.compile(
    r"\b(clearance|plasma|bioavailab\w+|peak(s|ed)?|absor\w+|metabol\w+|body handles)\b", re.I
)
_OF_KINETICS = 0.12
_KINETIC_FACETS = frozenset({"duration", "interactions", "dose", "dose_special", "response", "liver_kidney"})
_ALSO_ASKED = 0.08  # for speaking of a facet that the question names besides the slot's own
_NEIGHBOURS = 8  # sentences of other sources that a sentence is held against to see how central it is


def judge(
    sentences: Sequence[Evidence], slot: Slot, asked: Understanding, vector: Vectors, desk: Desk
) -> tuple[Evidence, ...]:
    """The sentences that may fill a slot, best first, with their scores.

    Args:
        sentences: Candidates, of any facet and about anything.
        slot: The part to be filled.
        asked: The question.
        vector: What was searched for to fill the slot, encoded.
        desk: The index and the names.
    """
    fits = [(each, fit) for each in sentences if (fit := _may(each, slot, asked, vector, desk)) is not None]
    central = _centrality([each for each, _ in fits])
    judged = [
        replace(each, score=_score(each, fit, middle, slot, asked, vector, desk))
        for (each, fit), middle in zip(fits, central, strict=True)
    ]
    return tuple(sorted(judged, key=lambda each: (-each.score, each.key)))


def _may(each: Evidence, slot: Slot, asked: Understanding, vector: Vectors, desk: Desk) -> float | None:
    """How exactly a sentence is about the slot's subjects; None when it must not fill the slot."""
    if not stands_alone(each.text) or not _of_facet(each, slot, float(each.vector @ vector)):
        return None
    fit = _subject_fit(each, slot, asked, desk.lexicon)
    if fit is None or (slot.loose and fit < 0.7):
        return None
    if not all(_names(each, partner, desk.lexicon) for partner in slot.partners):
        return None
    return fit if _speaks_of_terms(each, slot, asked, desk) else None


def _score(
    each: Evidence, fit: float, central: float, slot: Slot, asked: Understanding, vector: Vectors, desk: Desk
) -> float:
    # A part of an outline asks its own question; elsewhere the person's words say best what is wanted.
    own, searched, middle = _OUTLINED if slot.outlined else _ASKED
    terms = coverage(asked.terms, f"{each.text} {each.passage.header}", desk.index) if asked.terms else 0.0
    order = slot.facets.index(each.passage.facet) if each.passage.facet in slot.facets else len(slot.facets)
    return (
        own * each.relevance
        + searched * float(each.vector @ vector)
        + middle * central
        + 0.25 * fit
        + 0.15 * terms
        + _context_fit(each, asked, slot, desk.lexicon)
        + _ALSO_ASKED * any(load_wording().speaks_of(facet, each.text) for facet in slot.besides)
        + _PRIOR.get(each.source.kind, 0.0)
        - 0.04 * min(order, 3)
        - burden(each.text)
        - (_OF_KINETICS if _KINETIC.search(each.text) and not _KINETIC_FACETS & set(slot.facets[:1]) else 0.0)
        - (_OF_ANIMALS if _ANIMAL.search(each.text) and not _ANIMAL.search(asked.text) else 0.0)
        - (_JOINT_USE if _COMBINED.search(each.text) and _sets_apart(asked) else 0.0)
    )


def _sets_apart(asked: Understanding) -> bool:
    """Whether drugs are asked about one against the other, and not taken together."""
    return asked.kind in {"contrast", "compare"} and not set(asked.facets) & JOINT


def _centrality(sentences: Sequence[Evidence]) -> list[float]:
    """How much each sentence is like what other sources say: the mean of its nearest cosines.

    What many independent sources agree on is what a reader should hear first (the idea of LexRank, Erkan and
    Radev 2004, doi:10.1613/jair.1523, with a fixed number of neighbours).
    """
    if len(sentences) < 2:
        return [0.0] * len(sentences)
    vectors = np.stack([each.vector for each in sentences])
    cosines = vectors @ vectors.T
    sources = np.array([hash(each.source.id) for each in sentences])
    cosines[sources[:, None] == sources[None, :]] = 0.0
    nearest = -np.sort(-cosines, axis=1)[:, :_NEIGHBOURS]
    return [float(value) for value in nearest.mean(axis=1)]


def stands_alone(text: str) -> bool:
    """Whether a sentence can be read without the one before it."""
    words = text.split()
    if not 4 <= len(words) <= 70 or text[-1] not in ".!?\"'”)":
        return False
    return words[0].strip("\"'“(,;:").casefold() not in _DANGLING


def _of_facet(each: Evidence, slot: Slot, similarity: float) -> bool:
    facet = each.passage.facet
    if not slot.facets:
        return facet not in {"study", "limits"}
    in_words = load_wording().speaks_of(slot.facets[0], each.text)
    if slot.loose:
        # Nothing stands under a heading of the facet: then the sentence itself must use its words.
        return facet not in _OF_SOME and in_words
    if facet is None:  # a source without telling headings
        return similarity >= 0.55 or in_words
    if facet == slot.facets[0] or slot.facets[0] not in _STRICT or slot.outlined:
        return facet in slot.facets
    return facet in slot.facets and (in_words or bool(slot.partners))


def _subject_fit(each: Evidence, slot: Slot, asked: Understanding, lexicon: Lexicon) -> float | None:
    if not slot.subjects:
        return 0.5
    fits = [_fit(each, subject, lexicon) for subject in slot.subjects]
    if not any(fits) or (slot.together and not (all(fits) and _tells_apart(each, slot.subjects, lexicon))):
        return None
    others = _strangers(each, asked, lexicon)
    if others and not slot.names_others and (max(fits) < 1.0 or first_named(each.text, lexicon) in others):
        return None  # what a sentence names first it is about
    both = 0.3 * (sum(fit > 0 for fit in fits) - 1)
    # A class was asked about: a sentence that singles out a member says less about it.
    members = sum(1 for entity in each.entities if lexicon.ancestors(entity) & set(slot.subjects))
    return max(fits) + both - 0.15 * min(members, 2) - (0 if slot.names_others else 0.2 * min(len(others), 3))


def _tells_apart(each: Evidence, subjects: Sequence[EntityId], lexicon: Lexicon) -> bool:
    """Whether a sentence names a side for each subject; a class of both says nothing between them."""
    named = [
        {e for e in each.entities if e == s or e in lexicon.ancestors(s) or s in lexicon.ancestors(e)}
        for s in subjects
    ]
    return len(set().union(*named)) >= len(subjects)


def _fit(each: Evidence, subject: EntityId, lexicon: Lexicon) -> float:
    if subject in each.entities:
        return 1.0
    nearest = lexicon.entities[subject].classes[:1]
    if each.entities & set(nearest):
        return 0.75
    if each.entities & {parent for entity in nearest for parent in lexicon.entities[entity].classes[:1]}:
        return 0.5
    if any(subject in lexicon.ancestors(entity) for entity in each.entities):
        return 0.55
    about_drugs = any(lexicon.entities[entity].kind in {"drug", "class"} for entity in each.entities)
    if not about_drugs and subject in lexicon.entities_in(each.passage.header):
        return 0.45  # the sentence names no drug at all: it is about the one that its document is about
    return 0.0


@lru_cache(maxsize=65536)
def first_named(text: str, lexicon: Lexicon) -> EntityId | None:
    """The drug, class or substance that a sentence names first."""
    kinds = {"drug", "class", "substance"}
    named = (mention.entity for mention in lexicon.mentions(text))
    return next((entity for entity in named if lexicon.entities[entity].kind in kinds), None)


def _strangers(each: Evidence, asked: Understanding, lexicon: Lexicon) -> set[EntityId]:
    """Drugs and classes in a sentence that were not asked about, neither in person nor by a class."""
    wanted = set(asked.subjects)
    if not wanted:
        return set()  # a condition was asked about: any drug may have to do with it
    above = {parent for entity in wanted for parent in lexicon.ancestors(entity)}
    return {
        entity
        for entity in each.entities
        if lexicon.entities[entity].kind in {"drug", "class", "substance"}
        and entity not in wanted
        and entity not in asked.context
        and entity not in above
        and not lexicon.ancestors(entity) & wanted
    }


def _names(each: Evidence, entity: EntityId, lexicon: Lexicon) -> bool:
    named = each.entities or lexicon.entities_in(each.passage.header)
    return any(found == entity or entity in lexicon.ancestors(found) for found in named)


def _context_fit(each: Evidence, asked: Understanding, slot: Slot, lexicon: Lexicon) -> float:
    """A little for naming the condition or substance asked about, a little off for naming another."""
    context = [entity for entity in asked.context if entity not in slot.subjects]
    if not context:
        return 0.0
    if any(_names(each, entity, lexicon) for entity in context):
        return 0.10
    conditions = {entity for entity in each.entities if lexicon.entities[entity].kind == "condition"}
    wanted = {entity for entity in context if lexicon.entities[entity].kind == "condition"}
    related = conditions & {parent for entity in wanted for parent in lexicon.ancestors(entity)}
    return -0.10 if conditions and wanted and not related else 0.0


def _speaks_of_terms(each: Evidence, slot: Slot, asked: Understanding, desk: Desk) -> bool:
    """Whether a sentence speaks of what the question's own words are about.

    A word that is no ordinary one and stands in no source (a drug that nothing here is about) must be spoken
    of whatever else fits. Where names and facets say what is asked for, other words weigh little.
    """
    points = [word for facet, word in asked.points if facet in slot.facets[:1]]
    if points and not slot.outlined and not any(speaks_of(point, each.text) for point in points):
        return False
    if not asked.terms:
        return True
    covered = coverage(asked.terms, f"{each.text} {each.passage.header}", desk.index)
    foreign = [term for term in asked.terms if not is_derived(term) and not is_known(term, desk.index)]
    if foreign:
        return covered >= 0.6
    about = asked.subjects or asked.context
    if not about:
        return covered >= 0.6 and each.relevance >= 0.4
    if slot.outlined:
        return True  # the parts of an outline ask their own questions
    if asked.subjects and set(asked.facets) - {"definition"}:
        return covered >= 0.25 or each.relevance >= 0.40
    return covered >= 0.5 or (
        each.relevance >= 0.62 and all(is_known(term, desk.index) for term in asked.terms)
    )


def burden(text: str) -> float:
    """What makes a sentence hard to read: length beyond 28 words, and many numbers."""
    words = text.split()
    numbers = sum(any(char.isdigit() for char in word) for word in words)
    return 0.005 * max(0, len(words) - 28) + 0.015 * max(0, numbers - 2)
