"""Collect a document's text block by block, and where each of its sections stands in it.

Not for taking a format apart: the loaders say what a block or a heading is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.document import Section, Span


@dataclass
class Writer:
    """Collects the plain text and where each section of it starts.

    Attributes:
        page: The page that is being written; a section ends with its page.
    """

    parts: list[str] = field(default_factory=list)
    length: int = 0
    open: list[tuple[int, str]] = field(default_factory=list)
    start: int = 0
    sections: list[Section] = field(default_factory=list)
    page: int | None = None

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(self.parts)

    def add(self, block: str) -> None:
        """Write a paragraph; one of white space alone is left out."""
        if block.strip():
            self.parts.append(block.strip() + "\n\n")
            self.length += len(self.parts[-1])

    def heading(self, level: int, title: str) -> None:
        """Begin a section; it is closed by the next heading of its level or above."""
        self.close()
        # By their levels, not by counting: many texts begin at the second level, or leave one out.
        self.open = [each for each in self.open if each[0] < level] + ([(level, title)] if title else [])

    def turn_to(self, page: int) -> None:
        """Begin a page; the headings that are open stay open."""
        self.close()
        self.page = page

    def close(self) -> None:
        """End the section that is being written; one without text is left out."""
        if self.length > self.start:
            path = tuple(title for _, title in self.open)
            self.sections.append(Section(path, Span(self.start, self.length), page=self.page))
        self.start = self.length
