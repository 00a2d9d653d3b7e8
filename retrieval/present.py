"""Make the Answer: number the sources, set the citations, add the notes and the disclaimer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from corpus.record import Kind, Source, SourceId
from retrieval.answer import Answer, Caution, Citation, Outcome, Receipt, SourceRef, Statement
from retrieval.compose import Chosen
from retrieval.disclaimer import disclaimer_for
from retrieval.evidence import Evidence, work_of
from retrieval.verify import Support


@lru_cache(maxsize=1)
def load_messages() -> dict[str, Any]:
    """Read `messages.yaml`; it never changes while the program runs."""
    path = Path(__file__).parent / "messages.yaml"
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


@dataclass
class _Numbering:
    """Gives each source its number when it is first cited."""

    sources: dict[SourceId, tuple[int, Source]] = field(default_factory=dict)

    def cite(self, evidence: Evidence, support: Support) -> Citation:
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

    def listed(self) -> tuple[SourceRef, ...]:
        return tuple(SourceRef.of(number, source) for number, source in self.sources.values())


def present(
    question: str,
    outcome: Outcome,
    region: str,
    receipt: Receipt,
    chosen: Sequence[Chosen] = (),
    warnings: Sequence[Chosen] = (),
    opening: Sequence[str] = (),
    notes: Sequence[str] = (),
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
    """
    numbering = _Numbering()
    statements = [Statement(heading="", text=text) for text in opening]
    statements += [_statement(each, numbering) for each in chosen]
    cautions = [
        Caution(text=part.text, citations=part.citations)
        for part in (_statement(each, numbering) for each in warnings)
    ]
    return Answer(
        question=question,
        outcome=outcome,
        statements=tuple(statements),
        sources=numbering.listed(),
        warnings=tuple(cautions),
        notes=tuple(notes),
        disclaimer=disclaimer_for(outcome.value, region),
        receipt=receipt,
    )


def _statement(chosen: Chosen, numbering: _Numbering) -> Statement:
    stating = {work_of(evidence.source) for evidence, support in chosen.backing if support.holds}
    return Statement(
        heading=chosen.heading,
        text=chosen.evidence.text,
        worded_by="citewell" if chosen.evidence.source.kind is Kind.SUMMARY else "source",
        sources_agreeing=max(1, len(stating)),
        citations=tuple(numbering.cite(evidence, support) for evidence, support in chosen.backing),
    )
