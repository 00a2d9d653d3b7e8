"""Read a question set: what is asked, how it should end, what an answer should and may never say.

Not for scoring: see `evals.metrics`.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

CORE = Path(__file__).with_name("core.yaml")
_SETS = Path(__file__).with_name("sets")


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Nugget(_Row):
    """One fact that an answer should state, and patterns one of which a sentence that states it matches."""

    nugget: str
    any: tuple[str, ...] = Field(min_length=1)

    def stated_in(self, sentences: list[str]) -> bool:
        """Whether one sentence states it."""
        return any(re.search(pattern, each, re.IGNORECASE) for pattern in self.any for each in sentences)


class Question(_Row):
    """One question of a set.

    Attributes:
        earlier: Earlier questions of the conversation, oldest first.
        outcome: Outcomes that are right.
        vital: What an answer must say to be good; `okay` is what it may say besides.
        never: Patterns that no statement may match.
        split: Whether it may be tuned on, or is held out.
    """

    id: str
    question: str
    earlier: tuple[str, ...] = ()
    outcome: tuple[Literal["answered", "partial", "abstained", "declined", "emergency"], ...] = Field(
        min_length=1
    )
    vital: tuple[Nugget, ...] = ()
    okay: tuple[Nugget, ...] = ()
    never: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    split: Literal["tune", "held"]

    @field_validator("outcome", mode="before")
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @property
    def answerable(self) -> bool:
        """Whether the sources hold an answer."""
        return bool({"answered", "partial"} & set(self.outcome))


def read_questions(*paths: Path) -> list[Question]:
    """Read question sets; none means those that are tuned on and those that are held out.

    Raises:
        ValueError: An id is used twice, or a row breaks the schema.
    """
    questions = [
        Question.model_validate(row)
        for path in paths or (CORE, *sorted(_SETS.glob("core_*.yaml")))
        for row in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    twice = [each for each, count in Counter(each.id for each in questions).items() if count > 1]
    if twice:
        raise ValueError(f"used twice as an id: {', '.join(twice)}.")
    return questions
