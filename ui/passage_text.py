"""A passage in its document, a source with its text, and what a search found, as lines for a terminal.

Not for answers: see `ui.terminal`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retrieval.answer import SourceRef
from ui.reference import marks_of, record_of, reference_of
from ui.sheet import Sheet, sheet_of
from ui.terminal import add_marks

if TYPE_CHECKING:
    from rich.text import Text

    from corpus.record import Source
    from retrieval.library import PassageHit, SourceRecord, StoredPassage

OPENS, CLOSES = "⟦", "⟧"  # around what is marked, so that it is seen without colour too
_SNIPPET = 240
_Part = tuple[str, str]


def passage_lines(
    found: StoredPassage,
    spans: Sequence[tuple[int, int]],
    width: int,
    before: StoredPassage | None = None,
    after: StoredPassage | None = None,
) -> list[Text]:
    """The lines of a passage, with its record above it and its neighbours around it.

    Args:
        found: The passage.
        spans: Half-open ranges of its text to mark.
        width: Cells that a line may take.
        before: The passage before it in the document, if it is to be shown.
        after: The passage after it.
    """
    sheet = sheet_of(width)
    _add_record(sheet, found.source)
    sheet.gap()
    sheet.add((_place_of(found), "bold green"))
    for each in (before, found, after):
        if each is None:
            continue
        sheet.gap()
        marks = spans if each is found else ()
        for parts in _marked(each.text, marks, "" if each is found else "dim"):
            sheet.add(*parts, first="  ", rest="  ")
    return sheet.lines


def source_lines(found: SourceRecord, width: int) -> list[Text]:
    """The lines of a source: its record, then its text under its headings, with the ids of its passages."""
    sheet = sheet_of(width)
    _add_record(sheet, found)
    for section in found.sections:
        sheet.gap()
        heading = " › ".join(section.heading) or "(no heading)"
        page = f", page {section.page}" if section.page is not None else ""
        sheet.add((f"{heading}{page}", "bold green"))
        for place in section.passages:
            sheet.add((f"{place.id} ({place.start}:{place.end})", "dim"), first="  ", rest="  ")
            text = section.text[place.start - section.start : place.end - section.start]
            for parts in _marked(text, (), ""):
                sheet.add(*parts, first="  ", rest="  ")
    return sheet.lines


def hit_lines(hits: Sequence[PassageHit], width: int) -> list[Text]:
    """The lines of what a search found: scores, where it stands, and how it begins."""
    sheet = sheet_of(width)
    for rank, hit in enumerate(hits, 1):
        sheet.gap()
        found = hit.passage
        number = f"{rank}. "
        indent = " " * len(number)
        scores = f"score {hit.score:.3f} (cosine {hit.dense:.3f}, BM25 {hit.lexical:.2f})"
        sheet.add((found.id, "cyan"), (f"  {scores}", "dim"), first=number, rest=indent)
        sheet.add((str(reference_of(_ref(found.source)).text), ""), first=indent, rest=indent)
        sheet.add(("; ".join(marks_of(_ref(found.source))), "dim"), first=indent, rest=indent)
        sheet.add((_place_of(found), "green"), first=indent, rest=indent)
        text = " ".join(found.text.split())
        shown = text if len(text) <= _SNIPPET else f"{text[:_SNIPPET].rsplit(' ', 1)[0]} …"
        sheet.add((shown, ""), first=indent, rest=indent)
    return sheet.lines


def disclaimer_lines(disclaimer: str, width: int) -> list[Text]:
    """The lines of a disclaimer, below what else is shown."""
    sheet = sheet_of(width)
    sheet.add(("", ""))
    sheet.add((disclaimer, "italic"))
    return sheet.lines


def _add_record(sheet: Sheet, source: Source) -> None:
    ref = _ref(source)
    reference = reference_of(ref, in_full=True)
    sheet.add((reference.text, "bold"))
    if reference.link:
        sheet.add((reference.link, "blue"))
    add_marks(sheet, reference.marks, "")
    sheet.add((record_of(ref), "dim"))


def _ref(source: Source) -> SourceRef:
    return SourceRef.of(1, source)


def _place_of(found: StoredPassage) -> str:
    parts = [*found.section, *([f"page {found.page}"] if found.page is not None else [])]
    return f"{' › '.join(parts) or '(no heading)'}, characters {found.start} to {found.end}"


def _marked(text: str, spans: Sequence[tuple[int, int]], style: str) -> list[list[_Part]]:
    """The lines of a text as parts with their styles; what lies in a span is marked."""
    inside = [any(start <= at < end for start, end in spans) for at in range(len(text))]
    lines: list[list[_Part]] = [[]]
    piece, marked = "", False

    def put() -> None:
        nonlocal piece
        if piece:
            lines[-1].append((f"{OPENS}{piece}{CLOSES}", "bold yellow") if marked else (piece, style))
        piece = ""

    for char, within in zip(text, inside, strict=True):
        if within != marked or char == "\n":
            put()
            marked = within
        if char == "\n":
            lines.append([])
        else:
            piece += char
    put()
    return [parts for parts in lines if parts]
