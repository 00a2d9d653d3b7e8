"""What kind of work a paper is, by its publication types, subject headings, article type and title.

The rules stand in `kinds.yaml`. Not for what each kind is worth: see `retrieval`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from corpus.record import Kind

RETRACTED_TITLE = re.compile(r"^\W*retracted(?: article| paper)?\s*[:\])\-–—]", re.IGNORECASE)

_SAY_LITTLE = {Kind.DOCUMENT, Kind.REVIEW}  # kinds that the title may make more precise


@dataclass(frozen=True, slots=True)
class KindOfWork:
    """A kind, and the study type as readers see it."""

    kind: Kind
    study_type: str


@dataclass(frozen=True)
class KindRules:
    """The rules of `kinds.yaml`; in each table the first that fits decides."""

    publication_types: dict[str, KindOfWork]
    article_types: dict[str, KindOfWork]
    titles: tuple[tuple[re.Pattern[str], KindOfWork], ...]
    subjects: tuple[tuple[frozenset[str], frozenset[str], KindOfWork], ...]

    def of_pubmed(self, types: Collection[str], subjects: Collection[str], title: str) -> KindOfWork:
        """The kind of a PubMed record.

        Args:
            types: Its publication types.
            subjects: Its Medical Subject Headings.
            title: In English.
        """
        typed = next((kind for name, kind in self.publication_types.items() if name in types), None)
        if typed is not None and typed.kind not in _SAY_LITTLE:
            return typed
        titled = self._titled(title)
        if typed is None and titled is None:
            typed = self._studied({*types, *subjects})
        return titled or typed or KindOfWork(Kind.DOCUMENT, "journal article")

    def of_jats(self, article_type: str, title: str) -> KindOfWork:
        """The kind of a JATS article."""
        typed = self.article_types.get(article_type.casefold())
        if typed is not None and typed.kind not in _SAY_LITTLE:
            return typed
        plain = article_type.replace("-", " ") or "journal article"
        return self._titled(title) or typed or KindOfWork(Kind.DOCUMENT, plain)

    def _titled(self, title: str) -> KindOfWork | None:
        return next((kind for pattern, kind in self.titles if pattern.search(title)), None)

    def _studied(self, subjects: Collection[str]) -> KindOfWork | None:
        return next(
            (
                kind
                for wanted, unwanted, kind in self.subjects
                if wanted.issubset(subjects) and unwanted.isdisjoint(subjects)
            ),
            None,
        )


@lru_cache(maxsize=1)
def load_kinds() -> KindRules:
    """Read `kinds.yaml`; it never changes while the program runs."""
    data = yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_text(encoding="utf-8"))
    return KindRules(
        publication_types={row["name"]: _kind(row) for row in data["publication_types"]},
        article_types={row["name"]: _kind(row) for row in data["article_types"]},
        titles=tuple((re.compile(row["pattern"], re.IGNORECASE), _kind(row)) for row in data["titles"]),
        subjects=tuple(
            (frozenset(row["all"]), frozenset(row.get("none", ())), _kind(row)) for row in data["subjects"]
        ),
    )


def _kind(row: dict[str, Any]) -> KindOfWork:
    return KindOfWork(Kind(row["kind"]), row["study_type"])
