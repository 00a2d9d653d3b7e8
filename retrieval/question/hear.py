"""The wordings by which people ask for facets, and the shapes that questions have, from `understanding.yaml`.

Not for names: these are found by `corpus.lexicon`, and read here as the X of a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

from corpus.facets import FacetId
from corpus.lexicon import Lexicon, tokens

QuestionKind = Literal["contrast", "compare", "yes_no", "overview", "naming", "definition", "open"]
_SHORT = 3  # words of a match that has no room for anything else
Extreme = Literal["most", "least"]
Courtesy = Literal["greeting", "thanks", "sources"]
# What people say before they ask: "hmm and xanax?"
_SOUNDS = re.compile(
    r"^\W*(?:(?:h+m+|u+h*m+|uh+|er+m+|a+h+|o+h+|huh|wow|lol|yeah|yep|thanks?|thank you|thx|cheers|sorry"
    r"|(?:okay|ok)(?! (?:to|if|for|with|on|in)\b))(?![\w-])[\s,.!;:]*)+(?=\w)",
    re.IGNORECASE,
)
_LONGEST_COURTESY = 120  # characters
_OWN_WORD, _LITTLE = re.compile(r"[^\W\d_]{2,}"), 2
_WORD = re.compile(r"(?<![\w'’&/-])[a-z]\w*(?![\w'’&/-])")
# Facets whose words say which of many things is meant; a lay term of these is left for the patterns to read.
_POINTED = frozenset({"side_effects"})


@dataclass(frozen=True)
class Wordings:
    """The patterns of `understanding.yaml`, compiled."""

    facets: tuple[tuple[FacetId, re.Pattern[str], bool], ...]
    kinds: tuple[tuple[QuestionKind, int, re.Pattern[str]], ...]
    stop_words: frozenset[str]
    study_words: frozenset[str]
    back_references: frozenset[str]
    extremes: dict[Extreme, re.Pattern[str]]
    shorthand: dict[str, str]
    abbreviations: dict[str, str]
    abbreviated: re.Pattern[str]
    licence: re.Pattern[str]
    courtesies: dict[Courtesy, re.Pattern[str]]

    def speaks_of(self, facet: FacetId, text: str) -> bool:
        """Whether a text uses the words by which a facet is asked for."""
        return _speaks_of(facet, text)


@lru_cache(maxsize=32768)  # the same sentences are judged for every part of an answer, and the next
def _speaks_of(facet: FacetId, text: str) -> bool:
    return any(pattern.search(text) for each, pattern, _ in load_wordings().facets if each == facet)


@lru_cache(maxsize=1)
def load_wordings() -> Wordings:
    """Read `understanding.yaml`; it never changes while the program runs."""
    data = yaml.safe_load((Path(__file__).parent / "understanding.yaml").read_text(encoding="utf-8"))

    def compiled(patterns: Sequence[str]) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{each})" for each in patterns), re.IGNORECASE)

    return Wordings(
        facets=tuple(
            (FacetId(row["facet"]), compiled(row["any"]), row.get("points", False)) for row in data["facets"]
        ),
        kinds=tuple((row["kind"], row["subjects"], compiled(row["any"])) for row in data["kinds"]),
        stop_words=frozenset(data["stop_words"].split()),
        study_words=frozenset(data["study_words"].split()),
        back_references=frozenset(data["back_references"]),
        shorthand=data["shorthand"],
        abbreviations=data["abbreviations"],
        abbreviated=_any_of(data["abbreviations"]),
        licence=compiled([data["licence"]]),
        courtesies={name: _courtesy(parts) for name, parts in data["courtesies"].items()},
        extremes={name: re.compile(pattern, re.IGNORECASE) for name, pattern in data["extremes"].items()},
    )


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Any of some words, in just these letters, where nothing else is written to them."""
    longest_first = sorted(words, key=lambda each: (-len(each), each))
    return re.compile(rf"(?<![\w/+-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])")


def says_little(question: str) -> bool:
    """Whether a question is so short of words of its own that only the talk before it says what it asks."""
    words = _OWN_WORD.findall(question.casefold().replace("'", "").replace("’", ""))
    return sum(each not in load_wordings().stop_words for each in words) <= _LITTLE


def _courtesy(parts: Sequence[str]) -> re.Pattern[str]:
    said = "|".join(f"(?:{each})" for each in parts)
    return re.compile(rf"(?:\W*\b(?:{said})(?![\w'’])\W*)+", re.IGNORECASE)


def courtesy_in(text: str) -> Courtesy | None:
    """Which courtesy a text is, where it asks and tells nothing else; None where it does."""
    if len(text) > _LONGEST_COURTESY:
        return None
    return next((name for name, said in load_wordings().courtesies.items() if said.fullmatch(text)), None)


def spelt_out(text: str) -> str:
    """A text with the words in full that people type for short ("can u take x n y"), no sound before it."""
    wording = load_wordings()
    text = _SOUNDS.sub("", text)
    if not text.isupper():
        text = wording.abbreviated.sub(lambda found: wording.abbreviations[found.group()], text)
    return _WORD.sub(lambda found: wording.shorthand.get(found.group(), found.group()), text)


@dataclass(frozen=True, slots=True)
class Heard:
    """The facets that a wording names, the points within them, and the text without the words for them."""

    facets: tuple[FacetId, ...]
    points: tuple[tuple[FacetId, str], ...]
    rest: str


def hear(masked: str, lexicon: Lexicon) -> Heard:
    """Find the facets that a question asks for.

    Args:
        masked: The question in lower case, with drugs and classes as X.
        lexicon: Its lay terms mean facets too.
    """
    wording = load_wordings()
    found: dict[FacetId, int] = {}
    points: list[tuple[FacetId, str]] = []
    # In `rest` all that was heard is blank, so that nothing is heard twice; in `kept` only what names a facet
    # by itself: between "take" and "with X" may stand the very thing that is asked about.
    rest = kept = masked
    words = tokens(rest)
    norms = tuple(word.norm for word in words)
    for term in lexicon.lay_terms:
        if term.facet is None or term.phrase[0] not in norms:
            continue
        for at in range(len(words) - len(term.phrase) + 1):
            if norms[at : at + len(term.phrase)] == term.phrase:
                start, end = words[at].start, words[at + len(term.phrase) - 1].end
                found.setdefault(term.facet, start)
                if term.facet not in _POINTED:
                    rest = rest[:start] + "_" * (end - start) + rest[end:]
                    kept = kept[:start] + "_" * (end - start) + kept[end:]
    for facet, pattern, pointed in wording.facets:
        every = list(pattern.finditer(rest))
        for match in (each for each in every if "_" not in each.group()):
            found.setdefault(facet, match.start())
            kept = _without_its_words(kept, match, pattern)
            if pointed:
                points += [(facet, token.norm) for token in tokens(match.group())]
        if every:
            rest = _blank(rest, pattern)
    told = tuple(dict.fromkeys(each for each in points if each[1] not in wording.stop_words | {"x"}))
    return Heard(tuple(sorted(found, key=lambda facet: found[facet])), told, kept)


def _without_its_words(text: str, match: re.Match[str], pattern: re.Pattern[str]) -> str:
    """The text with a short match blank, and of a long one the words that would be heard alone."""
    found = list(tokens(match.group()))
    for token in found:
        if len(found) <= _SHORT or pattern.search(token.norm):
            start, end = match.start() + token.start, match.start() + token.end
            # To both ends of the words that the match reaches into.
            while end < len(text) and text[end].isalpha():
                end += 1
            while start > 0 and text[start - 1].isalpha():
                start -= 1
            text = text[:start] + "_" * (end - start) + text[end:]
    return text


def _blank(text: str, pattern: re.Pattern[str]) -> str:
    """Underscores for what a pattern matches, to the ends of the words that it reaches into."""
    whole = re.compile(rf"\w*(?:{pattern.pattern})\w*", pattern.flags)
    return whole.sub(lambda match: re.sub(r"[^\sX]", "_", match.group()), text)


def shape_of(masked: str, subjects: int, terms: Sequence[str]) -> QuestionKind:
    """The shape of a question: the first of `understanding.yaml` that fits.

    Args:
        masked: The question in lower case, with drugs and classes as X.
        subjects: How many drugs and classes it is about.
        terms: Content words that neither a name nor a facet accounts for.
    """
    for kind, least, pattern in load_wordings().kinds:
        # "What are the odds that X ..." only begins like a question for a definition.
        if subjects >= least and pattern.search(masked) and not (kind == "definition" and terms):
            return kind
    return "open"


def extreme_of(masked: str) -> Extreme | None:
    """Whether a question asks for the longest or the shortest of many."""
    found = (name for name, pattern in load_wordings().extremes.items() if pattern.search(masked))
    return next(found, None)
