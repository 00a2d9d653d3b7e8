"""Decide what an answer is made of: which facets of which drugs, under which headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from corpus.facets import FacetId, FacetTable
from corpus.lexicon import EntityId, Lexicon
from retrieval.question.hear import Extreme
from retrieval.question.mend import SUBJECT_KINDS
from retrieval.question.understand import Understanding

IN_SHORT = "In short"
CAUTIONS = "Cautions"  # as the outlines call it
CORRECTION = "First, a correction"
# With one of these, two drugs in a question are asked about together, not one beside the other.
JOINT = frozenset({"interactions", "alcohol", "opioids", "switching"})
_NAMES_OTHERS = frozenset(
    {"interactions", "opioids", "alcohol", "switching", "overdose", "legal", "alternatives"}
)
# Facets that an outline gives room to anyway, or that only say how the question was worded.
_OF_ANY_OUTLINE = frozenset({"comparison", "response", "efficacy", "mechanism", "definition"})
# What is asked of conditions; of a drug it only says how the question was worded.
_OF_CONDITIONS = {
    FacetId("symptoms"): FacetId("side_effects"),
    FacetId("prevention"): FacetId("efficacy"),
    FacetId("causes"): None,
    FacetId("frequency"): None,
    FacetId("diagnosis"): None,
    FacetId("outlook"): None,
    FacetId("research"): None,
    FacetId("condition"): None,
}
# What is said of these holds whatever a drug is taken for: "how long does Xanax last for panic".
WHATEVER_FOR = frozenset(
    {"onset", "duration", "mechanism", "stopping"} | {"response", "dependence", "forms", "legal", "switching"}
)
# Asked of a drug and a condition ("does it help with GAD"), the condition must be spoken of.
_OF_THE_CONDITION = frozenset(
    {"uses", "efficacy", "recommendation", "treatment", "prevention", "comparison", "alternatives"}
    | {"serious_harms", "side_effects", "outlook", "causes", "onset"}
)
_SERIOUS, _BOXED = FacetId("serious_harms"), FacetId("boxed_warning")
_TIMED = frozenset({"duration", "onset"})
_BARE = 4  # words: "and duloxetine?" asks for an overview, a sentence without a facet does not
_ALONE_LIMIT = 5
_SHARED_LIMIT = 3
_DIRECT_LIMIT = 3


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
        direct: Whether it is for whatever speaks of the question's own words, under any heading.
        paired: Whether only what is said of the subject itself, and not of its class, may fill it.
        both: Whether it is worth saying only when the same heading is filled for each subject, of it or
            of its family, not of a class as wide as all antidepressants.
        timed: Whether only what gives a time may fill it.
        grave: Whether only grave harms may fill it.
        background: Whether it is worth saying only when nothing compares in what was asked.
        foreseen: Whether only sentences that are expected to answer such a question may fill it.
        sure: Whether these may be about any of the subjects, where they are sure to answer it.
        extreme: Whether its statements go by time, one a drug, the longest or the shortest first.
        classes: Classes of which a statement must name one.
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
    classes: tuple[EntityId, ...] = ()
    extreme: Extreme | None = None
    direct: bool = False
    foreseen: bool = False
    sure: bool = False
    paired: bool = False
    both: bool = False
    timed: bool = False
    grave: bool = False
    background: bool = False

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
    belonging = _belonging(asked, lexicon)
    if belonging and set(asked.facets) <= {"definition"} and any(each.is_asked for each in asked.premises):
        return belonging  # "is diazepam an opioid" asks for nothing else
    return (*belonging, *_main(asked, lexicon, facets))


def _belonging(asked: Understanding, lexicon: Lexicon) -> tuple[Slot, ...]:
    """What the sources call a drug whose class is asked for, or taken for granted wrongly."""
    slots = []
    for each in asked.premises:
        families = [name for name in lexicon.entities[each.drug].classes if lexicon.entities[name].is_family]
        if families and (each.is_asked or each.holds is False):
            heading = IN_SHORT if each.is_asked else CORRECTION
            slots.append(
                Slot(
                    heading,
                    nearby(FacetId("definition"), False),
                    (each.drug,),
                    2 if each.is_asked else 1,
                    outlined=True,
                    classes=(each.claimed, *families),
                )
            )
    return tuple(slots)


def _main(asked: Understanding, lexicon: Lexicon, facets: FacetTable) -> tuple[Slot, ...]:
    subjects = _subjects(asked, lexicon)
    partners = _partners(asked, lexicon)
    wanted = _wanted(asked, partners, lexicon)
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
        if not asked.subjects:
            outline = load_outlines()["condition"]
        return _from_outline(outline, asked, subjects, (), facets)
    named_alone = len(subjects) == 1 and asked.subjects and not asked.terms and not partners
    if not wanted and named_alone and not asked.leans_on and len(asked.text.split()) <= _BARE:
        return _from_outline(load_outlines()["overview"], asked, subjects, (), facets)
    if not wanted:
        # Nothing says what is wanted of them: then a statement must at least be about all that is named.
        named = tuple(each for each in asked.context if each not in subjects)
        return (
            Slot(IN_SHORT, (), subjects, _SHARED_LIMIT, len(subjects) > 1, named),
            _whatever_is_sure(asked, lexicon),
        )
    if set(wanted) == {"definition"}:
        subjects = subjects[:1]  # "is pregabalin a benzodiazepine" asks what pregabalin is
    # "At the same time" only sounds like a comparison.
    is_joint = asked.kind == "compare" and bool(set(wanted) & JOINT)
    together = len(subjects) > 1 and (asked.kind in {"open", "yes_no"} or is_joint)
    besides = tuple(facet for facet in asked.facets if facet not in wanted and facet != "definition")
    # Of two conditions ("for back pain and anxiety") a source speaks of one or the other.
    conditions = [each for each in partners if lexicon.entities[each].kind == "condition"]
    groups = [(each,) for each in conditions] if len(conditions) > 1 else [partners]
    of_class = any(lexicon.entities[each].kind == "class" for each in subjects)
    extreme = asked.extreme if of_class else None
    limit = _ALONE_LIMIT if len(wanted) * len(groups) == 1 and not asked.terms else _SHARED_LIMIT
    # What the person's own words say is surer than the facet that they were taken for.
    says_more = bool(asked.terms or conditions)
    whatever_for = bool(wanted) and set(wanted) <= WHATEVER_FOR
    with_them = tuple(each for each in groups[0] if not (whatever_for and each in conditions))
    direct = Slot(
        IN_SHORT, (), subjects, _DIRECT_LIMIT, together, with_them, direct=True, foreseen=not says_more
    )
    parts = (
        Slot(
            _heading(facets[facet].heading, group if len(groups) > 1 else (), lexicon),
            nearby(facet, together),
            subjects,
            limit,
            together,
            group if facet in _OF_THE_CONDITION else tuple(each for each in group if each not in conditions),
            query=" ".join(facets[each].query for each in (facet, *besides)),
            besides=besides,
            asked=True,
            extreme=extreme if facet in _TIMED else None,
        )
        for facet in wanted
        for group in groups
    )
    if extreme and _TIMED & set(wanted):
        return tuple(parts)  # only what is put in order says which is the longest
    return (direct, _whatever_is_sure(asked, lexicon), *parts, *_harms(asked, wanted, subjects, facets))


def _harms(
    asked: Understanding, wanted: Sequence[FacetId], subjects: tuple[EntityId, ...], facets: FacetTable
) -> tuple[Slot, ...]:
    """Room for the grave harms where side effects at large are asked for: the common ones are the mild."""
    if set(wanted) != {"side_effects"} or asked.points or asked.terms or asked.context or not asked.subjects:
        return ()
    return (Slot(facets[_SERIOUS].heading, (_SERIOUS, _BOXED), subjects, 2, outlined=True, grave=True),)


def _sure_of_all(asked: Understanding) -> Slot:
    """Room for a sentence that compares just so: about one alone it would compare nothing."""
    return Slot(IN_SHORT, (), asked.subjects, 1, together=True, direct=True, foreseen=True, sure=True)


def _whatever_is_sure(asked: Understanding, lexicon: Lexicon) -> Slot:
    """Room for a sentence that answers just this, of whatever that is named and under any heading."""
    if asked.kind in {"compare", "contrast"}:
        return _sure_of_all(asked)
    # A medicine among the context is only what the subject was likened to.
    besides = (each for each in asked.context if lexicon.entities[each].kind not in SUBJECT_KINDS)
    named = tuple(dict.fromkeys((*asked.subjects, *besides)))
    return Slot(IN_SHORT, (), named, 1, direct=True, foreseen=True, sure=True)


def _subjects(asked: Understanding, lexicon: Lexicon) -> tuple[EntityId, ...]:
    """What an answer is about: drugs; else a substance; else the conditions that are named."""
    if asked.subjects:
        # "Is it a good antidepressant" is about the drug, not about its class.
        above = {parent for each in asked.subjects for parent in lexicon.ancestors(each)}
        own = tuple(each for each in asked.subjects if each not in above)
        return own if asked.kind not in {"compare", "contrast"} and own else asked.subjects
    substances = tuple(each for each in asked.context if lexicon.entities[each].kind == "substance")
    return substances or asked.context


def _heading(heading: str, of: Sequence[EntityId], lexicon: Lexicon) -> str:
    return ": ".join([heading, *(lexicon.entities[each].name for each in of)])


def _partners(asked: Understanding, lexicon: Lexicon) -> tuple[EntityId, ...]:
    """What a drug is asked about in connection with: a statement that leaves it out answers nothing."""
    subjects = _subjects(asked, lexicon)
    if subjects == asked.context:
        return ()
    return tuple(
        each
        for each in asked.context
        if each not in subjects
        and (
            lexicon.entities[each].kind == "substance"
            or (asked.kind != "contrast" and lexicon.entities[each].kind == "condition")
        )
    )


def _wanted(asked: Understanding, partners: tuple[EntityId, ...], lexicon: Lexicon) -> tuple[FacetId, ...]:
    wanted = list(asked.facets)
    if asked.subjects:
        of_drugs = [each for each in wanted if each not in _OF_CONDITIONS]
        meant = [other for each in wanted if (other := _OF_CONDITIONS.get(each)) is not None]
        wanted = of_drugs or meant or wanted
    substances = [each for each in partners if lexicon.entities[each].kind == "substance"]
    if not wanted and substances and asked.kind != "overview":
        wanted = [FacetId("interactions")]
    if not wanted and len(_subjects(asked, lexicon)) > 1 and asked.kind in {"yes_no", "open"}:
        wanted = [FacetId("interactions")]
    if partners and "alcohol" in partners and not set(wanted) - {"dose", "side_effects", "serious_harms"}:
        wanted = [FacetId("alcohol")]
    if asked.kind == "compare" and "comparison" in wanted:
        # "For someone who has nerve pain" says what two are compared for.
        wanted = [facet for facet in wanted if facet != "contraindications"]
    if "withdraw" in asked.text.casefold():  # how long withdrawal lasts is no question about a half-life
        wanted = [facet for facet in wanted if facet not in {"onset", "duration"}]
    # A general facet beside a special one only says how the question was worded ("is it safe in pregnancy").
    general = {"serious_harms", "efficacy", "definition", "interactions", "response", "comparison", "dose"}
    special = [facet for facet in wanted if facet not in general]
    return tuple(special or [facet for facet in wanted if facet != "definition"] or wanted)


def nearby(facet: FacetId, together: bool) -> tuple[FacetId, ...]:
    """The facets whose passages may speak of a facet, the nearest first; of two drugs, interactions too."""
    near = load_outlines()["nearby"].get(facet, (facet,))
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
        slots.append(Slot(IN_SHORT, nearby(named[0], False)[:1], subjects, 2, together=True, outlined=True))
        for facet in named:
            slots += [
                Slot(facets[facet].heading, nearby(facet, False), (each,), 2, asked=True)
                for each in subjects[:3]
            ]
        outline = []
    says_in_what = asked.kind == "compare" and bool(
        asked.terms or asked.context or set(wanted) - _OF_ANY_OUTLINE
    )
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
                paired=part.get("paired", False),
                both=part.get("both", False),
                timed=part.get("timed", False),
                background=says_in_what
                and part["heading"] not in {IN_SHORT, CAUTIONS}
                and not set(ids) & set(asked.facets),
                outlined=not says_in_what or part["heading"] != IN_SHORT,
            )
            for each in about
        ]
    if says_in_what:
        slots.append(
            Slot(IN_SHORT, (), subjects, _DIRECT_LIMIT, partners=asked.context, direct=True, foreseen=True)
        )
        slots.append(_sure_of_all(asked))
    slots.sort(key=lambda slot: slot.heading != IN_SHORT)
    return tuple(slots)
