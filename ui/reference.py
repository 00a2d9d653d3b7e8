"""Format the record of a source as text: one line for people, its link, and how far it can be trusted.

Used by the page and the terminal alike. Not for colours, line breaks or HTML, which each adds itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from retrieval.answer import SourceRef, Statement

RETRACTED = "RETRACTED"
SUMMARY = "summary written for Citewell"
_AUTHORS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Reference:
    """A source as people read it.

    Attributes:
        text: Authors, year, title, and where it was published, in one line.
        link: Where it can be read: the DOI's address, else its own, else PubMed's.
        marks: Kind of work, whose words are quoted, and what to know before trusting it; `RETRACTED` first.

    """

    text: str
    link: str | None
    marks: tuple[str, ...]

    def __str__(self) -> str:
        """All of it in one line."""
        return " ".join(filter(None, (self.text, self.link, f"({'; '.join(self.marks)})")))


def reference_of(source: SourceRef, in_full: bool = False) -> Reference:
    """Return the source as people read it; in full, every author is named."""
    return Reference(text=_text(source, in_full), link=link_of(source), marks=marks_of(source))


def record_of(source: SourceRef) -> str:
    """The identifiers and the licence of a source, as far as they are known, in one line."""
    parts = [f"id {source.id}"]
    parts += [f"doi:{source.doi}"] if source.doi else []
    parts += [f"PMID {source.pmid}"] if source.pmid else []
    parts += [source.url] if source.url and source.doi else []
    parts += [f"licence: {source.licence}"] if source.licence else []
    return " · ".join(parts)


def authors_of(authors: Sequence[str]) -> str:
    """Name the first three authors; 'et al.' stands for the others."""
    shown = ", ".join(authors[:_AUTHORS_SHOWN])
    return f"{shown}, et al." if len(authors) > _AUTHORS_SHOWN else shown


def link_of(source: SourceRef) -> str | None:
    """Where the work can be read; None when no address of it was ever seen."""
    if source.doi:
        return doi_address(source.doi)
    if source.url:
        return source.url
    return pubmed_address(source.pmid) if source.pmid else None


def doi_address(doi: str) -> str:
    """Where a DOI leads; characters that an address cannot hold are escaped."""
    return f"https://doi.org/{quote(doi, safe='/:;()._-~+!$*,=@')}"


def pubmed_address(pmid: str) -> str:
    """Where PubMed shows a work."""
    return f"https://pubmed.ncbi.nlm.nih.gov/{quote(pmid, safe='')}/"


def marks_of(source: SourceRef) -> tuple[str, ...]:
    """Kind of work and study type, whose words, what is unverified, disputed or retracted."""
    kind = source.kind.replace("-", " ")
    marks = [RETRACTED] if source.retracted else []
    if source.concern:
        marks.append("the journal has published an expression of concern")
    marks.append(f"{kind}: {source.study_type}" if source.study_type else kind)
    if source.words == "summary":
        marks.append(SUMMARY)
    if source.unverified:
        marks.append(f"partly verified ({', '.join(source.unverified)})")
    if source.disputed_by:
        marks.append(f"disputed by {', '.join(source.disputed_by)}")
    return tuple(marks)


def agreement_of(statement: Statement) -> str:
    """How many independent works state it, and of what kinds they are; empty where only one does."""
    if statement.sources_agreeing < 2:
        return ""
    kinds = Counter(kind.replace("-", " ") for kind in statement.kinds_agreeing)
    named = ", ".join(kind if count == 1 else f"{count} × {kind}" for kind, count in kinds.items())
    return ": ".join(filter(None, (f"{statement.sources_agreeing} sources agree", named)))


def _text(source: SourceRef, in_full: bool) -> str:
    year = f" ({source.year})" if source.year else ""
    where = where_of(source)
    if source.authors:
        authors = ", ".join(source.authors) if in_full else authors_of(source.authors)
        parts = [ended(f"{authors}{year}"), ended(source.title)]
    else:
        parts = [ended(f"{source.title}{year}")]
    return " ".join(" ".join([*parts, ended(where)] if where else parts).split())


def where_of(source: SourceRef) -> str:
    """Journal or publisher with volume(issue):pages, as far as they are known."""
    where = source.journal or source.publisher or ""
    volume = source.volume or ""
    if source.issue:
        volume += f"({source.issue})"
    if source.pages:
        volume += f":{source.pages}" if volume else f"p. {source.pages}"
    return " ".join(filter(None, (where, volume)))


def ended(sentence: str) -> str:
    """Return a sentence with a full stop, unless it ends as one already."""
    sentence = sentence.strip()
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."
