"""Resolve a follow-up from the conversation: what "it", "the other one" and "and with alcohol?" mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.expected import ANY_MEDICINE
from corpus.facets import FacetId
from corpus.lexicon import EntityId, Lexicon, tokens
from retrieval.question.another import another_of_its_class
from retrieval.question.beside import beside
from retrieval.question.hear import load_wordings
from retrieval.question.told import TOLD, TURNS, adds_a_detail, tells_of_what_was_tried, with_detail

if TYPE_CHECKING:
    from retrieval.question.understand import Understanding

_COMPARING = re.compile(r"\b(differ\w*|compar\w*|than|versus|vs|better|worse|same)\b|X v\.? X")
_PRONOUN = re.compile(r"\b(it|they|them|those|these|that|this)\b(?! medicine)")
# "Is it safe to ...", "how long does it take": this "it" stands for nothing.
_EXPLETIVE = re.compile(
    r"\b(is|was|be|would|isnt|isn't) it \w+ (to|if|that|when)\b|\bit takes?\b|\bdoes it take\b"
)
_SINGULAR = re.compile(r"\b(it|its|that|this)\b")
# "What if it is prescribed?" asks the same again, in another case.
_CONDITION = re.compile(r"\s*(?:(?:and|but|so|ok|okay|also)\s+)*(?:what if|even if|if)\b")
_ANOTHER = re.compile(r"\b(else|instead|alternatives?|replace)\b", re.IGNORECASE)
_OTHER = re.compile(r"\bthe (other|second|latter)( (one|drug|medicine|pill|medication|tablet))?\b")
_FIRST = re.compile(r"\bthe (first|former)( (one|drug|medicine|pill|medication|tablet))?\b")
# "What if they've taken tricyclics as well": beside what was spoken of.
_TAKEN_TOO = re.compile(
    r"\b(?:taken|took|takes?|taking|had|drank|drunk|drinking|boozing|on)\b.*\b(?:as well|too|also|on top)\W*$"
)
_ELLIPSIS = re.compile(
    r"\s*(and|or|but|what about|how about|what if|also|same for|versus|vs"
    r"|(?:(?:no|nah|sorry|oops|wait)\W+)*(?:i|we) meant?)\b",
    re.IGNORECASE,
)
# "Does buspirone count?", "is lorazepam too?": the same is asked of another.
_COUNTS = re.compile(
    r"\W*(?:(?:and|so|but|ok|okay) )*(?:do|does|would|is|are) X"
    r" (?:count|appl(?:y|ies)|too|also|as well|included|one of (?:them|those|these)|on (?:the|that) list)\W*"
)
# "Go back to X, can I drink on it": it is the one that was just named; but not in "X with it".
_NAMED_BEFORE = re.compile(
    r"X\b.*?[,.;:?!]\W.*?(?<!with )(?<!than )(?<!to )(?<!as )(?<!from )(?<!top of )(?<!like )\b(?:it|its)\b"
)
# "Don't want anything addictive" says what the answer to the question before is to be like.
_WISH = re.compile(
    r"\W*(?:(?:and|but|so|ok|okay|well|only|just|preferably|ideally) )*(?:(?:i|id|i'd|we|she|he|they) )?"
    r"(?:(?:do|does|would|'d)(?:nt|n't| not) want|(?:would )?(?:rather|prefer) not|nothing|something"
    r"|not anything)\b",
    re.IGNORECASE,
)
# "More than tramadol?" asks for what was asked before, held against another.
_MEASURED = re.compile(
    r"\W*(?:(?:and|but|so|ok|okay|any|is (?:it|that)) )*"
    r"(?P<held>(?:more|less|better|worse|safer|(?:strong|weak|fast|quick|slow|long|hard)er|easier)"
    r"(?: \w+ly)? than(?: [^\W\d][\w-]*){1,5}\W*)$",
    re.IGNORECASE,
)
# "Magnesium?" and "I have maybe four beers a night" ask nothing by themselves.
_WORDS_TO_ASK = (
    r"what|whats|when|where|wheres|who|why|how|hows|which|do|does|did|dont|can|could|should|will|would|may|might"
    r"|tell|explain|compare|find|give|show"
)
_ASKS = re.compile(rf"\b({_WORDS_TO_ASK}|is|are|was|were|has|have|had)\b", re.IGNORECASE)
_ASKED_OF = re.compile(
    rf"\?|\b({_WORDS_TO_ASK}|know|learn|wonder\w*|want|need|advice|info\w*)\b", re.IGNORECASE
)
_FRAGMENT, _NAME = 3, 2  # words: of what asks nothing by itself, of a name alone
# "What about older people?" asks the same of other people.
_OF_PEOPLE = frozenset({"older_people", "children", "pregnancy", "breastfeeding", "liver_kidney"})
# What is asked of a time is asked of the withdrawal or the side effect that was spoken of.
_OF_TIME = frozenset({"duration", "onset"})
# What a question of how long something goes on may be heard to ask for.
_SAID_OF_TIME = frozenset({"duration", "onset", "dependence", "frequency", "outlook"})
# What two drugs are asked about together or one after the other.
_OF_PAIRS = frozenset({"interactions", "switching", "opioids"})
# What only says how a question is worded, where another was asked before it.
_OF_WORDING = frozenset({"comparison", "response"})
# "How long should I wait?" is asked of what was spoken of together.
_OF_WAITING = frozenset({"duration", "onset", "switching"})
_LASTING, _HABIT = (FacetId("stopping"), FacetId("side_effects")), FacetId("dependence")
# "Can it drag on for months?" is asked of the withdrawal, not of the medicine.
_GOES_ON = re.compile(
    r"\b(how long|lasts?|lasting|goe?s? on|drags?|dragging|wears? off|goe?s? away|pass(es)?(?! \w)|settles?"
    r"|clears? up|(?:be|is) over(?! \w)|permanent|for (ever|days|weeks|months|years))\b"
)


def follow(
    asked: Understanding,
    masked: str,
    earlier: Sequence[Understanding],
    is_word: Callable[[str], bool],
    lexicon: Lexicon,
) -> Understanding:
    """Fill in from earlier questions what a question leaves unsaid.

    Args:
        asked: The question, read by itself.
        masked: Its text in lower case, with drugs and classes as X.
        earlier: What was understood of the earlier questions, oldest first.
        is_word: Whether a word is one of English or of the sources.
        lexicon: The names of what was spoken of.
    """
    if not earlier:
        return asked
    before = earlier[-1]
    found = beside(asked, earlier, lexicon) or another_of_its_class(asked, masked, before, lexicon)
    if found is not None:
        return found
    if adds_a_detail(asked, before):
        return with_detail(asked, before)
    if not _leans_on_earlier(asked, masked, is_word, lexicon):
        return asked
    context = asked.context
    if tells_of_what_was_tried(before.text) and before.context and not asked.subjects:
        before = replace(before, subjects=())
    inherited = not asked.subjects and bool(before.subjects or before.context)
    pointed = _pointed_at(masked, earlier)
    subjects = _meant(asked, before, masked, pointed, inherited=inherited)
    if pointed and _is_only_pointing(masked):
        # "And the other one?" asks the same of it, and is read so.
        asked = replace(asked, text=_pointing_named(asked.text, pointed[0], lexicon))
    goes_on = inherited and bool(asked.facets) and set(asked.facets) <= _OF_WAITING
    is_measured = bool(_MEASURED.match(asked.text))
    for_what = inherited and bool(_ANOTHER.search(asked.text))  # "what else could I ask for?"
    context = context or (before.context if goes_on or is_measured or for_what or not subjects else ())
    if _COUNTS.fullmatch(masked) and not before.subjects and before.context:
        return _of_the_condition(asked, before, lexicon)
    facets, terms, points, event = _asked_for(asked, before, masked, context, inherited=inherited)
    # "What does it recommend instead?": the body whose advice was asked for is still meant.
    points = points or tuple(each for each in before.points if each[0] in facets)
    return replace(
        asked,
        wording=_wording(asked, before, facets is before.facets or is_measured, lexicon, event),
        leans_on=(*before.leans_on, before.text)[-TURNS:],
        subjects=subjects,
        context=context,
        facets=facets,
        terms=terms,
        points=points,
        inherited=inherited,
    )


def _meant(
    asked: Understanding,
    before: Understanding,
    masked: str,
    pointed: tuple[EntityId, ...],
    *,
    inherited: bool,
) -> tuple[EntityId, ...]:
    """What a follow-up is about: what it names, points at or leaves unsaid."""
    subjects = asked.subjects
    if pointed and not (subjects and not _COMPARING.search(masked)):
        return tuple(dict.fromkeys((*subjects, *pointed)))
    if _goes_on_with_a_pair(asked, before):
        # "And Xanax?" after a question about two asks the same of the first and it.
        named = set(subjects) <= set(before.subjects)
        return before.subjects if named else (before.subjects[0], *subjects)
    if subjects and _TAKEN_TOO.search(masked):
        return tuple(dict.fromkeys((*before.subjects, *subjects)))
    if inherited or _COMPARING.search(masked) or _pairs(masked, subjects):
        # "it" is the one that the talk is about; "they" and a bare "and with alcohol?" are all of them.
        talk_of = before.subjects[:1] if _SINGULAR.search(masked) else before.subjects
        return tuple(dict.fromkeys((*talk_of, *subjects)))
    return subjects


def _asked_for(
    asked: Understanding, before: Understanding, masked: str, context: Sequence[EntityId], *, inherited: bool
) -> tuple[tuple[FacetId, ...], tuple[str, ...], tuple[tuple[FacetId, str], ...], str]:
    """The facets, terms and points that a follow-up asks for, and what goes on, if it asks of that."""
    facets, terms, points = asked.facets, asked.terms, asked.points
    of_time = inherited and set(asked.facets) <= _SAID_OF_TIME
    event = _event(before) if of_time and _GOES_ON.search(masked) and _PRONOUN.search(masked) else ""
    if event:
        facets = (next(each for each in _LASTING if each in before.facets), FacetId("duration"))
        points = before.points
    elif inherited and _CONDITION.match(masked) and before.facets and set(asked.facets) <= {"uses"}:
        facets, terms, points = before.facets, tuple(dict.fromkeys((*before.terms, *terms))), before.points
    elif _WISH.match(asked.text) and before.facets:
        facets, points = before.facets, before.points
    elif not facets and not terms and not set(context) - set(before.context):
        facets, terms, points = before.facets, before.terms, before.points
    elif _MEASURED.match(asked.text) or (asked.facets and set(asked.facets) <= _OF_WORDING and not terms):
        # "Why is that different from paroxetine?" asks it of what was asked before.
        facets, points = tuple(dict.fromkeys((*before.facets, *facets))), points or before.points
    elif not facets and terms and _is_fragment(asked.text):
        facets, terms, points = before.facets, tuple(dict.fromkeys((*before.terms, *terms))), before.points
    elif facets and set(facets) <= _OF_TIME:
        lasting = [each for each in (*_LASTING, _HABIT) if each in before.facets]
        facets = (*lasting[:1], *facets)  # "how long does that last?", asked of withdrawal
        points = points or (before.points if lasting else ())
    elif facets and set(facets) <= _OF_PEOPLE:
        others = [each for each in before.facets if each not in _OF_PEOPLE]  # "adults?" after "for teens?"
        facets, points = tuple(dict.fromkeys((*facets, *others))), points or before.points
    return facets, terms, points, event


def in_full(text: str, meant: str) -> str:
    """A text with "it" and "they" said in full, where they stand for something."""
    said = re.compile(f"(?P<nothing>{_EXPLETIVE.pattern})|\\b(?:it|they|them)\\b", re.IGNORECASE)
    return said.sub(lambda match: match.group() if match["nothing"] else meant, text)


def _pairs(masked: str, subjects: Sequence[EntityId]) -> bool:
    """Whether "it" is asked about together with a drug that is named ("can I take it with ibuprofen")."""
    said = _EXPLETIVE.sub(" ", masked)
    return bool(subjects) and bool(_PRONOUN.search(said)) and not _NAMED_BEFORE.search(said)


def _goes_on_with_a_pair(asked: Understanding, before: Understanding) -> bool:
    """Whether a follow-up names one drug only, after a question about two taken together or in turn."""
    pair = len(before.subjects) == 2 and bool(set(before.facets) & _OF_PAIRS)
    return pair and len(asked.subjects) == 1 and set(asked.facets) <= _OF_PAIRS | _OF_TIME


def _is_fragment(text: str) -> bool:
    """Whether a text is a few words that ask nothing by themselves ("what about a forklift?")."""
    opening = _ELLIPSIS.match(text)
    said = text[opening.end() :] if opening else text
    return len(said.split()) <= _FRAGMENT and not _ASKS.search(said)


def _is_told(text: str) -> bool:
    """Whether a text only adds something about the person ("I have maybe four beers a night")."""
    return bool(TOLD.match(text)) and "?" not in text and not _ASKED_OF.search(text)


def _of_the_condition(asked: Understanding, before: Understanding, lexicon: Lexicon) -> Understanding:
    """Whether a medicine counts among those that a condition was spoken of with."""
    name = lexicon.entities[before.context[0]].name
    return replace(
        asked,
        wording=f"can {ANY_MEDICINE} cause {name}",
        leans_on=(*before.leans_on, before.text)[-TURNS:],
        context=before.context,
        terms=(),
    )


def _event(before: Understanding) -> str:
    """What was spoken of that begins and ends: withdrawal, or a side effect; empty where it was neither."""
    if _LASTING[0] in before.facets:
        return f"withdrawal from {ANY_MEDICINE}"
    effects = [word for facet, word in before.points if facet == _LASTING[1]]
    return f"{effects[0]} from {ANY_MEDICINE}" if effects else ""


def _wording(
    asked: Understanding, before: Understanding, asks_the_same: bool, lexicon: Lexicon, event: str
) -> str:
    """What a follow-up asks, said in full."""
    measured = _MEASURED.match(asked.wording)
    if measured:
        return f"{before.wording.rstrip(' ?')} {measured['held']}"
    if _is_only_pointing(asked.wording) or (asks_the_same and asked.subjects and not asked.terms):
        return before.wording  # "and sertraline?": the same of another
    if asked.subjects:
        return asked.wording
    meant = event or ANY_MEDICINE
    if not before.subjects and before.context:
        meant = lexicon.entities[before.context[0]].name
    for pointing in (_OTHER, _FIRST, _PRONOUN):
        if pointing.search(asked.wording):
            return pointing.sub(meant, asked.wording)
    opening = _ELLIPSIS.match(asked.wording)
    rest = asked.wording[opening.end() if opening else 0 :].strip(" ,?")
    return f"{before.wording.rstrip(' ?')} {rest}" if asks_the_same else f"{rest} {meant}"


def _pointed_at(masked: str, earlier: Sequence[Understanding]) -> tuple[EntityId, ...]:
    """The drug that "the other one" or "the first one" means; none where it is not said, or not clear."""
    spoken = list(dict.fromkeys(each for past in earlier for each in past.subjects))
    if _FIRST.search(masked) and len(spoken) > 1:
        return (spoken[0],)
    if not _OTHER.search(masked):
        return ()
    # Of two in the latest question, the second; otherwise the last one spoken of before it.
    latest = next((past.subjects for past in reversed(earlier) if past.subjects), ())
    if len(latest) == 2:
        return latest[1:]
    others = [each for each in spoken if each not in latest]
    return (others[-1],) if others else ()


def _is_only_pointing(masked: str) -> bool:
    """Whether a question says nothing but which one is meant."""
    opening = _ELLIPSIS.match(masked)
    rest = masked[opening.end() if opening else 0 :].strip(" ,.?!")
    return bool(_OTHER.fullmatch(rest) or _FIRST.fullmatch(rest))


def _pointing_named(text: str, meant: EntityId, lexicon: Lexicon) -> str:
    """The question with the name of the one that is meant."""
    name = lexicon.entities[meant].name
    return re.sub(_OTHER, name, re.sub(_FIRST, name, text.casefold()))


def _leans_on_earlier(
    asked: Understanding, masked: str, is_word: Callable[[str], bool], lexicon: Lexicon
) -> bool:
    """Whether a question cannot be understood without the one before it."""
    words = [token.norm for token in tokens(asked.text)]
    if any(word in load_wordings().back_references for word in words):
        return True
    if _ELLIPSIS.match(asked.text) or _MEASURED.match(asked.text) or _COUNTS.fullmatch(masked):
        return True
    if _WISH.match(asked.text) and not (asked.subjects or asked.context):
        return True
    if asked.subjects and not asked.facets and asked.text.endswith("?") and len(words) <= _NAME:
        return True  # "paroxetine?" asks the same of another
    is_new = bool(asked.subjects or asked.facets) or any(
        lexicon.entities[each].kind != "substance" for each in asked.context
    )
    if not is_new and (_is_fragment(asked.text) or _is_told(asked.text)):
        # One word that no source has may go on with the talk; more are about something else.
        return sum(not is_word(term) for term in asked.terms) <= 1
    # Without a name of its own, "what should I watch for?" goes on with what was spoken of.
    # With a word that no source has ("stretches for plantar fasciitis"), it is about something else.
    return not (asked.subjects or asked.context or any(not is_word(term) for term in asked.terms))
