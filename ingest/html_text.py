"""Write the words of an HTML tree as paragraphs under their headings, with no markup left.

Reads HTML and the simplified tree that `trafilatura` makes of a page. Not for telling a page's main text from
what stands around it: see `ingest.load_html`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree, html

from ingest.document import normalise
from ingest.writer import Writer

_DROPPED = frozenset(
    {
        "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "form", "button",
        "select", "textarea", "img", "graphic", "head",
    }
)  # fmt: skip
_AROUND = frozenset({"nav", "header", "footer", "aside"})  # of the page, not of an article in it
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "caption", "center", "code", "dd", "details",
        "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "header", "hr", "item", "li", "list",
        "main", "nav", "ol", "p", "pre", "quote", "section", "summary", "table", "tbody", "tfoot", "thead",
        "ul",
    }
)  # fmt: skip
_ROWS = frozenset({"tr", "row"})
_CELLS = frozenset({"td", "th", "cell"})
_BREAKS = frozenset({"br", "lb"})
_BLANK_LINE = re.compile(r"\n\s*\n")
_MARKER = re.compile(r"[\s\[\](),;–-]*(\d+|[a-z*†‡§])?[\s\[\](),;–\d-]*")


def parse_html(text: str) -> html.HtmlElement | None:
    """Parse a page or a fragment, however broken; None when there is nothing in it.

    Nothing is fetched, and elements nested beyond libxml2's own limit are dropped.
    """
    if not text.strip():
        return None
    # As bytes: lxml refuses a str that declares an encoding.
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return None
    for raised in list(tree.iter("sup")):
        _lower(raised)
    return tree


def write_fragment(fragment: str, writer: Writer) -> None:
    """Write a piece of HTML, such as a summary in a feed."""
    tree = parse_html(fragment)
    if tree is not None:
        write_tree(tree, writer)


def write_tree(tree: etree._Element, writer: Writer, whole_page: bool = False) -> None:
    """Write all text of a tree, in its order.

    Args:
        tree: HTML, or trafilatura's tree.
        writer: Gets headings by their levels, paragraphs, list items and table rows.
        whole_page: The tree is a page with everything around its text, which is to be left out.
    """
    _Walk(writer, _DROPPED | _AROUND if whole_page else _DROPPED).walk(tree)


@dataclass
class _Walk:
    writer: Writer
    dropped: frozenset[str]
    words: list[str] = field(default_factory=list)
    row: list[str] | None = None
    is_head: bool = False  # whether the row has only heads of columns so far
    heads: list[str] = field(default_factory=list)

    def walk(self, tree: etree._Element) -> None:
        steps = etree.iterwalk(tree, events=("start", "end"))  # not by recursion: a page may nest deep
        for event, element in steps:
            name = element.tag if isinstance(element.tag, str) else ""
            if event == "end":
                self._end(name, element)
                if element is not tree:
                    self.words.append(element.tail or "")
            elif name in self.dropped and not _level(element):
                steps.skip_subtree()
            else:
                self._start(name, element)
        self._flush()

    def _start(self, name: str, element: etree._Element) -> None:
        if name in _ROWS:
            self._end_row()  # of a table around this one: then that one only laid out the page
            self._flush()
            self.row, self.is_head = [], True
        elif name in _CELLS or (self.row is not None and name in _BLOCKS):
            self.words.append(" ")
        elif name in _BLOCKS or _level(element):
            self._flush()
        elif name in _BREAKS:
            self.words.append("\n")
        self.words.append(element.text or "")

    def _end(self, name: str, element: etree._Element) -> None:
        if level := _level(element):
            title = " ".join(self._take().split())
            if title:
                self.writer.heading(level, title)
        elif name in _CELLS and self.row is not None:
            self.row.append(" ".join(self._take().split()))
            self.is_head = self.is_head and (name == "th" or element.get("role") == "head")
        elif name in _ROWS:
            self._end_row()
        elif name in _BLOCKS:
            if name == "table":
                self.heads = []
            if self.row is None:
                self._flush()
            else:
                self.words.append(" ")

    def _end_row(self) -> None:
        row, self.row = self.row or [], None
        if self.is_head and len(row) > 1:
            self.heads = row
        elif self.heads and len(row) == len(self.heads):
            pairs = zip(self.heads, row, strict=True)
            self.writer.add("; ".join(f"{head}: {cell}" if head else cell for head, cell in pairs if cell))
        else:
            self.writer.add(" | ".join(cell for cell in row if cell))

    def _flush(self) -> None:
        for block in _BLANK_LINE.split(self._take()):
            self.writer.add(" ".join(block.split()))

    def _take(self) -> str:
        text = normalise("".join(self.words))
        self.words.clear()
        return text


def _level(element: etree._Element) -> int:
    """The level of a heading, `h2` or trafilatura's `head rend="h2"`; 0 for all else."""
    name = element.get("rend") if element.tag == "head" else element.tag
    return int(name[1]) if isinstance(name, str) and re.fullmatch(r"h[1-6]", name) else 0


def _lower(raised: html.HtmlElement) -> None:
    """Write a raised number as text has it: 10^6 instead of 106; a raised link to a note is taken out."""
    before = raised.getprevious()
    text = (before.tail if before is not None else raised.getparent().text) or ""
    if raised.find(".//a") is not None and _MARKER.fullmatch(raised.text_content()):
        raised.drop_tree()
    elif text[-1:].isdigit() and raised.text:
        raised.text = "^" + raised.text
