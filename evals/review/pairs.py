"""The questions of one run, or of two side by side, as a reviewer or a judge gets them.

Not for rating them: see `evals.review.app`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from evals.review.ratings import Side
from evals.review.words import digest
from evals.store import Run
from retrieval.answer import Answer


@dataclass(frozen=True, slots=True)
class Pair:
    """One question, with its answer in one run and, if there are two, in the other.

    Attributes:
        answers: The answers by side; 'b' is missing where there is one run.
    """

    set: str
    id: str
    question: str
    earlier: tuple[str, ...]
    answers: dict[Side, Answer]

    @property
    def digests(self) -> dict[Side, str]:
        """Of each side, what identifies the words that are read."""
        return {side: digest(answer) for side, answer in self.answers.items()}

    def left(self, rater: str, seed: int) -> Side:
        """Which side stands on the left: drawn anew for each rater and question, and always drawn alike."""
        if len(self.answers) == 1:
            return "a"
        drawn = hashlib.sha256("\x00".join([str(seed), rater, self.set, self.id]).encode()).digest()
        return "a" if drawn[0] % 2 else "b"


def pairs_of(run: Run, against: Run | None = None, *, only_changed: bool = False) -> list[Pair]:
    """The questions of a run, or those that two runs share, in the order of the first.

    Args:
        run: Side a.
        against: Side b.
        only_changed: Leave out the questions whose two answers read the same.
    """
    found = list(_pairs(run, against))
    return [each for each in found if len(set(each.digests.values())) > 1] if only_changed else found


def _pairs(run: Run, against: Run | None) -> Iterator[Pair]:
    others = against.by_key() if against else {}
    for each in run.records:
        answers: dict[Side, Answer] = {"a": each.answer}
        if against is not None:
            if each.key not in others:
                continue
            answers["b"] = others[each.key].answer
        yield Pair(each.set, each.id, each.question.question, each.question.earlier, answers)
