"""DailyMed: the labels of a drug as Structured Product Labeling.

The interface (https://dailymed.nlm.nih.gov/dailymed/app-support-web-services.cfm): `/spls` lists labels by
generic or brand name in pages of at most 100, `/spls/{SETID}.xml` is the label. It publishes no limit; two
requests a second are sent.
"""

from __future__ import annotations

from urllib.parse import quote

from ingest.fetch.http import Http
from ingest.fetch.reply import Reply, json_of, xml_of

_PAGE = 100
_NONE = frozenset({404})


def search(http: Http, drug: str, most: int) -> list[str]:
    """Set ids of the labels of a drug, by its generic or brand name."""
    found: list[str] = []
    page, pages = 1, 1
    while page <= pages and len(found) < most:
        asked = {"drug_name": drug, "name_type": "both", "page": str(page), "pagesize": str(_PAGE)}
        reply = http.ask("spls.json", json_of, query=asked)
        found += [str(row["setid"]) for row in reply.get("data") or [] if row.get("setid")]
        pages = int((reply.get("metadata") or {}).get("total_pages") or 1)
        page += 1
    return found[:most]


def label(http: Http, set_id: str) -> bytes | None:
    """A label; None where there is none any more."""

    def read(reply: Reply) -> bytes | None:
        if reply.status in _NONE:
            return None
        xml_of(reply, {"document"})
        return reply.data

    return http.ask(f"spls/{quote(set_id, safe='')}.xml", read, allowed=_NONE)
