"""Turn questions into turns of a conversation, statement by statement, and these into what the page shows.

The server keeps nothing of a conversation: what a follow-up needs comes with it. Not for layout.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from corpus.errors import CitewellError
from corpus.record import SourceId
from ingest.document import Passage, PassageId
from ingest.index import Index
from retrieval.answer import Answer, Caution, Outcome, Receipt, SourceRef, Statement
from retrieval.events import Done, Event, Opening, StatementReady
from retrieval.evidence.desk import work_of
from retrieval.pipeline import Citewell
from retrieval.safety.disclaimer import disclaimer_for
from retrieval.safety.doubt import is_emergency_by_pattern
from ui.api.rate import Rate
from ui.both import both
from ui.html import Growing, Turn, turn_html
from ui.own import OwnDocuments, OwnError
from ui.page_request import LONGEST_QUESTION, Asked, RequestError, read_kept
from ui.page_stop import Stops, until_stopped

_STOPPED = "You stopped this answer: what stands here is checked, but more may be missing."
_CHANGED = "{count} of the earlier answers could not be shown again."


@dataclass(frozen=True)
class Replies:
    """Answers questions for the page. Safe to use from several threads."""

    citewell: Citewell
    own: OwnDocuments
    rate: Rate | None = None
    stops: Stops = field(default_factory=Stops)

    def reply(self, question: str, request: str, client: str = "") -> Iterator[tuple[Any, ...]]:
        """Answer a question: first the question itself, then the answer statement by statement.

        Args:
            question: As it was typed.
            request: What came with it, as JSON (`Asked`).
            client: Who asks, as the rate knows them.

        Yields:
            The HTML of the turn and the text of the input box; what stays as it is is skipped.
        """
        import gradio as gr

        if not question.strip():
            yield gr.skip(), gr.skip()
            return
        try:
            asked = Asked.read(request)
        except RequestError as error:
            yield turn_html(self._failed(Turn(1, question[:LONGEST_QUESTION]), error), {}), ""
            return
        box: Any = ""
        urgent = self.urgent(question, asked)
        if urgent is None and self.rate is not None and (seconds := self.rate.wait_s(client)):
            why = RequestError("That was one question too many at once.", f"Ask again in {seconds} seconds.")
            yield self.html(self._failed(self._turn(question, asked), why)), ""
            return
        for turn in self.turns(question, asked) if urgent is None else (urgent,):
            yield self.html(turn, asked.visitor), box
            box = gr.skip()

    def turns(self, question: str, asked: Asked) -> Iterator[Turn]:
        """Give the turn as it grows; in the last one its answer is whole."""
        turn = self._turn(question, asked)
        yield turn
        begun = time.perf_counter()
        growing, held = Growing(), 0
        with (
            self.stops.watching(asked.token) as stopped,
            closing(until_stopped(self._events(turn.question, asked), stopped)) as events,
        ):
            for event in events:
                if isinstance(event, Done):
                    yield replace(turn, answer=event.answer)
                    return
                growing = _grown(growing, event)
                # The product's own sentences wait for the first that is cited, or for the end: only then
                # is it known whether they are help in an emergency, which must never look like an answer.
                if any(each.citations for each in growing.statements[held:]):
                    held = len(growing.statements)
                    yield replace(turn, growing=growing)
        yield replace(turn, answer=self._cut_short(turn.question, growing, begun))

    def urgent(self, question: str, asked: Asked) -> Turn | None:
        """The turn in an emergency that a pattern finds and nothing doubts; else None."""
        turn = self._turn(question, asked)
        if not is_emergency_by_pattern(turn.question, asked.earlier, self.citewell.likeness):
            return None
        return replace(turn, answer=self.citewell.ask(turn.question, asked.earlier))

    def _turn(self, question: str, asked: Asked) -> Turn:
        return Turn(asked.number, question.strip()[:LONGEST_QUESTION], narrowed=asked.narrowed)

    def html(self, turn: Turn, visitor: str = "") -> str:
        """Render a turn with the passages that its answer cites, once it is whole.

        Args:
            turn: The turn.
            visitor: Whose own documents the answer may cite beside the shared ones.
        """
        if turn.answer is None:
            return turn_html(turn, {})  # until then a card shows the quote; the passage follows
        indexes = self.indexes(visitor) if turn.answer.sources else []
        return turn_html(turn, _passages(turn.answer, indexes), _works(turn.answer.sources, indexes))

    def kept(self, text: str, visitor: str = "") -> str:
        """Render a conversation that the visitor's browser kept, its citations looked up anew."""
        turns, lost = read_kept(text)
        shown = [
            self.html(
                Turn(each.number, each.question, each.answer, narrowed=each.narrowed, kept=True), visitor
            )
            for each in turns
        ]
        if lost:
            shown.insert(0, f'<p class="cw-note">{_CHANGED.format(count=lost)}</p>')
        return "".join(shown)

    def indexes(self, visitor: str) -> list[Index]:
        """Where what a visitor sees is looked up: the shared index, and the visitor's own if there is one."""
        found = [self.citewell.desk.index]
        with suppress(CitewellError):
            if self.own.any(visitor):
                found.append(self.own.citewell(visitor, used=False).desk.index)
        return found

    def _events(self, question: str, asked: Asked) -> Generator[Event]:
        try:
            roots = frozenset(self.citewell.desk.index.manifest.roots) if asked.mine else frozenset[str]()
            filters = asked.filters(roots)
            own = self.own.citewell(asked.visitor) if asked.own else None
        except (RequestError, OwnError) as error:
            # Help in an emergency comes first, whatever was chosen.
            answer = self.citewell.ask(question, asked.earlier)
            if answer.outcome is not Outcome.EMERGENCY:
                answer = self._error(question, error)
            yield Done(answer)
            return
        except CitewellError:
            filters = asked.filters(frozenset({""}))  # asking will say what is wrong with the index
            own = None
        if own is not None and asked.own == "beside":
            shared, mine = (each.stream(question, asked.earlier, filters) for each in (self.citewell, own))
            yield from both(shared, mine)
        else:
            yield from (own or self.citewell).stream(question, asked.earlier, filters)

    def _cut_short(self, question: str, growing: Growing, begun: float) -> Answer:
        cited = [each for each in growing.statements if each.citations]
        return Answer(
            question=question,
            outcome=Outcome.PARTIAL,
            warnings=growing.warnings,
            statements=growing.statements if cited else (),
            sources=growing.sources,
            notes=(_STOPPED,),
            disclaimer=disclaimer_for(Outcome.PARTIAL.value, self.citewell.settings.region),
            receipt=self._receipt(begun),
        )

    def _failed(self, turn: Turn, error: CitewellError) -> Turn:
        return replace(turn, answer=self._error(turn.question, error))

    def _error(self, question: str, error: CitewellError) -> Answer:
        return Answer(
            question=question,
            outcome=Outcome.ERROR,
            notes=(str(error),),
            disclaimer=disclaimer_for(Outcome.ERROR.value, self.citewell.settings.region),
            receipt=self._receipt(time.perf_counter()),
        )

    def _receipt(self, begun: float) -> Receipt:
        took_ms = round((time.perf_counter() - begun) * 1000, 2)
        return Receipt(settings=self.citewell.settings.fingerprint, took_ms=took_ms)


def _passages(answer: Answer, indexes: Sequence[Index]) -> dict[str, Passage]:
    """Fetch the stored passages that an answer cites; one that no index has any more is left out."""
    parts: list[Statement | Caution] = [*answer.statements, *answer.warnings]
    cited = {each.passage_id for part in parts for each in part.citations}
    found: dict[str, Passage] = {}
    for index in indexes:
        rows = {each: index.row_of(PassageId(each)) for each in cited - found.keys()}
        found |= {each: index.passage(row) for each, row in rows.items() if row is not None}
    return found


def _works(sources: Sequence[SourceRef], indexes: Sequence[Index]) -> dict[str, str]:
    """Which work each source is a copy of; a source that no index has any more is left out."""
    works: dict[str, str] = {}
    for each, index in product(sources, indexes):
        with suppress(KeyError):
            works.setdefault(each.id, work_of(index.source(SourceId(each.id))))
    return works


def _grown(growing: Growing, event: Event) -> Growing:
    if isinstance(event, Opening):
        return Growing(warnings=event.warnings, sources=event.sources)
    if isinstance(event, StatementReady):
        statements = (*growing.statements, event.statement)
        return replace(growing, statements=statements, sources=(*growing.sources, *event.sources))
    return growing
