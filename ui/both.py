"""Answer from the shared sources and from a visitor's own documents, each by itself, as one answer.

Two answers set one after the other, and never one search over both: what a visitor adds cannot push a shared
source out, and every citation leads into the index that it is from. Not for choosing what is asked: see
`ui.page_replies`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager

from retrieval.answer import Answer, Caution, Citation, Outcome, Receipt, SourceRef, Statement, VerdictKind
from retrieval.events import Done, Event, StatementReady

_WHOSE = "documents added here"
_NOTHING = "The documents added here say nothing that answers this."
_ONLY_OWN = "The other sources say nothing that answers this; the documents added here do."
# What no document may change: help, a decline, and an error.
_ALONE = frozenset({Outcome.EMERGENCY, Outcome.DECLINED, Outcome.ERROR})
_BEST = (Outcome.ANSWERED, Outcome.PARTIAL)


def both(shared: Iterator[Event], own: Iterator[Event]) -> Iterator[Event]:
    """Give the events of one answer: first what the shared sources say, then what the own documents say.

    Args:
        shared: The answer from the shared sources; nobody has read from it yet.
        own: The answer to the same question from the own documents; likewise. It is begun only when the
            other has ended.

    Yields:
        An Opening, a StatementReady for each statement, and Done. Sources are numbered through. A statement
        that cites nothing and may not hold for both (an abstention) waits for the end.
    """
    with _closed(shared):
        first = yield from _shared(shared)
    if first.outcome in _ALONE:
        yield Done(first)
        return
    with _closed(own):
        second = yield from _own(own, after=len(first.sources))
    yield Done(_joined(first, second))


@contextmanager
def _closed(events: Iterator[Event]) -> Iterator[None]:
    """End an answer where nobody reads on, so that whatever gives it is free again."""
    try:
        yield
    finally:
        if isinstance(events, Generator):
            events.close()


def _shared(events: Iterator[Event]) -> Generator[Event, None, Answer]:
    held: list[StatementReady] = []
    for event in events:
        if isinstance(event, Done):
            if event.answer.outcome in _ALONE:
                yield from held
            return event.answer
        if isinstance(event, StatementReady) and not event.statement.citations:
            held.append(event)  # whether it holds is known at the end
            continue
        if isinstance(event, StatementReady):
            yield from held
            held = []
        yield event
    raise RuntimeError("an answer ended without its last event")


def _own(events: Iterator[Event], after: int) -> Generator[Event, None, Answer]:
    sources: tuple[SourceRef, ...] = ()
    for event in events:
        if isinstance(event, Done):
            return _numbered(event.answer, after)
        sources += tuple(_source(each, after) for each in event.sources)
        if isinstance(event, StatementReady) and event.statement.citations:
            yield StatementReady(_statement(event.statement, after), sources)
            sources = ()
    raise RuntimeError("an answer ended without its last event")


def _numbered(answer: Answer, after: int) -> Answer:
    """The same with the numbers of its sources moved on, and its statements said to be from own documents."""
    return answer.model_copy(
        update={
            "sources": tuple(_source(each, after) for each in answer.sources),
            "statements": tuple(_statement(each, after) for each in answer.statements),
            "warnings": tuple(
                each.model_copy(update={"citations": _moved(each.citations, after)})
                for each in answer.warnings
            ),
        }
    )


def _source(source: SourceRef, after: int) -> SourceRef:
    return source.model_copy(update={"number": source.number + after})


def _statement(statement: Statement, after: int) -> Statement:
    if not statement.citations:
        return statement
    heading = f"{statement.heading} ({_WHOSE})" if statement.heading else _WHOSE.capitalize()
    return statement.model_copy(update={"heading": heading, "citations": _moved(statement.citations, after)})


def _moved(citations: Sequence[Citation], after: int) -> tuple[Citation, ...]:
    return tuple(each.model_copy(update={"number": each.number + after}) for each in citations)


def _joined(shared: Answer, own: Answer) -> Answer:
    """One answer of two, both numbered through."""
    if not _cites(own):
        return _checked(shared, notes=(*shared.notes, _NOTHING), receipt=_receipt(shared, own))
    said = shared if _cites(shared) else own  # whose sentences of the product hold for both
    opening = tuple(each for each in said.statements if not each.citations)
    cited = tuple(each for part in (shared, own) for each in part.statements if each.citations)
    return _checked(
        shared,
        outcome=next((each for each in _BEST if each in {shared.outcome, own.outcome}), shared.outcome),
        disclaimer=said.disclaimer,
        verdict=_verdict(shared.verdict, own.verdict),
        warnings=_warnings(shared.warnings, own.warnings),
        statements=(*opening, *cited),
        sources=(*shared.sources, *own.sources),
        notes=_notes(shared, own),
        receipt=_receipt(shared, own),
    )


def _checked(answer: Answer, **changed: object) -> Answer:
    """A changed answer, of which all holds that must hold of one."""
    return Answer.model_validate({**{name: getattr(answer, name) for name in Answer.model_fields}, **changed})


def _cites(answer: Answer) -> bool:
    return any(each.citations for each in answer.statements)


def _verdict(shared: VerdictKind | None, own: VerdictKind | None) -> VerdictKind | None:
    if shared is None or own is None:
        return shared or own
    return shared if shared == own else "mixed"


def _warnings(shared: Sequence[Caution], own: Sequence[Caution]) -> tuple[Caution, ...]:
    """All warnings, each once."""
    found: dict[str, tuple[Citation, ...]] = {}
    for each in (*shared, *own):
        found[each.text] = (*found.get(each.text, ()), *each.citations)
    return tuple(Caution(text=text, citations=citations) for text, citations in found.items())


def _notes(shared: Answer, own: Answer) -> tuple[str, ...]:
    """Notes of both, each said of that part of the answer of which it holds."""
    if not _cites(shared):
        return (_ONLY_OWN, *own.notes)
    everywhere = [each for each in shared.notes if each in own.notes]
    here = [f"Of the other sources: {each}" for each in shared.notes if each not in everywhere]
    there = [f"Of the documents added here: {each}" for each in own.notes if each not in everywhere]
    return (*everywhere, *here, *there)


def _receipt(shared: Answer, own: Answer) -> Receipt:
    first, second = shared.receipt, own.receipt
    return first.model_copy(
        update={
            "index": f"{first.index}+{second.index}",
            "took_ms": round(first.took_ms + second.took_ms, 2),
            "timings_ms": {**first.timings_ms, _WHOSE: second.took_ms},
            "passages": (*first.passages, *second.passages),
        }
    )
