"""Answers as HTML that is safe to show: every function is pure and escapes all that it did not write itself.

What is safe stands in `ui.markup`, sources in `ui.source_html`. Not for behaviour: that stands in page.js.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ingest.document import Passage
from retrieval.answer import Answer, Caution, Citation, Outcome, SourceRef, Statement
from ui.markup import counted, escaped, list_html
from ui.page_actions import actions_html
from ui.reference import agreement_of
from ui.source_html import card_html, reference_html, rested_html, spans_html
from ui.strength import strength_line, strength_of

_LEAD_STATEMENTS = 2
_TONES = {
    Outcome.ABSTAINED: " cw-answer--calm",
    Outcome.DECLINED: " cw-answer--calm cw-answer--declined",
    Outcome.ERROR: " cw-answer--calm cw-answer--error",
}
_ORDINARY = frozenset({Outcome.ANSWERED, Outcome.PARTIAL})
# Whose words a statement is in, where they are not a source's: its mark, and what the mark means.
_WORDED = {
    "citewell": ("*", "In words written for Citewell, from the sources that are cited"),
    "model": ("†", "In words that a chat model shortened, checked against the sources that are cited"),
}
_WAITING = '<div class="cw-answer cw-answer--waiting"><p class="cw-waiting">Looking in the sources…</p></div>'


@dataclass(frozen=True, slots=True)
class Growing:
    """The part of an answer that has been streamed so far. How it will end is not known yet."""

    warnings: tuple[Caution, ...] = ()
    statements: tuple[Statement, ...] = ()
    sources: tuple[SourceRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation and what is known of its answer.

    Attributes:
        number: Counts up through a conversation and never repeats in it: ids in the page are made of it.
        answer: The answer, once it is whole.
        growing: The answer while it is being streamed.
        narrowed: What the sources were narrowed to, in words.
        kept: The turn was answered before and comes back from the visitor's browser.
    """

    number: int
    question: str
    answer: Answer | None = None
    growing: Growing | None = None
    narrowed: str = ""
    kept: bool = False


def turn_html(turn: Turn, passages: Mapping[str, Passage], works: Mapping[str, str] | None = None) -> str:
    """Render one question with its answer, or with as much of it as there is.

    Args:
        turn: The question, and what is known of its answer.
        passages: The stored passages that the answer cites, by id; one that is missing is shown as its quote.
        works: Which work each source is a copy of, by source id.
    """
    state, shown, summary, actions = "waiting", _WAITING, "", ""
    if turn.answer is not None:
        state = "kept" if turn.kept else "done"
        shown = _AnswerHtml(turn.number, turn.answer, passages, works or {}).html()
        summary = _announcement(turn.answer)
        actions = actions_html(turn.number, turn.question, turn.answer, turn.narrowed)
    elif turn.growing is not None:
        state = "streaming"
        shown = _AnswerHtml(turn.number, turn.growing, passages, {}).html()
    narrowed = f'<p class="cw-narrowed">Only: {escaped(turn.narrowed)}</p>' if turn.narrowed else ""
    busy = "false" if turn.answer is not None else "true"
    return (
        f'<article class="cw-turn" id="cw-turn-{turn.number}" data-turn="{turn.number}" data-state="{state}" '
        f'data-announce="{escaped(summary)}" aria-busy="{busy}" aria-labelledby="cw-question-{turn.number}">'
        f'<h2 class="cw-question" id="cw-question-{turn.number}"><span class="cw-hidden">You asked: </span>'
        f'<span dir="auto">{escaped(turn.question)}</span></h2>'
        f"{narrowed}{shown}{actions}</article>"
    )


def _announcement(answer: Answer) -> str:
    """Say what a screen reader is to say when the answer is whole."""
    if answer.outcome is Outcome.EMERGENCY:
        return "Emergency. " + " ".join(each.text for each in answer.statements)
    if not answer.sources:
        return " ".join([*(each.text for each in answer.statements), *answer.notes])
    statements, sources = len(answer.statements), len(answer.sources)
    return f"Answer ready: {counted(statements, 'statement')} from {counted(sources, 'source')}."


@dataclass(frozen=True, slots=True)
class _Cited:
    """A citation with the id of its card and the text that it supports.

    Attributes:
        beside: Ids of the cards of all spans of this source that support the text, in order, this one
            among them; empty where this is the only one.
    """

    card: str
    citation: Citation
    text: str
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class _AnswerHtml:
    """Renders one answer; a citation's id is made of the turn and its place in the answer."""

    turn: int
    answer: Answer | Growing
    passages: Mapping[str, Passage]
    works: Mapping[str, str]

    def html(self) -> str:
        if isinstance(self.answer, Answer) and self.answer.outcome is Outcome.EMERGENCY:
            return self._emergency(self.answer)
        groups = _groups(self.answer.statements)
        first, *rest = groups or [("", [])]
        # What warns is read first; only the product's own opening, which has no heading, stands above it.
        opening, warnings = self._group(*first, lead=self._opens_short()), self._warnings()
        parts = [warnings, opening] if first[0] else [opening, warnings]
        parts += [self._group(heading, statements) for heading, statements in rest]
        tone, outcome = "", "growing"
        if isinstance(self.answer, Answer):
            whole, outcome = self.answer, self.answer.outcome.value
            parts += [self._strength(whole), _notes(whole), self._references(), _disclaimer(whole)]
            tone = _TONES.get(whole.outcome, "")
        return f'<div class="cw-answer{tone}" data-outcome="{outcome}">{"".join(parts)}{self._cards()}</div>'

    def _opens_short(self) -> bool:
        """Whether the first group is an opening of a sentence or two rather than a list."""
        whole = _groups(self.answer.statements)
        return bool(whole) and len(whole[0][1]) <= _LEAD_STATEMENTS

    def _emergency(self, answer: Answer) -> str:
        said = [each.text for each in answer.statements] or [answer.disclaimer]
        first, *rest = [escaped(each) for each in said]
        more = list_html(rest) if rest else ""
        return (
            '<div class="cw-answer cw-answer--emergency" data-outcome="emergency">'
            f'<div class="cw-emergency" role="alert"><p class="cw-emergency__first">{first}</p>{more}</div>'
            f"{_notes(answer)}{_disclaimer(answer)}</div>"
        )

    def _group(self, heading: str, statements: Sequence[tuple[int, Statement]], lead: bool = False) -> str:
        if not statements:
            return ""
        title = f"<h3>{escaped(heading)}</h3>" if heading else ""
        items = [self._statement(place, each) for place, each in statements]
        if lead:
            body = "".join(f'<p class="cw-statement">{each}</p>' for each in items)
        else:
            body = list_html(items, "cw-statement")
        tone = " cw-group--lead" if lead else ""
        return f'<section class="cw-group{tone}">{title}{body}</section>'

    def _statement(self, place: int, statement: Statement) -> str:
        agree = (
            f' <span class="cw-agree">{escaped(words)}</span>' if (words := agreement_of(statement)) else ""
        )
        worded = _worded_html(statement.worded_by)
        return f"{escaped(statement.text)}{worded}{self._marks(f's{place}', statement.citations)}{agree}"

    def _marks(self, part: str, citations: Sequence[Citation]) -> str:
        # Once for each source: the card of its first span leads to the others.
        spans = {each.number: (place, each) for place, each in reversed(list(enumerate(citations)))}
        marks = [
            self._mark(self._card_id(part, place), self._source(each))
            for place, each in sorted(spans.values(), key=lambda span: span[0])
        ]
        # A no-break space keeps a mark on the line of its statement's last word.
        return f'<span class="cw-marks">&nbsp;{"".join(marks)}</span>' if marks else ""

    def _mark(self, card: str, source: SourceRef) -> str:
        title = escaped(source.title)
        return (
            f'<button type="button" class="cw-mark" data-card="{card}" data-source="{source.number}" '
            f'aria-controls="cw-source" aria-label="source {source.number}: {title}">'
            f"[{source.number}]</button>"
        )

    def _warnings(self) -> str:
        if not self.answer.warnings:
            return ""
        items = [
            escaped(each.text) + self._marks(f"w{place}", each.citations)
            for place, each in enumerate(self.answer.warnings)
        ]
        return f'<section class="cw-warnings"><h3>Warning</h3>{list_html(items)}</section>'

    def _strength(self, answer: Answer) -> str:
        strength = strength_of(answer, self.works)
        if strength is None:
            return ""
        line = escaped(strength_line(strength))
        tone = " cw-strength--differ" if strength.differ else ""
        return f'<p class="cw-strength{tone}"><b>How strong is this?</b> {line}</p>'

    def _references(self) -> str:
        if not self.answer.sources:
            return ""
        cards: dict[int, str] = {}
        for cited in self._cited():
            cards.setdefault(cited.citation.number, cited.card)
        items = ""
        for each in self.answer.sources:
            card = cards.get(each.number)
            mark = self._mark(card, each) if card else f"[{each.number}]"
            items += f'<li><span class="cw-reference__mark">{mark}</span>{reference_html(each)}</li>'
        listed = "".join(
            f"<li>{self._mark(cards[each.number], each)}{rested_html(each)}</li>"
            for each in self.answer.sources
            if each.number in cards
        )
        # What the panel shows while no citation is open in it; page_panel.js puts it there.
        rested = f'<ol class="cw-rested" role="list" hidden>{listed}</ol>'
        listed = f'<ol role="list">{items}</ol>{rested}'
        return f'<section class="cw-references"><h3>References</h3>{listed}</section>'

    def _cards(self) -> str:
        """Render what the panel shows for each citation, hidden until page.js copies it there."""
        cards = ""
        for each in self._cited():
            passage = self.passages.get(each.citation.passage_id)
            spans = spans_html(each.card, each.beside)
            card = card_html(self._source(each.citation), each.citation, passage, each.text, spans)
            marked = f' data-mark="{each.beside[0]}"' if each.beside else ""
            cards += f'<div class="cw-card" id="{each.card}"{marked}>{card}</div>'
        return f'<div class="cw-cards" hidden>{cards}</div>' if cards else ""

    def _cited(self) -> Iterator[_Cited]:
        """List every citation of the answer."""
        parts: list[tuple[str, Statement | Caution]] = []
        parts += [(f"s{place}", each) for place, each in enumerate(self.answer.statements)]
        parts += [(f"w{place}", each) for place, each in enumerate(self.answer.warnings)]
        for part, said in parts:
            sentence = said.sentence if isinstance(said, Statement) else said.text
            cards = [(self._card_id(part, place), each) for place, each in enumerate(said.citations)]
            for card, citation in cards:
                beside = tuple(other for other, each in cards if each.number == citation.number)
                yield _Cited(card, citation, sentence, beside if len(beside) > 1 else ())

    def _card_id(self, part: str, place: int) -> str:
        return f"cw-{self.turn}-{part}-{place}"

    def _source(self, citation: Citation) -> SourceRef:
        return next(each for each in self.answer.sources if each.number == citation.number)


def _groups(statements: Sequence[Statement]) -> list[tuple[str, list[tuple[int, Statement]]]]:
    """Group statements under their headings, each with its place in the answer."""
    runs = groupby(enumerate(statements), key=lambda each: each[1].heading)
    return [(heading, list(run)) for heading, run in runs]


def _worded_html(by: str) -> str:
    """The mark of a statement that is not in a source's own words."""
    if by not in _WORDED:
        return ""
    mark, meaning = _WORDED[by]
    spoken = "i" + meaning.partition(",")[0].removeprefix("I")
    return (
        f'<span class="cw-worded" title="{meaning}">{mark}<span class="cw-hidden"> ({spoken})</span></span>'
    )


def _notes(answer: Answer) -> str:
    worded = {each.worded_by for each in answer.statements}
    notes = [f'<p class="cw-note">{escaped(note)}</p>' for note in answer.notes]
    marks = [
        f'<p class="cw-note">{mark} {meaning}.</p>' for by, (mark, meaning) in _WORDED.items() if by in worded
    ]
    return "".join([*marks, *notes])


def _disclaimer(answer: Answer) -> str:
    below = " cw-small--below" if answer.outcome in _ORDINARY else ""
    return f'<p class="cw-small{below}">{escaped(answer.disclaimer)}</p>'
