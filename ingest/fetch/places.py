"""The places that records are fetched from, and how often each may be asked; read from `places.yaml`.

Not for what is asked there: each place has a module of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import yaml

from corpus.errors import SettingsError

# What is fetched ends up in answers, so nobody between here and there may change it.
_SAFE = re.compile(r"https://[^/@\s]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)")


@dataclass(frozen=True)
class Place:
    """A place on the net.

    Attributes:
        id: Its name in settings, and of its folder.
        name: Its name for people.
        url: Address that all its requests begin with; without a slash at the end.
        per_second: Most requests in a second.
        per_second_known: The same when the setting `known_by` is set.
        rules: Page with the rules for its use.
        licence: What may be done with what is fetched.
    """

    id: str
    name: str
    url: str
    per_second: float
    rules: str
    licence: str
    per_second_known: float | None = None
    known_by: str = ""

    def rate(self, known: Mapping[str, bool]) -> float:
        """Requests a second, given which settings are set."""
        if self.per_second_known is not None and known.get(self.known_by, False):
            return self.per_second_known
        return self.per_second


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Place]:
    rows = yaml.safe_load(Path(__file__).with_name("places.yaml").read_text(encoding="utf-8"))
    return {id_: Place(id=id_, **row) for id_, row in rows.items()}


def load_places(addresses: Mapping[str, str] | None = None) -> dict[str, Place]:
    """All places by their ids.

    Args:
        addresses: Other addresses for some of them, as of a mirror.

    Raises:
        SettingsError: An address is given for a place that there is not, or one that is not encrypted.
    """
    shipped = _shipped()
    if unknown := sorted(set(addresses or ()) - set(shipped)):
        raise SettingsError(
            f"CITEWELL_PLACES names '{unknown[0]}', which is no place.", f"Use {', '.join(shipped)}."
        )
    given = addresses or {}
    for id_, url in given.items():
        if not _SAFE.match(url):
            raise SettingsError(
                f"CITEWELL_PLACES has '{url}' for {id_}, which is not encrypted.",
                "Use an address that begins with https://; http:// is for this machine alone.",
            )
    return {id_: replace(each, url=given.get(id_, each.url).rstrip("/")) for id_, each in shipped.items()}
