"""Is a sentence about another country than the one that was asked about?

Law, labels and advice differ from country to country. Not for studies: what was found in one country may hold
in another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from corpus.record import PAPER_KINDS
from retrieval.evidence.desk import Evidence
from retrieval.question.understand import Understanding

# What differs from country to country; what a medicine does is everywhere the same.
_DIFFERS = frozenset({"legal", "driving", "uses", "recommendation", "forms", "alternatives", None})
# "In England", "into Japan"; not "in plain English".
_WHERE = re.compile(r"\b(?:in|into|to|from|within|across|around)\s+(?:the\s+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Place:
    any_case: re.Pattern[str]
    as_written: re.Pattern[str] | None
    of: str

    def found(self, text: str) -> Iterator[re.Match[str]]:
        yield from self.any_case.finditer(text)
        if self.as_written is not None:
            yield from self.as_written.finditer(text)


@lru_cache(maxsize=1)
def _places() -> Mapping[str, _Place]:
    rows = yaml.safe_load(Path(__file__).with_name("places.yaml").read_text(encoding="utf-8"))
    return {
        name: _Place(
            re.compile("|".join(row["any"]), re.IGNORECASE),
            re.compile("|".join(row["as_written"])) if "as_written" in row else None,
            row.get("of", ""),
        )
        for name, row in rows.items()
    }


@lru_cache(maxsize=8192)
def places_in(text: str) -> frozenset[str]:
    """The countries that a text names, by their ids in `places.yaml`."""
    return frozenset(name for name, place in _places().items() if any(place.found(text)))


@lru_cache(maxsize=64)
def _asked_about(text: str) -> frozenset[str]:
    """The countries where what is asked about is to hold."""
    return frozenset(
        name
        for name, place in _places().items()
        if any(_WHERE.search(text[: each.start()]) for each in place.found(text))
    )


def is_elsewhere(each: Evidence, asked: Understanding) -> bool:
    """Whether a question asks about one country, and a sentence that is no study's tells of another."""
    wanted = _asked_about(asked.text)
    if not wanted or each.source.kind in PAPER_KINDS or each.passage.facet not in _DIFFERS:
        return False
    said = places_in(each.text)
    return bool(said) and not _with_europe(wanted) & _with_europe(said)


def _with_europe(names: frozenset[str]) -> frozenset[str]:
    return names | {_places()[name].of for name in names if _places()[name].of}
