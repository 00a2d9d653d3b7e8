"""The Answer: the one object that every surface shows, and its parts.

Its JSON is a contract (docs/architecture.md): fields may be added, never renamed. An Answer cannot be made
without its disclaimer, nor with a citation that its sources do not list.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from corpus.record import Kind, Source


class Outcome(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    ABSTAINED = "abstained"
    DECLINED = "declined"
    EMERGENCY = "emergency"
    ERROR = "error"


WordedBy = Literal["source", "citewell", "model"]
VerdictKind = Literal["yes", "no", "mixed", "caution"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(_Part):
    """The exact words of a stored passage that support a statement.

    Attributes:
        number: Number of the source in `Answer.sources`.
        start: Offset of the quote in the passage's text; `end` likewise, half-open.
        quote: The passage's text from `start` to `end`, character for character.
        support: How well the quote supports the statement, 0 to 1; 1 when it is the statement.
    """

    number: int = Field(ge=1)
    source_id: str
    passage_id: str
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    quote: str = Field(min_length=1)
    support: float = Field(ge=0.0, le=1.0)


class Statement(_Part):
    """One sentence of an answer.

    Attributes:
        worded_by: Whose words it is in: a source's own (then the first quote is the statement), those of a
            summary written for Citewell, whose every sentence rests on the works that it cites, or those of a
            chat model, which shortened or joined what it cites.
        sources_agreeing: How many independent works among those cited state it in full.
        kinds_agreeing: Of what kinds these works are, one for each, the strongest first.
        lead: The product's own words that `text` begins with ("Yes.", of a closed list): what the evidence
            says to a yes-or-no question. Empty where there are none.

    A statement without a citation is one of the product's own fixed sentences, which state no medical fact.
    """

    heading: str
    text: str = Field(min_length=1)
    worded_by: WordedBy = "source"
    sources_agreeing: int = 0
    kinds_agreeing: tuple[Kind, ...] = ()
    lead: str = ""
    citations: tuple[Citation, ...] = ()

    @property
    def sentence(self) -> str:
        """The text without the lead: what the citations support."""
        return self.text.removeprefix(self.lead).lstrip()


class Caution(_Part):
    """A warning that belongs to the answer, from a source."""

    text: str
    citations: tuple[Citation, ...] = ()


class SourceRef(_Part):
    """A source as an answer lists it: its record, its number, and how well the record is verified."""

    number: int = Field(ge=1)
    id: str
    kind: Kind
    study_type: str | None = None
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    journal: str | None = None
    publisher: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    doi: str | None = None
    pmid: str | None = None
    url: str | None = None
    licence: str | None = None
    retracted: bool = False
    concern: bool = False
    words: str = "own"
    unverified: tuple[str, ...] = ()
    disputed_by: tuple[str, ...] = ()

    @classmethod
    def of(cls, number: int, source: Source) -> Self:
        """The source under a number; its fields keep their names."""
        shared = cls.model_fields.keys() & Source.model_fields.keys()
        return cls(number=number, **{name: getattr(source, name) for name in shared})


class Receipt(_Part):
    """What makes an answer reproducible and auditable.

    Attributes:
        passages: Ids of the passages that were considered, best first.
        timings_ms: Milliseconds spent in each step.
    """

    index: str | None = None
    embedding_model: str | None = None
    embedding_fingerprint: str | None = None
    llm: str | None = None
    settings: str
    took_ms: float
    timings_ms: dict[str, float] = {}
    passages: tuple[str, ...] = ()
    triage: str | None = None


class Answer(_Part):
    """What was asked, how it ended, and what the sources say.

    Attributes:
        verdict: What the evidence says to a yes-or-no question; None where it does not clearly say, and
            for other questions.
    """

    question: str
    outcome: Outcome
    verdict: VerdictKind | None = None
    warnings: tuple[Caution, ...] = ()  # before the statements, as every surface shows them
    statements: tuple[Statement, ...] = ()
    sources: tuple[SourceRef, ...] = ()
    notes: tuple[str, ...] = ()
    disclaimer: str = Field(min_length=20)
    receipt: Receipt

    @model_validator(mode="after")
    def _citations_are_listed(self) -> Self:
        listed = {source.number: source.id for source in self.sources}
        cited = [each for part in self.statements for each in part.citations]
        cited += [each for part in self.warnings for each in part.citations]
        for citation in cited:
            if listed.get(citation.number) != citation.source_id:
                raise ValueError(
                    f"citation [{citation.number}] of {citation.source_id} is not among the sources"
                )
        if cited and self.outcome in {Outcome.ABSTAINED, Outcome.EMERGENCY, Outcome.ERROR}:
            raise ValueError(f"an answer that is '{self.outcome}' cites nothing")
        return self
