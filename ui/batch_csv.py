"""Answers as a table for spreadsheets: one row a question, with its answer, references and disclaimer.

Not for answering, nor for JSON lines: see `ui.batch`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ui.reference import reference_of

if TYPE_CHECKING:
    from retrieval.answer import Answer, Citation

COLUMNS = (
    "line", "id", "question", "outcome", "warnings", "answer", "references", "notes", "disclaimer",
)  # fmt: skip
_MARK = b"\xef\xbb\xbf"  # without it, Excel takes UTF-8 for the old encoding of its country
# What spreadsheets take for the beginning of a formula, also full-width (OWASP, CSV Injection).
_FORMULA = tuple("=+-@\t\r＝＋－＠")
_LONGEST_CELL = 32_767  # what Excel holds; it cuts off the rest, and says nothing
_CUT = " … (cut off here: the JSON lines hold all of it)"


def table_of(answers: Iterable[tuple[int, str | None, Answer]], delimiter: str) -> Iterator[bytes]:
    """The table as bytes, a row at a time: RFC 4180, UTF-8 with a byte order mark.

    Args:
        answers: Line and id of each question, with its answer.
        delimiter: What parts the cells.
    """
    yield _MARK + _row(COLUMNS, delimiter)
    for line, id_, answer in answers:
        yield _row((str(line), id_ or "", *_cells(answer)), delimiter)


def _cells(answer: Answer) -> tuple[str, ...]:
    warnings = [f"{each.text}{_marks(each.citations)}" for each in answer.warnings]
    references = [f"[{each.number}] {reference_of(each)}" for each in answer.sources]
    return (
        answer.question,
        answer.outcome.value,
        "\n".join(warnings),
        answer_text(answer),
        "\n".join(references),
        "\n".join(answer.notes),
        answer.disclaimer,
    )


def answer_text(answer: Answer) -> str:
    """The statements as plain text, under their headings, with the numbers of their sources."""
    lines = []
    for heading in dict.fromkeys(each.heading for each in answer.statements):
        if heading:
            lines.append(f"{heading}:")
        under = (each for each in answer.statements if each.heading == heading)
        lines += [f"{each.text}{_marks(each.citations)}" for each in under]
    return "\n".join(lines)


def _marks(citations: Iterable[Citation]) -> str:
    numbers = dict.fromkeys(citation.number for citation in citations)
    return " " + "".join(f"[{number}]" for number in numbers) if numbers else ""


def _row(cells: Iterable[str], delimiter: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerow(map(inert_cell, cells))
    return text.getvalue().encode()


def inert_cell(text: str) -> str:
    """A cell that a spreadsheet shows and never computes, with nothing in it that hides or steers.

    A leading apostrophe tells spreadsheets that text follows; lines within the cell stay.
    """
    from ui.sheet import neutralise

    if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA):
        text = f"'{text}"
    text = "\n".join(neutralise(line) for line in text.split("\n"))
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - len(_CUT)] + _CUT
