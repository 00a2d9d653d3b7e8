"""What a passage can be about, and which headings say so.

Not for which facets a question asks about: see `retrieval.understand`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NewType

import yaml

from corpus.files import CORPUS

FacetId = NewType("FacetId", str)


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet: its id, the heading an answer shows for it, and the headings of sources that mean it.

    Attributes:
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
        plain = _plain(heading)
        for facet in self.facets:
            if plain in facet.headings:
                return facet.id
        return None


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", heading.casefold()).strip()


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
