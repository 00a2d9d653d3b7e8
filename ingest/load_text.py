"""Read a plain-text file as one document with one section.

Not for Markdown, whose headings say what a passage is about: see `ingest.load_markdown`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.document import Document, Section, Span
from ingest.loader import SourceLoader, own_source, read_text


class TextLoader(SourceLoader):
    """One document a file, titled by the file's name."""

    suffixes = (".txt", ".text")

    def documents(self) -> Iterator[Document]:
        """Yield the one document of the file."""
        text = read_text(self.path, self.name)
        source = own_source(self.name, self.title.replace("-", " "))
        yield Document(source, text, (Section((), Span(0, len(text))),))
