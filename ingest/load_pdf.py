"""Read a PDF as one document with one section a page, so that a citation can name the page."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

from corpus.errors import SourceUnreadableError
from ingest.document import Document, Section, Span, normalise
from ingest.load import SourceLoader, own_source

# A word broken at the end of a line: joined again. Two capitals or digits around the hyphen are left alone.
_BROKEN_WORD = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_LINE_END = re.compile(r"(?<!\n)\n(?!\n)")


class PdfLoader(SourceLoader):
    """One document a file; the title is the PDF's own, or the file's name."""

    suffixes = (".pdf",)

    def documents(self) -> Iterator[Document]:
        """Yield the one document of the file."""
        title, pages = self._read()
        parts: list[str] = []
        sections: list[Section] = []
        length = 0
        for number, page in enumerate(pages, start=1):
            text = _LINE_END.sub(" ", _BROKEN_WORD.sub("", normalise(page))).strip()
            if text:
                sections.append(Section((), Span(length, length + len(text)), page=number))
                parts.append(text + "\n\n")
                length += len(parts[-1])
        if not parts:
            raise SourceUnreadableError(
                f"{self.name}: has no text in it, only pictures of pages.", "Run it through OCR first."
            )
        yield Document(own_source(self.name, title or self.path.stem), "".join(parts), tuple(sections))

    def _read(self) -> tuple[str, list[str]]:
        from pypdf import PdfReader
        from pypdf.errors import FileNotDecryptedError, PyPdfError

        logging.getLogger("pypdf").setLevel(logging.ERROR)
        try:
            reader = PdfReader(self.path)
            title = (reader.metadata.title if reader.metadata else None) or ""
            return normalise(title).strip(), [page.extract_text() for page in reader.pages]
        except FileNotDecryptedError as error:
            raise SourceUnreadableError(
                f"{self.name}: is protected by a password.", "Save a copy without the password."
            ) from error
        except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError,
                RecursionError, ArithmeticError) as error:  # fmt: skip
            # pypdf meets broken files with many kinds of error; each means the same to the reader.
            raise SourceUnreadableError(
                f"{self.name}: is not a readable PDF ({type(error).__name__}: {error}).",
                "Open it and save it again as PDF, or export its text.",
            ) from error
