"""Read a PDF as one document with one section a page, so that a citation can name the page.

Not for scans: pages without text are refused, with the remedy.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

from corpus.errors import SourceUnreadableError
from ingest.document import Document, Section, Span, normalise
from ingest.loader import SourceLoader, own_source

# A hyphen, hard or soft, at the end of a line inside a word.
_BROKEN_WORD = re.compile(r"(?<=(\w))[-\u2010\u00ad] ?\n ?(?=(\w))")
_LINE_END = re.compile(r"(?<!\n) ?\n(?!\n) ?")


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
            text = flowing_text(page)
            if text:
                sections.append(Section((), Span(length, length + len(text)), page=number))
                parts.append(text + "\n\n")
                length += len(parts[-1])
        if not parts:
            raise SourceUnreadableError(
                f"{self.name}: has no text in it, only pictures of pages.", "Run it through OCR first."
            )
        yield Document(own_source(self.name, title or self.title), "".join(parts), tuple(sections))

    def _read(self) -> tuple[str, list[str]]:
        from pypdf import PdfReader
        from pypdf.errors import DependencyError, FileNotDecryptedError

        logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it has to say, the error below says
        try:
            reader = PdfReader(self.path)
            title = (reader.metadata.title if reader.metadata else None) or ""
            return normalise(title).strip(), [page.extract_text() for page in reader.pages]
        except (FileNotDecryptedError, DependencyError) as error:
            raise SourceUnreadableError(
                f"{self.name}: is protected by a password.", "Save a copy without the password."
            ) from error
        except Exception as error:
            # pypdf meets broken files with any kind of error; each means the same to the reader.
            problem = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            raise SourceUnreadableError(
                f"{self.name}: is not a readable PDF ({problem}).",
                "Open it and save it again as PDF, or export its text.",
            ) from error


def flowing_text(page: str) -> str:
    """Turn the lines of a page into running text: broken words are joined, paragraphs stay apart."""
    # Before `normalise`, which takes soft hyphens away and with them the sign that the word goes on.
    lines = normalise(_BROKEN_WORD.sub(_join, page.replace("\r\n", "\n")))
    return _LINE_END.sub(" ", lines).strip()


def _join(match: re.Match[str]) -> str:
    # "anxi-/ety" is one word; the hyphen of "5-/HT" or "GABA-/A" belongs to the name.
    is_word = match[1].islower() and match[2].islower()
    return "" if is_word or "\u00ad" in match[0] else "-"
