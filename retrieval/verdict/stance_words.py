"""The wordings of `stance.yaml`, ready to be looked up. Not for reading questions or sentences with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from corpus.facets import FacetId
from retrieval.support.wording import Found, Phrases, Token, stem_of

STANCE = Path(__file__).with_name("stance.yaml")

Asks = Literal[
    "membership", "safety", "comparison", "equality", "link", "frequency", "benefit", "effect", "statement"
]


@dataclass(frozen=True)
class Axis:
    """Something in which one thing can exceed another, with the words for either end and for the thing."""

    ends: Phrases
    words: Phrases

    def end(self, tokens: Sequence[Token]) -> Found | None:
        """The first word for an end; its label is ``more`` or ``less``."""
        return next(iter(self.ends.find(tokens)), None)


@dataclass(frozen=True)
class StanceWords:
    """The lists of `stance.yaml`, compiled.

    Attributes:
        said: For each predicate, what affirms it, denies it, and so on: labels as in the file.
        settings: What a sentence can be about that a question must be about too.
    """

    leads: Mapping[str, str]
    opening: re.Pattern[str]
    tail: re.Pattern[str]
    compares: re.Pattern[str]
    of_one_case: re.Pattern[str]
    unclear: re.Pattern[str]
    double: re.Pattern[str]
    personal: re.Pattern[str]
    advice: re.Pattern[str]
    foretells: re.Pattern[str]
    asks: tuple[tuple[Asks, re.Pattern[str], bool], ...]
    predicates: frozenset[str]
    idle: frozenset[str]
    facets: tuple[FacetId, ...]
    turns: re.Pattern[str]
    said: Mapping[str, Phrases]
    settings: Phrases
    same: Phrases
    possibly: Phrases
    mixed: Phrases
    opinion: Phrases
    exceptions: Phrases
    touches: Phrases
    axes: Mapping[str, Axis]
    bodies: frozenset[str]


@lru_cache(maxsize=1)
def load_stance_words() -> StanceWords:
    """Read `stance.yaml`; it never changes while the program runs."""
    data: dict[str, Any] = yaml.safe_load(STANCE.read_text(encoding="utf-8"))
    asked = data["question"]

    def stems(words: Sequence[str]) -> frozenset[str]:
        return frozenset(stem_of(part) for word in words for part in word.split())

    single = {
        name: Phrases({name: data[name]})
        for name in ("same", "possibly", "mixed", "opinion", "exceptions", "touches")
    }
    return StanceWords(
        **single,
        leads=data["leads"],
        opening=re.compile(asked["opening"], re.IGNORECASE),
        tail=re.compile(asked["tail"], re.IGNORECASE),
        compares=re.compile(asked["compares"], re.IGNORECASE),
        of_one_case=re.compile(asked["of_one_case"], re.IGNORECASE),
        unclear=re.compile(asked["unclear"], re.IGNORECASE),
        double=re.compile(asked["double"], re.IGNORECASE),
        personal=re.compile(asked["personal"], re.IGNORECASE),
        foretells=re.compile(asked["foretells"], re.IGNORECASE),
        advice=re.compile(asked["advice"], re.IGNORECASE),
        asks=tuple(
            (row["asks"], re.compile(row["any"], re.IGNORECASE), "also" in row) for row in asked["asks"]
        ),
        predicates=stems(asked["predicate_words"]),
        idle=stems(asked["idle"]),
        facets=tuple(FacetId(each) for each in asked["facets"]),
        turns=re.compile(data["turns"], re.IGNORECASE),
        said={name: Phrases(data[name]) for name in ("benefit", "effect", "link", "frequency", "safety")},
        settings=Phrases(data["settings"]),
        axes={
            name: Axis(Phrases({"more": row["more"], "less": row["less"]}), Phrases({name: row["words"]}))
            for name, row in data["axes"].items()
        },
        bodies=frozenset(data["bodies"]),
    )
