"""Lay an Answer out as lines for a terminal, whole or as it comes.

Not for wrapping and colours (`ui.sheet`), nor for printing (`ui.cli_ask`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

from rich.text import Text

from retrieval.answer import Answer, Caution, Citation, Outcome, SourceRef, Statement
from retrieval.events import Event, Opening, StatementReady
from ui.reference import RETRACTED, agreement_of, record_of, reference_of
from ui.sheet import WIDEST, Sheet, sheet_of

_BANNERS = {
    Outcome.EMERGENCY: ("*** EMERGENCY ***", "bold white on red"),
    Outcome.ERROR: ("No answer: something went wrong.", "bold red"),
}
# Whose words a statement is in, where they are not a source's: its mark, and what the mark means.
_WORDED = {
    "citewell": ("*", "* In words written for Citewell, from the sources that are cited."),
    "model": ("†", "† In words that a chat model shortened, checked against the sources that are cited."),
}


def answer_lines(
    answer: Answer, width: int = WIDEST, privacy: Sequence[str] = (), in_full: bool = False
) -> list[Text]:
    """Return the lines of an answer, from the outcome to the disclaimer.

    Args:
        answer: What to show.
        width: Cells a line may take; at most 100 are used.
        privacy: What is said of where questions go.
        in_full: Whether sources are shown with their whole record and the words that are cited of them.

    """
    sheet = sheet_of(width)
    if answer.outcome in _BANNERS:
        sheet.add(_BANNERS[answer.outcome])
    # What warns is read first; only the product's own opening, which has no heading, stands above it.
    _add_statements(sheet, answer, [each for each in answer.statements if not each.heading])
    _add_warnings(sheet, answer.warnings)
    _add_statements(sheet, answer, [each for each in answer.statements if each.heading])
    _add_ending(sheet, answer, privacy, in_full)
    return sheet.lines


def stream_lines(
    events: Iterable[Event], width: int = WIDEST, privacy: Sequence[str] = (), in_full: bool = False
) -> Generator[list[Text], None, Answer]:
    """Yield the lines of an answer as it comes: warnings, then each statement, then sources and disclaimer.

    Takes what `answer_lines` takes, and returns the answer. The product's own opening is held back until
    something is cited: only the whole answer tells whether it is help in an emergency, or an error.

    """
    sheet, opening, said = sheet_of(width), Opening(), list[Statement]()
    shown = 0
    for event in events:
        if isinstance(event, Opening):
            opening = event
        elif isinstance(event, StatementReady):
            said.append(event.statement)
            if shown or event.statement.citations:
                _add_next(sheet, said, opening.warnings, begins=not shown)
                yield sheet.lines[shown:]
                shown = len(sheet.lines)
        elif not shown:
            yield answer_lines(event.answer, width, privacy, in_full)
            return event.answer
        else:
            if event.answer.outcome in _BANNERS:
                sheet.gap()
                sheet.add(_BANNERS[event.answer.outcome])
            _add_ending(sheet, event.answer, privacy, in_full)
            yield sheet.lines[shown:]
            return event.answer
    raise TypeError("the events of an answer ended without the answer")


def _add_next(sheet: Sheet, said: list[Statement], warnings: Sequence[Caution], begins: bool) -> None:
    """Add the latest statement; where it is the first, with all that was held back."""
    *before, latest = said
    if begins:
        for each in before:
            sheet.add((each.text, ""))
        _add_warnings(sheet, warnings)
    if begins or latest.heading != before[-1].heading:
        _add_heading(sheet, latest.heading)
    _add_statement(sheet, latest, "")


def _add_ending(sheet: Sheet, answer: Answer, privacy: Sequence[str], in_full: bool) -> None:
    """Whose words they are, the sources, the notes and the disclaimer."""
    worded = {statement.worded_by for statement in answer.statements}
    if worded & _WORDED.keys():
        sheet.gap()
        for _, meaning in (mark for by, mark in _WORDED.items() if by in worded):
            sheet.add((meaning, "dim"))
    add_sources(sheet, answer, in_full)
    sheet.gap()
    for note in answer.notes:
        sheet.add((note if answer.outcome is Outcome.ERROR else f"Note: {note}", ""))
    sheet.gap()
    for paragraph in answer.disclaimer.splitlines():
        sheet.add((paragraph, "italic"))
    for line in privacy:
        sheet.add((line, "dim"))


def add_sources(sheet: Sheet, answer: Answer, in_full: bool) -> None:
    """Add the sources of an answer, if it has any; in full with the words that are cited of each."""
    if not answer.sources:
        return
    sheet.gap()
    sheet.add(("Sources", "bold"))
    for source in answer.sources:
        if in_full:
            sheet.gap()
        _add_source(sheet, source, in_full)
        if in_full:
            _add_quotes(sheet, answer, source.number)


def _add_quotes(sheet: Sheet, answer: Answer, number: int) -> None:
    parts: list[Caution | Statement] = [*answer.warnings, *answer.statements]
    cited = {
        (each.passage_id, each.start, each.end): each.quote
        for part in parts
        for each in part.citations
        if each.number == number
    }
    indent = " " * len(f"[{number}] ")
    for (passage, start, end), quote in cited.items():
        sheet.add((f"“{quote}”", ""), first=indent, rest=indent)
        command = f"citewell show {passage} --span {start}:{end}"
        sheet.add((command, "dim"), first=indent + "  ", rest=indent + "  ")


def _add_warnings(sheet: Sheet, warnings: Sequence[Caution]) -> None:
    if not warnings:
        return
    sheet.gap()
    sheet.add(("Warning", "bold yellow"))
    for warning in warnings:
        sheet.add((warning.text, ""), *_marks(warning.citations), first="  ! ", rest="    ")


def _add_statements(sheet: Sheet, answer: Answer, statements: Sequence[Statement]) -> None:
    """Statements under their headings, both in the order in which they first come."""
    style = "bold" if answer.outcome is Outcome.EMERGENCY else ""
    for heading in dict.fromkeys(statement.heading for statement in statements):
        _add_heading(sheet, heading)
        for statement in statements:
            if statement.heading == heading:
                _add_statement(sheet, statement, style)


def _add_heading(sheet: Sheet, heading: str) -> None:
    sheet.gap()
    if heading:
        sheet.add((heading, "bold green"))


def _add_statement(sheet: Sheet, statement: Statement, style: str) -> None:
    star, _ = _WORDED.get(statement.worded_by, ("", ""))
    first, rest = ("  - ", "    ") if statement.heading else ("", "")
    agree = [(f" ({words})", "dim")] if (words := agreement_of(statement)) else []
    parts = ((statement.text + star, style), *_marks(statement.citations), *agree)
    sheet.add(*parts, first=first, rest=rest)


def _marks(citations: Iterable[Citation]) -> list[tuple[str, str]]:
    numbers = dict.fromkeys(citation.number for citation in citations)
    return [(" ", ""), *((f"[{number}]", "cyan") for number in numbers)] if numbers else []


def _add_source(sheet: Sheet, source: SourceRef, in_full: bool) -> None:
    reference = reference_of(source, in_full)
    number = f"[{source.number}] "
    indent = " " * len(number)
    at = len(sheet.lines)
    sheet.add((reference.text, ""), first=number, rest=indent)
    sheet.lines[at].stylize("cyan", 0, len(number) - 1)
    if reference.link:
        sheet.add((reference.link, "blue"), first=indent, rest=indent)
    add_marks(sheet, reference.marks, indent)
    if in_full and (record := record_of(source)):
        sheet.add((record, "dim"), first=indent, rest=indent)


def add_marks(sheet: Sheet, marks: Sequence[str], indent: str) -> None:
    """Add what to know of a source before trusting it; a retraction in red."""
    styled = [(f"{mark}; ", "bold red" if mark == RETRACTED else "dim") for mark in marks]
    last, style = styled.pop()
    sheet.add(*styled, (last.removesuffix("; "), style), first=indent, rest=indent)
