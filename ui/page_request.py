"""What a browser sends with a question, and what it kept of a conversation: checked, never trusted.

The conversation lives in the visitor's browser alone; the server forgets it with each answer. Not for HTML.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from corpus.errors import CitewellError
from corpus.record import Kind
from ingest.stock import CORPUS_ROOT
from retrieval.answer import Answer
from retrieval.evidence.search import Filters

LONGEST_QUESTION = 2000
TURNS_KEPT = 20
_LONGEST_RECORD = 4_000_000  # characters of a whole conversation

_Question = Annotated[str, StringConstraints(max_length=LONGEST_QUESTION)]
_Year = Annotated[int, Field(ge=1500, le=2100)]


class RequestError(CitewellError):
    """What the browser sent is not what the page sends."""


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds of source that are chosen together."""

    id: str
    name: str
    kinds: frozenset[Kind]


@lru_cache(maxsize=1)
def load_groups() -> tuple[Group, ...]:
    """Read `page_filters.yaml`; it never changes while the program runs."""
    path = Path(__file__).parent / "page_filters.yaml"
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(Group(row["id"], row["name"], frozenset(map(Kind, row["kinds"]))) for row in rows)


class Asked(BaseModel):
    """What comes with a question.

    Attributes:
        token: By which the visitor may stop the answer.
        number: Of the turn in the conversation.
        earlier: The earlier questions, oldest first.
        groups: Ids of the groups of sources that may be used; empty means any.
        since: Earliest year; `until` is the latest.
        mine: Whether only sources outside the shipped corpus may be used.
        visitor: The secret by which the visitor's own documents are known; empty where there are none.
        own: Whether to answer from these documents alone, from them beside the other sources, or not at all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: str = Field(default="", max_length=64)
    number: int = Field(default=1, ge=1, le=1_000_000)
    earlier: tuple[_Question, ...] = Field(default=(), max_length=TURNS_KEPT)
    groups: tuple[str, ...] = Field(default=(), max_length=20)
    since: _Year | None = None
    until: _Year | None = None
    mine: bool = False
    visitor: str = Field(default="", pattern=r"^([0-9a-f]{32})?$")
    own: Literal["", "only", "beside"] = ""

    @classmethod
    def read(cls, text: str) -> Self:
        """Read it from JSON.

        Raises:
            RequestError: It is not what the page sends.
        """
        try:
            asked = cls.model_validate_json(text or "{}")
        except ValidationError as error:
            raise RequestError("The page sent what cannot be read.", "Reload it and ask again.") from error
        if set(asked.groups) - {each.id for each in load_groups()}:
            raise RequestError("The page chose sources that are not known.", "Reload it and ask again.")
        if asked.since and asked.until and asked.since > asked.until:
            raise RequestError(f"No year is both from {asked.since} and up to {asked.until}.", "Swap them.")
        return asked

    def filters(self, roots: frozenset[str]) -> Filters:
        """What may be searched.

        Args:
            roots: The collections of the index, `corpus.CORPUS_ROOT` among them.
        """
        chosen = [each.kinds for each in load_groups() if each.id in self.groups]
        own = roots - {CORPUS_ROOT}
        wanted = self.mine and not self.own  # a visitor's own documents are an index of their own
        if wanted and not own:
            raise RequestError(
                "There is no collection of your own here.", "Add one with 'citewell ingest FOLDER'."
            )
        return Filters(
            kinds=frozenset().union(*chosen),
            since=self.since,
            until=self.until,
            collections=own if wanted else frozenset(),
        )

    @property
    def narrowed(self) -> str:
        """What the sources are narrowed to, in words; empty where any may be used."""
        parts = [each.name.lower() for each in load_groups() if each.id in self.groups]
        if self.since and self.until:
            parts.append(f"{self.since} to {self.until}")
        elif self.since:
            parts.append(f"from {self.since} on")
        elif self.until:
            parts.append(f"up to {self.until}")
        if self.own == "only":
            parts.append("documents added here")
        elif self.mine:
            parts.append("own collection")
        return ", ".join(parts)


class Kept(BaseModel):
    """One turn as the browser keeps it.

    Attributes:
        narrowed: What the sources were narrowed to.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, le=1_000_000)
    question: _Question
    narrowed: str = Field(default="", max_length=500)
    answer: Answer


def read_kept(text: str) -> tuple[list[Kept], int]:
    """Read a conversation that a browser kept.

    Returns:
        The turns that can be read, at most `TURNS_KEPT`, oldest first, and how many of them cannot.
    """
    if not text or len(text) > _LONGEST_RECORD:
        return [], int(bool(text))
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        return [], 1
    rows = rows[-TURNS_KEPT:] if isinstance(rows, list) else []
    kept: list[Kept] = []
    for row in rows:
        try:
            turn = Kept.model_validate(row)
        except (ValidationError, RecursionError):
            continue
        if not kept or turn.number > kept[-1].number:  # ids in the page are made of the number
            kept.append(turn)
    return kept, len(rows) - len(kept)
