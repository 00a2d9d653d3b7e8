"""Read what a yes-or-no question asks to be affirmed or denied, and what a sentence must speak of.

A question whose "yes" would be unclear (negative, double, open) is no proposition. Not for reading sentences:
see `retrieval.verdict.stance`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from corpus.expected import ANY_MEDICINE
from corpus.lexicon import EntityId, Lexicon
from retrieval.evidence.places import places_in
from retrieval.question.hear import load_wordings
from retrieval.question.mend import SUBJECT_KINDS
from retrieval.question.premise import Premise
from retrieval.question.understand import Understanding
from retrieval.support.claims import ARM, Atom, Claim, read_claim
from retrieval.support.wording import Token, load_wording, read_tokens, stem_of
from retrieval.verdict.stance_words import Asks, StanceWords, load_stance_words

_PAIRED = frozenset({"drug", "class", "substance", "therapy"})


@dataclass(frozen=True, slots=True)
class Proposition:
    """What a question asks to be affirmed or denied.

    Attributes:
        asks: Which predicate it has.
        claim: What the question says, read as a sentence.
        names: What a sentence must name; a class stands for its members.
        words: Stems that a sentence must speak of, in its own or in like words.
        loose: Stems that a facet's other words may stand for, and that facet.
        ways: Directions that it asks about, as (name, sign).
        axis: In a comparison, what is compared.
        first, second: In a comparison, which name is asked to exceed which.
        personal: Whether it asks what somebody may do.
        foretells: Whether it asks what will befall the person who asks.
        touches: Whether any change at all would be a yes ("does it affect").
    """

    asks: Asks
    claim: Claim
    names: frozenset[str]
    words: frozenset[Atom]
    loose: tuple[tuple[str, frozenset[str]], ...] = ()
    ways: frozenset[tuple[str, int]] = frozenset()
    axis: str = ""
    first: str = ""
    second: str = ""
    personal: bool = False
    touches: bool = False
    foretells: bool = False
    premise: Premise | None = None
    places: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()


@lru_cache(maxsize=512)
def read_proposition(asked: Understanding, lexicon: Lexicon) -> Proposition | None:
    """What a question asks to be affirmed or denied; None where a yes or no would be unclear."""
    words = load_stance_words()
    asked = replace(asked, text=words.tail.sub("", asked.text))
    begun = list(words.opening.finditer(asked.text))
    wrong = any(not each.is_asked and each.holds is False for each in asked.premises)
    if wrong or not begun:
        return None
    text = asked.text[begun[-1].end() :]
    claim = read_claim(asked.text, lexicon)
    premise = next((each for each in asked.premises if each.is_asked), None)
    if premise is not None:
        if claim.denials or words.double.search(text) or words.unclear.search(text):
            return None
        return Proposition("membership", claim, frozenset(), frozenset(), premise=premise)
    masked = _masked(text, lexicon)
    asks, touches = _predicate(masked, words)
    personal = words.personal.search(masked) is not None
    if _is_unclear(claim, masked, personal, words) or _is_for_advice(asks, claim, masked, words):
        return None
    tokens = read_tokens(asked.text)
    axis, first, second = _compared(asked.text, asks, lexicon, words)
    if asks in {"comparison", "equality"} and not axis:
        return None
    if second == f"{ARM}placebo" and axis == "effect":
        asks = "benefit"
    required = load_wording().required
    ways = frozenset((each.name, each.sign) for each in claim.directions if each.name in required)
    turned = {tokens[each.at].stem for each in claim.directions if each.name in required}
    arms = (each for each in claim.names if each.startswith(ARM))
    names = frozenset((*asked.subjects, *asked.context, *arms))
    spare = words.idle | (words.predicates if asks != "statement" else frozenset()) | turned
    if axis:
        spare |= {token.stem for token in tokens if _is_of_axis(token, axis, words)}
    content = frozenset(atom for atom in claim.atoms if not atom.startswith("@") and atom not in spare)
    if asks == "statement" and not content and (not ways or words.compares.search(masked)):
        return None  # names alone say nothing of each other, nor does "stronger" of what is not named
    return Proposition(
        asks=asks,
        claim=claim,
        names=names,
        words=content,
        loose=_loose(asked, words),
        ways=ways,
        axis=axis,
        first=first,
        second=second,
        personal=personal,
        touches=touches,
        foretells=words.foretells.search(masked) is not None,
        places=places_in(asked.text),
        bodies=frozenset(token.text for token in tokens) & words.bodies,
        settings=frozenset(each.label for each in words.settings.find(tokens)),
    )


def question_in(text: str) -> str:
    """The question in a text that wants a yes or no; empty where there is none."""
    words = load_stance_words()
    text = words.tail.sub("", text)
    begun = list(words.opening.finditer(text))
    return text[begun[-1].end() :].partition("?")[0] if begun else ""


def as_expected(asked: Understanding, expected: str, lexicon: Lexicon) -> Understanding:
    """The question that a sentence was expected to answer, asked of the drugs that this one is about.

    Args:
        asked: This question.
        expected: The other, medicines masked.
        lexicon: The names of the drugs.
    """
    for drug in (*asked.subjects, *asked.context):
        expected = expected.replace(ANY_MEDICINE, lexicon.entities[drug].name, 1)
    return replace(asked, text=expected)


def _is_unclear(claim: Claim, masked: str, personal: bool, words: StanceWords) -> bool:
    """Whether it denies, asks for several things or for all, or is not for yes or no at all."""
    double = words.double.search(masked) and not personal and "X and X" not in masked
    return bool(claim.denials or double or claim.superlatives or claim.only or words.unclear.search(masked))


def _is_for_advice(asks: Asks, claim: Claim, masked: str, words: StanceWords) -> bool:
    """Whether it asks what ought to be done, which no finding answers."""
    advises = asks == "safety" or any(each.name == "advice" for each in claim.directions)
    return words.advice.search(masked) is not None and not advises


def _masked(text: str, lexicon: Lexicon) -> str:
    """The question in lower case, with drugs and classes as X."""
    masked = text.casefold() if len(text.casefold()) == len(text) else text
    for mention in reversed(lexicon.mentions(text)):
        if lexicon.entities[mention.entity].kind in SUBJECT_KINDS:
            masked = f"{masked[: mention.start]}X{masked[mention.end :]}"
    return masked


def _predicate(masked: str, words: StanceWords) -> tuple[Asks, bool]:
    for asks, pattern, touches in words.asks:
        if pattern.search(masked):
            return asks, touches
    return "statement", False


def _compared(text: str, asks: Asks, lexicon: Lexicon, words: StanceWords) -> tuple[str, str, str]:
    """What is compared, and the two names, the greater first; empty where it is not clear."""
    if asks not in {"comparison", "equality"}:
        return "", "", ""
    tokens = read_tokens(text)
    found = [(name, end) for name, axis in words.axes.items() if (end := axis.end(tokens))]
    if asks == "equality":
        axis, at, turned = "effect", next(p for p, token in enumerate(tokens) if token.text == "as"), False
    elif found:
        axis, end = max(found, key=lambda each: each[1].after - each[1].first)
        at, turned = end.first, end.label == "less"
    else:
        return "", "", ""
    before, after = sides_of(text, at, lexicon)
    if len(before) != 1 or len(after) != 1 or before == after:
        return "", "", ""
    (one,), (other,) = before, after
    return (axis, other, one) if turned else (axis, one, other)


def names_in(text: str, lexicon: Lexicon) -> list[tuple[int, str]]:
    """Drugs, classes, therapies and arms (placebo) in a text, each with the token that it begins at."""
    tokens = read_tokens(text)
    place = {token.start: at for at, token in enumerate(tokens)}
    found = [
        (place[each.start], str(each.entity))
        for each in lexicon.mentions(text)
        if each.start in place and lexicon.entities[each.entity].kind in _PAIRED
    ]
    return sorted([*found, *((each.first, ARM + each.label) for each in load_wording().arms.find(tokens))])


def sides_of(text: str, at: int, lexicon: Lexicon) -> tuple[frozenset[str], frozenset[str]]:
    """The names before and after a token."""
    named = names_in(text, lexicon)
    return (
        frozenset(name for place, name in named if place < at),
        frozenset(name for place, name in named if place > at),
    )


def _is_of_axis(token: Token, axis: str, words: StanceWords) -> bool:
    return bool(words.axes[axis].ends.find((token,)) or words.axes[axis].words.find((token,)))


def _loose(asked: Understanding, words: StanceWords) -> tuple[tuple[str, frozenset[str]], ...]:
    """The words by which the question names a facet, for which the facet's other words may stand."""
    found = []
    for facet, pattern, _ in load_wordings().facets:
        if facet in asked.facets and facet in words.facets:
            said = " ".join(match.group() for match in pattern.finditer(asked.text.casefold()))
            stems = frozenset(stem_of(token.text) for token in read_tokens(said) if token.is_word)
            found.append((str(facet), stems))
    return tuple(found)


def entity_of(name: str) -> EntityId | None:
    """The entity that a name of a claim is; None for an arm such as placebo."""
    return None if name.startswith(ARM) else EntityId(name)
