"""Look up passages and sources for the terminal: at the server that answers, else in the index itself.

Not for answering: see `ui.answerer`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from corpus.errors import UnreachableError

if TYPE_CHECKING:
    from retrieval.library import PassageHit, SourceRecord, StoredPassage
    from retrieval.pipeline import Citewell
    from ui.answerer import Answerer
    from ui.scope import Scope

Record = TypeVar("Record", bound=BaseModel)


def passage_of(answerer: Answerer, passage_id: str) -> StoredPassage | None:
    """A passage with its source; None where there is no such passage.

    Raises:
        CitewellError: There is nothing to look in.
    """
    from retrieval.library import StoredPassage, find_passage

    return _found(answerer, "passages", passage_id, StoredPassage, find_passage)


def source_of(answerer: Answerer, source_id: str) -> SourceRecord | None:
    """A source with its text; None where there is no such source.

    Raises:
        CitewellError: There is nothing to look in.
    """
    from retrieval.library import SourceRecord, find_source

    return _found(answerer, "sources", source_id, SourceRecord, find_source)


def _found(
    answerer: Answerer, kind: str, id_: str, of: type[Record], find: Callable[[Citewell, str], Record | None]
) -> Record | None:
    _be_able(answerer)
    if (server := answerer.server) is not None:
        try:
            found = server.look_up(f"/v1/{kind}/{quote(id_, safe='')}")
            return None if found is None else of.model_validate_json(found)
        except (UnreachableError, ValueError):
            if server.named:
                raise
    return find(answerer.citewell, id_)


def hits_of(answerer: Answerer, words: str, scope: Scope, limit: int) -> list[PassageHit]:
    """The passages nearest to some words, best first.

    Raises:
        CitewellError: There is nothing to search.
    """
    import json

    from retrieval import library

    _be_able(answerer)
    if (server := answerer.server) is not None:
        try:
            body = {"question": words, "filters": scope.as_json(), "limit": limit}
            found = server.look_up("/v1/search", body)
            hits = json.loads(found or b"{}")["hits"]
            return [library.PassageHit.model_validate(each) for each in hits]
        except (UnreachableError, ValueError, LookupError):
            if server.named:
                raise
    return library.search(answerer.citewell, words, scope.filters(), limit)


def _be_able(answerer: Answerer) -> None:
    if answerer.problem is not None:
        raise answerer.problem
