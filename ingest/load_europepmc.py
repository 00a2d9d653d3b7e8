"""Read abstracts of Europe PMC: a reply of its search in JSON with all fields (`resultType=core`).

An article without an abstract has no text to cite and is left out, with a count. Not for full texts: see
`ingest.load_jats`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from corpus.errors import SourceUnreadableError
from corpus.record import Source
from ingest.document import Document
from ingest.fields import with_fields
from ingest.html_text import parse_html, write_fragment
from ingest.kinds import RETRACTED_TITLE, load_kinds
from ingest.load_pubmed import NO_ABSTRACT, TRANSLATED
from ingest.loader import SourceLoader, read_text
from ingest.writer import Writer

_CC = re.compile(r"CC BY(-NC)?(-SA|-ND)?")
_RETRACTED_IN = {"retraction in", "retracted and republished in"}


class EuropepmcLoader(SourceLoader):
    """One document an article, with a section for each heading of its abstract."""

    suffixes = (".json",)

    def documents(self) -> Iterator[Document]:
        """Yield the articles that have an abstract."""
        try:
            reply = json.loads(read_text(self.path, self.name))
            results = reply["resultList"]["result"]
        except (ValueError, RecursionError, KeyError, TypeError) as error:
            raise SourceUnreadableError(
                f"{self.name}: is no whole reply of Europe PMC's search.", "Fetch it again."
            ) from error
        any_found = False
        for document in self.read_each(results, _read, _name_of):
            any_found = True
            yield document
        if not any_found and not self.remarks.told(self.name):
            raise SourceUnreadableError(f"{self.name}: holds no articles.", "Search for other words.")


def _name_of(article: Any) -> str:  # noqa: ANN401 - what a JSON file holds may be anything
    if not isinstance(article, dict):
        return "one without an id"
    return f"{article.get('source')} {article.get('id')}"


def _read(article: Mapping[str, Any]) -> Document:
    writer = Writer()
    write_fragment(str(article.get("abstractText") or ""), writer)
    writer.close()
    if not writer.length:
        raise SourceUnreadableError(NO_ABSTRACT, "Get the full text.")
    return Document(_record(article), writer.text, tuple(writer.sections))


def _record(article: Mapping[str, Any]) -> Source:
    title = TRANSLATED.sub(r"\1\2", _plain(article.get("title")))
    types = {str(each).strip() for each in _list(article, "pubTypeList", "pubType")}
    headings = _list(article, "meshHeadingList", "meshHeading")
    subjects = {str(each.get("descriptorName", "")) for each in headings if isinstance(each, dict)}
    notices = {
        str(each.get("type", "")).casefold()
        for each in _list(article, "commentCorrectionList", "commentCorrection")
        if isinstance(each, dict)
    }
    kind = load_kinds().of_pubmed({_capital(each) for each in types}, subjects, title)
    issue = article.get("journalInfo") or {}
    licence = _licence(str(article.get("license") or ""))
    pmid = str(article.get("pmid") or "")
    mark = f"{article.get('source', 'x')}-{article.get('id', '')}".casefold()
    certain = Source(
        id=f"europepmc-{mark}", kind=kind.kind, title=title[:400] if len(title) > 2 else f"Article {mark}"
    )
    found = {
        "study_type": kind.study_type,
        "authors": _authors(article),
        "year": int(year) if (year := str(article.get("pubYear") or "")).isdecimal() else None,
        "journal": _plain((issue.get("journal") or {}).get("title")),
        "volume": str(issue.get("volume") or ""),
        "issue": str(issue.get("issue") or ""),
        "pages": str(article.get("pageInfo") or ""),
        "doi": str(article.get("doi") or ""),
        "pmid": pmid,
        "pmcid": str(article.get("pmcid") or ""),
        "url": f"https://europepmc.org/article/{article.get('source')}/{article.get('id')}",
        "licence": licence,
        "open_access": article.get("isOpenAccess") == "Y",
        "retracted": "retracted publication" in {each.casefold() for each in types}
        or not _RETRACTED_IN.isdisjoint(notices)
        or bool(RETRACTED_TITLE.match(title)),
        "concern": "expression of concern in" in notices,
        "same_work_as": f"pmid-{pmid}" if pmid.isdecimal() else "",
    }
    return with_fields(certain, found)[0]


def _licence(code: str) -> str | None:
    """The licence that a code stands for: "cc by-nc" and the like, without a version."""
    short = " ".join(code.upper().split())
    return "CC0 1.0" if short == "CC0" else short if _CC.fullmatch(short) else None


def _list(article: Mapping[str, Any], outer: str, inner: str) -> list[Any]:
    found = (article.get(outer) or {}).get(inner) or []
    return found if isinstance(found, list) else [found]


def _authors(article: Mapping[str, Any]) -> tuple[str, ...]:
    people = [each for each in _list(article, "authorList", "author") if isinstance(each, dict)]
    names = [str(each.get("fullName") or each.get("collectiveName") or "") for each in people]
    return tuple(filter(None, names)) or tuple(
        filter(None, str(article.get("authorString") or "").rstrip(".").split(", "))
    )


def _capital(publication_type: str) -> str:
    """A type as PubMed writes it: Europe PMC has "clinical trial" for PubMed's "Clinical Trial" in part."""
    return publication_type if publication_type != publication_type.lower() else publication_type.title()


def _plain(marked: object) -> str:
    tree = parse_html(str(marked or ""))
    return " ".join(tree.text_content().split()) if tree is not None else ""
