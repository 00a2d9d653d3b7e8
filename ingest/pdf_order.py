"""Bring the lines of a PDF's pages into reading order: columns one after the other, no running headers.

Not for paragraphs and headings: see `ingest.pdf_text`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from statistics import median

from ingest.pdf_lines import Line, Page

_EDGE = 0.12  # of a page's height, at its top and bottom: running headers and footers stand there
_REPEATED = 0.1  # of the pages: each chapter may have headers of its own
_FEWEST_PAGES = 3  # of which a line must be repeated to be a running one
_PAGE_NUMBER = re.compile(
    r"(page|p\.?|seite|–|-|\|)?\s*(\d{1,4}|[ivxl]{1,7})\s*((of|/|von)\s*\d{1,4}|–|-|\|)?", re.I
)
_BULLET = re.compile(r"[•●▪■‣◦–—-]\s|\(?\d{1,2}[.)]\s+[A-Z]")
_COLUMN_LINES = 4  # on each side of a gap, before the sides are columns
_COLUMN_CHARS = 18  # in the middle line of a column: with fewer, they are the cells of a table
_CROSSING = 0.35  # of the lines may run across the gap between columns: titles, abstracts, tables
_MOST_COLUMNS_DEEP = 3
_MOST_LINES = 2000  # of a page: what has more is a drawing, and looking for columns takes lines times lines

_EdgeKey = tuple[str, bool, int]


def without_running_lines(pages: Sequence[Page]) -> list[Page]:
    """Take running headers and footers, and page numbers, off the pages."""
    counts: Counter[_EdgeKey] = Counter()
    for page in pages:
        counts.update({key for line in page.lines if (key := _edge_key(line, page))})
    needed = max(_FEWEST_PAGES, _REPEATED * len(pages))
    running = {key for key, count in counts.items() if count >= needed}
    return [
        replace(page, lines=tuple(line for line in page.lines if not _is_running(line, page, running)))
        for page in pages
    ]


def _is_running(line: Line, page: Page, running: set[_EdgeKey]) -> bool:
    key = _edge_key(line, page)
    return key is not None and (key in running or bool(_PAGE_NUMBER.fullmatch(line.text.strip())))


def _edge_key(line: Line, page: Page) -> _EdgeKey | None:
    """A line at the top or bottom without its numbers, which change from page to page; None for others."""
    is_top = line.bottom > page.height * (1 - _EDGE)
    if not is_top and line.top > page.height * _EDGE:
        return None
    # With its size: a running header may be the title, which stands on the first page in larger type.
    return re.sub(r"\d+", "#", " ".join(line.text.casefold().split())), is_top, round(line.size)


def in_reading_order(lines: Iterable[Line], depth: int = 0) -> list[list[Line]]:
    """Order the lines of a page as they are read.

    A gap that few lines cross parts columns; each stretch between lines that cross it is read column by
    column (after the white-space covers of Breuel, 2002, cut down to gaps as high as a stretch).

    Returns:
        Columns, each a list of whole lines from the top down.
    """
    found = sorted(lines, key=lambda line: (-line.top, line.left))
    gap = _gap(found) if depth < _MOST_COLUMNS_DEEP and len(found) <= _MOST_LINES else None
    if gap is None:
        return [_joined(found)] if found else []
    ordered: list[list[Line]] = []
    for crosses, stretch in groupby(found, key=lambda line: line.left < gap < line.right):
        band = list(stretch)
        if crosses:
            ordered.append(_joined(band))
        else:
            for column in (
                [line for line in band if line.left < gap],
                [line for line in band if line.left >= gap],
            ):
                ordered += in_reading_order(column, depth + 1)
    return ordered


def _gap(lines: Sequence[Line]) -> float | None:
    """Where the gap between two columns is, from the left, in points; None where there is none."""
    best: tuple[int, float] | None = None
    for left in sorted({round(line.left, 1) for line in lines}):
        at = left - 1.0
        before = [line for line in lines if line.right <= at]
        after = [line for line in lines if line.left >= at]
        crossing = len(lines) - len(before) - len(after)
        if crossing <= _CROSSING * len(lines) and _is_column(before) and _is_column(after):
            best = min(best or (crossing, at), (crossing, at))
    return best[1] if best else None


def _is_column(lines: Sequence[Line]) -> bool:
    return len(lines) >= _COLUMN_LINES and median(len(line.text) for line in lines) >= _COLUMN_CHARS


def _joined(lines: Sequence[Line]) -> list[Line]:
    """Lines from pieces that stand on one level, such as the cells of a table."""
    rows: list[list[Line]] = []
    for line in lines:
        middle = (line.top + line.bottom) / 2
        if rows and rows[-1][0].bottom < middle < rows[-1][0].top:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_row(sorted(row, key=lambda piece: piece.left)) for row in rows]


def _row(pieces: Sequence[Line]) -> Line:
    if len(pieces) == 1:
        return pieces[0]
    return Line(
        text=" ".join(piece.text for piece in pieces),
        left=pieces[0].left,
        right=pieces[-1].right,
        bottom=min(piece.bottom for piece in pieces),
        top=max(piece.top for piece in pieces),
        size=max(pieces, key=lambda piece: len(piece.text)).size,
        bold=all(piece.bold for piece in pieces),
    )


def paragraphs(column: Sequence[Line]) -> Iterator[list[Line]]:
    """Part the lines of a column where the distance, the type or an indent says that something new begins."""
    if not column:
        return
    pitches = [above.bottom - below.bottom for above, below in pairwise(column)]
    pitch = median(pitches) if pitches else 0.0
    edge = median(line.left for line in column)
    group = [column[0]]
    for above, line in pairwise(column):
        is_far = above.bottom - line.bottom > 1.3 * max(pitch, line.size)
        is_other_type = abs(above.size - line.size) > 0.12 * line.size or above.bold != line.bold
        is_indented = (
            0.5 * line.size < line.left - edge < 4 * line.size and above.left - edge < 0.3 * line.size
        )
        if is_far or is_other_type or is_indented or _BULLET.match(line.text):
            yield group
            group = []
        group.append(line)
    yield group
