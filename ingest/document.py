"""The types that flow through ingest: Document, Section, Passage; and text in the form in which it is stored.

Offsets are Python string indices, half-open: text[start:end] is the thing itself. Not for files or indexes.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import NewType

from corpus.facets import FacetId
from corpus.record import Source, SourceId

PassageId = NewType("PassageId", str)

_ASCII_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1f\x85]")


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of the text that the span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document under one heading, or one page of a PDF.

    Attributes:
        path: Headings from the outermost to the innermost; empty before the first heading.
    """

    path: tuple[str, ...]
    span: Span
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A source with its text and its ordered sections."""

    source: Source
    text: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk of a document that is searched for and cited.

    Attributes:
        text: The characters document.text[span.start:span.end], exactly.
        header: Title and headings: embedded with the passage, never quoted as its text.
        sentences: Spans of its sentences, relative to `text`.
    """

    id: PassageId
    source_id: SourceId
    section: tuple[str, ...]
    facet: FacetId | None
    text: str
    span: Span
    page: int | None
    header: str
    sentences: tuple[Span, ...]

    @property
    def embedded_text(self) -> str:
        """What the embedding model reads."""
        return f"{self.header}: {self.text}" if self.header else self.text


def normalise(text: str) -> str:
    """Text as it is stored: NFC, one kind of line end, no control or bidirectional-override characters.

    Offsets are counted in what this returns, so nothing downstream may change the text again.
    """
    if text.isascii() and not _ASCII_CONTROL.search(text):  # most texts, and a hundred times faster
        return text
    # Every control character that Unicode calls white space ends a line: a form feed parts two pages' words.
    text = "".join(char for char in _LINE_ENDS.sub("\n", text) if char in "\n\t" or not _is_hidden(char))
    # Composed last: taking a hidden character out may bring a letter and its accent together.
    return unicodedata.normalize("NFC", text)


def _is_hidden(char: str) -> bool:
    # Zero-width joiners stay: words in several scripts need them. All else of Cf and Cc hides or reorders.
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"} and char not in "\u200c\u200d"


def digest(*parts: str, length: int = 16) -> str:
    """A short stable hash of some strings, kept apart so that ('ab', 'c') differs from ('a', 'bc')."""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:length]
