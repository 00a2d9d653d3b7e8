"""Make a record of what a foreign file says of itself: what does not fit a record's schema is left out.

Not for records that people write for the corpus, where a fault must be told: see `corpus.files`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from corpus.record import Source
from ingest.document import normalise

_LONGEST = 400  # characters of a field, as of a title
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")


def with_fields(source: Source, found: Mapping[str, Any]) -> tuple[Source, tuple[str, ...]]:
    """A record with what was found added to it.

    Args:
        source: Holds what is certain.
        found: Further fields, as the file has them; empty ones say nothing.

    Returns:
        The record, and the names of the fields whose values were no such thing (a year "n.d.").
    """
    given = {name: value for name, raw in found.items() if (value := _plain(raw))}
    refused: tuple[str, ...] = ()
    certain = source.model_dump()
    while True:
        try:
            return Source.model_validate({**certain, **given}), refused
        except ValidationError as error:
            bad = {str(each["loc"][0]) for each in error.errors() if each["loc"]} & set(given)
            if not bad:
                raise
            refused += tuple(sorted(bad))
            given = {name: value for name, value in given.items() if name not in bad}


def year_in(text: str) -> int | None:
    """The year of a date, in whatever form it is written; None unless it names exactly one."""
    years = set(_YEAR.findall(text))
    return int(years.pop()) if len(years) == 1 else None


def doi_in(text: str) -> str | None:
    """The DOI in a field, with or without its resolver; None unless it holds exactly one."""
    dois = {found.rstrip(".,;)]").casefold() for found in _DOI.findall(text)}
    return dois.pop() if len(dois) == 1 else None


def _plain(value: Any) -> Any:  # noqa: ANN401 - a field of a record may be of any type
    if isinstance(value, str):
        return " ".join(normalise(value).split())[:_LONGEST].strip()
    if isinstance(value, Sequence):
        return tuple(plain for each in value if (plain := _plain(each)))
    return value
