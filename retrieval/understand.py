"""Read a question: which drugs and conditions it is about, which facets of them it asks for, in what shape.

Deterministic: names come from `corpus/lexicon.yaml`, wordings from `understanding.yaml`. Typos are forgiven
only for words that are no word of English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from rapidfuzz.distance import OSA

from corpus.facets import FacetId
from corpus.lexicon import EntityId, LayTerm, Lexicon, Mention, tokens
from ingest.document import normalise
from retrieval.words import respelled

QuestionKind = Literal["contrast", "compare", "yes_no", "overview", "naming", "definition", "open"]
_SUBJECT_KINDS = frozenset({"drug", "class", "therapy"})
_COMPARING = re.compile(r"\b(differ\w*|compar\w*|than|versus|vs|better|worse|same)\b")
_SINGULAR = re.compile(r"\b(it|its|that|this)\b")
_ELLIPSIS = re.compile(
    r"\s*(and|or|but|what about|how about|what if|also|same for|versus|vs)\b", re.IGNORECASE
)
# Facets whose words say which of many things is meant; a lay term of these is left for the patterns to read.
_POINTED = frozenset({"side_effects"})
_LONGEST_QUESTION = 4000  # characters that are read; nobody asks more in one go


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that was read as a name that it is not spelled like."""

    written: str
    entity: EntityId


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a question asks for.

    Attributes:
        text: The question as it is searched for, with typos mended.
        subjects: Drugs and classes asked about, in order.
        context: Substances, conditions, therapies and targets that it names.
        facets: Facets asked for, in order of appearance; empty when the wording names none.
        terms: Content words that neither a name nor a facet accounts for.
        points: What exactly is asked about within a facet (weight, among the side effects).
        inherited: Whether the subjects come from an earlier question.
    """

    text: str
    kind: QuestionKind
    subjects: tuple[EntityId, ...] = ()
    context: tuple[EntityId, ...] = ()
    facets: tuple[FacetId, ...] = ()
    terms: tuple[str, ...] = ()
    points: tuple[tuple[FacetId, str], ...] = ()
    corrections: tuple[Correction, ...] = ()
    inherited: bool = False


@dataclass(frozen=True)
class Wording:
    """The patterns of `understanding.yaml`, compiled."""

    facets: tuple[tuple[FacetId, re.Pattern[str], bool], ...]
    kinds: tuple[tuple[QuestionKind, int, re.Pattern[str]], ...]
    stop_words: frozenset[str]
    back_references: frozenset[str]

    def speaks_of(self, facet: FacetId, text: str) -> bool:
        """Whether a text uses the words by which a facet is asked for."""
        return any(pattern.search(text) for each, pattern, _ in self.facets if each == facet)


@lru_cache(maxsize=1)
def load_wording() -> Wording:
    """Read `understanding.yaml`; it never changes while the program runs."""
    data = yaml.safe_load((Path(__file__).parent / "understanding.yaml").read_text(encoding="utf-8"))

    def compiled(patterns: Sequence[str]) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{each})" for each in patterns), re.IGNORECASE)

    return Wording(
        facets=tuple(
            (FacetId(row["facet"]), compiled(row["any"]), row.get("points", False)) for row in data["facets"]
        ),
        kinds=tuple((row["kind"], row["subjects"], compiled(row["any"])) for row in data["kinds"]),
        stop_words=frozenset(data["stop_words"].split()),
        back_references=frozenset(data["back_references"]),
    )


def understand(
    question: str, lexicon: Lexicon, is_word: Callable[[str], bool], earlier: Sequence[Understanding] = ()
) -> Understanding:
    """Read a question.

    Args:
        question: As the person wrote it.
        lexicon: The names that are known.
        is_word: Whether a word in lower case is a word of English or of the sources: such a word is never
            taken for a misspelled one.
        earlier: What was understood of the earlier questions of the conversation, oldest first.
    """
    wording = load_wording()
    text = " ".join(normalise(question)[:_LONGEST_QUESTION].split())
    mentions = lexicon.mentions(text)
    text, corrections = _mend(
        text, mentions, lexicon, lambda word: word in wording.stop_words or is_word(word)
    )
    mentions = lexicon.mentions(text)
    masked = _mask(text, mentions, lexicon)
    heard = _facets(masked, lexicon, wording)
    facets = heard.facets
    named = list(dict.fromkeys(mention.entity for mention in mentions))
    lay = _lay_terms(masked, lexicon)
    drugs_named = any(lexicon.entities[each].kind in _SUBJECT_KINDS for each in named)
    named += [
        term.entity
        for term in lay
        if term.entity is not None
        and term.entity not in named
        # "brain zaps" speaks of antidepressants only where no medicine is named
        and not (drugs_named and lexicon.entities[term.entity].kind in _SUBJECT_KINDS)
    ]
    spoken = {word for each in mentions for word in _words(text[each.start : each.end])}
    spoken.update(word for term in lay for word in term.phrase)
    subjects = tuple(each for each in named if lexicon.entities[each].kind in _SUBJECT_KINDS)
    context = tuple(each for each in named if each not in subjects)
    terms = _terms(heard.rest, spoken, wording)
    inherited = False
    points = heard.points
    if earlier and _leans_on_earlier(text, named, terms, wording):
        before = earlier[-1]
        inherited = not subjects and bool(before.subjects or before.context)
        if inherited or _COMPARING.search(masked):
            # "it" is the one that the talk is about; "they" and a bare "and with alcohol?" are all of them.
            talk_of = before.subjects[:1] if _SINGULAR.search(masked) else before.subjects
            subjects = tuple(dict.fromkeys((*talk_of, *subjects)))
        context = context or (() if subjects else before.context)
        if not facets and not set(context) - set(before.context):
            facets, terms, points = before.facets, terms or before.terms, before.points
        elif set(facets) <= {"duration", "onset"} and "stopping" in before.facets:
            facets = (FacetId("stopping"), *facets)  # "how long does that last?", asked of withdrawal
    return Understanding(
        text=text,
        kind=_kind(masked, len(subjects), terms, wording),
        subjects=subjects,
        context=context,
        facets=facets,
        terms=terms,
        points=points,
        corrections=corrections,
        inherited=inherited,
    )


def in_its_words(asked: Understanding) -> Understanding:
    """The same question read by its words alone, for sources on subjects that the lexicon does not know."""
    wording = load_wording()
    words = (word for word in _words(asked.text) if len(word) > 1 and not word.isdigit())
    terms = tuple(dict.fromkeys(word for word in words if word not in wording.stop_words))
    return replace(asked, kind="open", context=(), facets=(), points=(), terms=terms)


def _mend(
    text: str, mentions: Sequence[Mention], lexicon: Lexicon, is_word: Callable[[str], bool]
) -> tuple[str, tuple[Correction, ...]]:
    """Mend misspelled names and words, last first so that the places of the others hold."""
    corrections: list[Correction] = []
    for token in reversed(tokens(text)):
        known = any(each.start <= token.start < each.end for each in mentions)
        if known or is_word(token.norm) or is_word(token.norm.removesuffix("s")):
            continue
        entity = nearest_name(token.norm, lexicon)
        if entity is not None:
            corrections.append(Correction(text[token.start : token.end], entity))
        better = lexicon.entities[entity].name if entity is not None else respelled(token.norm)
        if better is not None:
            text = text[: token.start] + better + text[token.end :]
    return text, tuple(reversed(corrections))


@lru_cache(maxsize=4096)
def nearest_name(word: str, lexicon: Lexicon) -> EntityId | None:
    """The drug or class that a word misspells; None when it is far from all names or near to two.

    One slip is forgiven in 5 to 7 letters, two in 8 or more (optimal string alignment distance), and never
    in the first letter: drug names differ by as little as two letters (lorazepam, loprazolam).
    """
    if len(word) < 5 or not word.isalpha():
        return None
    allowed = 1 if len(word) < 8 else 2
    best: dict[EntityId, int] = {}
    for phrase, entity in lexicon.phrases.items():
        name = phrase[0]
        if len(phrase) > 1 or len(name) < 5 or name[0] != word[0] or abs(len(name) - len(word)) > allowed:
            continue
        if lexicon.entities[entity].kind not in _SUBJECT_KINDS:
            continue
        distance = OSA.distance(word, name, score_cutoff=allowed)
        if distance <= allowed:
            best[entity] = min(distance, best.get(entity, allowed))
    if not best:
        return None
    nearest = min(best.values())
    winners = [entity for entity, distance in best.items() if distance == nearest]
    # A word two slips away from one name is often a real name that the lexicon lacks (an INN stem is shared
    # by many); then it must not also be near another one.
    return winners[0] if len(winners) == 1 and (nearest == 1 or len(best) == 1) else None


def _words(text: str) -> list[str]:
    return [token.norm for token in tokens(text)]


def _mask(text: str, mentions: Sequence[Mention], lexicon: Lexicon) -> str:
    """Lower-case text in which drugs and classes are X, so that patterns can say 'how does X work'."""
    masked = text
    for mention in reversed(mentions):
        if lexicon.entities[mention.entity].kind in _SUBJECT_KINDS:
            masked = masked[: mention.start] + "X" + masked[mention.end :]
    lowered = "".join(char if char == "X" else char.casefold() for char in masked)
    return lowered.replace("’", "'")


@dataclass(frozen=True, slots=True)
class _Asked:
    """The facets that a wording names, the points within them, and the words that are left."""

    facets: tuple[FacetId, ...]
    points: tuple[tuple[FacetId, str], ...]
    rest: str


def _facets(masked: str, lexicon: Lexicon, wording: Wording) -> _Asked:
    found: dict[FacetId, int] = {}
    points: list[tuple[FacetId, str]] = []
    rest = masked
    words = tokens(rest)
    for term in lexicon.lay_terms:
        if term.facet is None:
            continue
        for at in range(len(words) - len(term.phrase) + 1):
            if tuple(word.norm for word in words[at : at + len(term.phrase)]) == term.phrase:
                start, end = words[at].start, words[at + len(term.phrase) - 1].end
                found.setdefault(term.facet, start)
                if term.facet not in _POINTED:
                    rest = rest[:start] + "_" * (end - start) + rest[end:]
    for facet, pattern, pointed in wording.facets:
        matches = [match for match in pattern.finditer(rest) if "_" not in match.group()]
        for match in matches:
            found.setdefault(facet, match.start())
            points += [(facet, word) for word in _words(match.group())] if pointed else []
        rest = _blank(rest, pattern)
    told = tuple(dict.fromkeys(each for each in points if each[1] not in wording.stop_words | {"x"}))
    return _Asked(tuple(sorted(found, key=lambda facet: found[facet])), told, rest)


def _blank(text: str, pattern: re.Pattern[str]) -> str:
    """Underscores for what a pattern matches, to the ends of the words that it reaches into."""
    whole = re.compile(rf"\w*(?:{pattern.pattern})\w*", pattern.flags)
    return whole.sub(lambda match: re.sub(r"[^\sX]", "_", match.group()), text)


def _lay_terms(masked: str, lexicon: Lexicon) -> list[LayTerm]:
    """The lay phrases of a text that mean an entity."""
    words = tuple(_words(masked))
    return [
        term
        for term in lexicon.lay_terms
        if term.entity is not None
        and any(words[at : at + len(term.phrase)] == term.phrase for at in range(len(words)))
    ]


def _kind(masked: str, subjects: int, terms: Sequence[str], wording: Wording) -> QuestionKind:
    for kind, least, pattern in wording.kinds:
        # "What are the odds that X ..." only begins like a question for a definition.
        if subjects >= least and pattern.search(masked) and not (kind == "definition" and terms):
            return kind
    return "open"


def _terms(rest: str, named: Set[str], wording: Wording) -> tuple[str, ...]:
    words = _words(rest.replace("X", " ").replace("_", " "))
    return tuple(
        dict.fromkeys(
            word
            for word in words
            if len(word) > 1 and not word.isdigit() and word not in wording.stop_words and word not in named
        )
    )


def _leans_on_earlier(text: str, named: Sequence[EntityId], terms: Sequence[str], wording: Wording) -> bool:
    """Whether a question cannot be understood without the one before it."""
    words = _words(text)
    if any(word in wording.back_references for word in words) or _ELLIPSIS.match(text):
        return True
    # Words that all point at nothing of their own: "how much does the label give?"
    return not named and not terms
