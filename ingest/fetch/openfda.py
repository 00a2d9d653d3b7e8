"""openFDA: the labels of a drug as JSON.

The rules (https://open.fda.gov/apis/authentication/, https://open.fda.gov/apis/paging/): 240 requests a
minute, 1,000 a day without a key and 120,000 with one; `limit` up to 1,000, `skip` up to 25,000; no match is
a 404 with the code NOT_FOUND. The key goes into the header as the name of HTTP basic authentication.
"""

from __future__ import annotations

import json
import re
from typing import Any

from corpus.errors import FetchError
from ingest.fetch.http import Http
from ingest.fetch.reply import Reply, json_of
from ingest.fetch.run import Page

PAGE = 100  # labels; the interface allows 1,000, which are 100 MB
MOST = 25_000
_FIELDS = ("generic_name", "brand_name", "substance_name")
_NONE = frozenset({404})


def search_page(http: Http, drug: str, skip: str | None, size: int) -> Page:
    """A page of the labels of a drug, by its generic or brand name or its substance."""
    name = re.sub(r'["\\]', " ", drug).strip()
    start = int(skip or 0)
    asked: dict[str, str | int] = {
        "search": " ".join(f'openfda.{field}:"{name}"' for field in _FIELDS),
        "limit": size,
        "skip": start,
    }
    found = http.ask("drug/label.json", _read, query=asked, allowed=_NONE)
    results = found.get("results") or []
    total = int(((found.get("meta") or {}).get("results") or {}).get("total") or 0)
    kept = {id_: _as_reply(each, found) for each in results if (id_ := _set_id(each))}
    following = start + len(results)
    is_last = not results or following >= min(total, MOST)
    return Page(kept, None if is_last else str(following), total)


def _read(reply: Reply) -> dict[str, Any]:
    found = json_of(reply)
    code = (found.get("error") or {}).get("code")
    if reply.status in _NONE and code != "NOT_FOUND":
        raise FetchError(
            f"{reply.address} is not there (status {reply.status}).",
            "Check CITEWELL_PLACES; without it, openFDA may have changed its interface.",
        )
    return found


def _set_id(label: dict[str, Any]) -> str:
    """What all versions of a label share; the place has several copies of few."""
    return str(label.get("set_id") or label.get("id") or "")


def _as_reply(label: dict[str, Any], page: dict[str, Any]) -> bytes:
    """A reply that holds this label alone."""
    meta = {name: text for name, text in (page.get("meta") or {}).items() if name != "results"}
    meta["results"] = {"skip": 0, "limit": 1, "total": 1}
    return (json.dumps({"meta": meta, "results": [label]}, ensure_ascii=False, indent=1) + "\n").encode()
