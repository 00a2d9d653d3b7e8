"""The gate: a quick run of a part of the sets, held against thresholds (`gate.yaml`).

Questions that are held out never stand in it: what is looked at with every change would soon be tuned on.
Not for telling where a change made something worse: see `evals.compare`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.catalogue import METRICS
from evals.questions import SetError
from evals.sets_io import QuestionSet, read_set
from evals.store import Figure, Scores

GATE = Path(__file__).with_name("gate.yaml")


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Row):
    """A set, and every how many-th of its questions is asked."""

    set: str
    every: int = Field(default=1, ge=1)


class Bound(_Row):
    """What a metric must reach, or may not pass; over all questions, or those of one tag."""

    least: float | None = None
    most: float | None = None
    tag: str | None = None


class Gate(_Row):
    """A file of thresholds."""

    questions: tuple[Part, ...] = Field(min_length=1)
    thresholds: Mapping[str, tuple[Bound, ...]] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Held:
    """A threshold and what was measured.

    Attributes:
        found: None where the run has nothing to count for it, which does not pass.
    """

    metric: str
    bound: Bound
    found: Figure | None

    @property
    def passes(self) -> bool:
        """Whether the figure is within its bounds."""
        value = None if self.found is None else self.found.value
        if value is None:
            return False
        low, high = self.bound.least, self.bound.most
        return (low is None or value >= low) and (high is None or value <= high)


def read_gate(path: Path = GATE) -> Gate:
    """Read a file of thresholds.

    Raises:
        SetError: It is broken, or names a metric that there is not.
    """
    try:
        gate = Gate.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, ValidationError, yaml.YAMLError) as error:
        problem = " ".join(str(error).split())[:300]
        raise SetError(f"{path}: {problem}.", "See docs/evals.md on the gate.") from error
    unknown = sorted(gate.thresholds.keys() - METRICS.keys())
    if unknown:
        raise SetError(f"{path}: there is no metric {', '.join(unknown)}.", "docs/evals.md lists them.")
    return gate


def questions_of(gate: Gate) -> tuple[QuestionSet, ...]:
    """The questions that the gate asks.

    Raises:
        SetError: A set cannot be read, or holds questions that are held out.
    """
    sets = tuple(read_set(part.set).part(part.every) for part in gate.questions)
    held = [each.name for each in sets if each.is_held]
    if held:
        raise SetError(f"{', '.join(held)} is held out.", "The gate may only ask what may be tuned on.")
    return sets


def hold(gate: Gate, scores: Scores) -> list[Held]:
    """Hold the figures of a run against every threshold."""
    return [
        Held(name, bound, (scores.tags.get(bound.tag, {}) if bound.tag else scores.metrics).get(name))
        for name, bounds in gate.thresholds.items()
        for bound in bounds
    ]
