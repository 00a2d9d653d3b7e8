"""What the API takes and gives, as types with examples. A question's reply is `retrieval.answer.Answer`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from corpus.record import Kind
from retrieval.evidence.search import Filters
from retrieval.library import PassageHit, SourceRecord

LONGEST_QUESTION = 4000  # characters
_MOST_EARLIER = 20
_MOST_SOURCES = 200

Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QUESTION)]
Year = Annotated[int, Field(ge=1500, le=2100)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceFilters(_Body):
    """Which sources may be used; what is left out stands for any."""

    kinds: tuple[Kind, ...] = Field(
        default=(), max_length=len(Kind), examples=[["guideline", "meta-analysis"]]
    )
    since: Year | None = Field(default=None, description="Earliest year.", examples=[2010])
    until: Year | None = Field(default=None, description="Latest year.", examples=[2024])
    sources: tuple[Annotated[str, StringConstraints(max_length=200)], ...] = Field(
        default=(), max_length=_MOST_SOURCES, description="Ids of sources, as /v1/sources lists them."
    )

    @model_validator(mode="after")
    def _years_in_order(self) -> SourceFilters:
        if self.since is not None and self.until is not None and self.since > self.until:
            raise ValueError("'since' is later than 'until'")
        return self

    def filters(self) -> Filters:
        """The same, as the search takes it."""
        return Filters(
            kinds=frozenset(self.kinds), since=self.since, until=self.until, sources=frozenset(self.sources)
        )


class SourceQuery(SourceFilters):
    """Which sources are to be listed, and which part of the list."""

    offset: int = Field(default=0, ge=0, le=10_000_000, description="How many to leave out at the beginning.")
    limit: int = Field(default=100, ge=1, le=500, description="Most sources to return.")


class AskRequest(_Body):
    """A question, and what was asked before it in the same conversation."""

    question: Question = Field(examples=["How fast does diazepam work?"])
    earlier: tuple[Question, ...] = Field(
        default=(), max_length=_MOST_EARLIER, description="The person's earlier questions, oldest first."
    )
    filters: SourceFilters = SourceFilters()


class SearchRequest(_Body):
    """Words to search for."""

    question: Question = Field(examples=["onset of action of diazepam"])
    filters: SourceFilters = SourceFilters()
    limit: int = Field(default=10, ge=1, le=100, description="Most passages to return.")


class SearchReply(_Body):
    """Passages, best first. They are what sources say, not an answer."""

    hits: tuple[PassageHit, ...]
    index: str = Field(description="The generation that was searched.")
    disclaimer: str


class SourceList(_Body):
    """A part of the list of sources, without their texts."""

    sources: tuple[SourceRecord, ...]
    total: int = Field(description="How many sources there are that fit.")
    offset: int


class Health(_Body):
    """That the server is up, and what it serves."""

    status: Literal["ok"] = "ok"
    version: str = Field(examples=["0.1.0"])
    home: str = Field(description="Short hash of the folder that holds the index.")
    index: str | None = Field(description="The generation that is answered from; null where none is open.")
    settings: str = Field(description="Short hash of the settings that decide on answers.")
    privacy: tuple[str, ...] = Field(description="What somebody must know before typing a question.")


class Ready(_Body):
    """Whether questions can be answered."""

    ready: bool
    index: str | None
    why: str | None = Field(default=None, description="Why not, if not.")
