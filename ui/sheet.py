"""Lines of text for a terminal: wrapped, in colour or plain without escape codes, and tables.

What sources or users wrote is neutralised here, so that no text can steer the terminal. Not for what an
answer looks like: see `ui.terminal`.
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

WIDEST = 100
_NARROWEST = 30
_NARROWEST_COLUMN = 8
_GAP = "  "
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
class Sheet:
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


def sheet_of(width: int) -> Sheet:
    """An empty sheet for a terminal of so many cells."""
    return Sheet(max(_NARROWEST, min(width, WIDEST)))


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
