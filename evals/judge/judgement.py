"""What a judge said, as it stands in `judgements.jsonl`. Not for asking it: see `evals.judge.judge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from evals.review.lines import read_lines
from evals.review.ratings import Side

FILE = "judgements.jsonl"
Label = Literal["support", "partial", "none"]
LABELS: tuple[Label, ...] = ("support", "partial", "none")
Preferred = Literal["first", "second", "tie"]


class _Judgement(BaseModel):
    """What all judgements have.

    Attributes:
        model: The judge, as LangChain's 'provider:model'.
        prompt: Which wording of the prompt.
        why: Why there is no judgement, where there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    set: str
    id: str
    model: str
    prompt: str
    why: str = ""


class NuggetJudgement(_Judgement):
    """How far an answer states one nugget; without a label where the judge gave none that can be read."""

    kind: Literal["nugget"] = "nugget"
    answer: str
    nugget: str
    label: Label | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What was judged by whom."""
        return self.kind, self.model, self.prompt, self.set, self.id, self.answer, self.nugget

    @property
    def is_judged(self) -> bool:
        """Whether the judge said something."""
        return self.label is not None


class PreferenceJudgement(_Judgement):
    """Which of two answers is better, asked in one order.

    Attributes:
        answers: Digests of the two answers by side.
        first: Which of them was shown first.
    """

    kind: Literal["preference"] = "preference"
    answers: dict[Side, str]
    first: Side
    preferred: Preferred | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What was judged by whom, in which order."""
        words = (self.answers["a"], self.answers["b"])
        return self.kind, self.model, self.prompt, self.set, self.id, *words, self.first

    @property
    def is_judged(self) -> bool:
        """Whether the judge said something."""
        return self.preferred is not None

    @property
    def winner(self) -> Side | Literal["tie"] | None:
        """Which side it preferred, whatever the order."""
        if self.preferred is None or self.preferred == "tie":
            return self.preferred
        other: Side = "b" if self.first == "a" else "a"
        return self.first if self.preferred == "first" else other


Judgement = NuggetJudgement | PreferenceJudgement


class _Line(RootModel[Annotated[Judgement, Field(discriminator="kind")]]):
    """One line of the file."""


def read_judgements(folder: Path) -> dict[tuple[str, ...], Judgement]:
    """What was judged in a run, by key; of what was asked again, the last.

    Raises:
        LineError: A line of the file is no judgement.
    """
    return {each.root.key: each.root for each in read_lines(folder / FILE, _Line)}
