"""Find what a question takes for granted about a drug: that it belongs to a class.

"Since Valium is an SSRI, ..." says something that the lexicon can deny; the answer then begins with what the
sources call the drug. Not for questions whether it belongs ("is Valium an SSRI?").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.lexicon import EntityId, Lexicon, Mention

_KIND = r"(?:kind|type|sort|form|member|brand|one)s? of (?:the )?"
_ARTICLE = rf"(?:(?:an?|the|just|only|really|basically|also|another|still) )*(?:{_KIND})?(?:an? )?"
# "a weak benzodiazepine", "a much stronger benzo": but no "non SSRI", and no "substitute for benzos".
_QUALITY = r"(?!(?:non?|not|other|than|and|or|as|by|for|from|in|of|on|to|when|with|without)\b)[a-z]+ "
_QUALIFIED = rf"(?:an?|the|another) (?:{_QUALITY}){{1,2}}"
_BEING = r"(?:is|are|was|being|as|count(?:s|ed)? as|class(?:ed|ified) as|considered|belong(?:s|ing)? to)"
# What stands between the drug and the class where the one is said to be the other ...
_CALLED = rf"(?:\s*,)?\s+{_BEING} {_ARTICLE}\s*|'s {_ARTICLE}\s*|\s*,\s*(?:which is |being |as )?an? \s*"
_STATED = re.compile(_CALLED, re.IGNORECASE)
_SAID = re.compile(
    rf"{_CALLED}|(?:\s*,)?\s+(?:and|or|with|plus|than|versus|vs|compared (?:with|to)) other \s*",
    re.IGNORECASE,
)
# ... where that is asked ("is Valium an SSRI"), and where the class comes first ("SSRIs like Valium").
_ASKED = re.compile(rf"\s+(?:(?:really|actually|also) )?(?:{_BEING} )?{_ARTICLE}\s*", re.IGNORECASE)
# ... and "Xanax is a weak opioid" or "what makes Xanax a weak opioid", not "a risky opioid mix".
_QUALIFYING = re.compile(rf"(?:\s*,)?\s+{_BEING} {_ARTICLE}{_QUALIFIED}", re.IGNORECASE)
_MAKING, _MADE = re.compile(r"\b(?:makes?|made|is|are)\s+$", re.I), re.compile(rf"\s+{_QUALIFIED}", re.I)
_ENDING = re.compile(
    r"\s*(?:$|[.,;:?!)]|(?:and|as|because|but|can|do|does|for|if|in|is|like|or|right|since|so|than|that|then|too|"
    r"when|which|while|will|with)\b)",
    re.IGNORECASE,
)
_CLASS_FIRST = re.compile(
    r"(?:\s*,)?\s+(?:drugs? |medicines? )?(?:(?:like|such as|including|called|named|e\.?g\.?) )?\s*",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"(?:^|[,.;?!]\s*|\b(?:so|and|but|hi|hello|ok|whether|if|wondering) )\s*"
    r"(?:is|are|was|isn'?t|aren'?t|does|do|would|can)\s+(?:the |a |an )?$",
    re.IGNORECASE,
)
_ASKED_OF = {("drug", "class"), ("class", "class")}  # a class too may be asked to belong to another
_TAG = re.compile(
    r"\s*,?\s*(right|correct|yes|no|or not|is ?n'?t it|are ?n'?t they|true)?\s*[?.!]*\s*", re.IGNORECASE
)
_CLAUSE = re.compile(
    r"\b(since|because|as|given( that)?|seeing( that)?|considering( that)?|now that|if)\s+$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Premise:
    """A drug and the class that a question takes it to belong to; text[start:end] says so.

    Attributes:
        holds: Whether it does belong; None when the lexicon cannot tell.
        is_asked: Whether it is not taken for granted but is the question itself.
        is_clause: Whether it is a clause of its own ("since Valium is an SSRI,").
        keeps_class: Whether the class stays a subject of the question ("do SSRIs like Zoloft ...").
        written: The drug as it is written there.
    """

    drug: EntityId
    claimed: EntityId
    holds: bool | None
    start: int
    end: int
    is_asked: bool
    is_clause: bool
    keeps_class: bool
    written: str


def find_premises(text: str, mentions: Sequence[Mention], lexicon: Lexicon) -> tuple[Premise, ...]:
    """What a question asserts of the classes of drugs, in order.

    Args:
        text: The question.
        mentions: The names in it.
        lexicon: Which class each drug belongs to.
    """
    found = []
    for first, second in pairwise(mentions):
        kinds = lexicon.entities[first.entity].kind, lexicon.entities[second.entity].kind
        is_asked = kinds in _ASKED_OF and _is_asked(text, first, second)
        if is_asked or (kinds == ("drug", "class") and _is_said(text, first, second)):
            drug, claimed = first, second
        elif kinds == ("class", "drug") and _CLASS_FIRST.fullmatch(text[first.end : second.start]):
            drug, claimed = second, first
        else:
            continue
        holds = belongs(drug.entity, claimed.entity, lexicon)
        clause = _CLAUSE.search(text[: first.start]) if drug is first else None
        found.append(
            Premise(
                drug=drug.entity,
                claimed=claimed.entity,
                holds=holds,
                start=clause.start() if clause else first.start,
                end=second.end,
                is_asked=is_asked,
                is_clause=clause is not None,
                keeps_class=is_asked or (drug is second and holds is not False),
                written=text[drug.start : drug.end],
            )
        )
    return tuple(found)


def _is_said(text: str, drug: Mention, claimed: Mention) -> bool:
    """Whether a drug is said to be of a class, of whatever quality."""
    between = text[drug.end : claimed.start]
    if _SAID.fullmatch(between):
        return True
    made = _MADE.fullmatch(between) and _MAKING.search(text[: drug.start])
    return bool((made or _QUALIFYING.fullmatch(between)) and _ENDING.match(text[claimed.end :]))


def _is_asked(text: str, drug: Mention, claimed: Mention) -> bool:
    """Whether the drug's class is the question itself: "is Valium an SSRI", "Valium is an SSRI, right?"."""
    between = text[drug.end : claimed.start]
    if _ASKING.search(text[: drug.start]):
        return _ASKED.fullmatch(between) is not None
    is_whole = not text[: drug.start].strip() and _TAG.fullmatch(text[claimed.end :])
    return bool(is_whole and _STATED.fullmatch(between))


def families_apart(drug: EntityId, claimed: EntityId, lexicon: Lexicon) -> frozenset[EntityId]:
    """The families of a drug that tell it from a class: not those that the class itself belongs to."""
    above = lexicon.ancestors(drug) - lexicon.ancestors(claimed)
    return frozenset(each for each in above if lexicon.entities[each].is_family)


def belongs(drug: EntityId, claimed: EntityId, lexicon: Lexicon) -> bool | None:
    """Whether a drug belongs to a class; None when the lexicon cannot tell.

    It is denied only between families, to which a drug belongs by what it is (benzodiazepines, SSRIs), not
    by what it is used for: there is no list of all that a drug is used for.
    """
    if drug == claimed or claimed in lexicon.ancestors(drug):
        return True
    if drug in lexicon.ancestors(claimed):
        return None
    families = {each for each in (drug, *lexicon.ancestors(drug)) if lexicon.entities[each].is_family}
    return False if families and lexicon.entities[claimed].is_family else None
