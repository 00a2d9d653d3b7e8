"""Europe PMC: abstracts with their records, open-access full texts, what a work cites, its other ids.

The interface (https://europepmc.org/RestfulWebService): a search is paged by `cursorMark`, which the reply to
each page names for the next, and is at its end when none is named or it does not change; full texts are
served for the open-access subset alone. It publishes no limit; four requests a second are sent. Articles of a
reply are kept one a file, in the reply's own form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ingest.fetch.http import Http
from ingest.fetch.reply import Reply, json_of, xml_of
from ingest.fetch.run import Page

PAGE = 100  # articles; the interface allows 1,000, which are 10 MB
_BATCH = 20  # ids in one query: an address must stay below the usual 8,000 characters
_REFERENCES = 1000  # in one page
_NONE = frozenset({404})


@dataclass(frozen=True)
class Work:
    """The ids of a work, empty where it has none, and whether its full text may be had."""

    pmid: str = ""
    pmcid: str = ""
    doi: str = ""
    is_open: bool = False


def search_page(http: Http, query: str, cursor: str | None, size: int) -> Page:
    """A page of what a query finds, each article with its abstract."""
    found = _search(http, query, cursor or "*", size, "core")
    results = found.get("resultList", {}).get("result") or []
    following = found.get("nextCursorMark")
    # An article without an abstract has nothing to cite.
    kept = {id_of(each): _as_reply(each, found) for each in results if each.get("abstractText")}
    is_last = not results or following in {None, cursor}
    return Page(kept, None if is_last else str(following), int(found.get("hitCount") or 0))


def id_of(article: dict[str, Any]) -> str:
    """What an article is kept under: its source there and its id."""
    return f"{article.get('source', 'x')}-{article.get('id', 'x')}"


def _as_reply(article: dict[str, Any], page: dict[str, Any]) -> bytes:
    """A reply that holds this article alone."""
    reply = {"version": page.get("version"), "hitCount": 1, "resultList": {"result": [article]}}
    return (json.dumps(reply, ensure_ascii=False, indent=1) + "\n").encode()


def _search(http: Http, query: str, cursor: str, size: int, kind: str) -> dict[str, Any]:
    asked = {"query": query, "format": "json", "resultType": kind, "cursorMark": cursor}
    return http.ask("search", json_of, query={**asked, "pageSize": size})


def open_pmcids(http: Http, query: str, most: int) -> list[str]:
    """PMCIDs of open-access articles that a query finds."""
    found: list[str] = []
    cursor = "*"
    while len(found) < most:
        page = _search(http, f"({query}) AND OPEN_ACCESS:y", cursor, min(PAGE, most - len(found)), "lite")
        results = page.get("resultList", {}).get("result") or []
        found += [work.pmcid for work in map(_work, results) if work.pmcid and work.is_open]
        following = page.get("nextCursorMark")
        if not results or following in {None, cursor}:
            break
        cursor = str(following)
    return found[:most]


def full_text(http: Http, pmcid: str) -> bytes | None:
    """The full text of an article in JATS; None where it is not in the open-access subset."""

    def read(reply: Reply) -> bytes | None:
        if reply.status in _NONE:
            return None
        xml_of(reply, {"article", "pmc-articleset"})
        return reply.data

    return http.ask(f"{quote(pmcid, safe='')}/fullTextXML", read, allowed=_NONE)


def look_up(
    http: Http, dois: Sequence[str] = (), pmids: Sequence[str] = (), pmcids: Sequence[str] = ()
) -> list[Work]:
    """All ids of the works with these DOIs, PMIDs or PMCIDs; what Europe PMC does not know is left out."""
    terms = [f'DOI:"{_quoted(doi)}"' for doi in dois]
    terms += [f"(EXT_ID:{_quoted(pmid)} AND SRC:MED)" for pmid in pmids]
    terms += [f"PMCID:{_quoted(pmcid)}" for pmcid in pmcids]
    found: list[Work] = []
    for start in range(0, len(terms), _BATCH):
        page = _search(http, " OR ".join(terms[start : start + _BATCH]), "*", PAGE, "lite")
        found += map(_work, page.get("resultList", {}).get("result") or [])
    return found


def references(http: Http, source: str, id_: str) -> list[Work]:
    """What a work cites, as far as Europe PMC knows it; its source is "MED" for a PMID, "PMC" for a PMCID."""
    return list(_references(http, f"{source}/{quote(id_, safe='')}/references"))


def _references(http: Http, path: str) -> Iterator[Work]:
    page = 1
    while True:
        asked = {"format": "json", "page": str(page), "pageSize": str(_REFERENCES)}
        found = http.ask(path, _list_of, asked, allowed=_NONE)
        rows = found.get("referenceList", {}).get("reference") or []
        for row in rows:
            pmid = str(row.get("id", "")) if row.get("source") == "MED" else ""
            work = Work(pmid=pmid, doi=str(row.get("doi", "")).casefold())
            if work != Work():
                yield work
        if len(rows) < _REFERENCES:
            return
        page += 1


def _list_of(reply: Reply) -> dict[str, Any]:
    return {} if reply.status in _NONE else json_of(reply)


def _work(row: dict[str, Any]) -> Work:
    return Work(
        pmid=str(row.get("pmid", "")),
        pmcid=str(row.get("pmcid", "")),
        doi=str(row.get("doi", "")).casefold(),
        is_open=row.get("isOpenAccess") == "Y",
    )


def _quoted(text: str) -> str:
    return re.sub(r'["\\]', "", text)
