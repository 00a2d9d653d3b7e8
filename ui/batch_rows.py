"""Read a file of questions: CSV as spreadsheets write it, JSONL, or text with a question a line.

A row that cannot be read is kept with what is wrong and its line, and never takes others with it. Not for
answering them: see `ui.batch`.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import CitewellError

LONGEST_QUESTION = 10_000  # characters: beyond it a quote was not closed, or a document was pasted
_FORMS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".txt": "text",
}
_COLUMN = "question"
_DELIMITERS = ",;\t|"
_NEVER = "\x1f"  # delimits nothing: a file of one column may hold commas
_SEPARATOR_HINT = "sep="  # Excel's first line, "sep=;"


class QuestionsError(CitewellError):
    """A file of questions cannot be read at all."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a file.

    Attributes:
        line: Where it begins in the file, counted from 1.
        id: The row's own name for it, where it has one.
        question: What is asked; empty where `problem` says why it cannot be.
        earlier: The same person's earlier questions, oldest first.
        problem: What is wrong with the row and what helps; empty when nothing is.
    """

    line: int
    question: str
    id: str | None = None
    earlier: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Questions:
    """What a file asks, and what its columns are parted by, where it has some."""

    rows: tuple[Row, ...]
    delimiter: str = ","


def read_questions(path: Path) -> Questions:
    """Read a file of questions; empty lines are passed over.

    Raises:
        QuestionsError: It cannot be read, has no column 'question', or asks nothing.
    """
    try:
        lines = [f"{line}\n" for line in _decoded(path.read_bytes()).split("\n")]
    except OSError as error:
        raise QuestionsError(f"{path}: {error.strerror}.", "Check the path.") from error
    form = _form_of(path, lines)
    if form == "csv":
        found = _of_csv(lines, path)
    else:
        read = _of_json if form == "jsonl" else _of_text
        found = Questions(tuple(read(line, at) for at, line in enumerate(lines, 1) if line.strip()))
    if not found.rows:
        raise QuestionsError(f"{path} asks nothing.", "Put one question on each line.")
    return Questions(tuple(map(_checked, found.rows)), found.delimiter)


def _decoded(data: bytes) -> str:
    """As text with one kind of line end; bytes that are no UTF-8 stay as lone surrogates, to be told by."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = data.decode("utf-16", "replace") if wide else data.decode("utf-8-sig", "surrogateescape")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _form_of(path: Path, lines: Sequence[str]) -> str:
    if (form := _FORMS.get(path.suffix.lower())) is not None:
        return form
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("{"):
        return "jsonl"
    return "csv" if _is_header(first) else "text"


def _is_header(line: str) -> bool:
    return any(_COLUMN in _names(line, delimiter) for delimiter in (*_DELIMITERS, _NEVER))


def _checked(row: Row) -> Row:
    """The row, or the row with what is wrong with it instead of its question."""
    problem = row.problem
    if re.search("[\udc80-\udcff]", "".join((row.question, *row.earlier, row.id or ""))):
        problem = "It is not UTF-8. Save the file as 'CSV UTF-8', or as text in UTF-8."
    elif not problem and not row.question.strip():
        problem = "It has no question. Fill it in, or delete the row."
    elif not problem and max(map(len, (row.question, *row.earlier))) > LONGEST_QUESTION:
        problem = f"It is longer than {LONGEST_QUESTION:,} characters. Close its quotes, or shorten it."
    if not problem:
        return row
    printable = (row.id or "").encode("utf-8", "replace").decode() or None
    return Row(row.line, "", printable, problem=problem)


# CSV


def _of_csv(lines: list[str], path: Path) -> Questions:
    start, hint = 0, ""
    if lines and lines[0].lower().startswith(_SEPARATOR_HINT):
        start, hint = 1, lines[0].rstrip("\n")[len(_SEPARATOR_HINT) :]
    while start < len(lines) and not lines[start].strip():
        start += 1
    header = lines[start] if start < len(lines) else ""
    candidates = hint if len(hint) == 1 else _DELIMITERS
    able = [each for each in candidates if _COLUMN in (names := _names(header, each)) and len(names) > 1]
    if not able and _names(header, _NEVER) != [_COLUMN]:
        raise QuestionsError(
            f"{path} has no column '{_COLUMN}' in its first line: {header.strip()[:80]!r}.",
            "Name the column of the questions 'question'; 'id' and 'earlier' may stand beside it.",
        )
    delimiter = able[0] if able else _NEVER
    names = _names(header, delimiter)
    rows = [
        Row(line, "", problem=cells) if isinstance(cells, str) else _of_cells(cells, names, line)
        for line, cells in _records(lines, start + 1, delimiter)
    ]
    return Questions(tuple(rows), delimiter if delimiter in ",;" else ",")


def _names(header: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip().casefold() for cell in next(csv.reader([header], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _records(lines: list[str], start: int, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """The first line and the cells of each record, or what is wrong with it.

    Each record is read by a reader of its own: after a quote that is never closed, reading goes on with the
    next line instead of taking the rest of the file for one cell.
    """
    at = start
    while at < len(lines):
        reader = csv.reader((lines[each] for each in range(at, len(lines))), delimiter=delimiter, strict=True)
        try:
            cells = next(reader)
        except csv.Error:
            yield at + 1, "Its quotes do not match. Close them, or double each quote within a cell."
            at += 1
            continue
        if any(cell.strip() for cell in cells):
            yield at + 1, cells
        at += reader.line_num


def _of_cells(cells: list[str], names: Sequence[str], line: int) -> Row:
    by_name = dict(zip(names, cells, strict=False))
    id_ = by_name.get("id", "").strip() or None
    if any(cell.strip() for cell in cells[len(names) :]):
        problem = (
            f"It has {len(cells)} cells, not {len(names)}. Put quotes around a cell that holds the delimiter."
        )
        return Row(line, "", id_, problem=problem)
    earlier = by_name.get("earlier", "").strip()
    said: Any = earlier.split("\n")
    if earlier.startswith("["):
        try:
            said = json.loads(earlier)
        except (ValueError, RecursionError):
            said = None
    if not _are_texts(said):
        return Row(line, "", id_, problem=_EARLIER)
    kept = tuple(each.strip() for each in said if each.strip())
    return Row(line, by_name.get(_COLUMN, "").strip(), id_, kept)


# JSONL and text

_EARLIER = "Its earlier questions are no list of texts. Put one on each line of the cell, or a JSON list."


def _of_json(line: str, at: int) -> Row:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return Row(at, "", problem='It is not JSON. Put one object on each line: {"question": "..."}.')
    told = {_COLUMN: told} if isinstance(told, str) else told
    if not isinstance(told, dict) or not isinstance(told.get(_COLUMN), str):
        return Row(at, "", problem="It has no text under 'question'. Put the question there.")
    id_ = told.get("id")
    name = str(id_) if isinstance(id_, str | int) and id_ != "" else None
    earlier = told.get("earlier") or []
    said = [earlier] if isinstance(earlier, str) else earlier
    if not _are_texts(said):
        return Row(at, "", name, problem=_EARLIER)
    return Row(at, told[_COLUMN].strip(), name, tuple(said))


def _are_texts(said: object) -> bool:
    return isinstance(said, list) and all(isinstance(each, str) for each in said)


def _of_text(line: str, at: int) -> Row:
    return Row(at, line.strip())
