"""Judge sentences against a part of an answer: those that may fill it are scored, the best first.

Not for what must hold: see `evidence.may`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from corpus.lexicon import Lexicon
from corpus.record import Kind
from ingest.embed import Vectors
from retrieval.evidence.about import context_fit, defines
from retrieval.evidence.desk import Desk, Evidence
from retrieval.evidence.figures import asks_for_figures, gives_figures
from retrieval.evidence.foresight import answers, foresight, nearest_expected
from retrieval.evidence.may import OF_CONDITIONS, may
from retrieval.evidence.standing import burden, speaks_of_animals
from retrieval.question.hear import load_wordings
from retrieval.question.slot import JOINT, Slot
from retrieval.question.understand import Understanding
from retrieval.words import coverage

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
# What taking two drugs together does says nothing about one against the other.
_COMBINED = re.compile(
    r"\b(combin\w+|add(ed|ing) to|adding|plus|together with|co-?administ\w+|adjunct\w*|augment\w+)\b", re.I
)
_JOINT_USE = 0.25
# Weights of likeness to the question, to what was searched for, and to what other sources say.
_OUTLINED = (0.10, 0.50, 0.20)
_ASKED = (0.50, 0.15, 0.15)
_OF_ANIMALS = 0.12  # taken off where a lay reader asks about people
_OF_AMOUNT = 0.12  # taken off an amount where no dose is asked for
_AMOUNT = re.compile(r"\d ?(mg|micrograms?|mcg|g)\b", re.I)
_OF_ANOTHER_HEADING = 0.2
_DEFINES = 0.12  # for a sentence that says what a thing is, where that is asked
# What becomes of a drug in the body says little to a person who did not ask about just that.
_KINETIC = re.compile(
    r"\b(clearance|plasma|bioavailab\w+|peak(s|ed)?|absor\w+|metabol\w+|body handles)\b", re.I
)
_OF_KINETICS = 0.12
_KINETIC_FACETS = frozenset({"duration", "interactions", "dose", "dose_special", "response", "liver_kidney"})
# Who asks why is helped by a sentence that gives a reason.
_WHY = re.compile(r"\b(why|how come|what makes|the reason)\b", re.I)
_REASON = re.compile(
    r"\b(because|due to|owing to|since|so that|explain\w*|reasons?|why|as a result|leads? to)\b", re.I
)
_OF_ITS_FACET = 0.08  # for standing under the heading that is asked for, in the direct answer
_GIVES_FIGURES = 0.1  # for a sentence that gives some, where these are asked for
_OF_OWN_WORDS = 0.4
_GIVES_REASON = 0.06
# Advice, law and warnings are revised; of what was found once, the year says little.
_REVISED = frozenset({"recommendation", "treatment", "legal", "boxed_warning", "alternatives"})
_FROM_YEAR, _TO_YEAR, _OF_RECENCY = 1990, 2025, 0.04
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
    fits = [(each, fit) for each in sentences if (fit := may(each, slot, asked, vector, desk)) is not None]
    fits = nearest_expected(fits, slot)
    central = _centrality([each for each, _ in fits])
    judged = [
        replace(each, score=_score(each, fit, middle, slot, asked, vector, desk))
        for (each, fit), middle in zip(fits, central, strict=True)
    ]
    return tuple(sorted(judged, key=lambda each: (-each.score, each.key)))


def _score(
    each: Evidence, fit: float, central: float, slot: Slot, asked: Understanding, vector: Vectors, desk: Desk
) -> float:
    # A part of an outline asks its own question; elsewhere the person's words say best what is wanted.
    own, searched, middle = _OUTLINED if slot.outlined else _ASKED
    said = f"{each.text} {each.passage.header} {each.expected if answers(each) else ''}"
    terms = coverage(asked.terms, said, desk.index) if asked.terms else 0.0
    order = slot.facets.index(each.passage.facet) if each.passage.facet in slot.facets else len(slot.facets)
    return (
        own * each.relevance
        + searched * float(each.vector @ vector)
        + middle * central
        + 0.25 * fit
        + (_OF_OWN_WORDS if slot.direct else _term_weight(asked)) * terms
        + context_fit(each, [name for name in asked.context if name not in slot.subjects], desk.lexicon)
        + foresight(each, slot)
        + (_OF_ITS_FACET if slot.direct and each.passage.facet in asked.facets else 0.0)
        + _ALSO_ASKED * any(load_wordings().speaks_of(facet, each.text) for facet in slot.besides)
        + (_GIVES_REASON if _WHY.search(asked.text) and _REASON.search(each.text) else 0.0)
        + _PRIOR.get(each.source.kind, 0.0)
        + (_GIVES_FIGURES if asks_for_figures(asked.text) and gives_figures(each.text) else 0.0)
        + _recency(each, slot)
        - _neighbourhood(order, slot)
        + (
            _DEFINES
            if "definition" in slot.facets[:1] and defines(each, slot.subjects, desk.lexicon)
            else 0.0
        )
        - burden(each.text)
        - (_OF_AMOUNT if _AMOUNT.search(each.text) and not _asks_for_amount(asked) else 0.0)
        - (_OF_KINETICS if _KINETIC.search(each.text) and not _KINETIC_FACETS & set(slot.facets[:1]) else 0.0)
        - (_OF_ANIMALS if speaks_of_animals(each.text) and _is_of_people(asked, desk.lexicon) else 0.0)
        - (_JOINT_USE if _COMBINED.search(each.text) and _sets_apart(asked) else 0.0)
    )


def _asks_for_amount(asked: Understanding) -> bool:
    return bool(
        {"dose", "dose_special", "forms"} & set(asked.facets)
        or _AMOUNT.search(asked.text)
        or asks_for_figures(asked.text)
    )


def _neighbourhood(order: int, slot: Slot) -> float:
    """What is taken off where a heading is not the one asked for but a neighbour of it."""
    if slot.facets[:1] and slot.facets[0] in OF_CONDITIONS and not slot.outlined:
        return _OF_ANOTHER_HEADING * (order > 0)
    return 0.04 * min(order, 3)


def _recency(each: Evidence, slot: Slot) -> float:
    """A little more for newer works where a newer one takes the place of an older one."""
    if not _REVISED & set(slot.facets[:1]) or each.source.year is None:
        return 0.0
    return _OF_RECENCY * min(1.0, max(0.0, (each.source.year - _FROM_YEAR) / (_TO_YEAR - _FROM_YEAR)))


def _term_weight(asked: Understanding) -> float:
    """How much the question's own words count: the more of them, the more exactly it says what it wants."""
    return 0.15 + 0.05 * min(3, max(0, len(asked.terms) - 1))


def _is_of_people(asked: Understanding, lexicon: Lexicon) -> bool:
    """Whether a question is about people: not about animals, nor about a receptor, studied in animals."""
    targets = (each for each in asked.context if lexicon.entities[each].kind == "gene_or_target")
    return not speaks_of_animals(asked.text) and next(targets, None) is None


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
