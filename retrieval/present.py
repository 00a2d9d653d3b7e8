"""Make the Answer: number the sources, set the citations, add the notes and the disclaimer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from corpus.record import Kind, Source, SourceId
from retrieval.answer import (
    Answer,
    Caution,
    Citation,
    Outcome,
    Receipt,
    SourceRef,
    Statement,
    VerdictKind,
    WordedBy,
)
from retrieval.composing.compose import Chosen
from retrieval.evidence.desk import Evidence, work_of
from retrieval.safety.disclaimer import disclaimer_for
from retrieval.support.verify import Support


@lru_cache(maxsize=1)
def load_messages() -> dict[str, Any]:
    """Read `messages.yaml`; it never changes while the program runs."""
    path = Path(__file__).parent / "messages.yaml"
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


@dataclass
class Numbering:
    """Makes statements of what was chosen, and gives each source its number when it is first cited."""

    sources: dict[SourceId, tuple[int, Source]] = field(default_factory=dict)

    def statement(self, chosen: Chosen) -> Statement:
        """The statement as it is shown."""
        # A summary's sentence may rest on works none of which states all of it: then it counts as one.
        whole = [evidence.source for evidence, support in chosen.backing if support.holds]
        stating = {work_of(source): source.kind for source in reversed(whole)}
        return Statement(
            heading=chosen.heading,
            text=" ".join(filter(None, (chosen.lead, chosen.evidence.text))),
            lead=chosen.lead,
            worded_by=_worded_by(chosen),
            sources_agreeing=max(1, len(stating)),
            kinds_agreeing=tuple(sorted(stating.values(), key=list(Kind).index)),
            citations=tuple(self._cite(evidence, support) for evidence, support in chosen.backing),
        )

    def caution(self, chosen: Chosen) -> Caution:
        """The same as a warning."""
        part = self.statement(chosen)
        return Caution(text=part.text, citations=part.citations)

    def listed(self, after: int = 0) -> tuple[SourceRef, ...]:
        """The sources cited so far, but for the first `after`."""
        numbered = list(self.sources.values())[after:]
        return tuple(SourceRef.of(number, source) for number, source in numbered)

    def _cite(self, evidence: Evidence, support: Support) -> Citation:
        source = evidence.source
        number, _ = self.sources.setdefault(SourceId(source.id), (len(self.sources) + 1, source))
        return Citation(
            number=number,
            source_id=source.id,
            passage_id=evidence.passage.id,
            start=evidence.span.start,
            end=evidence.span.end,
            quote=evidence.span.of(evidence.passage.text),
            support=support.score,
        )


def _worded_by(chosen: Chosen) -> WordedBy:
    if chosen.by_model:
        return "model"
    return "citewell" if chosen.evidence.source.kind is Kind.SUMMARY else "source"


def present(
    question: str,
    outcome: Outcome,
    region: str,
    receipt: Receipt,
    chosen: Sequence[Chosen] = (),
    warnings: Sequence[Chosen] = (),
    opening: Sequence[str] = (),
    notes: Sequence[str] = (),
    verdict: VerdictKind | None = None,
) -> Answer:
    """Build the Answer.

    Args:
        question: As the person wrote it.
        outcome: How it ended.
        region: Whose emergency number the disclaimer names.
        receipt: What makes the answer reproducible.
        opening: The product's own fixed sentences that come first (help, decline, abstention).
        chosen: Verified statements in reading order.
        warnings: Verified statements that warn.
        notes: Remarks on how the question was read and what was not found.
        verdict: What the evidence says to a yes-or-no question.
    """
    numbering = Numbering()
    # Warnings are read first, so their sources are numbered first.
    cautions = [numbering.caution(each) for each in warnings]
    statements = [Statement(heading="", text=text) for text in opening]
    statements += [numbering.statement(each) for each in chosen]
    return Answer(
        question=question,
        outcome=outcome,
        verdict=verdict,
        statements=tuple(statements),
        sources=numbering.listed(),
        warnings=tuple(cautions),
        notes=tuple(notes),
        disclaimer=disclaimer_for(outcome.value, region),
        receipt=receipt,
    )
