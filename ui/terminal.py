"""Lay an Answer out for a terminal: wrapped lines, in colour or as plain text without escape codes.

Whatever sources or users wrote is neutralised here, so that no text can steer the terminal. Prints nothing.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table
from rich.text import Text

from retrieval.answer import Answer, Citation, Outcome, SourceRef
from ui.reference import RETRACTED, reference_of

WIDEST = 100
_NARROWEST = 30
_BANNERS = {
    Outcome.EMERGENCY: ("*** EMERGENCY ***", "bold white on red"),
    Outcome.ERROR: ("No answer: something went wrong.", "bold red"),
}
_WORDED_BY_CITEWELL = "* In words written for Citewell, from the sources that are cited."
_JOINERS = "\u200c\u200d"  # several scripts need them
_BREAKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"


def neutralise(text: str) -> str:
    """The text in one line that a terminal shows and never obeys.

    Control characters become a visible sign, invisible ones that reorder or hide are left out.
    """
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if char in _BREAKS:
        return " "
    category = unicodedata.category(char)
    if category in {"Cc", "Cs", "Co"}:
        return "\N{REPLACEMENT CHARACTER}"
    return "" if category == "Cf" and char not in _JOINERS else char


@dataclass
class _Sheet:
    """Lines of at most `width` cells; a word that is longer, such as an address, stays whole."""

    width: int
    lines: list[Text] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.width = max(_NARROWEST, min(self.width, WIDEST))
        self._console = Console(file=io.StringIO(), width=self.width)

    def gap(self) -> None:
        """An empty line, unless there is one or nothing above it."""
        if self.lines and self.lines[-1].plain:
            self.lines.append(Text())

    def add(self, *parts: tuple[str, str], first: str = "", rest: str = "") -> None:
        """A paragraph of (text, style) parts; its first line begins with `first`, the others with `rest`."""
        text = Text()
        for words, style in parts:
            text.append(neutralise(words), style)
        indent = first
        for line in text.wrap(self._console, self.width - len(rest), overflow="ignore"):
            line.rstrip()
            self.lines.append(Text(indent).append_text(line))
            indent = rest


def answer_lines(answer: Answer, width: int = WIDEST) -> list[Text]:
    """The lines of an answer, from the outcome to the disclaimer.

    Args:
        answer: What to show.
        width: Cells a line may take; at most 100 are used.
    """
    sheet = _Sheet(width)
    if answer.outcome in _BANNERS:
        sheet.add(_BANNERS[answer.outcome])
    _add_statements(sheet, answer)
    if answer.warnings:
        sheet.gap()
        sheet.add(("Warnings", "bold yellow"))
        for warning in answer.warnings:
            sheet.add((warning.text, ""), *_marks(warning.citations), first="  ! ", rest="    ")
    if answer.sources:
        sheet.gap()
        sheet.add(("Sources", "bold"))
        for source in answer.sources:
            _add_source(sheet, source)
    sheet.gap()
    for note in answer.notes:
        sheet.add((note if answer.outcome is Outcome.ERROR else f"Note: {note}", ""))
    sheet.gap()
    for paragraph in answer.disclaimer.splitlines():
        sheet.add((paragraph, "italic"))
    return sheet.lines


def _add_statements(sheet: _Sheet, answer: Answer) -> None:
    """Statements under their headings, both in the order in which they first come."""
    style = "bold" if answer.outcome is Outcome.EMERGENCY else ""
    for heading in dict.fromkeys(statement.heading for statement in answer.statements):
        sheet.gap()
        if heading:
            sheet.add((heading, "bold green"))
        for statement in answer.statements:
            if statement.heading == heading:
                star = "*" if statement.worded_by == "citewell" else ""
                indent = ("  - ", "    ") if heading else ("", "")
                parts = ((statement.text + star, style), *_marks(statement.citations))
                sheet.add(*parts, first=indent[0], rest=indent[1])
    if any(statement.worded_by == "citewell" for statement in answer.statements):
        sheet.gap()
        sheet.add((_WORDED_BY_CITEWELL, "dim"))


def _marks(citations: Iterable[Citation]) -> list[tuple[str, str]]:
    numbers = dict.fromkeys(citation.number for citation in citations)
    return [(" ", ""), *((f"[{number}]", "cyan") for number in numbers)] if numbers else []


def _add_source(sheet: _Sheet, source: SourceRef) -> None:
    reference = reference_of(source)
    number = f"[{source.number}] "
    indent = " " * len(number)
    sheet.add((reference.text, ""), first=number, rest=indent)
    sheet.lines[-1].highlight_words([number.strip()], "cyan")
    if reference.link:
        sheet.add((reference.link, "blue"), first=indent, rest=indent)
    marks = [(f"{mark}; ", "bold red" if mark == RETRACTED else "dim") for mark in reference.marks]
    last, style = marks.pop()
    sheet.add(*marks, (last.removesuffix("; "), style), first=indent, rest=indent)


def render(lines: Iterable[Text], colour: bool) -> str:
    """The lines as a string: with colour codes, or with no escape code at all."""
    if not colour:
        return "\n".join(line.plain.rstrip() for line in lines)
    sink = io.StringIO()
    console = Console(file=sink, force_terminal=True, color_system="standard", no_color=False)
    for line in lines:
        console.print(line, soft_wrap=True)
    return sink.getvalue().removesuffix("\n")


def table_text(header: Sequence[str], rows: Iterable[Sequence[str]], width: int | None) -> str:
    """A table as plain text without trailing spaces; columns of figures are set to the right.

    Args:
        header: Names of the columns.
        rows: Cells, neutralised here.
        width: Cells that the table may take: what is longer is cut with an ellipsis. None cuts nothing.
    """
    body = [[neutralise(cell) for cell in row] for row in rows]
    table = Table(box=None, pad_edge=False)
    for at, name in enumerate(header):
        figures = all(row[at].isdigit() for row in body if row[at])
        table.add_column(name, justify="right" if figures else "left", no_wrap=True, overflow="ellipsis")
    for row in body:
        table.add_row(*(Text(cell) for cell in row))
    sink = io.StringIO()
    Console(file=sink, width=width or 10_000, color_system=None, force_terminal=False).print(table)
    return "\n".join(line.rstrip() for line in sink.getvalue().splitlines())
