"""Read a table, one document a row: CSV, TSV, JSON lines (BEIR's `corpus.jsonl` too) and JSON.

Not for the rows themselves (`ingest.rows`), nor for which column holds what (`ingest.table_map`).
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from corpus.errors import SourceUnreadableError
from corpus.record import Kind, Source
from ingest.document import Document, digest, normalise
from ingest.fields import doi_in, with_fields, year_in
from ingest.find import MAPPING
from ingest.html_text import write_fragment
from ingest.loader import SourceLoader
from ingest.rows import Row, csv_rows, json_items, json_lines
from ingest.table_map import TableMap, map_by_names, read_map
from ingest.writer import Writer

_HTML = re.compile(r"</?(p|br|div|h[1-6]|li|ul|ol|table)\b[^<>]*>", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n\s*\n")
_WHOLE_NUMBER = re.compile(r"(\d+)\.0")  # as programs write numbers of a column with gaps
_COLUMNS_NAMED = 12


class TableLoader(SourceLoader):
    """One document a row; left out are rows without text, and those that say the same as an earlier one."""

    def documents(self) -> Iterator[Document]:
        """Yield the rows that have text."""
        given = read_map(self.path, self.name)
        seen: set[str] = set()
        columns: tuple[str, ...] = ()
        any_text = False
        for row in self._rows():
            columns = columns or tuple(row.fields)
            table_map = given or map_by_names(tuple(_columns(row.fields)))
            any_text = any_text or _can_be_read(table_map, row.fields)
            document = None if row.problem else self._document(row, table_map)
            if document is None:
                self.leave_out(row.problem or "without text", row.where)
            elif (key := digest(document.source.title, document.text)) in seen:
                self.leave_out("the same as an earlier row", row.where)
            else:
                seen.add(key)
                if document.source.id in seen:  # another text under an id that was there
                    again = {"id": f"{document.source.id[:110]}-{key[:8]}"}
                    document = Document(
                        document.source.model_copy(update=again), document.text, document.sections
                    )
                seen.add(document.source.id)
                yield document
        if columns and not any_text:
            shown = ", ".join(map(str, columns[:_COLUMNS_NAMED]))
            raise SourceUnreadableError(
                f"{self.name}: none of its columns is known to hold text ({shown}).",
                f"Say which: --map text=COLUMN,title=COLUMN; or write so in {self.name}{MAPPING}.",
            )

    @abstractmethod
    def _rows(self) -> Iterator[Row]:
        """Yield the rows of the file."""

    def _document(self, row: Row, table_map: TableMap) -> Document | None:
        value = {field: _value(row.fields, column) for field, column in table_map.fields.items()}
        writer = Writer()
        for text in _texts(value.get("text")):
            _write(text, writer)
        for heading, column in table_map.sections:
            writer.heading(1, " ".join(normalise(heading).split()))
            for text in _texts(_value(row.fields, column)):
                _write(text, writer)
        writer.close()
        if not writer.length:
            return None
        title = " ".join(normalise(_words(value.get("title"))).split())[:400].strip()
        title = title if len(title) > 2 else f"{self.title}: {title or row.where}"
        row_id = _words(value.get("id")) or digest(title, writer.text)
        source = Source(id=self._id(row_id), kind=Kind.DOCUMENT, title=title)
        found = {
            **(table_map.constants or {}),
            **{name: each for name, each in value.items() if _words(each)},
        }
        source, refused = with_fields(source, _record(found))
        if refused:
            self.remarks.read_in_part(f"no valid {', '.join(refused)}", row.where)
        return Document(source, writer.text, tuple(writer.sections))

    def _id(self, row_id: str) -> str:
        slugs = [_slug(PurePosixPath(self.name).name.partition(".")[0])[:40], _slug(row_id)[:50]]
        return "-".join(filter(None, (*slugs, digest(self.name, row_id, length=8))))


class CsvLoader(TableLoader):
    """A table with the names of its columns in its first line."""

    suffixes = (".csv", ".tsv")

    def _rows(self) -> Iterator[Row]:
        return csv_rows(self.path, self.name)


class JsonLinesLoader(TableLoader):
    """An object a line."""

    suffixes = (".jsonl", ".ndjson")

    def _rows(self) -> Iterator[Row]:
        return json_lines(self.path, self.name)


class JsonLoader(TableLoader):
    """A list of objects."""

    suffixes = (".json",)

    def _rows(self) -> Iterator[Row]:
        return json_items(self.path, self.name)


def _columns(fields: Mapping[str, Any]) -> Iterator[str]:
    """The names of the columns; of fields within a field as "metadata.url"."""
    for column, value in fields.items():
        yield str(column)
        if isinstance(value, Mapping):
            yield from (f"{column}.{inner}" for inner in value)


def _can_be_read(table_map: TableMap, fields: Mapping[str, Any]) -> bool:
    columns = [table_map.fields.get("text", ""), *(column for _, column in table_map.sections)]
    return any(_value(fields, column) is not None for column in columns if column)


def _value(fields: Mapping[str, Any], column: str) -> Any:  # noqa: ANN401 - any JSON
    """What a row has in a column; in JSON, "metadata.url" is the field of a field."""
    if column in fields:
        return fields[column]
    found: Any = fields
    for part in column.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _words(value: Any) -> str:  # noqa: ANN401 - any JSON
    """A value as text; lists are joined, objects say nothing."""
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value)))
    if value is None or isinstance(value, dict):
        return ""
    text = str(value).strip()
    whole = _WHOLE_NUMBER.fullmatch(text)
    return whole[1] if whole else text


def _texts(value: Any) -> list[str]:  # noqa: ANN401 - any JSON
    return [_words(each) for each in (value if isinstance(value, list) else [value])]


def _write(text: str, writer: Writer) -> None:
    if _HTML.search(text):
        write_fragment(text, writer)
        return
    for block in _BLANK_LINE.split(normalise(text)):
        writer.add(block)


def _record(found: Mapping[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = {
        name: _words(value) for name, value in found.items() if name not in {"id", "text", "title"}
    }
    # What is no year or DOI stays as it is written, so that it is refused and told.
    if year := record.get("year"):
        record["year"] = year_in(year) or year
    if doi := record.get("doi"):
        record["doi"] = doi_in(doi) or doi
    for name in ("authors", "names"):
        if name in record:
            record[name] = tuple(part.strip() for part in re.split(r"[;|]", record[name]) if part.strip())
    return record


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
