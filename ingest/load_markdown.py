"""Read a Markdown file: front matter as the record, headings as sections, plain text without the markup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.errors import RecordError, SourceUnreadableError
from corpus.files import parse, source_of
from ingest.document import Document, Section, Span, normalise
from ingest.load import SourceLoader, own_source, read_text


class MarkdownLoader(SourceLoader):
    """One document a file. Without front matter the first heading, or the file's name, is the title."""

    suffixes = (".md", ".markdown")

    def documents(self) -> Iterator[Document]:
        """Yield the one document of the file."""
        try:
            metadata, body = parse(normalise(read_text(self.path, self.name)), self.name)
            text, sections = plain_text(body)
            if metadata:
                source = source_of(metadata, self.name)
            else:
                headings = [section.path[0] for section in sections if section.path]
                source = own_source(self.name, headings[0] if headings else self.path.stem)
        except RecordError as error:
            raise SourceUnreadableError(error.what, error.remedy) from error
        if not text.strip():
            raise SourceUnreadableError(
                f"{self.name}: holds no text under its headings.", "Remove it, or put the source's text in it."
            )
        yield Document(source, text, sections)


@dataclass
class _Writer:
    """Collects the plain text and where each section of it starts."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    path: tuple[str, ...] = ()
    start: int = 0
    sections: list[Section] = field(default_factory=list)

    def add(self, block: str) -> None:
        if block.strip():
            self.parts.append(block.strip() + "\n\n")
            self.length += len(self.parts[-1])

    def heading(self, level: int, title: str) -> None:
        self.close()
        self.path = (*self.path[: level - 1], title)

    def close(self) -> None:
        if self.length > self.start:
            self.sections.append(Section(self.path, Span(self.start, self.length)))
        self.start = self.length


def plain_text(markdown: str) -> tuple[str, tuple[Section, ...]]:
    """The words of a Markdown text without its markup, and its sections as spans of those words.

    HTML blocks are left out; a link keeps its words and loses its address; a table becomes a line a row.
    """
    writer = _Writer()
    stream = MarkdownIt("commonmark").enable("table").parse(markdown)
    row: list[str] | None = None
    for at, token in enumerate(stream):
        if token.type == "heading_open":
            writer.heading(int(token.tag[1]), _words(stream[at + 1]))
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            writer.add(" | ".join(row))
            row = None
        elif token.type == "inline" and stream[at - 1].type != "heading_open":
            if row is not None:
                row.append(_words(token))
            else:
                writer.add(_words(token))
        elif token.type in {"fence", "code_block"}:
            writer.add(token.content)
    writer.close()
    return "".join(writer.parts), tuple(writer.sections)


def _words(inline: Token) -> str:
    words = []
    for child in inline.children or ():
        if child.type in {"text", "code_inline"}:
            words.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            words.append(" ")
        elif child.type == "image":
            words.append(child.content)  # the alternative text; the image itself is never loaded
    return "".join(words).strip()
