"""Can a sentence be read without the one before it, and is it plain to read? Wordings in `standing.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from corpus.record import Kind
from retrieval.evidence.desk import Evidence

_FEWEST, _MOST = 4, 70  # words of a sentence that is quoted
_ENDS = ".!\"'”)"
_RESOLVED = re.compile(r"\b(?:this|the) [\w-]+ (?=\[)", re.IGNORECASE)
_NOT_PEOPLE = frozenset({Kind.ANIMAL_STUDY, Kind.IN_VITRO})


@dataclass(frozen=True, slots=True)
class _Wordings:
    openings: re.Pattern[str]
    anywhere: re.Pattern[str]
    animals: re.Pattern[str]


@lru_cache(maxsize=1)
def _wordings() -> _Wordings:
    data = yaml.safe_load(Path(__file__).with_name("standing.yaml").read_text(encoding="utf-8"))

    def any_of(phrases: list[str]) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})\b", re.IGNORECASE)

    openings = re.compile(rf"\W*(?:{'|'.join(map(re.escape, data['openings']))})\b(?!-)", re.IGNORECASE)
    return _Wordings(openings, any_of(data["anywhere"]), any_of(data["animals"]))


@lru_cache(maxsize=65536)
def stands_alone(text: str) -> bool:
    """Whether a sentence can be read without the text around it, and states something."""
    # What is put in brackets has said what the phrase before it means.
    text = _RESOLVED.sub("", text)
    words = text.split()
    if not _FEWEST <= len(words) <= _MOST or text[-1] not in _ENDS:
        return False
    return not (_wordings().openings.match(text) or _wordings().anywhere.search(text))


@lru_cache(maxsize=65536)
def speaks_of_animals(text: str) -> bool:
    """Whether a text says that it is about animals or cells."""
    return _wordings().animals.search(text) is not None


def hides_its_animals(each: Evidence) -> bool:
    """Whether a sentence of a study of animals or cells reads as if it were about people."""
    return each.source.kind in _NOT_PEOPLE and not speaks_of_animals(each.text)


@lru_cache(maxsize=65536)
def burden(text: str) -> float:
    """What makes a sentence hard to read: length beyond 28 words, and many numbers."""
    words = text.split()
    numbers = sum(any(char.isdigit() for char in word) for word in words)
    return 0.005 * max(0, len(words) - 28) + 0.015 * max(0, numbers - 2)
