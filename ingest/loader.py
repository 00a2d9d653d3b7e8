"""What every loader builds on: a LangChain `BaseLoader`, decoding a text, the record of a file without one.

Ours calls `documents()`, which yields our own type. Not for choosing a loader: see `ingest.load`.
"""

from __future__ import annotations

import hashlib
import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeVar

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document as LangChainDocument

from corpus.errors import CitewellError, SourceUnreadableError
from corpus.record import Kind, Source
from ingest.document import Document, normalise
from ingest.find import printable
from ingest.remarks import Remarks

Record = TypeVar("Record")


class SourceLoader(BaseLoader):
    """Reads one file as documents.

    Args:
        path: The file.
        name: How the file is named in messages and in the identity of a source without front matter;
            its path relative to the folder that was ingested.

    Attributes:
        remarks: What of the file was left out so far, and why.
    """

    suffixes: tuple[str, ...] = ()

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.path = path
        self.name = name or printable(path.name)
        self.remarks = Remarks()

    def leave_out(self, reason: str, which: str) -> None:
        """Note a record, or a part of one, that gives no text (see `Remarks.leave_out`)."""
        self.remarks.leave_out(reason, which)

    def read_each(
        self, records: Iterable[Record], read: Callable[[Record], Document], name_of: Callable[[Record], str]
    ) -> Iterator[Document]:
        """Read each record of a file; one that cannot be read is left out, and loses none of the others."""
        for record in records:
            try:
                document = read(record)
            except CitewellError as error:
                self.leave_out(error.what, name_of(record))
            except Exception as error:  # whatever is wrong with one record, the others are still read
                problem = " ".join(f"{type(error).__name__}: {error}".split())[:120]
                self.leave_out(f"not as the format has it: {problem}", name_of(record))
            else:
                yield document

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
