"""What a passage can be about, and which headings say so.

Not for which facets a question asks about: see `retrieval.question.understand`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NewType

import yaml

from corpus.files import CORPUS

FacetId = NewType("FacetId", str)

_ANY_WORDS = "…"
_NUMBER = re.compile(
    r"^\s*\d+(\.\d+)*[.)]?\s+"
)  # "8.2 Lactation", as labels and guidelines count their sections


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet: its id, the heading an answer shows for it, and the headings of sources that mean it.

    Attributes:
        headings: Without case and punctuation; in "what causes …" the dots stand for any words.
        query: Words that are searched for together with a drug's name when this facet is asked for.
    """

    id: FacetId
    heading: str
    query: str
    headings: tuple[str, ...]


@dataclass(frozen=True)
class FacetTable:
    """All facets, in the order in which a reader needs them."""

    facets: tuple[Facet, ...]

    def __getitem__(self, facet: FacetId) -> Facet:
        return next(each for each in self.facets if each.id == facet)

    def for_heading(self, heading: str) -> FacetId | None:
        """The facet that a source's heading stands for; None when the heading says nothing of the kind."""
        plain = _plain(heading.replace(_ANY_WORDS, " "))
        for facet in self.facets:
            if plain in facet.headings:
                return facet.id
        return next((facet for pattern, facet in self._patterns if pattern.fullmatch(plain)), None)

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], FacetId]]:
        """Headings with any words in them, the longest first: "what are …" fits what others fit better."""
        found = [
            (len(heading), re.compile(".+".join(map(re.escape, heading.split(_ANY_WORDS)))), facet.id)
            for facet in self.facets
            for heading in facet.headings
            if _ANY_WORDS in heading
        ]
        return [(pattern, facet) for _, pattern, facet in sorted(found, key=lambda each: -each[0])]


def _plain(heading: str) -> str:
    unnumbered = _NUMBER.sub("", heading)
    return re.sub(rf"[^a-z0-9{_ANY_WORDS}]+", " ", unnumbered.casefold()).strip()


@lru_cache(maxsize=1)
def load_facets() -> FacetTable:
    """Read `facets.yaml`; the table never changes while the program runs."""
    rows = yaml.safe_load((CORPUS / "facets.yaml").read_text(encoding="utf-8"))
    return FacetTable(
        tuple(
            Facet(
                id=FacetId(row["id"]),
                heading=row["heading"],
                query=row["query"],
                headings=tuple(_plain(name) for name in (row["heading"], *row.get("headings", ()))),
            )
            for row in rows
        )
    )
