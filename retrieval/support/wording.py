"""The word lists that statements and spans are read with (`verification.yaml`), ready to be looked up.

Not for reading a sentence: see `retrieval.support.claims`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from retrieval.words import stems

WORDING = Path(__file__).with_name("verification.yaml")
_SYNONYMS = Path(__file__).parents[1] / "synonyms.yaml"

# Names with a digit in them (CYP2D6, H1) are words; the hyphen within a word is no token, that of 20-50 is.
_TOKEN = re.compile(
    r"[^\W\d_]+\d\w*|[^\W\d_]+(?:['’][^\W\d_]+)*|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<=\d)[-–−](?=\d)"
    r"|[%/.,;:()]|—|–"
)
_POSSESSIVE = re.compile(r"['’]s?$")
# What an inflection ends in; a stem is cut shorter.
_INFLECTED = re.compile(r"(?<=..)(?:ing|ed|es|ly|[sdey])$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or mark of a sentence.

    Attributes:
        text: In lower case, as written.
        stem: What its inflections share; a number or mark is its own.
    """

    text: str
    stem: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Whether it is a word, not a number or a mark."""
        return self.text[0].isalpha()

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits."""
        return self.text[0].isdecimal()


@dataclass(frozen=True, slots=True)
class Found:
    """A wording found in a sentence: tokens[first:after] belong to the list with this label."""

    label: str
    first: int
    after: int


def read_tokens(text: str) -> tuple[Token, ...]:
    """Cut a sentence into words, numbers and marks.

    >>> [token.text for token in read_tokens("It didn't cost 1,000 mg.")]
    ['it', 'did', 'not', 'cost', '1,000', 'mg', '.']
    """
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        word, start, end = match.group().casefold(), match.start(), match.end()
        if not word[0].isalpha():
            yield Token(word, word, start, end)
            continue
        word = word.replace("’", "'")
        if word in {"can't", "won't"}:
            word = {"can't": "cann't", "won't": "willn't"}[word]
        if word.endswith("n't"):
            yield Token(word[:-3], stem_of(word[:-3]), start, end)
            yield Token("not", "not", end, end)
            continue
        word = _POSSESSIVE.sub("", word)
        if word:
            yield Token(word, stem_of(word), start, end)


@lru_cache(maxsize=65536)
def stem_of(word: str) -> str:
    """Reduce a word to what its inflections share.

    A stemmer cuts "severe" and "several", "personality" and "person" to the same. Where one of two is a small
    word, which says nothing, the other has a stem of its own.
    """
    stem = next(iter(stems(word)), word)
    small = _small_words().get(stem)
    return stem if small is None or _bare(word) in small else f"{stem}~"


@lru_cache(maxsize=1)
def _small_words() -> Mapping[str, frozenset[str]]:
    """The small words, without what inflects them, by what the stemmer makes of them."""
    found: dict[str, set[str]] = {}
    for word in _lists()["small_words"].split():
        for stem in stems(word):
            found.setdefault(stem, set()).add(_bare(word))
    return {stem: frozenset(words) for stem, words in found.items()}


def _bare(word: str) -> str:
    return _INFLECTED.sub("", word)


class Phrases:
    """Wordings of one or more words, each with a label, that are looked for in a sentence.

    Args:
        lists: Label to wordings. Words match by stem; one after ``=`` matches only as written.
    """

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for label, wordings in lists.items():
            for wording in wordings:
                keys = tuple(
                    f"={token.text}" if wording.startswith("=") else token.stem
                    for token in read_tokens(wording.removeprefix("="))
                )
                self._by_first.setdefault(keys[0], []).append((keys, label))
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def find(self, tokens: Sequence[Token], taken: frozenset[int] = frozenset()) -> list[Found]:
        """Find every wording, longest first, in order, a label at most once at a place.

        Args:
            tokens: A sentence.
            taken: Tokens that already belong to another wording.
        """
        found: list[Found] = []
        ends: dict[str, int] = {}
        for at, token in enumerate(tokens):
            entries = (*self._by_first.get(f"={token.text}", ()), *self._by_first.get(token.stem, ()))
            for keys, label in entries:
                after = at + len(keys)
                if (
                    at >= ends.get(label, 0)
                    and not any(each in taken for each in range(at, after))
                    and _fits(keys, tokens[at:after])
                ):
                    found.append(Found(label, at, after))
                    ends[label] = after
        return found


def _fits(keys: Sequence[str], tokens: Sequence[Token]) -> bool:
    return len(keys) == len(tokens) and all(
        key == (f"={token.text}" if key[0] == "=" else token.stem)
        for key, token in zip(keys, tokens, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Unit:
    """What a unit measures, and how many base units one of it is."""

    of: str
    times: float


@dataclass(frozen=True)
class Wording:
    """All lists of `verification.yaml`, ready to be looked up."""

    negation: Phrases
    not_negation: Phrases
    scope_ends: frozenset[str]
    hedges: Phrases
    not_hedges: Phrases
    kin: frozenset[str]
    association: Phrases
    causation: Phrases
    effects: Phrases
    quantifiers: Phrases
    superlatives: Phrases
    not_quantifiers: Phrases
    only: Phrases
    populations: Phrases
    ages: frozenset[str]
    instances: Phrases
    usual: frozenset[str]
    people: frozenset[str]
    arms: Phrases
    aims: Phrases
    turning_prefixes: tuple[str, ...]
    opposites: Phrases
    required: frozenset[str]
    binding: frozenset[str]
    comparable: frozenset[str]
    comparison: Phrases
    action: Phrases
    units: Mapping[str, Unit]
    number_words: Mapping[str, float]
    multiples: Mapping[str, float]
    times_words: Mapping[str, float]
    small: frozenset[str]
    same: Mapping[str, frozenset[int]]
    akin: Mapping[str, frozenset[int]]


@lru_cache(maxsize=1)
def _lists() -> dict[str, Any]:
    return dict(yaml.safe_load(WORDING.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def load_wording() -> Wording:
    """Read the word lists; they never change while the program runs."""
    data = _lists()
    sides: dict[str, list[str]] = {}
    for row in data["opposites"]:
        sides |= {f"{row['name']}+": row["up"], f"{row['name']}-": row["down"]}
    single = {
        name: Phrases({name: data[name]})
        for name in (
            *("negation", "not_negation", "hedges", "not_hedges", "instances"),
            *("association", "causation", "effects"),
            *("superlatives", "not_quantifiers", "only", "comparison", "action", "aims"),
        )
    }
    return Wording(
        **single,
        kin=frozenset(data["kin"]),
        turning_prefixes=tuple(data["turning_prefixes"]),
        scope_ends=frozenset(data["scope_ends"]),
        quantifiers=Phrases(data["quantifiers"]),
        populations=Phrases({name: row["words"] for name, row in data["populations"].items()}),
        usual=frozenset(name for name, row in data["populations"].items() if row.get("usual")),
        ages=frozenset(data["ages"]),
        people=frozenset(stem_of(word) for word in data["people"]),
        arms=Phrases(data["arms"]),
        opposites=Phrases(sides),
        binding=frozenset(data["binding"]),
        comparable=frozenset(data["comparable"]),
        required=frozenset(row["name"] for row in data["opposites"] if row.get("required")),
        units={
            str(name).casefold(): Unit(row["of"], float(row["times"]))
            for row in data["units"]
            for name in row["names"]
        },
        number_words=data["number_words"],
        multiples=data["multiples"],
        times_words=data["times_words"],
        small=frozenset(stem_of(word) for word in data["small_words"].split()),
        same=_groups(data["same"]),
        akin=_groups(yaml.safe_load(_SYNONYMS.read_text(encoding="utf-8"))),
    )


def _groups(lines: Sequence[Sequence[str]]) -> dict[str, frozenset[int]]:
    """Say of each stem in which lines it stands."""
    found: dict[str, frozenset[int]] = {}
    for at, line in enumerate(lines):
        for word in line:
            if " " not in word:
                stem = stem_of(word)
                found[stem] = found.get(stem, frozenset()) | {at}
    return found
