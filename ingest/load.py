"""Read a file as documents with the loader for its kind. No file, however broken, ends the run for others.

Not for finding the files (`ingest.find`), nor for what loaders have in common (`ingest.loader`).
"""

from __future__ import annotations

from corpus.errors import CitewellError, SourceUnreadableError
from ingest.document import Document
from ingest.find import SourceFile, printable
from ingest.load_markdown import MarkdownLoader
from ingest.load_pdf import PdfLoader
from ingest.load_text import TextLoader
from ingest.loader import SourceLoader


def load(file: SourceFile, sha256: str | None) -> list[Document]:
    """Read all documents of a file.

    Args:
        file: The file.
        sha256: Of its bytes a moment ago: text is never stored with the hash of other bytes.

    Raises:
        SourceUnreadableError: It cannot be read, or changed in the meantime; the message says what helps.
    """
    try:
        found = list(loader_for(file).documents())
    except CitewellError:
        raise
    except Exception as error:
        # No file, however broken, may end the run for the others.
        raise SourceUnreadableError(
            f"{file.name}: cannot be read ({type(error).__name__}: {' '.join(str(error).split())[:200]}).",
            "Save it anew in the program that made it; if that does not help, report it with the file.",
        ) from error
    if file.sha256() != sha256:
        raise SourceUnreadableError(f"{file.name}: changed while it was read.", "Ingest it again.")
    return found


def loader_for(file: SourceFile) -> SourceLoader:
    """Choose the loader for a file, by what its first bytes are, then by its ending.

    Raises:
        SourceUnreadableError: The file cannot be opened, or is of a kind that no loader reads.
    """
    try:
        with file.path.open("rb") as opened:
            head = opened.read(4096)
    except OSError as error:
        raise SourceUnreadableError(
            f"{file.name}: cannot be opened ({error.strerror}).",
            "Check that it exists and that you may read it.",
        ) from error
    suffix = file.path.suffix.casefold()
    if head.lstrip().startswith(b"%PDF-") or suffix in PdfLoader.suffixes:
        return PdfLoader(file.path, file.name)
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceUnreadableError(
            f"{file.name}: is a binary file of a kind that is not supported.",
            "Convert it to PDF, Markdown or plain text.",
        )
    for loader in (MarkdownLoader, TextLoader):
        if suffix in loader.suffixes:
            return loader(file.path, file.name)
    raise SourceUnreadableError(
        f"{file.name}: files ending in '{printable(suffix) or file.name}' are not supported.",
        "Supported are Markdown (.md), plain text (.txt) and PDF (.pdf).",
    )
