"""Read a PDF as one document whose sections know their page, so that a citation can name it.

Not for scans: a file without any text is refused, with the remedy. Not for layout: see `ingest.pdf_text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

from corpus.errors import SourceUnreadableError
from ingest.document import Document, normalise
from ingest.fields import doi_in, with_fields
from ingest.loader import SourceLoader, own_source
from ingest.pdf_lines import PdfFile
from ingest.pdf_text import read_blocks, shown_title, written

# What programs write where a title should be: their own name, the name of a file, a template's title.
_NO_TITLE = re.compile(
    r"microsoft \w+|untitled.*|(document|presentation|slide|layout|title)\s?\d*|powerpoint presentation|"
    r".*\.(docx?|pdf|tex|dvi|indd|qxd|qxp|pptx?|rtf|odt|html?|txt|ps|eps|p65|fm)|"
    r"[\d\W_]*|[^\s]*_[^\s]*|\S*\d\S*\d\S*",
    re.IGNORECASE,
)


class PdfLoader(SourceLoader):
    """One document a file; its title is the PDF's own, else what its largest type says, else its name."""

    suffixes = (".pdf",)

    def documents(self) -> Iterator[Document]:
        """Yield the one document of the file."""
        with closing(PdfFile(self.path, self.name)) as file:
            about = file.about()
            pages = list(file.pages())
        blocks = read_blocks(pages)
        if not blocks:
            raise SourceUnreadableError(
                f"{self.name}: has no text in it, only pictures of pages.", "Run it through OCR first."
            )
        for page in pages:
            if not page.lines:
                self.remarks.read_in_part("pages without text, perhaps pictures", f"page {page.number}")
        title = _plausible(about.get("Title", "")) or shown_title(blocks) or self.title
        text, sections = written(blocks, title)
        # Its author is often the one who typed it, its date that of the file: neither is taken over.
        source, _ = with_fields(own_source(self.name, title), {"doi": doi_in(about.get("Subject", ""))})
        yield Document(source, text, sections)


def _plausible(title: str) -> str:
    """The title of a PDF's properties, without the program's name; empty where it is none."""
    title = " ".join(normalise(title).split())
    title = re.sub(r"^Microsoft (Office )?(Word|PowerPoint|Excel)\s*-\s*", "", title)
    return "" if _NO_TITLE.fullmatch(title) else title
