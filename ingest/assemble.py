"""Put paragraphs together to the text of a document, with a section for each run under the same headings."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.document import Section, normalise
from ingest.writer import Writer

Paragraph = tuple[tuple[str, ...], str]  # the headings above it, from the outermost, and its text

_LONGEST_HEADING = 200  # characters


def assemble(paragraphs: Iterable[Paragraph]) -> tuple[str, tuple[Section, ...]]:
    """The text, normalised, and its sections, which tile it."""
    writer = Writer()
    current: tuple[str, ...] = ()
    for path, text in paragraphs:
        if path != current:
            writer.close()
            writer.open = [(level, heading) for level, each in enumerate(path) if (heading := _heading(each))]
            current = path
        writer.add(normalise(text))
    writer.close()
    return writer.text, tuple(writer.sections)


def _heading(written: str) -> str:
    words = " ".join(normalise(written).split())
    return words if len(words) <= _LONGEST_HEADING else words[:_LONGEST_HEADING].rpartition(" ")[0] + " …"
