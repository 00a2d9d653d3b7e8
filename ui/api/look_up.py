"""`POST /v1/search`, and the sources and passages of the index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from retrieval import library
from retrieval.library import SourceRecord, StoredPassage
from retrieval.safety.disclaimer import disclaimer_for
from ui.api.describe import problems
from ui.api.problem import ProblemError
from ui.api.schemas import SearchReply, SearchRequest, SourceList, SourceQuery
from ui.api.service import Serving, counted

_MISSING = problems(404)
_Id = Path(max_length=200)


def look_up_router() -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["look-up"], dependencies=[Depends(counted)])
    routes: tuple[tuple[str, str, Callable[..., Any], dict[int | str, dict[str, Any]]], ...] = (
        ("POST", "/v1/search", search, problems()),
        ("GET", "/v1/sources", list_sources, problems()),
        ("GET", "/v1/sources/{source_id}", get_source, _MISSING),
        ("GET", "/v1/passages/{passage_id}", get_passage, _MISSING),
    )
    for method, path, call, responses in routes:
        router.add_api_route(
            path, call, methods=[method], responses=responses, response_model_exclude_defaults=True
        )
    return router


async def search(request: SearchRequest, service: Serving) -> SearchReply:
    """Find the passages that are nearest to a question or to any words. What they say is not an answer."""
    citewell = service.citewell

    def found() -> SearchReply:
        hits = library.search(citewell, request.question, request.filters.filters(), request.limit)
        return SearchReply(
            hits=tuple(hits),
            index=citewell.desk.index.manifest.id,
            disclaimer=disclaimer_for("partial" if hits else "abstained", service.settings.region),
        )

    return await service.room.run(found)


async def list_sources(
    service: Serving,
    wanted: Annotated[SourceQuery, Query()],
) -> SourceList:
    """List the sources in the index, by id."""
    citewell, filters = service.citewell, wanted.filters()

    def listed() -> SourceList:
        return SourceList(
            sources=tuple(library.list_sources(citewell, filters, wanted.offset, wanted.limit)),
            total=library.count_sources(citewell, filters),
            offset=wanted.offset,
        )

    return await service.room.run(listed)


async def get_source(service: Serving, source_id: Annotated[str, _Id]) -> SourceRecord:
    """One source: its record, and its text section by section with the places of its passages."""
    found = await service.room.run(lambda: [library.find_source(service.citewell, source_id)])
    if found[0] is None:
        raise ProblemError(404, "There is no such source in the index; /v1/sources lists them.")
    return found[0]


async def get_passage(service: Serving, passage_id: Annotated[str, _Id]) -> StoredPassage:
    """One passage: its text, where it stands in its document, and its neighbours."""
    found = await service.room.run(lambda: [library.find_passage(service.citewell, passage_id)])
    if found[0] is None:
        raise ProblemError(404, "There is no such passage in the index; an earlier index may have had it.")
    return found[0]
