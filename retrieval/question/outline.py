"""The parts of an answer that its kind of question has, whatever it asks for.

Not for what is asked for by name: see `question.plan`; nor for reading the outlines: see `question.outlines`.
"""

from __future__ import annotations

from typing import Any

from corpus.facets import FacetId, FacetTable
from corpus.lexicon import EntityId
from retrieval.question.large import asks_for_outline
from retrieval.question.outlines import load_outlines
from retrieval.question.slot import CAUTIONS, IN_SHORT, MOST_COMPARED, USED_FOR, Slot
from retrieval.question.understand import Understanding

# Facets that an outline gives room to anyway, or that only say how the question was worded.
OF_ANY_OUTLINE = frozenset({"comparison", "response", "efficacy", "mechanism", "definition"})
DIRECT_LIMIT = 3  # statements of the direct answer


def nearby(facet: FacetId, together: bool) -> tuple[FacetId, ...]:
    """The facets whose passages may speak of a facet, the nearest first; of two drugs, interactions too."""
    near = load_outlines()["nearby"].get(facet, (facet,))
    extra = ("interactions",) if together and "interactions" not in near else ()
    return tuple(FacetId(each) for each in (*near, *extra))


def from_outline(
    outline: list[dict[str, Any]],
    asked: Understanding,
    subjects: tuple[EntityId, ...],
    wanted: tuple[FacetId, ...],
    facets: FacetTable,
) -> tuple[Slot, ...]:
    """The parts that an outline gives, for each subject or all together.

    Args:
        outline: Of the kind of question.
        asked: The question.
        subjects: What the parts are about.
        wanted: The facets that are asked for by name, which come first.
        facets: Their headings.
    """
    slots: list[Slot] = []
    # What is asked for by name comes first; the outline supplies the rest.
    named = [facet for facet in wanted if facet not in OF_ANY_OUTLINE]
    if asked.kind == "compare" and named:
        slots.append(Slot(IN_SHORT, nearby(named[0], False)[:1], subjects, 2, together=True, outlined=True))
        for facet in named:
            slots += [
                Slot(facets[facet].heading, nearby(facet, False), (each,), 2, asked=True)
                for each in subjects[:MOST_COMPARED]
            ]
        outline = []
    in_something = asked.kind == "compare" and not asks_for_outline(asked)
    says_in_what = in_something or (asked.kind == "compare" and bool(asked.context))
    # What each is does not set two apart in what was asked; for a condition, what each is used for does.
    particular = bool(asked.terms or set(wanted) - OF_ANY_OUTLINE)
    # Nor does what is to be heeded with each at large: warnings stand above an answer as it is.
    always = {IN_SHORT} if particular else {IN_SHORT, USED_FOR, CAUTIONS}
    named_facets = set(asked.facets) - {"definition"}  # "which is ..." asks for no definition
    for part in outline:
        ids = tuple(FacetId(each) for each in part["facets"])
        if says_in_what and part["heading"] not in always and not set(ids) & named_facets:
            continue
        about = [(each,) for each in subjects[:MOST_COMPARED]] if part["of"] == "each" else [subjects]
        slots += [
            Slot(
                part["heading"],
                ids,
                each,
                part["limit"],
                part["of"] == "together",
                query=part.get("query", ""),
                paired=part.get("paired", False),
                both=part.get("both", False),
                timed=part.get("timed", False),
                outlined=not says_in_what or part["heading"] != IN_SHORT,
            )
            for each in about
        ]
    if says_in_what:
        slots.append(
            Slot(IN_SHORT, (), subjects, DIRECT_LIMIT, partners=asked.context, direct=True, foreseen=True)
        )
        slots.append(sure_of_all(asked))
    slots.sort(key=lambda slot: slot.heading != IN_SHORT)
    return tuple(slots)


def sure_of_all(asked: Understanding) -> Slot:
    """Room for a sentence that compares just so: about one alone it would compare nothing."""
    return Slot(IN_SHORT, (), asked.subjects, 1, together=True, direct=True, foreseen=True, sure=True)
