"""Read PubMed XML: sets of articles and book chapters, as downloaded, fetched or in the yearly baseline.

A record without an abstract has no text to cite and is left out, with a count. Not for full texts: see
`ingest.load_jats`; nor for the MEDLINE text format: see `ingest.load_medline`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from corpus.errors import SourceUnreadableError
from corpus.record import Kind, Source
from ingest.assemble import Paragraph, assemble
from ingest.document import Document
from ingest.fields import with_fields
from ingest.flow import Flow
from ingest.kinds import RETRACTED_TITLE, load_kinds
from ingest.licence import licence_in
from ingest.loader import SourceLoader
from ingest.recognise import head_of
from ingest.unpack import texts
from ingest.xml import RawRecord, parse, records, words_at

_ARTICLES = ("PubmedArticle", "PubmedBookArticle")
_FLOW = Flow(frozenset({"p"}))
_PMID = re.compile(r"<PMID[^>]*>\s*(\d+)")
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")
_RETRACTED_IN = {"RetractionIn", "RetractedandRepublishedIn"}
TRANSLATED = re.compile(r"^\[(.*?)\.?\](\.?)$")  # the brackets say that the title was put into English
_NO_LABEL = {"UNLABELLED", "UNASSIGNED"}
_NO_TITLE = {"", "[Not Available].", "[Not Available]", "Not Available"}

NO_ABSTRACT = "without an abstract in English, so with no text to cite"


class PubmedLoader(SourceLoader):
    """One document an article, with a section for each labelled part of its abstract."""

    def documents(self) -> Iterator[Document]:
        """Yield the articles that have an abstract."""
        root = head_of(self.path, self.name).root
        if root.startswith("e") and root.endswith("Result") and root != "eFetchResult":
            raise SourceUnreadableError(
                f"{self.name}: is a reply of the PubMed search ({root}) that holds no articles, only ids.",
                "Fetch the articles themselves: efetch with these ids and retmode=xml.",
            )
        found = records(texts(self.path, self.name), _ARTICLES)
        any_found = False
        for document in self.read_each(found, read_article, name_of):
            any_found = True
            yield document
        if not any_found and not self.remarks.told(self.name):
            raise SourceUnreadableError(f"{self.name}: holds no articles.", "Fetch or export them again.")


def name_of(record: RawRecord) -> str:
    """How people find a record of a set."""
    found = _PMID.search(record.text)
    return f"PMID {found[1]}" if found else "one without a PMID"


def read_article(record: RawRecord) -> Document:
    """Read a PubmedArticle or a PubmedBookArticle.

    Raises:
        SourceUnreadableError: It is broken, or has no abstract; says so as it reads after "left out: ".
    """
    root = parse(record)
    if record.tag == "PubmedBookArticle":
        return _document(_book_record(root), root.find("BookDocument"))
    return _document(_article_record(root), root.find("MedlineCitation/Article"), root)


def _document(source: Source, article: Element | None, root: Element | None = None) -> Document:
    parts = list(_abstract(article.find("Abstract"))) if article is not None else []
    if root is not None:
        for other in root.iterfind("MedlineCitation/OtherAbstract"):
            is_plain = "plain" in other.get("Type", "").casefold()
            if other.get("Language", "eng") == "eng" and (is_plain or not parts):
                heading = "Plain language summary" if is_plain else "Abstract"
                parts += [((heading, *path), text) for path, text in _abstract(other)]
    text, sections = assemble(parts)
    if not text:
        raise SourceUnreadableError(NO_ABSTRACT, "Get the full text.")
    return Document(source, text, sections)


def _abstract(abstract: Element | None) -> Iterator[Paragraph]:
    for part in abstract.iterfind("AbstractText") if abstract is not None else ():
        label = " ".join(part.get("Label", "").split()).rstrip(":")
        path = (label,) if label and label.upper() not in _NO_LABEL else ()
        for paragraph in _FLOW.paragraphs(part):
            yield path, paragraph


def _article_record(root: Element) -> Source:
    citation = root.find("MedlineCitation")
    article = root.find("MedlineCitation/Article")
    if citation is None or article is None:
        raise SourceUnreadableError("without an article in it", "Get the file again.")
    types = {words_at(each) for each in article.iterfind("PublicationTypeList/PublicationType")}
    subjects = {words_at(each) for each in citation.iterfind("MeshHeadingList/MeshHeading/DescriptorName")}
    notices = {
        each.get("RefType", "") for each in citation.iterfind("CommentsCorrectionsList/CommentsCorrections")
    }
    title = _title(article)
    ids = {each.get("IdType"): words_at(each) for each in root.iterfind("PubmedData/ArticleIdList/ArticleId")}
    year, dated = _date(article.find("Journal/JournalIssue/PubDate"))
    kind = load_kinds().of_pubmed(types, subjects, title)
    licence = licence_in(words_at(article, "Abstract/CopyrightInformation"))
    return _source(
        pmid=words_at(citation, "PMID"),
        kind=kind.kind,
        study_type=kind.study_type,
        title=title,
        authors=_authors(article.find("AuthorList")),
        year=year or _date(article.find("ArticleDate"))[0],
        dated=dated,
        journal=words_at(article, "Journal/Title") or words_at(citation, "MedlineJournalInfo/MedlineTA"),
        volume=words_at(article, "Journal/JournalIssue/Volume"),
        issue=words_at(article, "Journal/JournalIssue/Issue"),
        pages=_pages(article.find("Pagination")),
        doi=_doi(article) or ids.get("doi", ""),
        pmcid=ids.get("pmc", ""),
        licence=licence,
        open_access=licence is not None,
        retracted="Retracted Publication" in types
        or not _RETRACTED_IN.isdisjoint(notices)
        or bool(RETRACTED_TITLE.match(title)),
        concern="ExpressionOfConcernIn" in notices,
    )


def _book_record(root: Element) -> Source:
    document = root.find("BookDocument")
    if document is None:
        raise SourceUnreadableError("without a chapter in it", "Get the file again.")
    ids = {each.get("IdType"): words_at(each) for each in document.iterfind("ArticleIdList/ArticleId")}
    types = {words_at(each) for each in document.iterfind("PublicationType")}
    book, title = words_at(document, "Book/BookTitle"), _FLOW.line(document.find("ArticleTitle"))
    kind = load_kinds().of_pubmed(types, (), title or book)
    year, dated = _date(document.find("ContributionDate"))
    revised = _date(document.find("DateRevised"))[0]
    return _source(
        pmid=words_at(document, "PMID"),
        kind=Kind.REFERENCE_PAGE if kind.kind is Kind.DOCUMENT else kind.kind,
        study_type="book chapter" if kind.kind is Kind.DOCUMENT else f"{kind.study_type} (book chapter)",
        title=title or book,
        authors=_authors(document.find("AuthorList[@Type='authors']"))
        or _authors(document.find("AuthorList"))
        or _authors(document.find("Book/AuthorList")),
        year=revised or year or _date(document.find("Book/PubDate"))[0],
        dated=dated,
        journal=book if title else "",
        publisher=words_at(document, "Book/Publisher/PublisherName"),
        volume=words_at(document, "Book/Volume"),
        pages=_pages(document.find("Pagination")),
        doi=ids.get("doi", ""),
        url=f"https://www.ncbi.nlm.nih.gov/books/{ids['bookaccession']}/" if "bookaccession" in ids else "",
    )


def _source(pmid: str, kind: Kind, title: str, **found: object) -> Source:
    if not pmid.isdecimal():
        raise SourceUnreadableError("without a PMID", "Get the file again.")
    certain = Source(
        id=f"pmid-{pmid}", kind=kind, title=title[:400] if len(title) > 2 else f"PMID {pmid}", pmid=pmid
    )
    return with_fields(certain, found)[0]


def _title(article: Element) -> str:
    title = _FLOW.line(article.find("ArticleTitle"))
    if title in _NO_TITLE:
        return _FLOW.line(article.find("VernacularTitle"))
    return TRANSLATED.sub(r"\1\2", title)


def _authors(found: Element | None) -> tuple[str, ...]:
    """Authors as "Smith JA" or "Smith JA Jr", and groups by their names, in order."""
    names = []
    for author in found.iterfind("Author") if found is not None else ():
        person = [words_at(author, part) for part in ("LastName", "Initials", "Suffix")]
        name = " ".join(filter(None, person)) or words_at(author, "CollectiveName")
        if name and author.get("ValidYN", "Y") == "Y":
            names.append(name)
    return tuple(names)


def _date(date: Element | None) -> tuple[int | None, str]:
    """The year, and the words of a date that is none of the calendar, such as "1998 Dec-1999 Jan"."""
    year, words = words_at(date, "Year"), words_at(date, "MedlineDate")
    found = _YEAR.search(year or words)
    return int(found[1]) if found else None, words


def _pages(pagination: Element | None) -> str:
    first, last = words_at(pagination, "StartPage"), words_at(pagination, "EndPage")
    return words_at(pagination, "MedlinePgn") or "-".join(filter(None, (first, last)))


def _doi(article: Element) -> str:
    for place in article.iterfind("ELocationID[@EIdType='doi']"):
        if place.get("ValidYN", "Y") == "Y":
            return words_at(place)
    return ""
