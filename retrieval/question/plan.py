"""Decide what an answer is made of: which facets of which drugs, under which headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.facets import FacetId, FacetTable
from corpus.lexicon import EntityId, Lexicon
from retrieval.question.large import asks_for_outline
from retrieval.question.mend import SUBJECT_KINDS
from retrieval.question.outline import DIRECT_LIMIT, OF_ANY_OUTLINE, from_outline, nearby, sure_of_all
from retrieval.question.outlines import load_outlines
from retrieval.question.slot import CORRECTION, IN_SHORT, JOINT, Slot
from retrieval.question.understand import Understanding

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
_OF_HELP = frozenset({"response", "efficacy", "mechanism"})  # "how come it helped" sounds like the last
_BARE = 4  # words: "and duloxetine?" asks for an overview, a sentence without a facet does not
# Nor does one that asks for something else, whatever that is: "who makes Xanax".
_ASKS_FOR_MORE = re.compile(
    r"\W*(?:who|when|where|why|which|how(?! about\b)|do|does|did|is|are|was|can|could|should|will|would)\b",
    re.IGNORECASE,
)
_ALONE_LIMIT = 5
_SHARED_LIMIT = 3


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
        called = (each.drug, *lexicon.entities[each.drug].classes)
        families = [name for name in called if lexicon.entities[name].is_family]
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
    why_else = asked.kind == "contrast" and not _asks_why_one_helps(asked, subjects, wanted, lexicon)
    if (
        asked.kind in {"contrast", "compare"}
        and len(subjects) > 1
        and not set(wanted) & JOINT
        and not why_else
    ):
        return from_outline(outline, asked, subjects, wanted, facets)
    if asked.kind == "overview" or (
        asked.kind in {"definition", "naming"} and set(wanted) <= {"definition", "condition"}
    ):
        if not asked.subjects:
            outline = load_outlines()["condition"]
        return from_outline(outline, asked, subjects, (), facets)
    named_alone = len(subjects) == 1 and asked.subjects and not asked.terms and not partners
    is_bare = len(asked.text.split()) <= _BARE and not _ASKS_FOR_MORE.match(asked.text)
    if not wanted and named_alone and not asked.leans_on and is_bare:
        return from_outline(load_outlines()["overview"], asked, subjects, (), facets)
    if not wanted:
        # Nothing says what is wanted of them: then a statement must at least be about all that is named.
        named = tuple(each for each in asked.context if each not in subjects)
        together = len(subjects) > 1 and asked.kind != "contrast"  # what tells them apart is said of one
        return (
            Slot(IN_SHORT, (), subjects, _SHARED_LIMIT, together, named),
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
        IN_SHORT, (), subjects, DIRECT_LIMIT, together, with_them, direct=True, foreseen=not says_more
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


def _asks_why_one_helps(
    asked: Understanding, subjects: Sequence[EntityId], wanted: Sequence[FacetId], lexicon: Lexicon
) -> bool:
    """Whether it is asked why one helps and another of another family does not."""
    if set(wanted) - OF_ANY_OUTLINE or not _OF_HELP & set(asked.facets) or not asks_for_outline(asked):
        return False
    families = [
        {name for name in (each, *lexicon.ancestors(each)) if name not in lexicon.wide} for each in subjects
    ]
    return not set.intersection(*families)


def _harms(
    asked: Understanding, wanted: Sequence[FacetId], subjects: tuple[EntityId, ...], facets: FacetTable
) -> tuple[Slot, ...]:
    """Room for the grave harms where side effects at large are asked for: the common ones are the mild."""
    if set(wanted) != {"side_effects"} or not asked.is_bare or not asked.subjects:
        return ()
    return (Slot(facets[_SERIOUS].heading, (_SERIOUS, _BOXED), subjects, 2, outlined=True, grave=True),)


def _whatever_is_sure(asked: Understanding, lexicon: Lexicon) -> Slot:
    """Room for a sentence that answers just this, of whatever that is named and under any heading."""
    if asked.kind in {"compare", "contrast"}:
        return sure_of_all(asked)
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
