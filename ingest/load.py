"""Turn files into documents: find the files, choose the loader, read.

Each loader is a LangChain `BaseLoader`, so that it works in other people's pipelines; ours calls
`documents()`, which yields Citewell's own type.
"""

from __future__ import annotations

import hashlib
import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document as LangChainDocument

from corpus.errors import SourceUnreadableError
from corpus.record import Kind, Source
from ingest.document import Document

# Names that hold no source: notes about a folder, and what editors and systems leave behind.
_IGNORED_NAMES = frozenset({"readme.md", "license", "license.md", "license.txt", "changelog.md"})


class SourceLoader(BaseLoader):
    """Reads one file as documents.

    Args:
        path: The file.
        name: How the file is named in messages and in the identity of a source without front matter;
            its path relative to the folder that was ingested.
    """

    suffixes: tuple[str, ...] = ()

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.path = path
        self.name = name or path.name

    @abstractmethod
    def documents(self) -> Iterator[Document]:
        """Yield the documents of the file.

        Raises:
            SourceUnreadableError: The file cannot be read; says why and what helps.
        """

    def lazy_load(self) -> Iterator[LangChainDocument]:
        """Yield LangChain documents: the text, and the record and sections as metadata."""
        for document in self.documents():
            record = document.source.model_dump(mode="json", exclude_none=True)
            sections = [
                {
                    "path": list(section.path),
                    "start": section.span.start,
                    "end": section.span.end,
                    "page": section.page,
                }
                for section in document.sections
            ]
            yield LangChainDocument(
                page_content=document.text,
                metadata={"source": str(self.path), "record": record, "sections": sections},
            )


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to ingest.

    Attributes:
        root: The file or folder that the user named.
        name: Path relative to the root, with forward slashes.
        sha256: Of the bytes of the file; None when they cannot be read.
    """

    root: Path
    path: Path
    name: str
    sha256: str | None


def find_files(roots: Iterable[Path]) -> Iterator[SourceFile]:
    """Every file below the roots that may hold a source, in a stable order; hidden ones are left out.

    Raises:
        SourceUnreadableError: A root does not exist.
    """
    for given in roots:
        root = given.expanduser().resolve()
        if root.is_dir():
            for path in sorted(each for each in root.rglob("*") if _may_hold_source(each, root)):
                yield SourceFile(root, path, path.relative_to(root).as_posix(), _sha256(path))
        elif root.exists():
            yield SourceFile(root, root, root.name, _sha256(root))
        else:
            raise SourceUnreadableError(f"{given}: there is no such file or folder.", "Check the path.")


def _may_hold_source(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    if any(part.startswith((".", "__")) for part in parts) or path.name.casefold() in _IGNORED_NAMES:
        return False
    # A link out of the folder would let a shared folder read any file of the machine.
    return path.is_file() and path.resolve().is_relative_to(root)


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def loader_for(file: SourceFile) -> SourceLoader:
    """The loader for a file, by what its first bytes are, then by its ending.

    Raises:
        SourceUnreadableError: The file cannot be opened, or is of a kind that no loader reads.
    """
    from ingest.load_markdown import MarkdownLoader
    from ingest.load_pdf import PdfLoader
    from ingest.load_text import TextLoader

    try:
        with file.path.open("rb") as opened:
            head = opened.read(4096)
    except OSError as error:
        raise SourceUnreadableError(
            f"{file.name}: cannot be opened ({error.strerror}).", "Check that it exists and that you may read it."
        ) from error
    if b"%PDF-" in head[:1024]:
        return PdfLoader(file.path, file.name)
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceUnreadableError(
            f"{file.name}: is a binary file of a kind that is not supported.",
            "Convert it to PDF, Markdown or plain text.",
        )
    suffix = file.path.suffix.casefold()
    for loader in (MarkdownLoader, PdfLoader, TextLoader):
        if suffix in loader.suffixes:
            return loader(file.path, file.name)
    raise SourceUnreadableError(
        f"{file.name}: files ending in '{suffix or file.path.name}' are not supported.",
        "Supported are Markdown (.md), plain text (.txt) and PDF (.pdf).",
    )


def own_source(name: str, title: str) -> Source:
    """The record of a file that brings none: its id comes from its path, its words are its own."""
    slug = re.sub(r"[^a-z0-9]+", "-", Path(name).with_suffix("").as_posix().casefold()).strip("-")[:60]
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    title = " ".join(title.split())[:300]
    return Source(id=f"{slug or 'document'}-{mark}", kind=Kind.DOCUMENT, title=title if len(title) > 2 else name)


def read_text(path: Path, name: str) -> str:
    """Decode a text file: UTF-8, or UTF-16 with its mark, else Windows-1252, which old exports use.

    Raises:
        SourceUnreadableError: The file cannot be read, or is empty.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SourceUnreadableError(
            f"{name}: cannot be read ({error.strerror}).", "Check that it exists and that you may read it."
        ) from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", errors="replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
    if not text.strip():
        raise SourceUnreadableError(f"{name}: holds no text.", "Remove it, or put the source's text in it.")
    return text
