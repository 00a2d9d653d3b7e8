"""Decide what an answer is made of: which facets of which drugs, under which headings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from corpus.facets import FacetId, FacetTable
from corpus.lexicon import EntityId, Lexicon
from retrieval.understand import Understanding

IN_SHORT = "In short"
# With one of these, two drugs in a question are asked about together, not one beside the other.
JOINT = frozenset({"interactions", "alcohol", "opioids", "switching"})
_NAMES_OTHERS = frozenset(
    {"interactions", "opioids", "alcohol", "switching", "overdose", "legal", "alternatives"}
)
# Facets that an outline gives room to anyway, or that only say how the question was worded.
_OF_ANY_OUTLINE = frozenset({"comparison", "response", "efficacy", "mechanism", "definition"})
_BARE = 4  # words: "and duloxetine?" asks for an overview, a sentence without a facet does not
_ALONE_LIMIT = 5
_SHARED_LIMIT = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of an answer to be filled.

    Attributes:
        facets: What its statements are about; empty for whatever answers the question.
        subjects: Drugs, classes or conditions that they are about: any one, or all when `together`.
        limit: Most statements.
        query: Words to search for besides the names; empty for those of the first facet.
        outlined: Whether it is a part of an outline, which asks its own question.
        loose: Whether passages of other facets may fill it, where their sentences use the facet's words.
        besides: General facets that the question names too ("is it safe", asked of pregnancy).
        asked: Whether the question names the facet itself, so that finding nothing is worth saying.
        partners: Names that a statement must hold besides (alcohol, in "diazepam with alcohol").
    """

    heading: str
    facets: tuple[FacetId, ...]
    subjects: tuple[EntityId, ...]
    limit: int
    together: bool = False
    partners: tuple[EntityId, ...] = ()
    query: str = ""
    besides: tuple[FacetId, ...] = ()
    asked: bool = False
    outlined: bool = False
    loose: bool = False

    @property
    def names_others(self) -> bool:
        """Whether its statements cannot but name drugs that were not asked about."""
        return bool(_NAMES_OTHERS & set(self.facets[:1]))


@lru_cache(maxsize=1)
def load_outlines() -> dict[str, Any]:
    """Read `outlines.yaml`; it never changes while the program runs."""
    data: dict[str, Any] = yaml.safe_load(
        (Path(__file__).parent / "outlines.yaml").read_text(encoding="utf-8")
    )
    return data


def plan(asked: Understanding, lexicon: Lexicon, facets: FacetTable) -> tuple[Slot, ...]:
    """The parts that an answer to a question should have, in reading order."""
    subjects = asked.subjects or asked.context
    partners = _partners(asked, lexicon)
    wanted = _wanted(asked, partners)
    outline = load_outlines().get(asked.kind, ())
    special = asked.kind == "contrast" and set(wanted) - _OF_ANY_OUTLINE
    if (
        asked.kind in {"contrast", "compare"}
        and len(subjects) > 1
        and not set(wanted) & JOINT
        and not special
    ):
        return _from_outline(outline, asked, subjects, wanted, facets)
    if asked.kind == "overview" or (
        asked.kind in {"definition", "naming"} and set(wanted) <= {"definition", "condition"}
    ):
        return _from_outline(outline, asked, subjects, (), facets)
    named_alone = len(subjects) == 1 and asked.subjects and not asked.terms and not partners
    if not wanted and named_alone and len(asked.text.split()) <= _BARE:
        return _from_outline(load_outlines()["overview"], asked, subjects, (), facets)
    if not wanted:
        return (Slot(IN_SHORT, (), subjects, _SHARED_LIMIT, len(subjects) > 1, partners),)
    if set(wanted) == {"definition"}:
        subjects = subjects[:1]  # "is pregabalin a benzodiazepine" asks what pregabalin is
    together = len(subjects) > 1 and asked.kind in {"open", "yes_no"}
    besides = tuple(facet for facet in asked.facets if facet not in wanted and facet != "definition")
    limit = _ALONE_LIMIT if len(wanted) == 1 else _SHARED_LIMIT
    return tuple(
        Slot(
            facets[facet].heading,
            _nearby(facet, together),
            subjects,
            limit,
            together,
            partners,
            query=" ".join(facets[each].query for each in (facet, *besides)),
            besides=besides,
            asked=True,
        )
        for facet in wanted
    )


def _partners(asked: Understanding, lexicon: Lexicon) -> tuple[EntityId, ...]:
    """What a drug is asked about in connection with: a statement that leaves it out answers nothing."""
    if not asked.subjects:
        return ()
    about_condition = bool(set(asked.facets) & {"uses", "efficacy", "recommendation"})
    return tuple(
        each
        for each in asked.context
        if lexicon.entities[each].kind == "substance"
        or (asked.kind != "contrast" and about_condition and lexicon.entities[each].kind == "condition")
    )


def _wanted(asked: Understanding, partners: tuple[EntityId, ...]) -> tuple[FacetId, ...]:
    wanted = list(asked.facets)
    if not wanted and any(each in asked.context for each in partners) and asked.kind != "overview":
        wanted = [FacetId("interactions")]
    if partners and "alcohol" in partners and not set(wanted) - {"dose", "side_effects", "serious_harms"}:
        wanted = [FacetId("alcohol")]
    if "withdraw" in asked.text.casefold():  # how long withdrawal lasts is no question about a half-life
        wanted = [facet for facet in wanted if facet not in {"onset", "duration"}]
    # A general facet beside a special one only says how the question was worded ("is it safe in pregnancy").
    general = {"serious_harms", "efficacy", "definition", "interactions", "response", "comparison", "dose"}
    special = [facet for facet in wanted if facet not in general]
    return tuple(special or wanted)


def _nearby(facet: FacetId, together: bool) -> tuple[FacetId, ...]:
    near = {
        "alcohol": ("alcohol", "interactions", "boxed_warning", "serious_harms", "driving"),
        "opioids": ("opioids", "interactions", "boxed_warning"),
        "interactions": ("interactions", "alcohol", "opioids", "serious_harms", "boxed_warning"),
        "dependence": ("dependence", "boxed_warning", "stopping"),
        "stopping": ("stopping", "dependence", "boxed_warning"),
        "serious_harms": (
            "serious_harms",
            "boxed_warning",
            "contraindications",
            "dependence",
            "side_effects",
        ),
        "children": ("children", "boxed_warning"),
        "efficacy": ("efficacy", "comparison", "uses"),
        "uses": ("uses", "recommendation"),
        "recommendation": ("recommendation", "uses", "efficacy", "comparison"),
        "comparison": ("comparison", "efficacy"),
        "alternatives": ("alternatives", "recommendation", "comparison"),
        "response": ("response", "comparison"),
        "condition": ("condition", "definition", "side_effects", "serious_harms"),
        "definition": ("definition", "mechanism", "condition", "uses"),
        "dose": ("dose", "dose_special", "forms"),
        "overdose": ("overdose", "serious_harms"),
        "side_effects": ("side_effects", "sexual", "serious_harms"),
        "memory": ("memory", "side_effects", "serious_harms", "older_people"),
        "older_people": ("older_people", "dose_special", "serious_harms"),
        "liver_kidney": ("liver_kidney", "dose_special", "contraindications", "duration"),
        "driving": ("driving", "boxed_warning", "side_effects"),
        "legal": ("legal",),
    }.get(facet, (facet,))
    extra = ("interactions",) if together and "interactions" not in near else ()
    return tuple(FacetId(each) for each in (*near, *extra))


def _from_outline(
    outline: list[dict[str, Any]],
    asked: Understanding,
    subjects: tuple[EntityId, ...],
    wanted: tuple[FacetId, ...],
    facets: FacetTable,
) -> tuple[Slot, ...]:
    slots: list[Slot] = []
    # What is asked for by name comes first; the outline supplies the rest.
    named = [facet for facet in wanted if facet not in _OF_ANY_OUTLINE]
    if asked.kind == "compare" and named:
        slots.append(Slot(IN_SHORT, _nearby(named[0], False)[:1], subjects, 2, together=True, outlined=True))
        for facet in named:
            slots += [
                Slot(facets[facet].heading, _nearby(facet, False), (each,), 2, asked=True)
                for each in subjects[:3]
            ]
        outline = outline[:1]
    for part in outline:
        ids = tuple(FacetId(each) for each in part["facets"])
        about = [(each,) for each in subjects[:3]] if part["of"] == "each" else [subjects]
        slots += [
            Slot(
                part["heading"],
                ids,
                each,
                part["limit"],
                part["of"] == "together",
                query=part.get("query", ""),
                outlined=True,
            )
            for each in about
        ]
    slots.sort(key=lambda slot: slot.heading != IN_SHORT)
    return tuple(slots)
