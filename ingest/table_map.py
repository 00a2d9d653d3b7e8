"""Which columns of a table hold what: as a mapping says, or by their names (`columns.yaml`).

A mapping stands beside its table as `NAME.map.yaml`, so that the table is read the same way every time. Not
for reading the rows: see `ingest.rows`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from corpus.errors import SourceUnreadableError
from corpus.facets import load_facets
from ingest.find import MAPPING

_SECTION, _ALL = "section.", "all."
_LARGEST = 1 << 20  # bytes

# What a column may hold: the text, the row's own id, and these fields of a record.
_RECORD_FIELDS = frozenset(
    {
        "title", "authors", "year", "dated", "journal", "publisher", "volume", "issue", "pages", "doi",
        "pmid",
        "pmcid", "url", "licence", "kind", "study_type", "retracted", "names", "names_kind",
    }
)  # fmt: skip
FIELDS = _RECORD_FIELDS | {"id", "text"}
_REMEDY = (
    f"Write it as FIELD=COLUMN; fields are {', '.join(sorted(FIELDS))}, {_SECTION}HEADING for a section, and "
    f"{_ALL}FIELD for what is the same in all rows."
)


@dataclass(frozen=True)
class TableMap:
    """Which column each field comes from.

    Attributes:
        fields: Columns by field.
        sections: Headings and their columns, in order.
        constants: Values of fields that are the same in all rows.
    """

    fields: Mapping[str, str]
    sections: tuple[tuple[str, str], ...] = ()
    constants: Mapping[str, str] | None = None

    @property
    def has_text(self) -> bool:
        """Whether it says where text is to be found."""
        return "text" in self.fields or bool(self.sections)


def map_path(table: Path) -> Path:
    """Where the mapping of a table stands."""
    return table.with_name(table.name + MAPPING)


def read_map(table: Path, name: str) -> TableMap | None:
    """Read the mapping beside a table; None when there is none.

    Raises:
        SourceUnreadableError: It is no mapping.
    """
    path = map_path(table)
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            found = yaml.safe_load(file.read(_LARGEST))
    except (OSError, yaml.YAMLError, RecursionError, ValueError) as error:
        raise SourceUnreadableError(
            f"{name}{MAPPING}: cannot be read ({' '.join(str(error).split())[:120]}).", "Mend or remove it."
        ) from error
    if not isinstance(found, dict):
        raise SourceUnreadableError(
            f"{name}{MAPPING}: is not made of 'field: column' lines.", "Mend or remove it."
        )
    return make_map({str(field): str(column) for field, column in found.items()}, name + MAPPING)


def write_map(table: Path, pairs: Iterable[str]) -> Path:
    """Write the mapping of a table, so that it is read the same way from now on.

    Args:
        table: The table.
        pairs: Such as "title=Name", "text=Body", "section.Symptoms=Signs", "all.publisher=A society".

    Raises:
        SourceUnreadableError: A pair is no such thing, or the mapping cannot be written.
    """
    given: dict[str, str] = {}
    for pair in pairs:
        field, _, column = (part.strip() for part in pair.partition("="))
        given[field] = column
    make_map(given, "--map")
    path = map_path(table)
    try:
        path.write_text(yaml.safe_dump(given, allow_unicode=True, sort_keys=False), encoding="utf-8")
    except OSError as error:
        raise SourceUnreadableError(
            f"{path.name}: cannot be written ({error.strerror}).",
            f"Copy {table.name} to a folder of your own.",
        ) from error
    return path


def make_map(given: Mapping[str, str], name: str) -> TableMap:
    """Make a mapping of its lines.

    Raises:
        SourceUnreadableError: One of them maps nothing, or to nothing.
    """
    for field, column in given.items():
        plain = field.removeprefix(_ALL)
        is_known = (
            field in FIELDS or plain in _RECORD_FIELDS or (field.startswith(_SECTION) and field != _SECTION)
        )
        if not is_known or not column:
            raise SourceUnreadableError(f"{name}: '{field}={column}' is no mapping.", _REMEDY)
    return TableMap(
        fields={field: column for field, column in given.items() if field in FIELDS},
        sections=tuple(
            (field.removeprefix(_SECTION), column)
            for field, column in given.items()
            if field.startswith(_SECTION)
        ),
        constants={
            field.removeprefix(_ALL): value for field, value in given.items() if field.startswith(_ALL)
        },
    )


@lru_cache(maxsize=256)
def map_by_names(columns: tuple[str, ...]) -> TableMap:
    """The mapping that the names of the columns suggest; a name that means a facet makes a section."""
    by_name = {_plain(column).removeprefix("metadata "): column for column in reversed(columns)}
    fields = {
        field: by_name[name]
        for field, names in _known_names().items()
        if (name := next((each for each in names if each in by_name), None)) is not None
    }
    taken = set(fields.values())
    facets = load_facets()
    sections = tuple(
        (_heading(column), column)
        for column in columns
        if column not in taken and facets.for_heading(_heading(column)) is not None
    )
    return TableMap(fields, sections)


def _heading(column: str) -> str:
    words = " ".join(column.replace("_", " ").split())
    return words[:1].upper() + words[1:]


def _plain(column: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", column.casefold()).strip()


@lru_cache(maxsize=1)
def _known_names() -> dict[str, list[str]]:
    found: dict[str, list[str]] = yaml.safe_load(
        Path(__file__).with_name("columns.yaml").read_text(encoding="utf-8")
    )
    return found
