"""Judge sentences against a part of an answer: which may fill it, and how well.

What must hold is checked first (it stands alone, is of the facet, about the subject, and speaks of what the
question's own words are about); what is better is scored after.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from corpus.facets import FacetId
from corpus.lexicon import EntityId, Lexicon
from corpus.record import Kind
from ingest.embed import Vectors
from retrieval.evidence.about import defines, names, subject_fit
from retrieval.evidence.desk import Desk, Evidence
from retrieval.evidence.foresight import answers, foresight, is_beside, is_far, is_sure, nearest_expected
from retrieval.evidence.standing import burden, hides_its_animals, speaks_of_animals, stands_alone
from retrieval.question.hear import load_wordings
from retrieval.question.plan import JOINT, Slot
from retrieval.question.understand import Understanding
from retrieval.safety.directive import is_directive
from retrieval.words import coverage, is_derived, is_known, respelled, speaks_of

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
# What holds for some people only; never an answer to what holds for anybody.
_OF_SOME = frozenset(
    {"pregnancy", "breastfeeding", "children", "older_people", "liver_kidney", "overdose", "study"}
)
_CASES = frozenset({"stopping", "overdose", "pregnancy", "breastfeeding", "children"})
# Weights of likeness to the question, to what was searched for, and to what other sources say.
_OUTLINED = (0.10, 0.50, 0.20)
_ASKED = (0.50, 0.15, 0.15)
_OF_ANIMALS = 0.12  # taken off where a lay reader asks about people
# For these, a passage of a neighbouring facet counts only where its sentence uses the facet's own words.
_STRICT = frozenset(
    {"stopping", "dependence", "older_people", "children", "driving", "memory"}
    | {"liver_kidney", "pregnancy", "breastfeeding", "sexual"}
)
# Asked of a condition, about which a source may say all under one heading: then the meaning must be near.
_OF_CONDITIONS = frozenset({"symptoms", "causes", "frequency", "diagnosis", "outlook", "prevention"})
_NEAR = 0.6
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
# What is said of these people is no answer for one who did not ask about them.
_OTHER_PEOPLE = (FacetId("breastfeeding"), FacetId("pregnancy"), FacetId("children"))
# Who asks why is helped by a sentence that gives a reason.
_WHY = re.compile(r"\b(why|how come|what makes|the reason)\b", re.I)
_REASON = re.compile(
    r"\b(because|due to|owing to|since|so that|explain\w*|reasons?|why|as a result|leads? to)\b", re.I
)
_LIKELY = 0.65  # below it, a sentence that is like the question in meaning does not answer it
_OF_ITS_FACET = 0.08  # for standing under the heading that is asked for, in the direct answer
_SURE = 0.74  # from where the words of a question do not matter any more
_SHORT = 7  # words up to which each of them does
_SPOKEN_OF, _ALIKE = 0.5, 0.62  # of the question's words; of its meaning (cosine)
_STUDIES = frozenset({"study", "limits"})
_CERTAIN = 0.82  # from where neither an unknown name matters, nor whom a sentence is about
_BEFORE_A_NAME = (
    r"\b(?:does|do|did|is|are|was|can|could|will|would|should|of|on|with|without|about|than|and|or|for|from|to"
    r"|tak(?:e|es|ing)|took|us(?:e|es|ing)|start\w*|stop\w*|give[ns]?)\s+(?:(?:the|my|some|an?)\s+)?"
)
_SHORTEST_NAME = 5  # letters; what is shorter and no word is more often slang than a name
_NUMBER = re.compile(r"\d")
# Who asks how many is helped by a number.
_HOW_MANY = re.compile(
    r"\b(how (many|much|often|likely)|by how|what (percentage|proportion)|per (\d+|hundred|thousand))\b", re.I
)
_GIVES_NUMBER = 0.1
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
    fits = [(each, fit) for each in sentences if (fit := _may(each, slot, asked, vector, desk)) is not None]
    fits = nearest_expected(fits, slot)
    central = _centrality([each for each, _ in fits])
    judged = [
        replace(each, score=_score(each, fit, middle, slot, asked, vector, desk))
        for (each, fit), middle in zip(fits, central, strict=True)
    ]
    return tuple(sorted(judged, key=lambda each: (-each.score, each.key)))


def _may(each: Evidence, slot: Slot, asked: Understanding, vector: Vectors, desk: Desk) -> float | None:
    """How exactly a sentence is about the slot's subjects; None when it must not fill the slot."""
    if not stands_alone(each.text) or is_directive(each.text) or hides_its_animals(each):
        return None
    if _is_of_others(each, slot, asked) or _is_aside(each, slot, asked):
        return None
    if slot.sure:
        is_it = (
            is_sure(each)
            and _speaks_of_names(each, asked, desk)
            and _context_fit(each, asked, slot, desk.lexicon, asked.context) >= 0
        )
        return subject_fit(each, slot, asked, desk.lexicon) if is_it else None
    expected = answers(each) and not (slot.direct and is_beside(each, asked))
    if slot.foreseen and not expected:
        return None
    if not (expected and not slot.facets) and not _of_facet(each, slot, float(each.vector @ vector)):
        return None
    fit = subject_fit(each, slot, asked, desk.lexicon)
    if fit is None or (slot.loose and fit < 0.7) or (slot.paired and not each.entities & set(slot.subjects)):
        return None
    if not all(names(each, partner, desk.lexicon) for partner in slot.partners):
        return None
    if slot.classes and not each.entities & set(slot.classes):
        return None
    return fit if _speaks_of_terms(each, slot, asked, desk) else None


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
        + _context_fit(each, asked, slot, desk.lexicon)
        + foresight(each, slot)
        + (_OF_ITS_FACET if slot.direct and each.passage.facet in asked.facets else 0.0)
        + _ALSO_ASKED * any(load_wordings().speaks_of(facet, each.text) for facet in slot.besides)
        + (_GIVES_REASON if _WHY.search(asked.text) and _REASON.search(each.text) else 0.0)
        + _PRIOR.get(each.source.kind, 0.0)
        + (_GIVES_NUMBER if _HOW_MANY.search(asked.text) and _NUMBER.search(each.text) else 0.0)
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


def _is_of_others(each: Evidence, slot: Slot, asked: Understanding) -> bool:
    """Whether a sentence is about unborn, breastfed or older children, and the question is not."""
    if (each.foreseen or 0.0) >= _CERTAIN:
        return False
    wordings = load_wordings()
    return any(
        wordings.speaks_of(facet, each.text)
        for facet in _OTHER_PEOPLE
        if facet not in slot.facets
        and facet not in asked.facets
        and not wordings.speaks_of(facet, asked.text)
    )


def _asks_for_amount(asked: Understanding) -> bool:
    return bool(
        {"dose", "dose_special", "forms"} & set(asked.facets)
        or _AMOUNT.search(asked.text)
        or _HOW_MANY.search(asked.text)
    )


def _neighbourhood(order: int, slot: Slot) -> float:
    """What is taken off where a heading is not the one asked for but a neighbour of it."""
    if slot.facets[:1] and slot.facets[0] in _OF_CONDITIONS and not slot.outlined:
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


def _is_aside(each: Evidence, slot: Slot, asked: Understanding) -> bool:
    """Whether a sentence is far from the question, or about something that only some questions are about."""
    if slot.outlined:
        return False
    is_of_studies = slot.direct and _is_of_studies(each)
    is_of_a_case = each.passage.facet not in slot.facets[:1] and _is_of_a_case(each, asked)
    return is_far(each) or is_of_studies or is_of_a_case


def _is_of_a_case(each: Evidence, asked: Understanding) -> bool:
    """Whether a sentence is about stopping, overdose or some people, and the question is not."""
    facet = each.passage.facet
    if facet not in _CASES or facet in asked.facets or (each.foreseen or 0.0) >= _CERTAIN:
        return False
    return not load_wordings().speaks_of(facet, asked.text)


def _is_of_studies(each: Evidence) -> bool:
    """Whether a sentence says how something was studied, and was not expected to answer just this."""
    return each.passage.facet in _STUDIES and (each.foreseen or 0.0) < _CERTAIN


def _of_facet(each: Evidence, slot: Slot, similarity: float) -> bool:
    facet = each.passage.facet
    if not slot.facets:
        return facet not in _STUDIES
    in_words = load_wordings().speaks_of(slot.facets[0], each.text)
    if slot.loose:
        # Nothing stands under a heading of the facet: then the sentence itself must use its words.
        return facet not in _OF_SOME and in_words
    if facet is None:  # a source without telling headings
        return similarity >= 0.55 or in_words
    if facet != slot.facets[0] and slot.facets[0] in _OF_CONDITIONS and not slot.outlined:
        return facet in slot.facets and (in_words or similarity >= _NEAR)
    if facet == slot.facets[0] or slot.facets[0] not in _STRICT or slot.outlined:
        return facet in slot.facets
    return facet in slot.facets and (in_words or bool(slot.partners))


def _context_fit(
    each: Evidence,
    asked: Understanding,
    slot: Slot,
    lexicon: Lexicon,
    context: Sequence[EntityId] | None = None,
) -> float:
    """A little for naming the condition or substance asked about, a little off for naming another."""
    if context is None:
        context = [entity for entity in asked.context if entity not in slot.subjects]
    if not context:
        return 0.0
    if any(names(each, entity, lexicon) for entity in context):
        return 0.10
    conditions = {entity for entity in each.entities if lexicon.entities[entity].kind == "condition"}
    wanted = {entity for entity in context if lexicon.entities[entity].kind == "condition"}
    related = conditions & {parent for entity in wanted for parent in lexicon.ancestors(entity)}
    return -0.10 if conditions and wanted and not related else 0.0


def _speaks_of_names(each: Evidence, asked: Understanding, desk: Desk) -> bool:
    """Whether a sentence speaks of what the question names, where that is nothing that the lexicon knows.

    A word that is none of English is a name: of another medicine (levothyroxine), of a test. How like a
    question is to an expected one says nothing then: both ask "when should it be taken". Where nothing known
    is named, most of the words must be spoken of.
    """
    said = f"{each.text} {each.passage.header} {each.expected}"
    foreign = [term for term in asked.terms if len(term) >= _SHORTEST_NAME and _is_name(term)]
    if asked.subjects or asked.context:
        # What sources say or people ask of what is known ("cheddar") is no name of something else.
        index = desk.index
        is_certain = bool(asked.subjects) and (each.foreseen or 0.0) >= _CERTAIN
        names = [
            name
            for name in foreign
            if not is_certain
            and name not in index.expected_words
            and not is_known(name, index)
            and _is_spoken_of(name, asked.text)
        ]
        # "Is the flu jab okay while on sertraline" asks about the pair.
        is_pair = "interactions" in asked.facets and len(asked.subjects) + len(asked.context) == 1
        is_told = not is_pair or coverage(asked.terms, said, index) >= _SPOKEN_OF
        return is_told and all(speaks_of(name, said) for name in names)
    is_told = coverage(asked.terms, said, desk.index) >= _SPOKEN_OF
    return is_told and all(speaks_of(name, said) for name in foreign)


def _is_spoken_of(name: str, text: str) -> bool:
    """Whether a word stands where the name of what is asked about stands ("does X", "with X", "should X")."""
    return re.search(rf"{_BEFORE_A_NAME}{re.escape(name)}\b", text, re.I) is not None


def _is_name(word: str) -> bool:
    return not is_derived(word) and respelled(word) is None


def _speaks_of_terms(each: Evidence, slot: Slot, asked: Understanding, desk: Desk) -> bool:
    """Whether a sentence speaks of what the question's own words are about.

    A word that is no ordinary one and stands in no source (a drug that nothing here is about) must be spoken
    of whatever else fits. Where names and facets say what is asked for, other words weigh little.
    """
    expected = answers(each) and not slot.outlined
    points = [word for facet, word in asked.points if facet in slot.facets[:1]]
    unsaid = points and not any(speaks_of(point, each.text) for point in points)
    if unsaid and not slot.outlined and not expected:
        return False
    if not asked.terms:
        return True
    said = f"{each.text} {each.passage.header}"
    if not _speaks_of_names(each, asked, desk):
        return False
    if expected:
        # In a short question each word counts; in a long one most of them only tell the story.
        is_story = len(asked.text.split()) > _SHORT
        sure = is_story or (each.foreseen or 0.0) >= _SURE
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
