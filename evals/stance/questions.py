"""Read the yes-or-no questions over the shipped corpus, and what each answer may begin with.

Not for scoring: see `evals.stance.measure`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

SETS = {name: Path(__file__).with_name(f"{name}_verdicts.yaml") for name in ("core", "own")}

Expected = Literal["yes", "no", "mixed", "caution", "none"]


class Asked(BaseModel):
    """One question.

    Attributes:
        earlier: Earlier questions of the conversation, oldest first.
        verdicts: What the corpus bears out; several where each would be right; none where an answer may not
            begin with any.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    question: str
    earlier: tuple[str, ...] = ()
    verdicts: tuple[Expected, ...] = Field(min_length=1)


def read_asked(path: Path) -> list[Asked]:
    """Read a set of questions.

    Raises:
        ValueError: A row breaks the schema, or an id is used twice.
    """
    found = [Asked.model_validate(row) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]
    if len({each.id for each in found}) < len(found):
        raise ValueError(f"{path.name}: an id is used twice.")
    return found
