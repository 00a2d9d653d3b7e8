"""The licence that a work states, in its usual short name; one that is not recognised, as it is stated."""

from __future__ import annotations

import re

_CC_URL = re.compile(r"creativecommons\.org/licen[sc]es/([a-z]+(?:-[a-z]+)*)(?:/(\d\.\d))?", re.IGNORECASE)
_CC0 = re.compile(r"creativecommons\.org/publicdomain/zero|\bCC0\b", re.IGNORECASE)
_CC_WORDS = re.compile(r"creative commons attribution(?P<terms>[^()]{0,80}?)licen[sc]e", re.IGNORECASE)
_TERMS = (
    ("NC", re.compile(r"non-?\s?commercial", re.IGNORECASE)),
    ("ND", re.compile(r"no-?\s?deriv", re.IGNORECASE)),
    ("SA", re.compile(r"share-?\s?alike", re.IGNORECASE)),
)
_VERSION = re.compile(r"\b([1-4]\.\d)\b")
_PUBLIC_DOMAIN = re.compile(r"\bpublic domain\b", re.IGNORECASE)
_LONGEST = 200  # characters


def licence_in(statement: str) -> str | None:
    """The short name of the open licence that a statement or an address names; None when it names none."""
    if _CC0.search(statement):
        return "CC0 1.0"
    if found := _CC_URL.search(statement):
        return " ".join(filter(None, ("CC", found[1].upper(), found[2])))
    if words := _CC_WORDS.search(statement):
        terms = [name for name, pattern in _TERMS if pattern.search(words["terms"])]
        version = _VERSION.search(words["terms"])
        return " ".join(filter(None, ("CC", "-".join(["BY", *terms]), version and version[1])))
    return "public domain" if _PUBLIC_DOMAIN.search(statement) else None


def stated(statement: str) -> str | None:
    """A statement of rights in its own words, shortened; None when it says nothing."""
    words = " ".join(statement.split())
    return (words if len(words) <= _LONGEST else words[: _LONGEST - 2].rpartition(" ")[0] + " …") or None
