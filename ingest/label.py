"""What labels in both of their formats have in common: their sections by code, and their record.

The sections stand in `loinc.yaml`. Not for taking a format apart: see `ingest.load_spl` and
`ingest.load_openfda`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from corpus.errors import SourceUnreadableError
from corpus.record import Kind, Source
from ingest.fields import with_fields

_NUMBER = re.compile(r"^\s*\d+(\.\d+)*[.)]?\s+")
_LONGEST_NAME = 120  # characters of a title that go to the names of a product's ingredients


@dataclass(frozen=True, slots=True)
class LabelSection:
    """A kind of section; see `loinc.yaml`."""

    code: str
    heading: str
    field: str
    facet: str | None = None
    read: bool = True
    outermost: bool = False


@lru_cache(maxsize=1)
def load_sections() -> tuple[LabelSection, ...]:
    """Read `loinc.yaml`; it never changes while the program runs."""
    rows = yaml.safe_load(Path(__file__).with_name("loinc.yaml").read_text(encoding="utf-8"))
    return tuple(LabelSection(**row) for row in rows)


def says_more(title: str, heading: str) -> bool:
    """Whether a label's own title of a section says something that the heading does not."""
    return bool(title) and _plain(title) != _plain(heading)


def _plain(title: str) -> str:
    words = re.findall(r"[a-z]+", _NUMBER.sub("", title).casefold().replace("&", " "))
    return " ".join(word for word in words if word != "and")


def label_record(
    set_id: str,
    generic: Iterable[str],
    brands: Iterable[str],
    ingredients: Iterable[tuple[str, ...]],
    title: str,
    dated: str,
    **found: object,
) -> Source:
    """Make the record of a label.

    Args:
        set_id: What all versions of the label share.
        generic: Generic names, the label's own order.
        brands: Names under which it is sold.
        ingredients: Names of the active ingredients, one tuple each, its moiety first.
        title: The label's own, used where it names no product.
        dated: When this version took effect, as eight digits.
        found: Further fields of the record.

    Raises:
        SourceUnreadableError: It has no set id, by which alone a label can be told from others.
    """
    if not re.fullmatch(r"[0-9a-fA-F-]{8,64}", set_id):
        raise SourceUnreadableError("without a set id", "Download the label again.")
    brands, generic = _distinct(brands), _distinct(generic)
    moieties = list(dict.fromkeys(tuple(filter(None, each)) for each in ingredients))
    if len({each[0].casefold() for each in moieties if each}) == 1:
        others = [name for each in moieties for name in each]
    else:  # an ingredient of several is not what the product is
        others = [] if generic else [", ".join(_distinct(each[0] for each in moieties if each))]
    names = _distinct([*generic, *others, *brands])
    day = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", dated)
    certain = Source(
        id=f"label-{set_id.casefold()}",
        kind=Kind.LABEL,
        title=_title(brands, generic, names) or f"{title[:300] or 'Untitled'} (drug label {set_id})",
        set_id=set_id.casefold(),
        names=names,
        names_kind="drug" if names else None,
        url=f"https://dailymed.nlm.nih.gov/dailymed/lookup.cfm?setid={set_id.casefold()}",
    )
    return with_fields(
        certain,
        {"year": int(day[1]) if day else None, "dated": "-".join(day.groups()) if day else "", **found},
    )[0]


def _title(brands: tuple[str, ...], generic: tuple[str, ...], names: tuple[str, ...]) -> str:
    """The product's names: nearly all labels bear the same title, and many none."""
    of = _short(generic or names)
    brand = _short(brands)
    if not of:
        return ""
    return f"{brand} ({of}) drug label" if brand and brand.casefold() != of.casefold() else f"{of} drug label"


def _short(names: tuple[str, ...]) -> str:
    joined = ", ".join(names)
    return joined if len(joined) <= _LONGEST_NAME else names[0][:_LONGEST_NAME] + " and others"


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """The names without what differs only in case, in their order."""
    found: dict[str, str] = {}
    for name in names:
        if words := " ".join(name.split()):
            found.setdefault(words.casefold(), words)
    return tuple(found.values())
