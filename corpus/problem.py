"""Something in a corpus file that has to be mended.

Not an error that ends anything: a check goes on and finds them all.
"""

from __future__ import annotations

from dataclasses import dataclass

Finding = tuple[str, str]  # what is wrong, and what to do about it


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in which file, and the remedy."""

    file: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """One line: file, what, remedy."""
        return f"{self.file}: {self.what} {self.remedy}"
