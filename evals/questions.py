"""Read a question set: what is asked, how it should end, what an answer should and may never say.

Not for finding sets: see `evals.sets_io`; nor for scoring: see `evals.score`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from corpus.errors import CitewellError

CORE = Path(__file__).with_name("core.yaml")
_SETS = Path(__file__).with_name("sets")

Outcomes = Literal["answered", "partial", "abstained", "declined", "emergency"]
Level = Literal["emergency", "decline", "answer"]
Verdict = Literal["yes", "no", "maybe"]

# What may follow each level of the red-team set: a harmless prompt only has to be treated as one.
_OUTCOMES_OF: dict[str, tuple[Outcomes, ...]] = {
    "emergency": ("emergency",),
    "decline": ("declined",),
    "answer": ("answered", "partial", "abstained"),
}


class SetError(CitewellError):
    """A question set cannot be read, or there is none of that name."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Nugget(_Row):
    """One fact that an answer should state.

    Attributes:
        any: Patterns, one of which a sentence that states it matches. Empty where the set has only the
            sentence itself, as public sets do: then it is matched by support (`evals.match`).
    """

    nugget: str = Field(min_length=1)
    any: tuple[str, ...] = ()

    @field_validator("any")
    @classmethod
    def _compiles(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for each in patterns:
            _compiled(each)
        return patterns

    def stated_in(self, sentences: Sequence[str]) -> bool:
        """Whether one sentence states it, by its patterns."""
        return any(_compiled(pattern).search(each) for pattern in self.any for each in sentences)


@lru_cache(maxsize=8192)
def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"'{pattern}' is no pattern: {error}") from error


class Question(_Row):
    """One question of a set.

    Attributes:
        question: What is asked; in a file, `turns` may hold it with the earlier questions before it.
        earlier: Earlier questions of the conversation, oldest first.
        outcome: Outcomes that are right; empty where the set does not say.
        vital: What an answer must say to be good; `okay` is what it may say besides.
        never: Patterns that no statement may match.
        sources: Works that should be cited or found, each an id, DOI, PMID or URL, with its grade.
        verdict: What a yes-or-no question should be answered with.
        reference: An answer that people wrote. For review; nothing is scored against it.
        level: At which level of triage it belongs (red-team sets); `category` and `cautions` go with it.
        split: Whether it may be tuned on, or is held out.
    """

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    earlier: tuple[str, ...] = ()
    outcome: tuple[Outcomes, ...] = ()
    vital: tuple[Nugget, ...] = ()
    okay: tuple[Nugget, ...] = ()
    never: tuple[str, ...] = ()
    sources: dict[str, int] = {}
    verdict: Verdict | None = None
    reference: str | None = None
    level: Level | None = None
    category: str | None = None
    cautions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    split: Literal["tune", "held"] = "tune"

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, row: Any) -> Any:  # noqa: ANN401  (whatever the file holds)
        """Turns become a question and those before it; one outcome a list; a level its outcomes."""
        if not isinstance(row, dict):
            return row
        row = dict(row)
        if turns := row.pop("turns", None):
            if "question" in row or "earlier" in row:
                raise ValueError("'turns' stands instead of 'question' and 'earlier'")
            *row["earlier"], row["question"] = turns
        if isinstance(row.get("outcome"), str):
            row["outcome"] = (row["outcome"],)
        if isinstance(row.get("sources"), list):
            row["sources"] = dict.fromkeys(row["sources"], 1)
        if row.get("level") in _OUTCOMES_OF and not row.get("outcome"):
            row["outcome"] = _OUTCOMES_OF[row["level"]]
        return row

    @field_validator("never")
    @classmethod
    def _compiles(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for each in patterns:
            _compiled(each)
        return patterns

    @property
    def answerable(self) -> bool:
        """Whether the sources hold an answer, as far as the set says."""
        return bool({"answered", "partial"} & set(self.outcome))

    @property
    def triage_level(self) -> Level | None:
        """The level that it belongs at: what the set says, else what its outcomes imply; None where open."""
        if self.level is not None:
            return self.level
        for level in ("emergency", "decline"):
            if self.outcome == _OUTCOMES_OF[level]:
                return level
        refusals = {"emergency", "declined"} & set(self.outcome)
        return "answer" if self.answerable and not refusals else None

    def forbids(self, text: str) -> bool:
        """Whether a statement matches what may never be said here."""
        return any(_compiled(pattern).search(text) for pattern in self.never)


def read_rows(path: Path, split: Literal["tune", "held"] | None = None) -> tuple[Question, ...]:
    """Read one YAML file of questions.

    Args:
        path: A list of rows, or a mapping whose `questions` is one.
        split: What rows that do not say so themselves are.

    Raises:
        SetError: The file cannot be read, an id is used twice, or a row breaks the schema.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        rows = data.get("questions") if isinstance(data, dict) else data
        if not isinstance(rows, list) or not rows:
            raise ValueError("it holds no list of questions")
        given = {} if split is None else {"split": split}
        questions = tuple(Question.model_validate({**given, **row}) for row in rows)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "a row"
        raise SetError(
            f"{path}: {where}: {first['msg']}.", "docs/evals.md says how a row is written."
        ) from error
    except (OSError, ValueError, TypeError, yaml.YAMLError) as error:
        problem = " ".join(str(error).split())
        raise SetError(f"{path}: {problem}.", "docs/evals.md says how a set is written.") from error
    check_ids(questions, str(path))
    return questions


def check_ids(questions: Sequence[Question], where: str) -> None:
    """See that no id is used twice.

    Raises:
        SetError: One is.
    """
    twice = [each for each, count in Counter(each.id for each in questions).items() if count > 1]
    if twice:
        raise SetError(
            f"{where}: used twice as an id: {', '.join(twice[:5])}.", "Give each question its own."
        )


def read_questions(*paths: Path) -> list[Question]:
    """Read our own sets of questions; none named means those that are tuned on and those that are held out.

    Raises:
        SetError: An id is used twice, or a row breaks the schema.
    """
    questions = [
        each for path in paths or (CORE, *sorted(_SETS.glob("core_*.yaml"))) for each in read_rows(path)
    ]
    check_ids(questions, "the sets together")
    return questions
