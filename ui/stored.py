"""Look up passages and sources for the terminal: at the server that answers, else in the index itself.

Not for answering: see `ui.answerer`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from corpus.errors import UnreachableError

if TYPE_CHECKING:
    from retrieval.library import PassageHit, SourceRecord, StoredPassage
    from ui.answerer import Answerer
    from ui.scope import Scope


def passage_of(answerer: Answerer, passage_id: str) -> StoredPassage | None:
    """A passage with its source; None where there is no such passage.

    Raises:
        CitewellError: There is nothing to look in.
    """
    from retrieval import library

    _be_able(answerer)
    if (server := answerer.server) is not None:
        try:
            found = server.look_up(f"/v1/passages/{quote(passage_id, safe='')}")
            return None if found is None else library.StoredPassage.model_validate_json(found)
        except (UnreachableError, ValueError):
            if server.named:
                raise
    return library.find_passage(answerer.citewell, passage_id)


def source_of(answerer: Answerer, source_id: str) -> SourceRecord | None:
    """A source with its text; None where there is no such source.

    Raises:
        CitewellError: There is nothing to look in.
    """
    from retrieval import library

    _be_able(answerer)
    if (server := answerer.server) is not None:
        try:
            found = server.look_up(f"/v1/sources/{quote(source_id, safe='')}")
            return None if found is None else library.SourceRecord.model_validate_json(found)
        except (UnreachableError, ValueError):
            if server.named:
                raise
    return library.find_source(answerer.citewell, source_id)


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
