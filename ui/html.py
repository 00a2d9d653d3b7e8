"""Answers as HTML that is safe to show: every function is pure and escapes all that it did not write itself.

The page puts this HTML into the document as it is (`gr.HTML` does not sanitise), so the rule of this module
is absolute: whatever comes from a source, a person or a model passes through `_text`, in text and attributes
alike, and an address becomes a link only through `link`. Not for behaviour: that stands in page.js.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from urllib.parse import quote, urlsplit

from corpus.record import Kind
from ingest.document import Passage
from retrieval.answer import Answer, Caution, Citation, Outcome, SourceRef, Statement

_AUTHORS_SHOWN = 3
_LEAD_STATEMENTS = 2
_CALM = frozenset({Outcome.ABSTAINED, Outcome.DECLINED})
_ORDINARY = frozenset({Outcome.ANSWERED, Outcome.PARTIAL})
_KIND_NAMES = {
    Kind.META_ANALYSIS: "Meta-analysis",
    Kind.CASE_CONTROL: "Case-control study",
    Kind.COHORT: "Cohort study",
    Kind.CROSS_SECTIONAL: "Cross-sectional study",
    Kind.IN_VITRO: "Laboratory study",
    Kind.LABEL: "Drug label",
}
_WAITING = '<div class="cw-answer cw-answer--waiting"><p class="cw-waiting">Looking in the sources…</p></div>'
_OFFICIAL = frozenset({Kind.GUIDELINE, Kind.REGULATOR, Kind.LABEL, Kind.LAW})
_STRONG = frozenset({Kind.SYSTEMATIC_REVIEW, Kind.META_ANALYSIS, Kind.TRIAL})


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation and, once there is one, its answer.

    Attributes:
        number: Counts up through a conversation and never repeats in it: ids in the page are made of it.

    """

    number: int
    question: str
    answer: Answer | None = None


def turn_html(turn: Turn, passages: Mapping[str, Passage], shown: int | None = None) -> str:
    """Render one question with its answer.

    Args:
        turn: The question, and its answer once there is one.
        passages: The stored passages that the answer cites, by id; one that is missing is shown as its quote.
        shown: How many statements have been streamed; None when the answer is whole.

    """
    state, answer, summary = "waiting", _WAITING, ""
    if turn.answer is not None:
        state = "done" if shown is None else "streaming"
        answer = _AnswerHtml(turn.number, turn.answer, passages).html(shown)
        summary = _announcement(turn.answer) if shown is None else ""
    return (
        f'<article class="cw-turn" id="cw-turn-{turn.number}" data-turn="{turn.number}" data-state="{state}" '
        f'data-announce="{_text(summary)}" aria-busy="{"false" if state == "done" else "true"}">'
        f'<h2 class="cw-question"><span class="cw-hidden">You asked: </span>{_text(turn.question)}</h2>'
        f"{answer}</article>"
    )


def _announcement(answer: Answer) -> str:
    """Say what a screen reader is to say when the answer is whole."""
    if answer.outcome is Outcome.EMERGENCY:
        return "Emergency. " + " ".join(each.text for each in answer.statements)
    if not answer.sources:
        return " ".join([*(each.text for each in answer.statements), *answer.notes])
    statements, sources = len(answer.statements), len(answer.sources)
    return f"Answer ready: {_count(statements, 'statement')} from {_count(sources, 'source')}."


@dataclass(frozen=True, slots=True)
class _Cited:
    """A citation with the id of its card and the text that it supports."""

    card: str
    citation: Citation
    text: str


@dataclass(frozen=True)
class _AnswerHtml:
    """Renders one answer; a citation's id is made of the turn and its place in the answer."""

    turn: int
    answer: Answer
    passages: Mapping[str, Passage]

    def html(self, shown: int | None) -> str:
        if self.answer.outcome is Outcome.EMERGENCY:
            return self._emergency()
        groups = _groups(self.answer.statements if shown is None else self.answer.statements[:shown])
        first, *rest = groups or [("", [])]
        parts = [self._group(*first, lead=self._opens_short())]
        if rest or shown is None:
            parts.append(self._warnings())
        parts += [self._group(heading, statements) for heading, statements in rest]
        if shown is None:
            parts += [self._notes(), self._references(), self._disclaimer()]
        tone = " cw-answer--calm" if self.answer.outcome in _CALM else ""
        outcome = self.answer.outcome.value
        return f'<div class="cw-answer{tone}" data-outcome="{outcome}">{"".join(parts)}{self._cards()}</div>'

    def _opens_short(self) -> bool:
        """Whether the first group is an opening of a sentence or two rather than a list."""
        whole = _groups(self.answer.statements)
        return bool(whole) and len(whole[0][1]) <= _LEAD_STATEMENTS

    def _emergency(self) -> str:
        said = [each.text for each in self.answer.statements] or [self.answer.disclaimer]
        first, *rest = [_text(each) for each in said]
        more = _list(rest) if rest else ""
        return (
            '<div class="cw-answer cw-answer--emergency" data-outcome="emergency">'
            f'<div class="cw-emergency" role="alert"><p class="cw-emergency__first">{first}</p>{more}</div>'
            f"{self._notes()}{self._disclaimer()}</div>"
        )

    def _group(self, heading: str, statements: Sequence[tuple[int, Statement]], lead: bool = False) -> str:
        if not statements:
            return ""
        title = f"<h3>{_text(heading)}</h3>" if heading else ""
        items = [self._statement(place, each) for place, each in statements]
        if lead:
            body = "".join(f'<p class="cw-statement">{each}</p>' for each in items)
        else:
            body = _list(items, "cw-statement")
        tone = " cw-group--lead" if lead else ""
        return f'<section class="cw-group{tone}">{title}{body}</section>'

    def _statement(self, place: int, statement: Statement) -> str:
        agreeing = statement.sources_agreeing
        agree = f' <span class="cw-agree">{agreeing} sources agree</span>' if agreeing > 1 else ""
        return f"{_text(statement.text)}{self._marks(f's{place}', statement.citations)}{agree}"

    def _marks(self, part: str, citations: Sequence[Citation]) -> str:
        marks = [
            self._mark(self._card_id(part, place), self._source(each)) for place, each in enumerate(citations)
        ]
        # A no-break space keeps a mark on the line of its statement's last word.
        return f'<span class="cw-marks">&nbsp;{"".join(marks)}</span>' if marks else ""

    def _mark(self, card: str, source: SourceRef) -> str:
        title = _text(source.title)
        return (
            f'<button type="button" class="cw-mark" data-card="{card}" data-source="{source.number}" '
            f'aria-controls="cw-source" aria-label="source {source.number}: {title}" title="{title}">'
            f"[{source.number}]</button>"
        )

    def _warnings(self) -> str:
        if not self.answer.warnings:
            return ""
        items = [
            _text(each.text) + self._marks(f"w{place}", each.citations)
            for place, each in enumerate(self.answer.warnings)
        ]
        return f'<section class="cw-warnings"><h3>Warning</h3>{_list(items)}</section>'

    def _notes(self) -> str:
        return "".join(f'<p class="cw-note">{_text(note)}</p>' for note in self.answer.notes)

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
        return f'<section class="cw-references"><h3>References</h3><ol role="list">{items}</ol></section>'

    def _disclaimer(self) -> str:
        below = " cw-small--below" if self.answer.outcome in _ORDINARY else ""
        return f'<p class="cw-small{below}">{_text(self.answer.disclaimer)}</p>'

    def _cards(self) -> str:
        """Render what the panel shows for each citation, hidden until page.js copies it there."""
        cards = ""
        for each in self._cited():
            passage = self.passages.get(each.citation.passage_id)
            card = card_html(self._source(each.citation), each.citation, passage, each.text)
            cards += f'<div class="cw-card" id="{each.card}">{card}</div>'
        return f'<div class="cw-cards" hidden>{cards}</div>' if cards else ""

    def _cited(self) -> Iterator[_Cited]:
        """List every citation of the answer."""
        parts: list[tuple[str, Statement | Caution]] = []
        parts += [(f"s{place}", each) for place, each in enumerate(self.answer.statements)]
        parts += [(f"w{place}", each) for place, each in enumerate(self.answer.warnings)]
        for part, said in parts:
            for place, citation in enumerate(said.citations):
                yield _Cited(self._card_id(part, place), citation, said.text)

    def _card_id(self, part: str, place: int) -> str:
        return f"cw-{self.turn}-{part}-{place}"

    def _source(self, citation: Citation) -> SourceRef:
        return next(each for each in self.answer.sources if each.number == citation.number)


def card_html(source: SourceRef, citation: Citation, passage: Passage | None, statement: str) -> str:
    """Render a citation for the panel: the source's record, and the passage with the cited words marked."""
    cited_for = ""
    if statement != citation.quote:
        cited_for = f'<p class="cw-card__for"><span>Cited for</span> {_text(statement)}</p>'
    whose = "summary written for Citewell" if source.words == "summary" else "source"
    return (
        f'<p class="cw-card__badges">{badges_html(source)}</p>'
        f'<h3 class="cw-card__title">{_text(source.title)}</h3>'
        f'<p class="cw-card__by">{_text(_byline(source))}</p>'
        f'{cited_for}<h4 class="cw-card__label">Passage of the {whose}</h4>{_whereabouts(passage)}'
        f'<blockquote class="cw-passage">{marked_html(citation, passage)}</blockquote>'
        f"{flags_html(source)}{_record(source)}"
    )


def marked_html(citation: Citation, passage: Passage | None) -> str:
    """Mark the cited span in its passage; give the quote alone where the passage is not what was cited."""
    if passage is None or passage.text[citation.start : citation.end] != citation.quote:
        return f"<mark>{_text(citation.quote)}</mark>"
    before, after = passage.text[: citation.start], passage.text[citation.end :]
    return f"{_text(before)}<mark>{_text(citation.quote)}</mark>{_text(after)}"


def reference_html(source: SourceRef) -> str:
    """Render a source for a reference list."""
    byline = _byline(source)
    parts = [f'<span class="cw-reference__by">{_text(byline)}.</span> ' if byline else ""]
    parts.append(f"<cite>{_sentence(source.title)}</cite>")
    where = _where(source)
    parts.append(f" {_text(where)}." if where else "")
    links = links_html(source)
    parts.append(f' <span class="cw-links">{links}</span>' if links else "")
    badges = f'<div class="cw-reference__badges">{badges_html(source)}{_flag_line(source)}</div>'
    return f'<div class="cw-reference">{"".join(parts)}{badges}</div>'


def badges_html(source: SourceRef) -> str:
    """Render the kind of study, and a mark that nobody misses on a retracted work."""
    tone = "official" if source.kind in _OFFICIAL else "strong" if source.kind in _STRONG else "plain"
    badge = f'<span class="cw-badge cw-badge--{tone}">{_text(kind_name(source.kind))}</span>'
    retracted = '<span class="cw-badge cw-badge--retracted">Retracted</span>' if source.retracted else ""
    return retracted + badge


def flags_html(source: SourceRef) -> str:
    """Render what a reader must know: whose words, what is not verified, what is disputed."""
    items = "".join(f"<li>{_text(flag)}</li>" for flag in _flags(source))
    return f'<ul class="cw-flags">{items}</ul>' if items else ""


def links_html(source: SourceRef) -> str:
    """Render the links to DOI (else the web page) and PubMed, those that there are."""
    links = []
    if source.doi:
        links.append(link(f"https://doi.org/{quote(source.doi, safe='/:;().-_')}", f"doi:{source.doi}"))
    if source.pmid:
        address = f"https://pubmed.ncbi.nlm.nih.gov/{quote(source.pmid, safe='')}/"
        links.append(link(address, f"PMID {source.pmid}"))
    if source.url and not source.doi:
        links.append(link(source.url, _host(source.url)))
    return " · ".join(links)


def link(address: str, text: str) -> str:
    """Render a link that opens beside the page and tells it nothing; plain text unless http or https."""
    if not _is_web(address):
        return _text(text)
    return f'<a href="{_text(address)}" target="_blank" rel="noopener noreferrer">{_text(text)}</a>'


def kind_name(kind: Kind) -> str:
    """Name a kind of work as readers say it."""
    return _KIND_NAMES.get(kind) or kind.value.replace("-", " ").capitalize()


def _record(source: SourceRef) -> str:
    rows = [
        ("By", _text(", ".join(source.authors))),
        ("Year", _text(str(source.year or ""))),
        ("In", _text(_where(source))),
        ("Study", _text(source.study_type or "")),
        ("Licence", _text(source.licence or "")),
        ("Links", links_html(source)),
    ]
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows if value)
    return f'<dl class="cw-record">{items}</dl>' if items else ""


def _whereabouts(passage: Passage | None) -> str:
    if passage is None:
        return ""
    parts = [*passage.section, *([f"page {passage.page}"] if passage.page is not None else [])]
    return f'<p class="cw-card__where">{_text(" › ".join(parts))}</p>' if parts else ""


def _flags(source: SourceRef) -> list[str]:
    flags = []
    if source.retracted:
        flags.append("This work has been retracted.")
    if source.words == "summary":
        flags.append("Summary written for Citewell, not the work's own words")
    if source.unverified:
        flags.append(f"Partly verified: {', '.join(source.unverified)} could not be checked")
    if source.disputed_by:
        others = _count(len(source.disputed_by), "other source")
        flags.append(f"Disputed in part by {others}; the text says where")
    return flags


def _flag_line(source: SourceRef) -> str:
    words = ["summary written for Citewell"] if source.words == "summary" else []
    words += [f"partly verified: {', '.join(source.unverified)}"] if source.unverified else []
    return f'<span class="cw-reference__flags">{_text(" · ".join(words))}</span>' if words else ""


def _byline(source: SourceRef) -> str:
    authors = list(source.authors[:_AUTHORS_SHOWN])
    if len(source.authors) > _AUTHORS_SHOWN:
        authors.append("et al.")
    year = f"({source.year})" if source.year else ""
    return " ".join(each for each in (", ".join(authors), year) if each)


def _where(source: SourceRef) -> str:
    """Name journal or publisher with volume, issue and pages, as in 'The Lancet 391(10128), 1357-1366'."""
    journal = source.journal or source.publisher or ""
    volume = (source.volume or "") + (f"({source.issue})" if source.issue else "")
    place = f"{journal} {volume}".strip()
    return ", ".join(each for each in (place, source.pages or "") if each)


def _list(items: Sequence[str], css_class: str = "") -> str:
    """Render a list of what is already safe HTML."""
    attribute = f' class="{css_class}"' if css_class else ""
    return f"<ul>{''.join(f'<li{attribute}>{each}</li>' for each in items)}</ul>"


def _sentence(text: str) -> str:
    return _text(text if text.endswith((".", "?", "!")) else f"{text}.")


def _groups(statements: Sequence[Statement]) -> list[tuple[str, list[tuple[int, Statement]]]]:
    """Group statements under their headings, each with its place in the answer."""
    runs = groupby(enumerate(statements), key=lambda each: each[1].heading)
    return [(heading, list(run)) for heading, run in runs]


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _host(address: str) -> str:
    return urlsplit(address).netloc.removeprefix("www.") if _is_web(address) else address


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _text(value: str) -> str:
    return escape(value, quote=True)
