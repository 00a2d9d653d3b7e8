"""Read a chat model's reply, piece by piece, as the statements that it proposes.

A statement is a JSON object with a heading, a text and the keys that it cites. What stands around it (prose,
code fences, a list, a wrapping object) is passed over. Not for whether it is true: see `model.admit`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, ValidationError

_DEEPEST = 8  # braces within braces; what is deeper is no reply
_LONGEST = 4000  # characters of one statement as JSON


class Proposed(BaseModel):
    """A statement as the model proposes it: nothing of it is checked."""

    model_config = ConfigDict(frozen=True, strict=True)

    text: str
    heading: str = ""
    cites: tuple[str, ...] = ()


@dataclass
class ReplyReader:
    """Finds the proposed statements in a reply; how it is cut into pieces makes no difference.

    Attributes:
        refused: How many objects were complete but no statements.
        length: Characters read that are not white space.
    """

    refused: int = 0
    length: int = 0
    _opened: list[list[str]] = field(default_factory=list)
    _in_string: bool = False
    _escaped: bool = False

    def feed(self, piece: str) -> Iterator[Proposed]:
        """Read on, and give the statements that are complete now."""
        for char in piece:
            self.length += not char.isspace()
            if char == "{" and not self._in_string:
                self._open()
            elif not self._opened:
                continue  # prose between objects, whose quotation marks open no string
            for text in self._opened:
                text.append(char)
            if self._in_string:
                self._within_string(char)
            elif char == '"':
                self._in_string = True
            elif char == "}" and (found := self._close()) is not None:
                yield found

    @property
    def unfinished(self) -> bool:
        """Whether an object was begun and not ended."""
        return bool(self._opened)

    def _open(self) -> None:
        if len(self._opened) >= _DEEPEST:
            self._forget()
        self._opened.append([])

    def _within_string(self, char: str) -> None:
        if self._escaped:
            self._escaped = False
        elif char == "\\":
            self._escaped = True
        elif char == '"':
            self._in_string = False
        elif char in "\n\r":  # JSON has no raw line ends in strings: the brace before was no object
            self._forget()

    def _forget(self) -> None:
        self._opened.clear()
        self._in_string = self._escaped = False

    def _close(self) -> Proposed | None:
        text = "".join(self._opened.pop())
        if len(text) > _LONGEST:
            return None
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            self.refused += 1
            return None
        if "statements" in value:
            return None  # the object around a list of statements, each of which was read already
        try:
            return Proposed.model_validate({**value, "cites": tuple(value.get("cites") or ())})
        except (ValidationError, TypeError):
            self.refused += 1
            return None
