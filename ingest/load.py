"""Read a file as documents with the loader for its format. No file, however broken, ends the run for others.

Not for finding the files (`ingest.find`), for telling formats apart (`ingest.recognise`), nor for what
loaders have in common (`ingest.loader`).
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator

from corpus.errors import CitewellError, SourceUnreadableError
from ingest.document import Document
from ingest.find import SourceFile, printable
from ingest.loader import SourceLoader
from ingest.recognise import FORMATS, head_of, recognise

OnRemark = Callable[[str], None]


def load(file: SourceFile, sha256: str | None, on_remark: OnRemark = lambda _: None) -> Iterator[Document]:
    """Yield the documents of a file, one by one.

    Args:
        file: The file.
        sha256: Of its bytes a moment ago: text is never stored with the hash of other bytes.
        on_remark: Told, at the end, what of the file was left out and why, where the rest was read.

    Raises:
        SourceUnreadableError: Nothing of it can be read, or it changed in the meantime, so that all that was
            yielded is void; the message says what helps.
    """
    count = 0
    loader = loader_for(file)
    try:
        for document in loader.documents():
            count += 1
            yield document
    except Exception as error:
        # No file, however broken, may end the run for the others; nor may its end void its beginning.
        problem = _as_ours(error, file)
        if not count or _may_pass(error):
            raise problem from error
        on_remark(f"{problem} The {count:,} records before that were read.")
    if file.sha256() != sha256:
        raise SourceUnreadableError(f"{file.name}: changed while it was read.", "Ingest it again.")
    if told := loader.remarks.told(file.name):
        if not count:
            raise SourceUnreadableError(told, "Remove it, or get it again with the texts.")
        on_remark(told)


def _may_pass(error: Exception) -> bool:
    """Whether it may read well next time: then half of it is not kept as if it were all there is."""
    cause = error.__cause__ or error
    return isinstance(cause, OSError | MemoryError) and not isinstance(cause, gzip.BadGzipFile)


def _as_ours(error: Exception, file: SourceFile) -> CitewellError:
    if isinstance(error, CitewellError):
        return error
    return SourceUnreadableError(
        f"{file.name}: cannot be read ({type(error).__name__}: {' '.join(str(error).split())[:200]}).",
        "Save it anew in the program that made it; if that does not help, report it with the file.",
    )


def loader_for(file: SourceFile) -> SourceLoader:
    """Choose the loader for a file, by what stands at its start, then by its ending.

    Raises:
        SourceUnreadableError: The file cannot be opened, or is of a kind that no loader reads.
    """
    head = head_of(file.path, file.name)
    found = recognise(head)
    if found is not None:
        return found.loader_class()(file.path, file.name)
    if head.is_binary:
        raise SourceUnreadableError(
            f"{file.name}: is a binary file of a kind that is not supported.",
            "Convert it to PDF, Markdown or plain text.",
        )
    raise SourceUnreadableError(
        f"{file.name}: files ending in '{printable(head.suffix) or file.name}' are not supported.",
        f"Supported are {', '.join(dict.fromkeys(each.name for each in FORMATS))}.",
    )
