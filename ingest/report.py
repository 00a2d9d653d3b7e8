"""What an ingest did: what became of each file, and the figures of the index it left.

Not for showing it: see `ui.cli_ingest`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

OnProgress = Callable[[str, int, int], None]  # the name of a step, how much of it is done, and of how much
State = Literal["added", "changed", "unchanged", "removed", "skipped"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    Attributes:
        why: Why it was skipped, or what of it was left out although the rest was read.
    """

    name: str
    state: State
    why: str = ""


@dataclass
class Report:
    """What an ingest did, or would do.

    Attributes:
        embedded: Passages that were given to the model, with their sentences.
        reused: Passages whose vectors were known.
        search: How the passages are searched by vector: ``exact``, or by an ``inverted file``.
        recall_at_10: Share of the ten nearest that this search finds, measured over a sample.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    generation: str = ""
    sources: int = 0
    passages: int = 0
    embedded: int = 0
    reused: int = 0
    search: str = ""
    recall_at_10: float = 1.0
    took_s: float = 0.0

    def names(self, state: State) -> list[Outcome]:
        """List the files of one state, in the order in which they were met."""
        return [each for each in self.outcomes if each.state == state]
