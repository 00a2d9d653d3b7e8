"""Crossref: what a DOI stands for, and notices of retraction or concern about it.

The rules (https://www.crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication/): an
e-mail address in the header puts requests into the polite pool; the limit stands in each reply and is obeyed.
Notices, those of Retraction Watch among them, stand under `updated-by` of the work
(https://www.crossref.org/blog/retraction-watch-retractions-now-in-the-crossref-api/).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ingest.fetch.http import Http
from ingest.fetch.reply import Reply, json_of

RETRACTIONS = frozenset({"retraction", "partial_retraction", "withdrawal", "removal"})
CONCERNS = frozenset({"expression_of_concern"})
_NONE = frozenset({404})
_DATES = ("issued", "published", "published-print", "published-online")


@dataclass(frozen=True)
class Notice:
    """A notice about a work: its type, such as "retraction", its DOI, and who tells of it."""

    type: str
    doi: str
    by: str


@dataclass(frozen=True)
class RegisteredWork:
    """What a registry says of a work.

    Attributes:
        titles: Its title, alone and with the subtitle, and the title in its own language.
        first_author: Surname, or the name of a group; empty where none is given.
        years: Of all forms in which it was published.
    """

    doi: str
    titles: tuple[str, ...]
    first_author: str
    years: frozenset[int]
    notices: tuple[Notice, ...] = ()


def work(http: Http, doi: str) -> RegisteredWork | None:
    """What Crossref says of a DOI; None where it does not know it."""
    found = http.ask(f"works/{quote(doi, safe='')}", _message, allowed=_NONE)
    return None if found is None else read_work(found)


def agency(http: Http, doi: str) -> str | None:
    """The registry that a DOI is from, such as "DataCite"; None where the DOI does not exist."""
    found = http.ask(f"works/{quote(doi, safe='')}/agency", _message, allowed=_NONE)
    label = ((found or {}).get("agency") or {}).get("label")
    return str(label) if label else None


def _message(reply: Reply) -> dict[str, Any] | None:
    if reply.status in _NONE:  # the body is plain text
        return None
    message = json_of(reply).get("message")
    return message if isinstance(message, dict) else None


def read_work(message: dict[str, Any]) -> RegisteredWork:
    """Read the message of a reply about a work."""
    titles = [*map(str, message.get("title") or ()), *map(str, message.get("original-title") or ())]
    subtitles = list(map(str, message.get("subtitle") or ()))
    if titles and subtitles:
        titles.append(f"{titles[0]}: {subtitles[0]}")
    authors = sorted(message.get("author") or (), key=lambda each: each.get("sequence") != "first")
    first = authors[0] if authors else {}
    parts = [part for name in _DATES for part in (message.get(name) or {}).get("date-parts") or ()]
    notices = {
        Notice(
            re.sub(r"[\s-]+", "_", str(each.get("type", "")).casefold()),
            str(each.get("DOI", "")),
            str(each.get("source", "")),
        )
        for each in message.get("updated-by") or ()
    }
    return RegisteredWork(
        doi=str(message.get("DOI", "")),
        titles=tuple(titles),
        first_author=str(first.get("family") or first.get("name") or ""),
        years=frozenset(int(part[0]) for part in parts if part and isinstance(part[0], int)),
        notices=tuple(sorted(notices, key=lambda each: (each.type, each.doi, each.by))),
    )
