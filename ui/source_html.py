"""Sources as HTML: the entry in a reference list, and the card that a citation opens in the panel.

Every function is pure and escapes all that it did not write itself. Not for answers: see `ui.html`.
"""

from __future__ import annotations

from collections.abc import Sequence

from corpus.record import Kind
from ingest.document import Passage
from retrieval.answer import Citation, SourceRef
from ui.markup import counted, escaped, host_of, link
from ui.reference import SUMMARY, authors_of, doi_address, ended, pubmed_address, where_of

_KIND_NAMES = {
    Kind.META_ANALYSIS: "Meta-analysis",
    Kind.CASE_CONTROL: "Case-control study",
    Kind.COHORT: "Cohort study",
    Kind.CROSS_SECTIONAL: "Cross-sectional study",
    Kind.IN_VITRO: "Laboratory study",
    Kind.LABEL: "Drug label",
}
_OFFICIAL = frozenset({Kind.GUIDELINE, Kind.REGULATOR, Kind.LABEL, Kind.LAW})
_STRONG = frozenset({Kind.SYSTEMATIC_REVIEW, Kind.META_ANALYSIS, Kind.TRIAL})
_WEAK = frozenset({Kind.ANIMAL_STUDY, Kind.IN_VITRO})  # not seen in people


def card_html(
    source: SourceRef, citation: Citation, passage: Passage | None, statement: str, spans: str = ""
) -> str:
    """Render a citation for the panel: the source's record, and the passage with the cited words marked.

    Args:
        source: Its record.
        citation: Whose words are marked.
        passage: As it is stored; None where the index no longer has it.
        statement: What it is cited for.
        spans: The way to the other spans of this source, as HTML; see `spans_html`.
    """
    cited_for = ""
    if statement != citation.quote:
        cited_for = f'<p class="cw-card__for"><span>Cited for</span> {escaped(statement)}</p>'
    whose = SUMMARY if source.words == "summary" else "source"
    return (
        f'<p class="cw-card__badges">{badges_html(source)}</p>'
        f'<h3 class="cw-card__title">{escaped(source.title)}</h3>'
        f'<p class="cw-card__by">{escaped(authors_of(source.authors))}</p>'
        f"{flags_html(source)}{cited_for}{spans}"
        f'<h4 class="cw-card__label">Passage of the {whose}</h4>{_whereabouts(passage)}'
        '<div class="cw-reader" tabindex="0" role="region" aria-label="The passage in its document">'
        f'<blockquote class="cw-passage" data-passage="{escaped(citation.passage_id)}" '
        f'data-start="{citation.start}" data-end="{citation.end}">{marked_html(citation, passage)}'
        f"</blockquote></div>{_record(source)}"
    )


def spans_html(card: str, cards: Sequence[str]) -> str:
    """Render the way from one cited span to the others of the same source; nothing where it is the only one.

    Args:
        card: Id of the card that this stands in.
        cards: Ids of the cards of all spans of the source that support the statement, in order.
    """
    if not cards:
        return ""
    here = ' aria-current="true"'
    buttons = "".join(
        f'<button type="button" class="cw-button cw-span" data-span="{each}" '
        f'aria-label="Cited words {number} of {len(cards)}"{here if each == card else ""}>{number}</button>'
        for number, each in enumerate(cards, start=1)
    )
    said = f"Cited words {cards.index(card) + 1} of {len(cards)}"
    return f'<p class="cw-card__spans"><span>{said}</span> {buttons}</p>'


def marked_html(citation: Citation, passage: Passage | None) -> str:
    """Mark the cited span in its passage; give the quote alone where the passage is not what was cited."""
    if passage is None or passage.text[citation.start : citation.end] != citation.quote:
        return f"<mark>{escaped(citation.quote)}</mark>"
    before, after = passage.text[: citation.start], passage.text[citation.end :]
    return f"{escaped(before)}<mark>{escaped(citation.quote)}</mark>{escaped(after)}"


def reference_html(source: SourceRef) -> str:
    """Render a source for a reference list."""
    byline = _byline(source)
    parts = [f'<span class="cw-reference__by">{escaped(ended(byline))}</span> ' if byline else ""]
    parts.append(f"<cite>{escaped(ended(source.title))}</cite>")
    where = where_of(source)
    parts.append(f" {escaped(where)}." if where else "")
    links = links_html(source)
    parts.append(f' <span class="cw-links">{links}</span>' if links else "")
    badges = f'<div class="cw-reference__badges">{badges_html(source)}{_flag_line(source)}</div>'
    return f'<div class="cw-reference">{"".join(parts)}{badges}</div>'


def badges_html(source: SourceRef) -> str:
    """Render kind and year, whose words are quoted, and a mark that nobody misses on a retracted work."""
    tones = {"official": _OFFICIAL, "strong": _STRONG, "weak": _WEAK}
    tone = next((name for name, kinds in tones.items() if source.kind in kinds), "plain")
    retracted = _badge("retracted", "Retracted") if source.retracted else ""
    concern = _badge("concern", "Expression of concern") if source.concern else ""
    year = _badge("year", str(source.year)) if source.year else ""
    summary = _badge("summary", "Summary for Citewell") if source.words == "summary" else ""
    return retracted + concern + _badge(tone, kind_name(source.kind)) + year + summary


def _badge(tone: str, text: str) -> str:
    return f'<span class="cw-badge cw-badge--{tone}">{escaped(text)}</span>'


def rested_html(source: SourceRef) -> str:
    """Render a source in the panel's list of what an answer rests on."""
    return (
        f'<div><p class="cw-rested__title">{escaped(source.title)}</p>'
        f'<p class="cw-card__badges">{badges_html(source)}</p></div>'
    )


def flags_html(source: SourceRef) -> str:
    """Render what a reader must know: whose words, what is not verified, what is disputed."""
    items = "".join(f"<li>{escaped(flag)}</li>" for flag in _flags(source))
    return f'<ul class="cw-flags">{items}</ul>' if items else ""


def links_html(source: SourceRef) -> str:
    """Render the links to DOI (else the web page) and PubMed, those that there are."""
    links = []
    if source.doi:
        links.append(link(doi_address(source.doi), f"doi:{source.doi}"))
    if source.pmid:
        links.append(link(pubmed_address(source.pmid), f"PMID {source.pmid}"))
    if source.url and not source.doi:
        links.append(link(source.url, host_of(source.url)))
    return " · ".join(links)


def kind_name(kind: Kind) -> str:
    """Name a kind of work as readers say it."""
    return _KIND_NAMES.get(kind) or kind.value.replace("-", " ").capitalize()


def _record(source: SourceRef) -> str:
    rows = [
        ("By", escaped(", ".join(source.authors))),
        ("Year", escaped(str(source.year or ""))),
        ("In", escaped(where_of(source))),
        ("Study", escaped(source.study_type or "")),
        ("Licence", escaped(source.licence or "")),
        ("Links", links_html(source)),
    ]
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows if value)
    return f'<dl class="cw-record">{items}</dl>' if items else ""


def _whereabouts(passage: Passage | None) -> str:
    if passage is None:
        return ""
    parts = [*passage.section, *([f"page {passage.page}"] if passage.page is not None else [])]
    return f'<p class="cw-card__where">{escaped(" › ".join(parts))}</p>' if parts else ""


def _flags(source: SourceRef) -> list[str]:
    flags = []
    if source.retracted:
        flags.append("This work has been retracted.")
    if source.concern:
        flags.append("The journal has published an expression of concern about this work.")
    if source.unverified:
        flags.append(f"Partly verified: {', '.join(source.unverified)} could not be checked")
    if source.disputed_by:
        others = counted(len(source.disputed_by), "other source")
        flags.append(f"Disputed in part by {others}; the text says where")
    return flags


def _flag_line(source: SourceRef) -> str:
    words = f"partly verified: {', '.join(source.unverified)}" if source.unverified else ""
    return f'<span class="cw-reference__flags">{escaped(words)}</span>' if words else ""


def _byline(source: SourceRef) -> str:
    year = f"({source.year})" if source.year else ""
    return " ".join(each for each in (authors_of(source.authors), year) if each)
