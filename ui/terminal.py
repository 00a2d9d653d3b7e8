"""Lay an Answer out for a terminal: wrapped lines, in colour or as plain text without escape codes.

What sources or users wrote is neutralised here, so that no text can steer the terminal. Not for printing.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from retrieval.answer import Answer, Citation, Outcome, SourceRef, Statement
from ui.reference import RETRACTED, agreement_of, reference_of

WIDEST = 100
_NARROWEST = 30
_NARROWEST_COLUMN = 8
_GAP = "  "
_BANNERS = {
    Outcome.EMERGENCY: ("*** EMERGENCY ***", "bold white on red"),
    Outcome.ERROR: ("No answer: something went wrong.", "bold red"),
}
# Whose words a statement is in, where they are not a source's: its mark, and what the mark means.
_WORDED = {
    "citewell": ("*", "* In words written for Citewell, from the sources that are cited."),
    "model": ("†", "† In words that a chat model shortened, checked against the sources that are cited."),
}
_JOINERS = "\u200c\u200d"  # several scripts need them
_BREAKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"


def neutralise(text: str) -> str:
    """Return the text as one line that a terminal shows and never obeys.

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

    def gap(self) -> None:
        """Add an empty line, unless there is one or nothing above it."""
        if self.lines and self.lines[-1].plain:
            self.lines.append(Text())

    def add(self, *parts: tuple[str, str], first: str = "", rest: str = "") -> None:
        """Add a paragraph of (text, style) parts; its first line begins with `first`, others with `rest`."""
        text = Text()
        for words, style in parts:
            text.append(neutralise(words), style)
        indent = first
        for line in text.divide(_breaks(text.plain, self.width - len(rest))):
            line.rstrip()
            self.lines.append(Text(indent).append_text(line))
            indent = rest


def _breaks(text: str, width: int) -> list[int]:
    """Where lines begin, but for the first, so that each takes at most `width` cells."""
    starts, used = [], 0
    for match in re.finditer(r"\S+\s*", text):
        word = match.group()
        if used and used + cell_len(word.rstrip()) > width:
            starts.append(match.start())
            used = 0
        used += cell_len(word)
    return starts


def answer_lines(answer: Answer, width: int = WIDEST, privacy: Sequence[str] = ()) -> list[Text]:
    """Return the lines of an answer, from the outcome to the disclaimer.

    Args:
        answer: What to show.
        width: Cells a line may take; at most 100 are used.
        privacy: What is said of where questions go.

    """
    sheet = _Sheet(max(_NARROWEST, min(width, WIDEST)))
    if answer.outcome in _BANNERS:
        sheet.add(_BANNERS[answer.outcome])
    # What warns is read first; only the product's own opening, which has no heading, stands above it.
    _add_statements(sheet, answer, [each for each in answer.statements if not each.heading])
    _add_warnings(sheet, answer)
    _add_statements(sheet, answer, [each for each in answer.statements if each.heading])
    worded = {statement.worded_by for statement in answer.statements}
    if worded & _WORDED.keys():
        sheet.gap()
        for _, meaning in (mark for by, mark in _WORDED.items() if by in worded):
            sheet.add((meaning, "dim"))
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
    for line in privacy:
        sheet.add((line, "dim"))
    return sheet.lines


def _add_warnings(sheet: _Sheet, answer: Answer) -> None:
    if not answer.warnings:
        return
    sheet.gap()
    sheet.add(("Warning", "bold yellow"))
    for warning in answer.warnings:
        sheet.add((warning.text, ""), *_marks(warning.citations), first="  ! ", rest="    ")


def _add_statements(sheet: _Sheet, answer: Answer, statements: Sequence[Statement]) -> None:
    """Statements under their headings, both in the order in which they first come."""
    style = "bold" if answer.outcome is Outcome.EMERGENCY else ""
    for heading in dict.fromkeys(statement.heading for statement in statements):
        sheet.gap()
        if heading:
            sheet.add((heading, "bold green"))
        for statement in statements:
            if statement.heading == heading:
                star, _ = _WORDED.get(statement.worded_by, ("", ""))
                indent = ("  - ", "    ") if heading else ("", "")
                agree = [(f" ({words})", "dim")] if (words := agreement_of(statement)) else []
                parts = ((statement.text + star, style), *_marks(statement.citations), *agree)
                sheet.add(*parts, first=indent[0], rest=indent[1])


def _marks(citations: Iterable[Citation]) -> list[tuple[str, str]]:
    numbers = dict.fromkeys(citation.number for citation in citations)
    return [(" ", ""), *((f"[{number}]", "cyan") for number in numbers)] if numbers else []


def _add_source(sheet: _Sheet, source: SourceRef) -> None:
    reference = reference_of(source)
    number = f"[{source.number}] "
    indent = " " * len(number)
    at = len(sheet.lines)
    sheet.add((reference.text, ""), first=number, rest=indent)
    sheet.lines[at].stylize("cyan", 0, len(number) - 1)
    if reference.link:
        sheet.add((reference.link, "blue"), first=indent, rest=indent)
    marks = [(f"{mark}; ", "bold red" if mark == RETRACTED else "dim") for mark in reference.marks]
    last, style = marks.pop()
    sheet.add(*marks, (last.removesuffix("; "), style), first=indent, rest=indent)


def render(lines: Iterable[Text], colour: bool) -> str:
    """Return the lines as a string: with colour codes, or with no escape code at all."""
    if not colour:
        return "\n".join(line.plain.rstrip() for line in lines)
    sink = io.StringIO()
    console = Console(file=sink, force_terminal=True, color_system="standard", no_color=False)
    for line in lines:
        console.print(line, soft_wrap=True)
    return sink.getvalue().removesuffix("\n")


def table_text(header: Sequence[str], rows: Iterable[Sequence[str]], width: int | None) -> str:
    """Return a table as plain text without trailing spaces, or as tab-separated lines for other programs.

    Args:
        header: Names of the columns.
        rows: Cells, neutralised here.
        width: Cells that the table may take: what is longer is cut with an ellipsis. None gives tabs.

    """
    body = [[neutralise(cell) for cell in row] for row in rows]
    if width is None:
        return "\n".join("\t".join(row) for row in (header, *body))
    columns = list(zip(header, *body, strict=True))
    widths = [max(map(cell_len, column)) for column in columns]
    while sum(widths) + len(_GAP) * (len(widths) - 1) > width and max(widths) > _NARROWEST_COLUMN:
        widths[widths.index(max(widths))] -= 1
    figures = [all(cell.isdigit() for cell in cells if cell) for _, *cells in columns]
    lines = (map(_cell, row, widths, figures) for row in (header, *body))
    return "\n".join(_GAP.join(line).rstrip() for line in lines)


def _cell(text: str, width: int, figure: bool) -> str:
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    return text.rjust(width) if figure else set_cell_size(text, width)
