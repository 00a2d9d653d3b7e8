"""Look up instead of answering: search passages, list sources, open one source or one passage.

What the API, the terminal and the page show of the index. Not for answers: see `retrieval.pipeline`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from corpus.record import Source, SourceId
from ingest.document import Passage, PassageId
from ingest.index import Index
from ingest.stock import CORPUS_ROOT
from retrieval.evidence import search as passages
from retrieval.evidence.search import Filters
from retrieval.pipeline import Citewell


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PassagePlace(_Record):
    """Where a passage stands: `start` and `end` are offsets in its document, half-open."""

    id: str
    start: int
    end: int


class SectionRecord(_Record):
    """A stretch of a document under one heading, or one page of a PDF.

    Attributes:
        heading: From the outermost to the innermost; empty before the first heading.
        page: Page of a PDF; None for all else.
        start: Offset of `text` in the document; `end` likewise, half-open.
        passages: The passages that it was cut into, in order.
    """

    heading: tuple[str, ...]
    page: int | None
    start: int
    end: int
    text: str
    passages: tuple[PassagePlace, ...]


class SourceRecord(Source):
    """A source of the index.

    Attributes:
        collection: Which collection it is of: ``corpus``, the shipped one, or the name of what was ingested.
        sections: Its text. Only `find_source` gives it; else it is empty.
    """

    collection: str
    sections: tuple[SectionRecord, ...] = ()


class StoredPassage(_Record):
    """A passage as the index holds it.

    Attributes:
        section: Headings from the outermost to the innermost.
        page: Page of a PDF; None for all else.
        start: Offset of `text` in the document; `end` likewise, half-open.
        previous: Id of the passage before it in the document; None for the first.
        following: Id of the passage after it; None for the last.
    """

    id: str
    source: SourceRecord
    section: tuple[str, ...]
    facet: str | None
    page: int | None
    start: int
    end: int
    text: str
    previous: str | None = None
    following: str | None = None


class PassageHit(_Record):
    """A passage that was found; the higher its `score`, the better.

    Attributes:
        score: By which hits are ordered; comparable within one search only.
        dense: Cosine of the passage and the question.
        lexical: BM25 score of the question's words.
    """

    score: float
    dense: float
    lexical: float
    passage: StoredPassage


def search(
    citewell: Citewell, question: str, filters: Filters | None = None, limit: int = 10
) -> list[PassageHit]:
    """The passages that a question is nearest to, best first.

    Args:
        citewell: Whose index is searched.
        question: A question, or any words.
        filters: Which sources may be found.
        limit: Most passages to return.

    Raises:
        IndexMissingError, IndexDamagedError, IndexMismatchError, ModelError: There is nothing to search.
    """
    desk = citewell.desk
    if not question.strip():
        return []
    vector = desk.embedder.encode_query(question)
    hits = passages.search(desk.index, question, vector, limit, filters, desk.method)
    return [
        PassageHit(
            score=hit.score, dense=hit.dense, lexical=hit.lexical, passage=_stored(hit.passage, desk.index)
        )
        for hit in hits
    ]


def list_sources(
    citewell: Citewell, filters: Filters | None = None, offset: int = 0, limit: int | None = None
) -> list[SourceRecord]:
    """The sources in the index, by id, without their texts.

    Args:
        citewell: Whose index is read.
        filters: Which sources are wanted; retracted ones are left out unless the filters let them in. Facets
            are of passages, and are passed over here.
        offset: How many to leave out at the beginning.
        limit: Most sources to return; None for all.

    Raises:
        IndexMissingError, IndexDamagedError, IndexMismatchError, ModelError: There is nothing to list.
    """
    index = citewell.desk.index
    chosen = _source_ids(index, filters)[offset : None if limit is None else offset + limit]
    return [_record(index, each) for each in chosen]


def count_sources(citewell: Citewell, filters: Filters | None = None) -> int:
    """How many sources `list_sources` would give without a limit."""
    return len(_source_ids(citewell.desk.index, filters))


def find_source(citewell: Citewell, source_id: str) -> SourceRecord | None:
    """One source with the sections of its text; None when the index has no such source.

    Raises:
        IndexMissingError, IndexDamagedError, IndexMismatchError, ModelError: There is nothing to look in.
    """
    index = citewell.desk.index
    if not _has_source(index, source_id):
        return None
    found = SourceId(source_id)
    text = index.document_text(found)
    return _record(index, found, tuple(_sections(text, index.passages_of(found))))


def find_passage(citewell: Citewell, passage_id: str) -> StoredPassage | None:
    """One passage with its source and its neighbours; None when the index has no such passage.

    Raises:
        IndexMissingError, IndexDamagedError, IndexMismatchError, ModelError: There is nothing to look in.
    """
    index = citewell.desk.index
    row = index.row_of(PassageId(passage_id))
    if row is None:
        return None
    passage = index.passage(row)
    order = [each.id for each in index.passages_of(SourceId(passage.source_id))]
    at = order.index(passage.id)
    previous = order[at - 1] if at else None
    following = order[at + 1] if at + 1 < len(order) else None
    return _stored(passage, index).model_copy(update={"previous": previous, "following": following})


def _source_ids(index: Index, filters: Filters | None) -> list[SourceId]:
    condition, values = passages.source_condition(filters or Filters())
    return index.source_ids(condition, *values)


def _has_source(index: Index, source_id: str) -> bool:
    return bool(index.source_ids("s.id = ?", source_id))


def _record(index: Index, source_id: SourceId, sections: tuple[SectionRecord, ...] = ()) -> SourceRecord:
    root = index.root_of(source_id)
    # The name and not the path: what the folders of a server are called is nobody's business.
    collection = root if root == CORPUS_ROOT else Path(root).name
    return SourceRecord(**dict(index.source(source_id)), collection=collection, sections=sections)


def _stored(passage: Passage, index: Index) -> StoredPassage:
    return StoredPassage(
        id=passage.id,
        source=_record(index, SourceId(passage.source_id)),
        section=passage.section,
        facet=passage.facet,
        page=passage.page,
        start=passage.span.start,
        end=passage.span.end,
        text=passage.text,
    )


def _sections(text: str, cut: Sequence[Passage]) -> Iterator[SectionRecord]:
    """The sections that passages were cut from: neighbours under the same heading, or on the same page."""
    for (heading, page), group in groupby(cut, key=lambda each: (each.section, each.page)):
        members = list(group)
        start, end = members[0].span.start, members[-1].span.end
        places = tuple(PassagePlace(id=each.id, start=each.span.start, end=each.span.end) for each in members)
        yield SectionRecord(
            heading=heading, page=page, start=start, end=end, text=text[start:end], passages=places
        )
