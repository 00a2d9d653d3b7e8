"""Read the records of an XML file of any size, one by one, safely, and the text of an element.

Records are cut out of the stream by their tags and parsed each by itself. So the DTD is never read, no entity
is ever declared or fetched, memory is that of one record, and a broken record loses none of the others.
Not for what the elements mean: see the loaders.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from html.entities import html5
from itertools import pairwise
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from corpus.errors import SourceUnreadableError

LARGEST_RECORD = 32 << 20  # characters; the longest full texts have a few million
_MOST_TAGS = 2_000_000  # in one record: each costs some hundred bytes once it is parsed
_DEEPEST = 150  # elements within each other; full texts reach 30

_NAMED_IN = 4000  # characters at the start of a record, in which its identifier stands
_ANYWHERE = 200  # characters in which a tag that is cut between two blocks is found again
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(#[0-9]{1,7};|#x[0-9a-fA-F]{1,6};|[A-Za-z]\w{0,40};)?")
_STRAY_LESS = re.compile(r"<(?![A-Za-z_/!?])")


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record as it stands in the file.

    Attributes:
        text: From its first tag to its last; only its beginning where it is not whole.
        problem: Why it is not whole, as it reads after "left out: "; empty when it is.
    """

    tag: str
    text: str
    problem: str = ""


def records(texts: Iterable[str], tags: Collection[str]) -> Iterator[RawRecord]:
    """Cut the elements with one of these tags out of a stream of text; what is between them is passed over.

    Raises:
        SourceUnreadableError: What the stream raises, after all that came before was yielded.
    """
    cutter = _Cutter("|".join(map(re.escape, sorted(tags))))
    try:
        for text in texts:
            yield from cutter.cut(text)
    except SourceUnreadableError:
        yield from cutter.rest()
        raise
    yield from cutter.rest()


class _Cutter:
    """Finds records in the text that it holds.

    Attributes:
        held: What has been read of late.
        start: Where in it the record that is open begins, or where the search for the next one goes on.
        seen: Up to where it has been searched for the end of the record.
        tag: That of the record that is open; empty between records.
    """

    def __init__(self, names: str) -> None:
        self.opening = re.compile(rf"<(?:[\w.-]+:)?({names})(?=[\s>])")
        self.edge = re.compile(rf"<(?:[\w.-]+:)?(?:{names})(?=[\s>])|(</)(?:[\w.-]+:)?(?:{names})\s*>")
        self.held, self.tag, self.start, self.seen = "", "", 0, 0

    def cut(self, text: str) -> Iterator[RawRecord]:
        """Take more text, and yield the records that are whole and those that turn out to have no end."""
        self.held = self.held[self.start :] + text
        self.start, self.seen = 0, self.seen - self.start
        while self.tag or self._open():
            if (found := self.edge.search(self.held, self.seen)) is None:
                self.seen = max(self.seen, len(self.held) - _ANYWHERE)
                if len(self.held) - self.start > LARGEST_RECORD:
                    beginning = self._take(self.start + _NAMED_IN, "larger than any record should be")
                    self.start = len(self.held) - _ANYWHERE
                    yield beginning
                return
            if found[1]:
                yield self._take(found.end())
            else:
                yield self._take(found.start(), "it has no end")

    def rest(self) -> Iterator[RawRecord]:
        """Yield the record in which the file ends, if there is one."""
        if self.tag:
            yield self._take(len(self.held), "the file ends in it")

    def _open(self) -> bool:
        """Go on to the start of the next record; whether there is one in what is held."""
        found = self.opening.search(self.held, self.start)
        if found is None:
            self.start = max(self.start, len(self.held) - _ANYWHERE)
            return False
        self.tag, self.start, self.seen = found[1], found.start(), found.end()
        return True

    def _take(self, end: int, problem: str = "") -> RawRecord:
        record = RawRecord(self.tag, self.held[self.start : end], problem)
        self.tag, self.start = "", end
        return record


def parse(record: RawRecord) -> Element:
    """Parse a record; stray "<" and "&" are taken as the characters that they are.

    Raises:
        SourceUnreadableError: Its markup is broken, or it is too large or too deep.
    """
    if record.problem:
        raise SourceUnreadableError(record.problem, "Get the file again.")
    text = _mended(record.text)
    try:
        return _checked(_parsed(text))
    except expat.ExpatError:
        pass
    try:
        return _checked(_parsed(_STRAY_LESS.sub("&lt;", text)))
    except expat.ExpatError as error:
        raise SourceUnreadableError("its markup is broken", "Get the file again.") from error


def parse_beginning(record: RawRecord) -> Element:
    """Parse a broken record up to where it breaks; the paragraph or table that is cut off there is left out.

    Raises:
        SourceUnreadableError: Nothing of it can be read.
    """
    builder, stack = TreeBuilder(), list[Element]()

    def start(tag: str, attributes: dict[str, str]) -> None:
        stack.append(builder.start(tag, attributes))

    def end(tag: str) -> None:
        builder.end(tag)
        stack.pop()

    parser = _parser(builder)
    parser.StartElementHandler, parser.EndElementHandler = start, end
    with suppress(expat.ExpatError):
        parser.Parse(_STRAY_LESS.sub("&lt;", _mended(record.text)), True)
    if not stack:
        raise SourceUnreadableError("its markup is broken", "Get the file again.")
    opened = list(stack)
    for element in reversed(opened):
        builder.end(element.tag)
    for outer, inner in pairwise(opened):
        if inner.tag in {"table", "table-wrap", "list"} or _has_words(inner):
            outer.remove(inner)
            break
    return _checked(opened[0])


def _has_words(element: Element) -> bool:
    own = (element.text or "", *((child.tail or "") for child in element))
    return any(text.strip() for text in own)


def _parser(builder: TreeBuilder) -> expat.XMLParserType:
    parser = expat.ParserCreate(encoding="utf-8")  # without namespaces: a prefix need not be declared
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    return parser


def _parsed(text: str) -> Element:
    builder = TreeBuilder()
    _parser(builder).Parse(text, True)
    root = builder.close()
    if not isinstance(root, Element):  # the stubs allow for other builders
        raise SourceUnreadableError("its markup is broken", "Get the file again.")
    return root


def _mended(text: str) -> str:
    if text.count("<") > _MOST_TAGS:
        raise SourceUnreadableError("it has more markup than any record should have", "Get the file again.")
    text = _NOT_XML.sub("", text)
    if "<![CDATA[" in text:
        text = _CDATA.sub(lambda found: found[1].replace("&", "&amp;").replace("<", "&lt;"), text)
    return _REFERENCE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    """A reference that XML does not know without a DTD, as the character itself."""
    name = found[1]
    if not name:
        return "&amp;"
    if name.startswith("#"):
        number = int(name[2:-1], 16) if name[1] == "x" else int(name[1:-1])
        is_text = number in {9, 10, 13} or 0x20 <= number <= 0x10FFFF
        return found[0] if is_text and not _NOT_XML.match(chr(number)) else ""
    characters = html5.get(name)
    if characters is None:
        return f"&amp;{name}"
    return characters.replace("&", "&amp;").replace("<", "&lt;")


def _checked(root: Element) -> Element:
    """Take prefixes off, so that a tag is the same with and without; refuse what is too deep to walk."""
    level = [root]
    for _ in range(_DEEPEST):
        for element in level:
            element.tag = element.tag.rpartition(":")[2]
        level = [child for element in level for child in element]
        if not level:
            return root
    raise SourceUnreadableError("its markup is nested too deeply", "Get the file again.")


def words_at(element: Element | None, path: str = ".") -> str:
    """The text of the first element at a path, in one line; empty when there is none."""
    found = element.find(path) if element is not None else None
    return "" if found is None else " ".join("".join(found.itertext()).split())
