"""Turn files into documents: find the files, choose the loader, read.

Each loader is a LangChain `BaseLoader`, so that it works in other people's pipelines; ours calls
`documents()`, which yields Citewell's own type.
"""

from __future__ import annotations

import hashlib
import os
import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document as LangChainDocument

from corpus.errors import CitewellError, SourceUnreadableError
from corpus.record import Kind, Source
from ingest.document import Document, normalise

# Names that hold no source: notes about a folder, and what editors and systems leave behind.
_IGNORED_NAMES = frozenset({"readme.md", "license", "license.md", "license.txt", "changelog.md"})
_HIDDEN = (".", "__")


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
        self.name = name or printable(path.name)

    @property
    def title(self) -> str:
        """What to call a source that does not say its own title."""
        return PurePosixPath(self.name).stem.replace("_", " ")

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
    """A file to ingest, or a folder that cannot be looked into.

    Attributes:
        root: The file or folder that the user named, or the folder ingested earlier that it stands in.
        name: Path relative to the root, with forward slashes, in characters that can be shown.
    """

    root: Path
    path: Path
    name: str

    def sha256(self) -> str | None:
        """SHA-256 of the bytes of the file as they are now; None when they cannot be read."""
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None


def resolve_root(given: Path) -> Path:
    """The absolute path of a file or folder to ingest.

    Raises:
        SourceUnreadableError: It does not exist, or is neither a file nor a folder.
    """
    name = printable(str(given))
    try:
        root = given.expanduser().resolve()
        str(root).encode()  # a name that is not Unicode could not be kept in the index
        if root.is_file() or root.is_dir():
            return root
        exists = root.exists()
    except (OSError, RuntimeError, ValueError) as error:  # no permission, a circle of links, a NUL in it
        raise SourceUnreadableError(f"{name}: cannot be opened ({error}).", "Check the path.") from error
    if exists:
        raise SourceUnreadableError(f"{name}: is neither a file nor a folder.", "Check the path.")
    raise SourceUnreadableError(f"{name}: there is no such file or folder.", "Check the path.")


def find_files(roots: Iterable[Path], homes: Iterable[Path] = ()) -> Iterator[SourceFile]:
    """Every file below the roots that may hold a source, in a stable order; hidden ones are left out.

    Args:
        roots: Files or folders; what lies in another of them is found once.
        homes: Folders ingested earlier. A file in one of them is named by its place there, so that it stays
            the same source whether the folder or the file alone is ingested.

    Raises:
        SourceUnreadableError: A root does not exist.
    """
    found = {resolve_root(root) for root in roots}
    for root in sorted(found):
        if not found.isdisjoint(root.parents):
            continue
        home = min((each for each in homes if root.is_relative_to(each)), default=root)
        for path in sorted(_paths_in(root)) if root.is_dir() else [root]:
            inside = path.relative_to(home).as_posix() if path != home else path.name
            yield SourceFile(home, path, printable(inside))


def _paths_in(root: Path) -> Iterator[Path]:
    closed: list[Path] = []
    note = lambda error: closed.append(Path(error.filename))  # noqa: E731
    for folder, folders, names in os.walk(root, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(_HIDDEN)]
        for name in names:
            path = Path(folder, name)
            is_left_out = name.startswith(_HIDDEN) or name.casefold() in _IGNORED_NAMES
            if not is_left_out and _is_ours(path, root):
                yield path
    yield from closed  # so that the report names the folders that could not be looked into


def _is_ours(path: Path, root: Path) -> bool:
    # A link out of the folder would let a shared folder read any file of the machine.
    try:
        return path.is_file() and path.resolve().is_relative_to(root)
    except OSError:
        return True  # in a folder that may be listed but not entered: reading it will say so


def printable(name: str) -> str:
    """A file's name as it can be shown, stored and compared: no line ends, nothing that is not Unicode."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in name
    )


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
    from ingest.load_markdown import MarkdownLoader
    from ingest.load_pdf import PdfLoader
    from ingest.load_text import TextLoader

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


def own_source(name: str, title: str) -> Source:
    """Make the record of a file that brings none: its id comes from its path, its words are its own."""
    slug = re.sub(r"[^a-z0-9]+", "-", Path(name).with_suffix("").as_posix().casefold()).strip("-")[:60]
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    title = " ".join(title.split())[:300]
    return Source(
        id=f"{slug or 'document'}-{mark}",
        kind=Kind.DOCUMENT,
        title=title if len(title) > 2 else f"Document {name[-300:]}",
    )


def read_text(path: Path, name: str) -> str:
    """Decode and normalise a text file: UTF-8, UTF-16 with its mark, else Windows-1252, as in old exports.

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
    text = normalise(text)
    if not text.strip():
        raise SourceUnreadableError(f"{name}: holds no text.", "Remove it, or put the source's text in it.")
    return text
