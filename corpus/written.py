"""A record as a person wrote it: its fields, and its sentences under their headings with the keys they carry.

For checking the file line by line. Not for the index, which keeps only the words: see `ingest.load_markdown`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sentencex

from corpus.errors import RecordError
from corpus.files import parse, source_of
from corpus.keys import split_keys
from corpus.record import Source

_HEADING = re.compile(r"#{1,6}\s+(?P<title>.*?)\s*$")


@dataclass(frozen=True)
class WrittenSection:
    """A heading as it is written (empty before the first one) and the sentences under it."""

    heading: str
    sentences: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class WrittenRecord:
    """One record file.

    Attributes:
        name: Its path below the folder that is checked.
        front_matter: The fields as they stand there, before what is recalled is filled in.
        keys: The ids that a line's sentence carries at its end.
    """

    name: str
    text: str
    front_matter: Mapping[str, Any]
    source: Source
    body: str
    sections: list[WrittenSection]
    keys: dict[str, tuple[str, ...]]

    @property
    def sentences(self) -> list[str]:
        """All sentences, in order."""
        return [sentence for section in self.sections for sentence in section.sentences]


def read_record(path: Path, name: str) -> WrittenRecord:
    """Read one record file.

    Raises:
        RecordError: It cannot be read, has no front matter, or its front matter breaks the schema.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{name}: cannot be read ({error}).", "Save it as UTF-8 text.") from error
    front_matter, body = parse(text, name)
    if not front_matter:
        raise RecordError(
            f"{name}: has no front matter.", "Begin it with '---' and the fields of the record."
        )
    source = source_of(front_matter, name)
    sections, keys = _split(body)
    return WrittenRecord(name, text, front_matter, source, body, sections, keys)


def _split(body: str) -> tuple[list[WrittenSection], dict[str, tuple[str, ...]]]:
    """Cut a body into the sentences under each heading, as ingest does, and the keys at their ends."""
    sections: list[WrittenSection] = [WrittenSection("")]
    keys: dict[str, tuple[str, ...]] = {}
    paragraph: list[str] = []

    def close() -> None:
        pieces = (piece.strip() for piece in sentencex.segment("en", " ".join(paragraph)))
        sections[-1].sentences.extend(piece for piece in pieces if piece)
        paragraph.clear()

    for line in body.splitlines():
        heading = _HEADING.match(line)
        if heading:
            close()
            sections.append(WrittenSection(heading["title"]))
        elif not line.strip():
            close()
        else:
            sentence, carried = split_keys(line.strip())
            if carried:
                keys[sentence] = carried
            paragraph.append(sentence)
    close()
    return [section for section in sections if section.heading or section.sentences], keys
