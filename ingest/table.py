"""Read a table row by row, each with the heads of its columns, so that a row makes sense on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

_WIDEST = 60  # columns
_LONGEST_SPAN = 500  # rows


def table_lines(table: Element, line_of: Callable[[Element], str]) -> Iterator[str]:
    """Yield a table (HTML model, as in JATS and SPL) as lines: its caption, its rows, its foot.

    A row reads "Head: cell; Head: cell" where the table has heads for its columns, else "cell | cell".
    """
    for caption in table.iterfind("caption"):
        if words := line_of(caption):
            yield words
    heads = _heads(_grid(table.findall("thead/tr"), line_of))
    body = [*table.findall("tbody/tr"), *table.findall("tr")]
    for row in _filled_down(_grid(body, line_of)):
        cells = [(heads[at] if at < len(heads) else "", cell) for at, cell in enumerate(row) if cell]
        cells = [pair for at, pair in enumerate(cells) if at == 0 or pair != cells[at - 1]]
        if len({cell for _, cell in cells}) == 1:
            yield cells[0][1]  # a line across the table, which names the rows below it
        elif any(head for head, _ in cells):
            yield "; ".join(f"{head}: {cell}" if head else cell for head, cell in cells)
        elif cells:
            yield " | ".join(cell for _, cell in cells)
    for row in _grid(table.findall("tfoot/tr"), line_of):
        if words := " ".join(dict.fromkeys(filter(None, row))):
            yield words


def _filled_down(rows: list[list[str]]) -> Iterator[list[str]]:
    """The rows, with what stands above where their first cells are empty: it names the group of the row."""
    above: list[str] = []
    for row in rows:
        empty = next((at for at, cell in enumerate(row) if cell), len(row))
        filled = [cell for cell in row if cell]
        is_group = len(set(filled)) == 1 and (len(filled) > 1 or bool(row[0]))
        yield [*above[:empty], *row[empty:]] if 0 < empty < len(row) and not is_group else row
        above = [] if is_group else [*above[:empty], *row[empty:]]


def _heads(rows: list[list[str]]) -> list[str]:
    """One head a column: the cells above it from top to bottom."""
    width = max(map(len, rows), default=0)
    if width <= 1:
        return []
    columns = [[row[at] for row in rows if at < len(row) and row[at]] for at in range(width)]
    return [", ".join(dict.fromkeys(column)).rstrip(":") for column in columns]


def _grid(rows: list[Element], line_of: Callable[[Element], str]) -> list[list[str]]:
    """The cells by row and column; a cell that spans several stands in each of them."""
    grid: list[list[str]] = []
    hanging: dict[int, tuple[str, int]] = {}  # by column: the cell from above, and for how many rows yet
    for row in rows:
        cells: list[str] = []
        waiting = [each for each in row if each.tag in {"td", "th"}]
        while len(cells) < _WIDEST and (waiting or len(cells) in hanging):
            if len(cells) in hanging:
                text, left = hanging.pop(len(cells))
                if left > 1:
                    hanging[len(cells)] = (text, left - 1)
                cells.append(text)
                continue
            cell = waiting.pop(0)
            text = line_of(cell)
            down = _span(cell.get("rowspan"), _LONGEST_SPAN)
            for _ in range(_span(cell.get("colspan"), _WIDEST)):
                if down > 1:
                    hanging[len(cells)] = (text, down - 1)
                cells.append(text)
        grid.append(cells)
    return grid


def _span(written: str | None, most: int) -> int:
    return (
        min(int(written), most)
        if written and written.isdecimal() and len(written) < 6 and int(written)
        else 1
    )
