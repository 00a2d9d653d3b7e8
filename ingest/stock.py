"""A document together with its passages and the file that it came from, as an index holds it.

Not for how it is held: see `ingest.store`.
"""

from __future__ import annotations

from dataclasses import dataclass

from corpus.record import Source
from ingest.document import Passage

CORPUS_ROOT = "corpus"  # stands for the shipped corpus, wherever it is installed


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What one source contributes to an index.

    Attributes:
        root: The file or folder that was ingested; ``corpus`` for the shipped one.
        name: Path of the file relative to the root.
        file_sha256: Of the bytes of the file, to see whether it has changed.
    """

    source: Source
    text: str
    passages: tuple[Passage, ...]
    root: str
    name: str
    file_sha256: str
