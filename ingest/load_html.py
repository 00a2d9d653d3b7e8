"""Read a web page: its main text under its headings, found by `trafilatura`, and what it says of itself.

Nothing is fetched. Not for pieces of HTML inside other formats: see `ingest.html_text`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import html

from corpus.errors import SourceUnreadableError
from ingest.document import Document, Section, normalise
from ingest.fields import doi_in, with_fields, year_in
from ingest.html_text import parse_html, write_tree
from ingest.loader import SourceLoader, own_source
from ingest.unpack import blocks, decode
from ingest.writer import Writer

_LARGEST = 10 << 20  # bytes: a page of more is an export of many
_MOST_ELEMENTS = 60_000  # of a page whose main text is searched for: it costs 5 KB of memory each
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9._-]{1,40})""", re.IGNORECASE)
_HEAD = 4096  # bytes in which a page says its charset; the standard asks for 1024
# With a smaller share of the page's words, the extractor has taken the text for what stands around it; so it
# has where the page has this many headings, and what was extracted none.
_LEAST_SHARE = 0.25
_FEW_HEADINGS = 3


class HtmlLoader(SourceLoader):
    """One document a page; its title, authors, date, publisher and address as the page gives them."""

    suffixes = (".html", ".htm", ".xhtml")

    def documents(self) -> Iterator[Document]:
        """Yield the one document of the file."""
        tree = parse_html(self._read())
        if tree is None:
            raise self._empty()
        main = _extracted(tree)
        whole, text = _written(tree, whole_page=True), Writer()
        if main is not None and main.body is not None:
            text = _written(main.body)
        if _is_too_little(text, whole):
            text = whole
        if not text.length:
            raise self._empty()
        found = _record(tree, main)
        title = str(found.pop("title") or "") or (text.sections[0].path or ("",))[0] or self.title
        source, _ = with_fields(own_source(self.name, normalise(title)), found)
        yield Document(source, text.text, tuple(_without_title(text.sections, source.title)))

    def _read(self) -> str:
        raw = b""
        for block in blocks(self.path, self.name):
            raw += block
            if len(raw) > _LARGEST:
                raise SourceUnreadableError(
                    f"{self.name}: is a web page of more than {_LARGEST >> 20} MB.",
                    "Split it into its pages.",
                )
        declared = _CHARSET.search(raw[:_HEAD])
        has_mark = raw.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        if declared and not has_mark and (charset := _known(declared[1].decode("ascii"))):
            return raw.decode(charset, "replace")
        return decode(raw)

    def _empty(self) -> SourceUnreadableError:
        return SourceUnreadableError(
            f"{self.name}: is a web page without text in it.",
            "If a browser shows text there, save it from the browser: 'Web page, complete'.",
        )


def _without_title(sections: list[Section], title: str) -> Iterator[Section]:
    """The sections without the heading over several of them that is the title again."""
    over = [bool(section.path) and section.path[0].casefold() == title.casefold() for section in sections]
    for section, repeats in zip(sections, over, strict=True):
        yield replace(section, path=section.path[1:]) if repeats and sum(over) > 1 else section


def _extracted(tree: html.HtmlElement) -> Any:  # noqa: ANN401 - trafilatura's own document
    """The main text of a page and what it says of itself; None when it is too large to be searched for."""
    from trafilatura import bare_extraction

    if sum(1 for _ in tree.iter()) > _MOST_ELEMENTS:
        return None
    # A copy, for the extractor changes its tree. No date is guessed from the text.
    return bare_extraction(
        html.fromstring(html.tostring(tree)), with_metadata=True, include_comments=False, favor_recall=True,
        date_extraction_params={"extensive_search": False, "original_date": False},
    )  # fmt: skip


def _is_too_little(text: Writer, whole: Writer) -> bool:
    """Whether the extractor has lost the text, or its headings, in a layout that it does not know."""
    headings = [sum(1 for section in each.sections if section.path) for each in (text, whole)]
    return text.length < _LEAST_SHARE * whole.length or (not headings[0] and headings[1] >= _FEW_HEADINGS)


def _known(charset: str) -> str:
    """Python's name for a charset of text; empty for what is none, or for UTF-8, which has its own way."""
    try:
        codec = codecs.lookup(charset)
    except LookupError:
        return ""
    if not codec._is_text_encoding or codec.name.startswith("utf"):
        return ""
    # As browsers do: pages that say Latin-1 hold Windows-1252.
    return "cp1252" if codec.name in {"iso8859-1", "ascii"} else codec.name


def _written(tree: Any, whole_page: bool = False) -> Writer:  # noqa: ANN401 - lxml's trees
    writer = Writer()
    write_tree(tree, writer, whole_page)
    writer.close()
    return writer


def _record(tree: html.HtmlElement, main: Any) -> dict[str, Any]:  # noqa: ANN401 - trafilatura's own document
    """What a page says of itself: in the tags that scholarly sites set, else what the extractor found."""
    tags: dict[str, list[str]] = {}
    for tag in tree.iter("meta"):
        name, content = tag.get("name") or tag.get("property"), tag.get("content")
        if name and content and content.strip():
            tags.setdefault(name.casefold().replace("dcterms.", "dc."), []).append(content.strip())

    def first(*names: str) -> str:
        return next((tags[name][0] for name in names if name in tags), "")

    date = first("citation_publication_date", "citation_date", "dc.modified", "dc.date") or _of(main, "date")
    return {
        "title": first("citation_title", "dc.title") or _of(main, "title") or tree.findtext(".//title") or "",
        "authors": tags.get("citation_author")
        or tags.get("dc.creator")
        or tags.get("author")
        or _of(main, "author").split("; "),
        "year": year_in(date),
        "dated": date,
        "journal": first("citation_journal_title"),
        "volume": first("citation_volume"),
        "issue": first("citation_issue"),
        "publisher": first("citation_publisher", "dc.publisher", "og:site_name") or _of(main, "sitename"),
        "doi": doi_in(first("citation_doi", "dc.identifier")),
        "pmid": first("citation_pmid"),
        "url": _address(tree) or first("citation_public_url", "og:url"),
        "licence": first("dc.rights", "dc.license") or _of(main, "license"),
    }


def _of(main: Any, name: str) -> str:  # noqa: ANN401 - trafilatura's own document, or None
    value = getattr(main, name, None)
    return value if isinstance(value, str) else ""


def _address(tree: html.HtmlElement) -> str:
    """The address that a page says is its own; one that leaves its site out names nothing."""
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").casefold().split():
            address = (link.get("href") or "").strip()
            return address if re.match(r"https?://", address) else ""
    return ""
