"""Is a sentence about the subjects of a question: the drug itself, its class, or something else?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from corpus.lexicon import EntityId, Lexicon
from retrieval.evidence.backdrop import backdrop
from retrieval.evidence.desk import Evidence
from retrieval.evidence.foresight import is_certain
from retrieval.question.mend import SUBJECT_KINDS
from retrieval.question.slot import JOINT, Slot
from retrieval.question.understand import Understanding

_IS = re.compile(
    r"\s*(?:\([^)]*\)|,[^,]{0,60},)?\s*(?:is|are|was|were|means?|refers? to|describes?)\b", re.IGNORECASE
)
_OF_THE_CONDITION = frozenset(
    {"definition", "condition", "symptoms", "causes", "frequency", "diagnosis", "outlook", "serious_harms"}
)
# Of these a sentence may name others beside the subject, but not before it.
_OF_ITS_OWN = frozenset({"overdose", "legal"})
# These each drug has for itself: what holds for a wide class of drugs (antidepressants) says nothing of them.
_OF_EACH_DRUG = frozenset(
    {"dose", "dose_special", "forms", "duration", "side_effects", "uses", "mechanism"}
    | {"pregnancy", "breastfeeding"}
)
_OF_ITS_PAGE, _OF_CLASS, _OF_WIDE_CLASS = 0.8, 0.75, 0.5
# Who asks for a drug is answered by its name.
_ASKS_FOR_A_DRUG = re.compile(
    r"\b(what|which|is there an?)\s+(other |the )?(drug|medicine|medication|tablet|pill)s?\b|\bantidote\b",
    re.I,
)
# Between the members of a list: "300 micrograms per litre for flunitrazepam, 100 for lorazepam and 20 for X".
_LISTED = re.compile(
    r"\s*\(|\)?\s*(?:\([^)]{0,60}\))?\s*(?:[,;/&]|\bor\b|\band\b|\bnor\b|\bas well as\b)(?:\s*(?:or|and))?\s*"
    r"(?:(?:about |up to )?\d[\d.,]*\s*(?:[a-z%]+ ){0,3}?(?:for|of|with|by) )?(?:the )?"
    r"(?:(?:[\w-]+ ){1,3}\()?",
    re.IGNORECASE,
)
_PAIR = 2  # at least so many, where it is asked whether they go together
_OF_SAFETY = frozenset({"serious_harms"})  # what "is X safe with Y" is heard to ask for
_OPENING = 5  # characters that may stand before a name: "The "


def subject_fit(each: Evidence, slot: Slot, asked: Understanding, lexicon: Lexicon) -> float | None:
    """How exactly a sentence is about the subjects of a slot: 1 for the drug itself, less for its class.

    Args:
        each: The sentence.
        slot: The part to be filled.
        asked: The question: what it names besides is no stranger.
        lexicon: Which drug belongs to which class.

    Returns:
        None when the sentence is about something else; else about 0 to 1.5, more when it names several.
    """
    if not slot.subjects:
        return 0.5
    if not asked.subjects and _is_of_a_treatment(each, slot, asked, lexicon):
        return None  # what a drug does to anxiety says nothing about anxiety
    fits = [_fit(each, subject, lexicon) for subject in slot.subjects]
    if not any(fits) or not _says_of_which(each, slot, asked, fits, lexicon):
        return None
    is_wide = max(fits) == _OF_WIDE_CLASS
    if is_wide and (slot.both or (_OF_EACH_DRUG & set(asked.facets) and not is_certain(each))):
        return None
    if slot.facets[:1] == ("definition",) and max(fits) < _OF_ITS_PAGE and _is_drug(slot.subjects, lexicon):
        return None  # what its class is does not say what it is
    unasked = _unasked(each, asked, lexicon)
    # Where two are compared, a third is a stranger in any company; so is it in the place of one that is asked
    # about with another: "venlafaxine and diazepam" says nothing of paracetamol and diazepam.
    compares = slot.together and asked.kind in {"compare", "contrast"}
    in_place = not all(fits) and not slot.outlined and asks_of_both(asked)
    others = unasked if compares or in_place else unasked - _listed_with(each, asked, lexicon)
    listed = len(unasked - others)
    if slot.sure:  # the food or the salt that it warns of is no other medicine
        others = {entity for entity in others if lexicon.entities[entity].kind != "substance"}
    if is_certain(each) and max(fits) == 1.0 and _ASKS_FOR_A_DRUG.search(asked.text):
        others = set()
    leads = others and first_named(each.text, lexicon) in others
    if leads and (max(fits) < 1.0 or slot.together or _OF_ITS_OWN & set(slot.facets[:1])):
        return None  # what a sentence names first it is about
    # What a drug did against a third says nothing of one against the other.
    is_strict = slot.sure or in_place or (slot.direct and asked.kind in {"compare", "contrast"})
    if others and not slot.names_others and (is_strict or max(fits) < 1.0 or leads):
        return None
    both = 0.3 * (sum(fit > 0 for fit in fits) - 1)
    # A class was asked about: a sentence that singles out a member says less about it.
    members = sum(1 for entity in each.entities if lexicon.ancestors(entity) & set(slot.subjects))
    aside = 0.1 * min(listed, 3) + (0 if slot.names_others else 0.2 * min(len(others), 3))
    return max(fits) + both - 0.15 * min(members, 2) - aside


def asks_of_both(asked: Understanding) -> bool:
    """Whether a question names two or more, and asks whether they go together: not what each of them does."""
    together = not set(asked.facets) - _OF_SAFETY or bool(set(asked.facets) & JOINT)
    is_new = asked.kind in {"yes_no", "open"} and not asked.inherited
    return len(asked.subjects) >= _PAIR and together and is_new


def is_about_any(each: Evidence, subjects: Sequence[EntityId], lexicon: Lexicon) -> bool:
    """Whether a sentence is about one of some subjects, or about its class."""
    return any(_fit(each, subject, lexicon) for subject in subjects)


def is_with_a_third(each: Evidence, asked: Understanding, lexicon: Lexicon) -> bool:
    """Whether it is asked about two, and a sentence is about one of them and something else."""
    if not asks_of_both(asked) or all(_fit(each, subject, lexicon) for subject in asked.subjects):
        return False
    return bool(_unasked(each, asked, lexicon))


def is_first_about(each: Evidence, asked: Understanding, lexicon: Lexicon) -> bool:
    """Whether a sentence is about what is asked about or its class, and names nothing else before it.

    What it names first may be no more than the background ("in people on naproxen, adding diazepam ...")
    where it names what is asked about and was expected to answer almost the very same question.
    """
    if not asked.subjects or (is_certain(each) and each.entities & set(asked.subjects)):
        return True
    first = first_named(each.text, lexicon)
    return is_about_any(each, asked.subjects, lexicon) and first not in _unasked(each, asked, lexicon)


def _is_drug(subjects: Sequence[EntityId], lexicon: Lexicon) -> bool:
    return [lexicon.entities[each].kind for each in subjects] == ["drug"]


def _is_of_a_treatment(each: Evidence, slot: Slot, asked: Understanding, lexicon: Lexicon) -> bool:
    """Whether a sentence is about a drug, or names one where two conditions are to be told apart."""
    if _OF_THE_CONDITION & set(slot.facets[:1]) and first_named(each.text, lexicon):
        return True
    kinds = [lexicon.entities[of].kind for of in asked.context]
    if "comparison" not in asked.facets or len(kinds) < 2 or set(kinds) != {"condition"}:
        return False
    return any(lexicon.entities[named].kind in SUBJECT_KINDS for named in each.entities)


def _says_of_which(
    each: Evidence, slot: Slot, asked: Understanding, fits: Sequence[float], lexicon: Lexicon
) -> bool:
    """Whether a sentence that should speak of all does; of two that are compared, not only of their class."""
    if slot.sure and JOINT & set(asked.facets) and asks_of_both(asked):
        return sum(map(bool, fits)) >= _PAIR  # what one does with others at large says nothing of the two
    if slot.together:
        return all(fits) and _tells_apart(each, slot.subjects, lexicon)
    return not (slot.direct and asked.kind == "compare") or any(_sides(each, asked.subjects, lexicon))


def _tells_apart(each: Evidence, subjects: Sequence[EntityId], lexicon: Lexicon) -> bool:
    """Whether a sentence names a side for each subject; a class of both says nothing between them."""
    named = _sides(each, subjects, lexicon)
    return all(named) and len(set().union(*named)) >= len(subjects)


def _sides(each: Evidence, subjects: Sequence[EntityId], lexicon: Lexicon) -> list[set[EntityId]]:
    """What a sentence names of each subject, its classes and its members; not what is a class of all."""
    shared = set.intersection(*(set(lexicon.ancestors(subject)) for subject in subjects))
    return [
        {e for e in each.entities if e == s or e in lexicon.ancestors(s) or s in lexicon.ancestors(e)}
        - shared
        for s in subjects
    ]


def _fit(each: Evidence, subject: EntityId, lexicon: Lexicon) -> float:
    if subject in each.entities:
        return 1.0
    nearest = lexicon.entities[subject].classes[:1]
    if each.entities & set(nearest):
        if lexicon.entities[subject].kind == "condition":
            return 0.4
        return _OF_WIDE_CLASS if nearest[0] in lexicon.wide else _OF_CLASS
    if each.entities & {parent for entity in nearest for parent in lexicon.entities[entity].classes[:1]}:
        return _OF_WIDE_CLASS
    if any(subject in lexicon.ancestors(entity) for entity in each.entities):
        return 0.55
    if _is_page_of(each, subject, lexicon):
        return _OF_ITS_PAGE
    about_drugs = any(lexicon.entities[entity].kind in {"drug", "class"} for entity in each.entities)
    if not about_drugs and subject in lexicon.entities_in(each.passage.header):
        return 0.45  # the sentence names no drug at all: it is about the one that its document is about
    return 0.0


def _is_page_of(each: Evidence, subject: EntityId, lexicon: Lexicon) -> bool:
    """Whether a sentence that names nothing else of the kind stands on a page about the subject."""
    if not each.source.names or subject not in lexicon.entities_in(each.source.names[0]):
        return False
    kind = lexicon.entities[subject].kind
    return not any(lexicon.entities[entity].kind == kind for entity in each.entities)


@lru_cache(maxsize=65536)
def first_named(text: str, lexicon: Lexicon) -> EntityId | None:
    """The drug, class or substance that a sentence names first."""
    kinds = {"drug", "class", "substance"}
    named = (mention.entity for mention in lexicon.mentions(text))
    return next((entity for entity in named if lexicon.entities[entity].kind in kinds), None)


def _unasked(each: Evidence, asked: Understanding, lexicon: Lexicon) -> set[EntityId]:
    """Drugs and classes in a sentence that were not asked about, neither in person nor by a class."""
    wanted = set(asked.subjects)
    if not wanted:
        return set()  # a condition was asked about: any drug may have to do with it
    above = {parent for entity in wanted for parent in lexicon.ancestors(entity)}
    above |= backdrop(each.text, wanted, lexicon)
    return {
        entity
        for entity in each.entities
        if lexicon.entities[entity].kind in {"drug", "class", "substance"}
        and entity not in wanted
        and entity not in asked.context
        and entity not in above
        and not lexicon.ancestors(entity) & wanted
    }


def _listed_with(each: Evidence, asked: Understanding, lexicon: Lexicon) -> set[EntityId]:
    """What stands in one list with what was asked about, or its class: the sentence says the same of both."""
    wanted = set(asked.subjects).union(*(lexicon.ancestors(each) for each in asked.subjects))
    return set().union(*(each for each in _lists(each.text, lexicon) if each & wanted))


@lru_cache(maxsize=65536)
def _lists(text: str, lexicon: Lexicon) -> tuple[frozenset[EntityId], ...]:
    """What a sentence names in one breath: "diazepam, lorazepam (Ativan) and oxazepam"."""
    lists: list[set[EntityId]] = []
    end = 0
    for each in lexicon.mentions(text):
        if not lists or not _LISTED.fullmatch(text, end, each.start):
            lists.append(set())
        lists[-1].add(each.entity)
        end = each.end
    return tuple(frozenset(each) for each in lists if len(each) > 1)


def names(each: Evidence, entity: EntityId, lexicon: Lexicon) -> bool:
    """Whether a sentence, or where it names nothing its document's title, names an entity or one below it."""
    named = each.entities or lexicon.entities_in(each.passage.header)
    return any(found == entity or entity in lexicon.ancestors(found) for found in named)


def defines(each: Evidence, subjects: Sequence[EntityId], lexicon: Lexicon) -> bool:
    """Whether a sentence begins with a subject and says what it is."""
    mention = next(iter(lexicon.mentions(each.text)), None)
    if mention is None or mention.entity not in subjects or mention.start > _OPENING:
        return False
    return _IS.match(each.text, mention.end) is not None


def context_fit(each: Evidence, context: Sequence[EntityId], lexicon: Lexicon) -> float:
    """A little for naming the condition or substance asked about, a little off for naming another."""
    if not context:
        return 0.0
    if any(names(each, entity, lexicon) for entity in context):
        return 0.10
    conditions = {entity for entity in each.entities if lexicon.entities[entity].kind == "condition"}
    wanted = {entity for entity in context if lexicon.entities[entity].kind == "condition"}
    related = conditions & {parent for entity in wanted for parent in lexicon.ancestors(entity)}
    return -0.10 if conditions and wanted and not related else 0.0
