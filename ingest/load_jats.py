"""Read full texts in JATS or the older NLM tags, as PubMed Central and publishers give them.

Reference lists and numbered calls of references are left out; tables and captions become lines to read.
Not for abstracts of PubMed: see `ingest.load_pubmed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from corpus.errors import SourceUnreadableError
from corpus.record import Source
from ingest.assemble import Paragraph, assemble
from ingest.document import Document, digest
from ingest.fields import with_fields
from ingest.flow import Flow
from ingest.kinds import RETRACTED_TITLE, load_kinds
from ingest.licence import licence_in, stated
from ingest.loader import SourceLoader
from ingest.unpack import texts
from ingest.xml import RawRecord, parse, parse_beginning, records, words_at

_FLOATS = ("table-wrap", "fig", "table-wrap-group", "fig-group", "floats-group", "floats-wrap")
_BLOCKS = frozenset({
    "p", "list", "list-item", "def-list", "def-item", "term", "def", "disp-quote", "verse-group",
    "verse-line", "boxed-text", "title", "caption", "statement", "speech", "disp-formula", "fn",
    "table-wrap-foot", "attrib",
})  # fmt: skip
_SKIPPED = frozenset({
    "label", "object-id", "graphic", "inline-graphic", "media", "supplementary-material", "tex-math",
    "permissions", "index-term", "related-article", "related-object", "ref-list",
})  # fmt: skip
_SECTIONS = frozenset({"sec", "app", "app-group", "notes", "glossary", "body", "back"})
_NOT_READ = frozenset({"title", "label", "sec-meta", "ref-list", "fn-group", "ack", "bio"})
_CALLS = frozenset(
    {"fn", "table-fn", "aff", "corresp", "author-notes"}
)  # what xref may call besides references
_NUMBERED = re.compile(r"[\s\[\]()\d,;–—-]*[a-z]?")
_SHORT_ABSTRACTS = {"graphical", "toc", "teaser", "short", "key-points-graphic", "web-summary"}
_DATES = ("ppub", "collection", "pub", "epub-ppub", "epub", "published")
_ID = re.compile(r'<article-id[^>]*pub-id-type="(pmc|pmcid|doi|pmid)"[^>]*>\s*([^<\s]+)')


def _is_left_out(element: Element) -> bool:
    if element.tag == "xref":
        kind = element.get("ref-type", "")
        called = "".join(element.itertext())
        return kind in _CALLS or (kind == "bibr" and bool(_NUMBERED.fullmatch(called)))
    return element.tag in _SKIPPED or element.tag in _FLOATS


_FLOW = Flow(_BLOCKS, _is_left_out)


class JatsLoader(SourceLoader):
    """One document an article, with its sections; a table is a section named by its caption."""

    def documents(self) -> Iterator[Document]:
        """Yield the articles that have text."""
        any_found = False
        for document in self.read_each(
            records(texts(self.path, self.name), ("article",)), self._read, name_of
        ):
            any_found = True
            yield document
        if not any_found and not self.remarks.told(self.name):
            raise SourceUnreadableError(f"{self.name}: holds no articles.", "Fetch or export them again.")

    def _read(self, record: RawRecord) -> Document:
        try:
            article, broken = parse(record), ""
        except SourceUnreadableError as error:
            article, broken = parse_beginning(record), error.what
        text, sections = assemble(_paragraphs(article))
        if not text:
            raise SourceUnreadableError(broken or "without text", "Get the full text.")
        document = Document(_record(article, self.name), text, sections)
        if broken:
            self.remarks.read_in_part(f"up to where {broken}", name_of(record))
        return document


def name_of(record: RawRecord) -> str:
    """How people find an article of a set."""
    found = _ID.search(record.text)
    return f"{found[1].upper()} {found[2]}" if found else "one without an id"


def _paragraphs(article: Element) -> Iterator[Paragraph]:
    for abstract in article.iterfind("front/article-meta/abstract"):
        if abstract.get("abstract-type", "") not in _SHORT_ABSTRACTS:
            yield from _section(abstract, (words_at(abstract, "title").rstrip(" .:") or "Abstract",))
    for part in ("body", "back", "floats-group", "floats-wrap"):
        for element in article.iterfind(part):
            yield from _section(element, ())


def _section(element: Element, path: tuple[str, ...]) -> Iterator[Paragraph]:
    for child in element:
        if child.tag in _SECTIONS:
            title = _FLOW.line(child.find("title")).rstrip(" .:")
            yield from _section(child, (*path, title) if title else path)
        elif child.tag in _FLOATS:
            yield from _float(child, path)
        elif child.tag not in _NOT_READ and not _is_left_out(child):
            for paragraph in _FLOW.paragraphs(child):
                yield path, paragraph
            # A table that stands within a sentence is read after its paragraph.
            for floating in _floats_in(child):
                yield from _float(floating, path)


def _floats_in(element: Element) -> Iterator[Element]:
    for child in element:
        if child.tag in _FLOATS:
            yield child
        else:
            yield from _floats_in(child)


def _float(element: Element, path: tuple[str, ...]) -> Iterator[Paragraph]:
    label = words_at(element, "label").rstrip(".:")
    caption = _FLOW.line(element.find("caption"))
    named = ". ".join(filter(None, (label, caption)))
    below = (*path, named) if element.tag == "table-wrap" and named else path
    if named:
        yield below, named
    for child in element:
        if child.tag in _FLOATS:
            yield from _float(child, path)
        elif child.tag not in {"label", "caption"} and not _is_left_out(child):
            holder = Element("holder")
            holder.append(child)
            for paragraph in _FLOW.paragraphs(holder):
                yield below, paragraph


def _record(article: Element, file_name: str) -> Source:
    meta = article.find("front/article-meta")
    if meta is None:
        raise SourceUnreadableError("without a record of what it is", "Get the file again.")
    ids = {each.get("pub-id-type", ""): words_at(each) for each in meta.iterfind("article-id")}
    pmcid = (ids.get("pmcid") or ids.get("pmc", "")).upper().removeprefix("PMC")
    titles = (meta.find("title-group/article-title"), meta.find("title-group/subtitle"))
    title = ": ".join(filter(None, (_FLOW.line(each) for each in titles)))
    kind = load_kinds().of_jats(article.get("article-type", ""), title)
    related = {each.get("related-article-type", "") for each in article.iter("related-article")}
    journal = article.find("front/journal-meta")
    licence, is_open = _licence(meta)
    pages = [words_at(meta, "fpage"), words_at(meta, "lpage")]
    pmid = ids.get("pmid", "")
    certain = Source(
        id=_id(pmcid, ids, title, file_name),
        kind=kind.kind,
        title=title[:400] if len(title) > 2 else f"Article {ids.get('doi') or pmcid or file_name}"[:400],
    )
    found = {
        "study_type": kind.study_type,
        "authors": _authors(meta),
        "year": _year(meta),
        "journal": words_at(journal, ".//journal-title"),
        "publisher": words_at(journal, "publisher/publisher-name"),
        "volume": words_at(meta, "volume"),
        "issue": words_at(meta, "issue"),
        "pages": "-".join(dict.fromkeys(filter(None, pages))) or words_at(meta, "elocation-id"),
        "doi": ids.get("doi", ""),
        "pmid": pmid,
        "pmcid": f"PMC{pmcid}" if pmcid else "",
        "url": f"https://pmc.ncbi.nlm.nih.gov/articles/PMC{pmcid}/" if pmcid else "",
        "licence": licence,
        "open_access": is_open,
        "retracted": "retraction-forward" in related or bool(RETRACTED_TITLE.match(title)),
        "concern": not related.isdisjoint({"concern-forward", "expression-of-concern-forward"}),
        "same_work_as": f"pmid-{pmid}" if pmid.isdecimal() else "",
    }
    return with_fields(certain, found)[0]


def _id(pmcid: str, ids: dict[str, str], title: str, file_name: str) -> str:
    if pmcid.isdecimal():
        return f"pmc-{pmcid}"
    known = ids.get("doi") or ids.get("pmid")
    return f"article-{digest(known.casefold() if known else f'{file_name} {title}', length=12)}"


def _authors(meta: Element) -> tuple[str, ...]:
    """Authors as "Smith JA" or "Smith JA Jr", and groups by their names, in order."""
    names = []
    for contributor in meta.iterfind("contrib-group/contrib"):
        if contributor.get("contrib-type", "author") != "author":
            continue
        person = contributor.find(".//name")
        group = contributor.find("collab")
        if person is not None and group is None:
            first = _initials(words_at(person, "given-names"))
            name = " ".join(filter(None, (words_at(person, "surname"), first, words_at(person, "suffix"))))
        elif group is not None:
            own = (group.text or "", *(words_at(each) for each in group if each.tag != "contrib-group"))
            name = " ".join(" ".join(own).split())
        else:
            name = words_at(contributor, "string-name")
        if name:
            names.append(name)
    return tuple(names)


def _initials(given: str) -> str:
    if given.isupper() and given.isalpha() and len(given) < 4:
        return given
    return "".join(part[0].upper() for part in re.split(r"[\s.\-‐]+", given) if part)


def _year(meta: Element) -> int | None:
    """The year in which it is cited: that of the issue, else that of its first appearance."""
    years = {
        each.get("pub-type", each.get("date-type", "")): words_at(each, "year")
        for each in meta.iterfind("pub-date")
    }
    found = next((years[kind] for kind in _DATES if years.get(kind, "").isdecimal()), "")
    return int(found) if found else None


def _licence(meta: Element) -> tuple[str | None, bool]:
    """The licence that the article states, and whether it is an open one."""
    rights = [*meta.iterfind("permissions"), *meta.iterfind("copyright-statement")]
    statements = [element for each in rights for element in each.iter()]
    addresses = [value for element in statements for name, value in element.items() if name.endswith("href")]
    words = " ".join(words_at(each) for each in rights)
    # The address is exact where the words may leave out the version.
    if found := next(filter(None, map(licence_in, [*addresses, words])), None):
        return found, True
    return stated(words_at(meta, "permissions/license")), False
