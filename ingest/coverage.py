"""Count how many sources say something on each facet of each drug, so that gaps are seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpus.facets import FacetId, FacetTable
from corpus.lexicon import EntityId, EntityKind, Lexicon
from corpus.record import Kind, Source, SourceId
from ingest.index import Index


@dataclass(frozen=True, slots=True)
class Coverage:
    """For each name, best covered first, the number of works behind each facet.

    Attributes:
        names: What is counted, with the name that people read.
        facets: The facets that any of them has, in the order in which a reader needs them.
        works: Number of independent works for a name and a facet; what is missing is 0.
    """

    names: Mapping[EntityId, str]
    facets: Sequence[FacetId]
    works: Mapping[tuple[EntityId, FacetId], int]


def cover(index: Index, lexicon: Lexicon, facets: FacetTable, kind: EntityKind = "drug") -> Coverage:
    """Count the works of an index by name and facet.

    A work counts for a name when a sentence under a heading of the facet names it. Two copies of a work
    count once, and a summary written for Citewell not at all, for it is never cited itself.

    Args:
        index: The index.
        lexicon: The names that are looked for.
        facets: All facets, in their order.
        kind: What kind of thing is counted.
    """
    found: dict[tuple[EntityId, FacetId], set[str]] = defaultdict(set)
    for row in range(index.manifest.passages):
        passage = index.passage(row)
        source = index.source(SourceId(passage.source_id))
        if passage.facet is None or source.kind is Kind.SUMMARY or source.retracted:
            continue
        for entity in lexicon.entities_in(passage.text):
            if lexicon.entities[entity].kind == kind:
                found[entity, passage.facet].add(_work(source))
    works = {cell: len(ids) for cell, ids in found.items()}
    total: dict[EntityId, int] = defaultdict(int)
    for (entity, _), count in works.items():
        total[entity] += count
    order = sorted(total, key=lambda entity: (-total[entity], entity))
    used = {facet for _, facet in works}
    return Coverage(
        names={entity: lexicon.entities[entity].name for entity in order},
        facets=[each.id for each in facets.facets if each.id in used],
        works=works,
    )


def _work(source: Source) -> str:
    return source.same_work_as or source.id
