"""Read a table as rows with named fields: CSV, TSV, JSON lines, JSON. A bad row loses none of the others.

Not for what the fields mean: see `ingest.load_table` and `ingest.load_medquad`.
"""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import SourceUnreadableError
from ingest.unpack import texts

LONGEST_ROW = 16 << 20  # characters; the longest full texts have a few million
_LARGEST_JSON = 256 << 20  # characters: JSON that is not in lines must be held whole
_DELIMITERS = ",\t;|"
_MOST_LINES = 1000  # of a row: after so many, a quote was opened by mistake


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        where: How people find it, such as "line 12".
        fields: By column, as the file has them: text in CSV, any JSON value in JSON.
        problem: Why there are no fields, as it reads after "left out: "; empty when there are.
    """

    where: str
    fields: Mapping[str, Any]
    problem: str = ""


def json_lines(path: Path, name: str) -> Iterator[Row]:
    """Yield the rows of JSON lines; blank lines are passed over.

    Raises:
        SourceUnreadableError: The file cannot be read.
    """
    for number, line in enumerate(_lines(texts(path, name)), start=1):
        if line is None or line.strip():
            yield _json_row(f"line {number}", line)


def _json_row(where: str, line: str | None) -> Row:
    if line is None:
        return Row(where, {}, "longer than any row should be")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return Row(where, {}, "not valid JSON")
    return Row(where, value) if isinstance(value, dict) else Row(where, {}, "not an object with fields")


def json_items(path: Path, name: str) -> Iterator[Row]:
    """Yield the objects of one JSON value: of a list, of the one list in an object, or an object's by key.

    Raises:
        SourceUnreadableError: The file cannot be read, is no JSON, or holds no such objects.
    """
    parts: list[str] = []
    length = 0
    for text in texts(path, name):
        parts.append(text)
        length += len(text)
        if length > _LARGEST_JSON:
            raise SourceUnreadableError(
                f"{name}: is a JSON file of more than {_LARGEST_JSON >> 20} million characters.",
                "Write it as JSON lines, one object a line.",
            )
    try:
        value = json.loads("".join(parts).lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise SourceUnreadableError(
            f"{name}: is not valid JSON ({' '.join(str(error).split())[:120]}).", "Export it again."
        ) from error
    items = list(_items(value))
    if not items:
        raise SourceUnreadableError(
            f"{name}: holds no list of objects.", "Export it as a list of objects, or as JSON lines."
        )
    for key, item in items:
        is_object = isinstance(item, dict)
        yield Row(key, item if is_object else {}, "" if is_object else "not an object with fields")


def _items(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        lists = [
            each
            for each in value.values()
            if isinstance(each, list) and any(isinstance(x, dict) for x in each)
        ]
        if len(lists) == 1:
            value = lists[0]
        elif value and all(isinstance(each, dict) for each in value.values()):
            yield from ((f"'{key[:80]}'", {"id": key, **each}) for key, each in value.items())
            return
        else:
            value = [value]
    if isinstance(value, list):
        yield from ((f"item {number}", each) for number, each in enumerate(value, start=1))


def csv_rows(path: Path, name: str) -> Iterator[Row]:
    """Yield the rows of a CSV or TSV file whose first line names its columns.

    Raises:
        SourceUnreadableError: The file cannot be read, or has no columns.
    """
    numbered = enumerate(_lines(texts(path, name)), start=1)
    first = next((line for _, line in numbered if line and line.strip()), "").lstrip("\ufeff")
    delimiter = delimiter_of(first)
    columns = [column.strip() for column in next(csv.reader([first], delimiter=delimiter), [])]
    if sum(map(bool, columns)) < 2:
        raise SourceUnreadableError(
            f"{name}: its first line does not name the columns of a table.", "Add a line with their names."
        )
    # Of the whole process: its default is less than a full text. A chunk of lines is never as long.
    csv.field_size_limit(4 * LONGEST_ROW)
    for number, cells in _csv_records(numbered, delimiter):
        if cells is None:
            yield Row(
                f"line {number}", {}, "a quote in it never closes, or it is longer than any row should be"
            )
        elif len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            yield Row(f"line {number}", {}, f"{len(cells)} cells under {len(columns)} columns")
        elif any(cell.strip() for cell in cells):
            yield Row(f"line {number}", dict(zip(columns, cells, strict=False)))


def delimiter_of(line: str) -> str:
    """The delimiter that a line of column names has most of, outside quotes; a comma where it has none."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(_DELIMITERS, key=bare.count)


def _csv_records(
    numbered: Iterator[tuple[int, str | None]], delimiter: str
) -> Iterator[tuple[int, list[str] | None]]:
    """Yield the number of a row's first line and its cells, for a quoted cell may hold line ends.

    A quote that never closes costs its own line alone: reading begins again on the next.
    """
    again = deque[tuple[int, str | None]]()
    is_open, length = False, 0
    chunk: list[
        tuple[int, str]
    ] = []  # lines with an odd number of quotes so far: perhaps not yet a whole row
    while (entry := again.popleft() if again else next(numbered, None)) is not None or chunk:
        if entry is not None and entry[1] is None:
            yield entry[0], None
            continue
        if entry is not None:
            chunk.append((entry[0], entry[1] or ""))
            length += len(entry[1] or "")
            is_open ^= (entry[1] or "").count('"') % 2 == 1
        is_last = entry is None or len(chunk) == _MOST_LINES or length > LONGEST_ROW
        if is_open and not is_last:
            continue
        reader = csv.reader((line for _, line in chunk), delimiter=delimiter)
        at = 0
        for cells in reader:
            if is_open and reader.line_num == len(chunk) > at + 1:
                yield chunk[at][0], None
                again.extendleft(reversed(chunk[at + 1 :]))
            else:
                yield chunk[at][0], cells
            at = reader.line_num
        chunk, is_open, length = [], False, 0


def _lines(stream: Iterable[str]) -> Iterator[str | None]:
    """Yield lines with their ends; None for each that is longer than a row may be."""
    held, is_skipping = "", False
    for text in stream:
        *whole, held = (held + text).replace("\r\n", "\n").split("\n")
        for line in whole:
            yield None if is_skipping or len(line) > LONGEST_ROW else f"{line}\n"
            is_skipping = False
        if len(held) > LONGEST_ROW:
            held, is_skipping = "", True
    if held or is_skipping:
        yield None if is_skipping else held
