"""May a sentence fill a part of an answer: does it stand alone, is it of the facet, is it about the subject?

Not for whether it speaks of the question's own words: see `evidence.spoken`; nor for how well it fills the
part: see `evidence.judge`.
"""

from __future__ import annotations

from collections.abc import Sequence

from corpus.facets import FacetId
from corpus.lexicon import Lexicon
from ingest.embed import Vectors
from retrieval.evidence.about import (
    context_fit,
    is_about_any,
    is_first_about,
    is_with_a_third,
    names,
    subject_fit,
)
from retrieval.evidence.desk import Desk, Evidence
from retrieval.evidence.foresight import answers, is_beside, is_certain, is_far, is_nearly_sure, is_sure
from retrieval.evidence.licence import asks_for_licence, is_licensed_for_one, tells_licence
from retrieval.evidence.most import asks_for_most, may_tell_most
from retrieval.evidence.places import is_elsewhere
from retrieval.evidence.spoken import speaks_of_names, speaks_of_terms
from retrieval.evidence.standing import hides_its_animals, stands_alone
from retrieval.question.hear import load_wordings
from retrieval.question.slot import Slot
from retrieval.question.understand import Understanding
from retrieval.safety.directive import is_directive

# What holds for some people only; never an answer to what holds for anybody.
_OF_SOME = frozenset(
    {"pregnancy", "breastfeeding", "children", "older_people", "liver_kidney", "overdose", "study"}
)
# What answers questions about just this, and no others.
_CASES = frozenset({"stopping", "overdose", "pregnancy", "breastfeeding", "children"})
# For these, a passage of a neighbouring facet counts only where its sentence uses the facet's own words.
_STRICT = frozenset(
    {"stopping", "dependence", "older_people", "children", "driving", "memory"}
    | {"liver_kidney", "pregnancy", "breastfeeding", "sexual"}
)
# Asked of a condition, about which a source may say all under one heading: then the meaning must be near.
OF_CONDITIONS = frozenset({"symptoms", "causes", "frequency", "diagnosis", "outlook", "prevention"})
_NEAR, _SIMILAR = 0.6, 0.55  # cosines with what was searched for
# What is said of these people is no answer for one who did not ask about them.
_OTHER_PEOPLE = (FacetId("breastfeeding"), FacetId("pregnancy"), FacetId("children"))
_STUDIES = frozenset({"study", "limits"})


def may(each: Evidence, slot: Slot, asked: Understanding, vector: Vectors, desk: Desk) -> float | None:
    """How exactly a sentence is about the slot's subjects; None when it must not fill the slot."""
    # Thousands are looked at: what most of them fail comes first.
    if not _is_of_its_kind(each, slot, asked, vector) or _is_aside(each, slot, asked):
        return None
    if not stands_alone(each.text) or is_directive(each.text) or hides_its_animals(each):
        return None
    if _is_of_others(each, slot, asked) or is_elsewhere(each, asked) or _hides_the_licence(each, slot, asked):
        return None
    if not slot.outlined and asks_for_most(asked, desk.lexicon) and not may_tell_most(each):
        return None
    if slot.sure:
        return _fit_of_sure(each, slot, asked, desk)
    fit = subject_fit(each, slot, asked, desk.lexicon)
    if fit is None or (slot.loose and fit < 0.7) or (slot.paired and not each.entities & set(slot.subjects)):
        return None
    names_all = all(names(each, partner, desk.lexicon) for partner in slot.partners)
    if not names_all and not is_licensed_for_one(each, asked):
        return None
    if slot.classes and not each.entities & set(slot.classes):
        return None
    return fit if speaks_of_terms(each, slot, asked, desk) else None


def _is_of_its_kind(each: Evidence, slot: Slot, asked: Understanding, vector: Vectors) -> bool:
    """Whether a sentence was expected to answer such a question, or stands under a heading of the slot."""
    if slot.sure:
        return is_sure(each)
    expected = answers(each) and not (slot.direct and is_beside(each, asked))
    if slot.foreseen and not expected:
        return False
    return (expected and not slot.facets) or _of_facet(each, slot, vector)


def is_worth_reading(each: Evidence, asked: Understanding, lexicon: Lexicon) -> bool:
    """Whether a sentence may answer a question in the reader's eyes, whatever it stands under.

    For a question that nothing answers by the rules of its parts, which may be wrong about what it asks.
    """
    if not is_nearly_sure(each) or not stands_alone(each.text) or is_directive(each.text):
        return False
    if hides_its_animals(each) or is_elsewhere(each, asked):
        return False
    if asks_for_licence(asked) and not tells_licence(each):
        return False
    if asks_for_most(asked, lexicon) and not may_tell_most(each):
        return False
    if is_with_a_third(each, asked, lexicon):
        return False
    return is_first_about(each, asked, lexicon) and context_fit(each, asked.context, lexicon) >= 0


def _fit_of_sure(each: Evidence, slot: Slot, asked: Understanding, desk: Desk) -> float | None:
    """How exactly a sentence is about the subjects that is sure to answer; None where it is not sure."""
    if not speaks_of_names(each, asked, desk):
        return None
    if context_fit(each, asked.context, desk.lexicon) < 0:
        return None
    fit = subject_fit(each, slot, asked, desk.lexicon)
    if asked.subjects and not is_certain(each) and not is_about_any(each, asked.subjects, desk.lexicon):
        return None  # what holds for the condition says nothing of the medicine
    return fit


def _hides_the_licence(each: Evidence, slot: Slot, asked: Understanding) -> bool:
    """Whether it is asked what is licensed, and a sentence says what helps, or is advised, in other words."""
    return not slot.outlined and asks_for_licence(asked) and not tells_licence(each)


def _is_of_others(each: Evidence, slot: Slot, asked: Understanding) -> bool:
    """Whether a sentence is about unborn, breastfed or older children, and the question is not."""
    return not is_certain(each) and is_of_other_people(each, (*slot.facets, *asked.facets), asked)


def is_of_other_people(each: Evidence, facets: Sequence[FacetId], asked: Understanding) -> bool:
    """Whether a sentence is about unborn, breastfed or older children, and no facet or word asked is."""
    wordings = load_wordings()
    return any(
        wordings.speaks_of(facet, each.text)
        for facet in _OTHER_PEOPLE
        if facet not in facets and not wordings.speaks_of(facet, asked.in_conversation)
    )


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
    if facet not in _CASES or facet in asked.facets or is_certain(each):
        return False
    return not load_wordings().speaks_of(facet, asked.text)


def _is_of_studies(each: Evidence) -> bool:
    """Whether a sentence says how something was studied, and was not expected to answer just this."""
    return each.passage.facet in _STUDIES and not is_certain(each)


def _of_facet(each: Evidence, slot: Slot, vector: Vectors) -> bool:
    facet = each.passage.facet
    if not slot.facets:
        return facet not in _STUDIES

    def in_words() -> bool:
        return load_wordings().speaks_of(slot.facets[0], each.text)

    if slot.loose:
        # Nothing stands under a heading of the facet: then the sentence itself must use its words.
        return facet not in _OF_SOME and in_words()
    if facet is None:  # a source without telling headings
        return float(each.vector @ vector) >= _SIMILAR or in_words()
    if facet not in slot.facets:
        return False
    if facet == slot.facets[0] or slot.outlined:
        return True
    if slot.facets[0] in OF_CONDITIONS:
        return float(each.vector @ vector) >= _NEAR or in_words()
    return slot.facets[0] not in _STRICT or bool(slot.partners) or in_words()
