"""Set beside an answer the grave harm that stands behind it, where the answer leaves it out.

"Which foods to avoid" is answered by a list; that they can be fatal stands in another sentence. Only what the
sources say of just what was asked; the warnings that belong to a kind of question are `safety.warn`'s.
"""

from __future__ import annotations

from collections.abc import Sequence

from corpus.facets import FacetId
from retrieval.composing.back import back
from retrieval.composing.compose import Chosen, says_the_same
from retrieval.evidence.about import first_named, is_first_about
from retrieval.evidence.desk import Desk, Evidence
from retrieval.evidence.gather import Gathered
from retrieval.evidence.grave import OF_HARM, is_grave, speaks_gravely
from retrieval.evidence.may import is_of_other_people, is_worth_reading
from retrieval.question.mend import SUBJECT_KINDS
from retrieval.question.slot import CORRECTION
from retrieval.question.understand import Understanding
from retrieval.support.verify import cosine
from retrieval.words import coverage

_SERIOUS = FacetId("serious_harms")
# What may be asked for beside harm, or instead of it, for a harm to be worth saying.
_ASKED_OF_HARM = frozenset({"side_effects", "dose", "older_people", "driving", "memory", "onset", "duration"})
_RELATED = 0.55  # cosine from which a harm is one of what the answer begins with
_EXPECTED = 0.7  # likeness of the question to one that it is expected to answer
_SPOKEN_OF = 0.5  # share of the question's own words that it must speak of


def with_consequence(
    asked: Understanding, chosen: Sequence[Chosen], gathered: Gathered, desk: Desk
) -> list[Chosen]:
    """The statements and, where none of them speaks of a grave harm, the nearest sentence that does."""
    said = list(chosen)
    if not set(asked.facets) <= OF_HARM | _ASKED_OF_HARM:
        return said
    lead = next((each.evidence for each in said if each.heading != CORRECTION), None)
    if lead is None or not asked.subjects or any(_is_of_harm(each.evidence) for each in said):
        return said
    harms = [
        each
        for each in gathered.everything
        if (each.foreseen or 0.0) >= _EXPECTED
        and is_grave(each)
        and is_worth_reading(each, asked, desk.lexicon)
        and not is_of_other_people(each, asked.facets, asked)
        and _is_of(each, asked, desk)
        and cosine(each.vector, lead.vector) >= _RELATED
    ]
    for harm in sorted(harms, key=lambda each: (-cosine(each.vector, lead.vector), each.key)):
        if any(says_the_same(harm, each.evidence) for each in said):
            continue
        if backing := back(harm, gathered.everything, desk):
            return [*said, Chosen(desk.facets[_SERIOUS].heading, harm, backing)]
    return said


def _is_of_harm(each: Evidence) -> bool:
    return each.passage.facet in OF_HARM and speaks_gravely(each.text)


def _is_of(each: Evidence, asked: Understanding, desk: Desk) -> bool:
    """Whether a sentence is about what is asked about, and all of it."""
    lexicon = desk.lexicon
    if first_named(each.text, lexicon) is None or not is_first_about(each, asked, lexicon):
        return False
    if not all(lexicon.near(of) & each.entities for of in (*asked.subjects, *asked.context)):
        return False
    others = each.entities - {near for of in (*asked.subjects, *asked.context) for near in lexicon.near(of)}
    if any(lexicon.entities[other].kind in SUBJECT_KINDS for other in others):
        return False
    own = (*asked.terms, *(word for _, word in asked.points))
    if own:
        return coverage(own, each.text, desk.index) >= _SPOKEN_OF
    return bool(asked.context) or each.passage.facet in asked.facets
