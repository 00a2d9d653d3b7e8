"""Read a Markdown file: front matter as the record, headings as sections, and a summary's reference keys.

Not for what Markdown means: see `ingest.plain_text`.
"""

from __future__ import annotations

from collections.abc import Iterator

from corpus.errors import RecordError, SourceUnreadableError
from corpus.files import parse, source_of
from corpus.record import Kind
from ingest.document import Document
from ingest.loader import SourceLoader, own_source, read_text
from ingest.plain_text import plain_text
from ingest.references import take_references


class MarkdownLoader(SourceLoader):
    """One document a file. Without front matter the first heading, or the file's name, is the title."""

    suffixes = (".md", ".markdown")

    def documents(self) -> Iterator[Document]:
        """Yield the one document of the file."""
        try:
            metadata, body = parse(read_text(self.path, self.name), self.name)
            body, references = take_references(body) if metadata.get("kind") == Kind.SUMMARY else (body, {})
            text, sections = plain_text(body)
            if metadata:
                source = source_of(metadata, self.name).model_copy(update={"references": references})
            else:
                headings = [section.path[0] for section in sections if section.path]
                source = own_source(self.name, headings[0] if headings else self.title)
        except RecordError as error:
            raise SourceUnreadableError(error.what, error.remedy) from error
        if not text.strip():
            raise SourceUnreadableError(
                f"{self.name}: holds no text under its headings.",
                "Remove it, or put the source's text in it.",
            )
        yield Document(source, text, sections)
