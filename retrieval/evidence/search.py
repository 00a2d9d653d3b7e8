"""Find passages: dense and lexical search, fused, with filters that hold before the cut.

Scores are fused by min-max normalisation over the candidates of each search (Bruch, Gai and Ingber 2023,
doi:10.1145/3596512), and the dense query is moved towards the best fused passages (Rocchio 1971) before
a second fusion. What each step is worth is measured by `make eval`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import tantivy
from numpy.typing import NDArray

from corpus.facets import FacetId
from corpus.record import Kind
from ingest.document import Passage
from ingest.embed import Vectors
from ingest.index import Index
from retrieval.evidence.fuse import NOTHING, Scores, best, fuse
from retrieval.evidence.rerank import Reranker

_FEEDBACK_PASSAGES = 2
_FEEDBACK_WEIGHT = 0.5
_HEADER_BOOST = 0.5
_RERANKED = 50  # passages that a cross-encoder reads

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which passages may be found. Empty means any.

    Attributes:
        since: Earliest year; a source without a year then does not pass.
        until: Latest year; likewise.
        collections: Roots that sources were ingested from (`Manifest.roots`): a file or folder by its path,
            or ``corpus``, the shipped one.
        retracted: Whether retracted works may be found.
    """

    kinds: frozenset[Kind] = frozenset()
    facets: frozenset[FacetId] = frozenset()
    sources: frozenset[str] = frozenset()
    since: int | None = None
    until: int | None = None
    collections: frozenset[str] = frozenset()
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """How to search.

    Attributes:
        dense_weight: Weight of the dense score in the fusion, 0 (lexical alone) to 1 (dense alone).
        candidates: How many passages of each search are fused.
        feedback: Whether to move the dense query towards the best fused passages.
        reranker: The model that orders the best fused passages anew; none unless configured.
    """

    dense_weight: float = 0.5
    candidates: int = 1000
    feedback: bool = True
    reranker: Reranker | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its scores; `dense` is a cosine, `lexical` a BM25 score, `score` ranks it."""

    row: int
    passage: Passage
    dense: float
    lexical: float
    score: float


def search(
    index: Index, query: str, vector: Vectors, limit: int, filters: Filters | None = None,
    method: Method | None = None,
) -> list[Hit]:  # fmt: skip
    """The best passages for a query, best first.

    Args:
        index: An open generation.
        query: The words to search for.
        vector: The query encoded by the model that made the index, shape (dimension,).
        limit: Most passages to return.
        filters: Which passages may be found.
        method: How to search; the default is what ships.
    """
    filters, method = filters or Filters(), method or Method()
    allowed = allowed_rows(index, filters)
    if allowed is not None and not len(allowed):
        return []
    weight = method.dense_weight
    lexical = _lexical(index, query, method.candidates, filters) if weight < 1 else NOTHING
    dense = _dense(index, vector, method.candidates, allowed) if weight > 0 else NOTHING
    fused = fuse([(dense, weight), (lexical, 1 - weight)])
    if method.feedback and len(dense.rows):
        vector = _towards(index, vector, best(fused, _FEEDBACK_PASSAGES))
        dense = _dense(index, vector, method.candidates, allowed)
        fused = fuse([(dense, weight), (lexical, 1 - weight)])
    if method.reranker is not None:
        fused = _reranked(index, query, best(fused, max(limit, _RERANKED)), fused, method.reranker)
    rows = best(fused, limit)
    return [
        Hit(row, index.passage(row), *scores)
        for row, *scores in zip(rows, dense.at(rows), lexical.at(rows), fused.at(rows), strict=True)
    ]


def _reranked(index: Index, query: str, rows: Sequence[int], fused: Scores, reranker: Reranker) -> Scores:
    """The mean of the fused score and the cross-encoder's, each min-max normalised over these passages.

    The mean, and not the cross-encoder alone, so that a poor one cannot lose what both searches found.
    """
    judged = reranker.scores(query, [index.passage(row).embedded_text for row in rows])
    return fuse([(Scores.of(rows, fused.at(rows)), 0.5), (Scores.of(rows, judged), 0.5)])


@lru_cache(maxsize=64)  # visitors choose filters: what is remembered of them must stay small
def allowed_rows(index: Index, filters: Filters) -> Rows | None:
    """Rows of the passages that pass the filters, ascending; None when every passage passes."""
    if filters == replace(Filters(), retracted=True):
        return None
    condition, values = source_condition(filters)
    if filters.facets:
        facets = sorted(str(each) for each in filters.facets)
        condition, values = f"{condition} AND {_among('p.facet', facets)}", [*values, *facets]
    rows = index.rows_where(condition, values)
    return None if len(rows) == index.manifest.passages else np.array(rows, dtype=np.int64)


def source_condition(filters: Filters) -> tuple[str, list[str]]:
    """What must hold of a source `s`, as SQL with a `?` for each of the values that come with it."""
    clauses, values = ["1"], []
    for column, wanted in (
        ("s.kind", filters.kinds), ("s.id", filters.sources), ("s.root", filters.collections),
    ):  # fmt: skip
        if wanted:
            chosen = sorted(str(each) for each in wanted)
            clauses.append(_among(column, chosen))
            values += chosen
    for comparison, year in ((">=", filters.since), ("<=", filters.until)):
        if year is not None:
            clauses.append(f"s.year {comparison} ?")
            values.append(str(year))
    if not filters.retracted:
        clauses.append("coalesce(json_extract(s.record, '$.retracted'), 0) = 0")
    return " AND ".join(clauses), values


def _among(column: str, values: Sequence[str]) -> str:
    return f"{column} IN ({','.join('?' * len(values))})"


def forget_rows() -> None:
    """Forget which rows pass which filters, so that an index that is no longer served can be closed."""
    allowed_rows.cache_clear()
    _retracted_rows.cache_clear()
    _collected_rows.cache_clear()


def _dense(index: Index, vector: Vectors, limit: int, allowed: Rows | None) -> Scores:
    return Scores.of(*index.vectors.search(vector, limit, allowed))


def _lexical(index: Index, query: str, limit: int, filters: Filters) -> Scores:
    words = re.findall(r"\w+", query.casefold())
    if not words:
        return NOTHING
    # Quoting each word keeps 'and', 'or' and 'not' from being read as operators.
    parsed, _ = index.words.parse_query_lenient(
        " ".join(f'"{word}"' for word in words), ["text", "header"], field_boosts={"header": _HEADER_BOOST}
    )
    conditions = _conditions(index, filters)
    if conditions:
        parsed = tantivy.Query.boolean_query([(tantivy.Occur.Must, parsed), *conditions])
    found = index.searcher.search(parsed, limit, count=False).hits
    if not found:
        return NOTHING
    rows = index.searcher.fast_field_values("row", [address for _, address in found])
    return Scores.of(rows, [score for score, _ in found])


def _conditions(index: Index, filters: Filters) -> list[tuple[tantivy.Occur, tantivy.Query]]:
    """What must hold of a passage, and must not add to its score."""
    schema = index.words.schema
    wanted = [
        tantivy.Query.term_set_query(schema, name, sorted(str(each) for each in values))
        for name, values in (("kind", filters.kinds), ("facet", filters.facets), ("source", filters.sources))
        if values
    ]
    if filters.since is not None or filters.until is not None:
        wanted.append(
            tantivy.Query.range_query(
                schema, "year", tantivy.FieldType.Integer,
                lower_bound=filters.since, upper_bound=filters.until,
            )
        )  # fmt: skip
    conditions = [(tantivy.Occur.Must, tantivy.Query.const_score_query(each, 0.0)) for each in wanted]
    if not filters.retracted and (rows := _retracted_rows(index)):
        conditions.append((tantivy.Occur.MustNot, tantivy.Query.term_set_query(schema, "row", rows)))
    if filters.collections:
        inside, rows = _collected_rows(index, filters.collections)
        listed = tantivy.Query.term_set_query(schema, "row", rows)
        if inside:
            conditions.append((tantivy.Occur.Must, tantivy.Query.const_score_query(listed, 0.0)))
        elif rows:
            conditions.append((tantivy.Occur.MustNot, listed))
    return conditions


@lru_cache(maxsize=64)
def _collected_rows(index: Index, collections: frozenset[str]) -> tuple[bool, list[int]]:
    """Rows of the passages in some collections, or of those outside, whichever are fewer; and which it is."""
    is_in = _among("s.root", sorted(collections))
    inside = index.rows_where(is_in, sorted(collections))
    if len(inside) <= index.manifest.passages // 2:
        return True, inside
    return False, index.rows_where(f"NOT {is_in}", sorted(collections))


@lru_cache(maxsize=8)
def _retracted_rows(index: Index) -> list[int]:
    return index.rows_where("json_extract(s.record, '$.retracted') = 1", [])


def _towards(index: Index, vector: Vectors, rows: Sequence[int]) -> Vectors:
    liked = np.mean([index.vectors[row] for row in rows], axis=0)
    moved = vector + _FEEDBACK_WEIGHT * liked
    result: Vectors = (moved / np.linalg.norm(moved)).astype(np.float32)
    return result
