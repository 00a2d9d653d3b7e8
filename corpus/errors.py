"""Every error that Citewell raises on purpose: what is wrong, where, and what to do about it.

Not for what a check of the corpus finds: see `corpus.problem`.
"""

from __future__ import annotations


class CitewellError(Exception):
    """Base of all of Citewell's own errors.

    Args:
        what: What is wrong, naming the file or the value.
        remedy: What the reader can do about it, as a full sentence.
    """

    exit_code = 1

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy


class RecordError(CitewellError):
    """A corpus file (source record, lexicon, facet table) breaks its schema."""


class SourceUnreadableError(CitewellError):
    """One source file cannot be turned into a document; the others still can."""


class SettingsError(CitewellError):
    """A setting has a value that cannot work."""

    exit_code = 7


class NotFoundError(CitewellError):
    """There is no such source or passage in the index."""

    exit_code = 8


class ModelError(CitewellError):
    """The embedding model is missing or is not the one that was pinned."""


class IndexMissingError(CitewellError):
    """No index has been published yet."""

    exit_code = 3


class IndexDamagedError(CitewellError):
    """The index on disk is not what was published."""

    exit_code = 4


class IndexMismatchError(CitewellError):
    """The index was made with other settings (another embedding model, an older format)."""

    exit_code = 4


class IndexBusyError(CitewellError):
    """Another ingest holds the lock."""

    exit_code = 5


class AuditError(CitewellError):
    """The audit log cannot be written, read or deleted."""


class ChatModelError(CitewellError):
    """The chat model that is to word answers cannot be set up."""


class FetchError(CitewellError):
    """A place on the net refused, or its reply cannot be kept."""


class UnreachableError(FetchError):
    """A place on the net cannot be reached; what was fetched before is there."""

    exit_code = 6


class FetchBusyError(FetchError):
    """Another fetch is going on in the same folder."""

    exit_code = 5
