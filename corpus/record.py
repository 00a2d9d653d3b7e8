"""The bibliographic record of a source: what it is, who wrote it, and how well that is verified.

Not for the text of a source: see `corpus.files` and `ingest.document`.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, NewType

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

SourceId = NewType("SourceId", str)


class Kind(StrEnum):
    """What kind of work a source is, strongest evidence and authority first."""

    GUIDELINE = "guideline"
    REGULATOR = "regulator"
    LABEL = "label"
    LAW = "law"
    SYSTEMATIC_REVIEW = "systematic-review"
    META_ANALYSIS = "meta-analysis"
    TRIAL = "trial"
    MONOGRAPH = "monograph"
    REFERENCE_PAGE = "reference-page"
    COHORT = "cohort"
    CASE_CONTROL = "case-control"
    CROSS_SECTIONAL = "cross-sectional"
    REVIEW = "review"
    HUMAN_STUDY = "human-study"
    OVERVIEW = "overview"
    SUMMARY = "summary"
    COMMENTARY = "commentary"
    DOCUMENT = "document"
    NEWS = "news"
    ANIMAL_STUDY = "animal-study"
    IN_VITRO = "in-vitro"


PAPER_KINDS = frozenset(
    {
        Kind.SYSTEMATIC_REVIEW,
        Kind.META_ANALYSIS,
        Kind.TRIAL,
        Kind.COHORT,
        Kind.CASE_CONTROL,
        Kind.CROSS_SECTIONAL,
        Kind.REVIEW,
        Kind.HUMAN_STUDY,
        Kind.COMMENTARY,
        Kind.ANIMAL_STUDY,
        Kind.IN_VITRO,
    }
)

Doi = Annotated[str, StringConstraints(pattern=r"^10\.\d{4,9}/\S+$")]
Pmid = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,8}$")]
Pmcid = Annotated[str, StringConstraints(pattern=r"^PMC\d+$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=120)]


class Source(BaseModel):
    """One work: a paper, label, guideline, overview text or a reader's own document.

    Attributes:
        words: Whose words the stored text is: the work's ``own``, or a ``summary`` written for this corpus.
        disputed_by: Ids of sources that contradict something in this one; the text says what.
        same_work_as: Id of the source of which this is another copy or digest, or another page of one body
            saying the same. Together they are one voice, not two that agree.
        references: For a summary written for this corpus: each of its sentences, and the ids of the sources
            that it rests on. Such a sentence is never cited itself; its sources are.
        names: What the source is about: the preferred name first, then other names of the same.
        names_kind: What kind of thing the names name.
        concern: The journal has published an expression of concern about the work.
        set_id: What all versions of one drug label share; ``version`` counts them.
        unverified: Names of the fields whose value has not been seen in public text; shown as such.
        strength: How the facts of a label or monograph were read (see the corpus README).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Slug
    kind: Kind
    title: Annotated[str, StringConstraints(min_length=3, max_length=400, strip_whitespace=True)]
    authors: tuple[str, ...] = ()
    year: Annotated[int, Field(ge=1500, le=2100)] | None = None
    dated: str | None = None
    journal: str | None = None
    publisher: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    doi: Doi | None = None
    pmid: Pmid | None = None
    pmcid: Pmcid | None = None
    url: str | None = None
    licence: str | None = None
    open_access: bool = False
    study_type: str | None = None
    retracted: bool = False
    retrieved_on: date | None = None
    strength: Literal["primary", "official", "official-copy", "monograph"] | None = None
    words: Literal["own", "summary"] = "own"
    unverified: tuple[str, ...] = ()
    disputed_by: tuple[str, ...] = ()
    same_work_as: Slug | None = None
    references: dict[str, tuple[str, ...]] = {}
    names: tuple[str, ...] = ()
    names_kind: Literal["drug", "condition", "topic"] | None = None
    concern: bool = False
    version: str | None = None
    set_id: str | None = None

    @field_validator("url")
    @classmethod
    def _http_only(cls, url: str | None) -> str | None:
        if url is not None and not re.match(r"^https?://[^\s<>\"']+$", url):
            raise ValueError("a source's url starts with http:// or https:// and holds no spaces or quotes")
        return url
