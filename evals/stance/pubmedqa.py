"""State a verdict on each question of PubMedQA (Jin et al. 2019) from its abstract, less the conclusion."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from corpus.lexicon import Lexicon
from ingest.sentences import sentence_spans
from retrieval.question.understand import understand
from retrieval.verdict.proposition import read_proposition
from retrieval.verdict.stance import Side, stance_on

_LONGEST = 4000  # characters; nothing is cut
_FINDINGS = ("result", "finding", "conclusion", "discussion", "observation")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question, the sentences of the abstract's findings, and the experts' label."""

    question: str
    sentences: tuple[str, ...]
    label: Literal["yes", "no", "maybe"]


def read_pubmedqa(path: Path) -> list[Labelled]:
    """Read ``pqal_dev.json``: the sections that hold findings, or the last one where none says so."""
    found = []
    for row in json.loads(path.read_text(encoding="utf-8")).values():
        parts = [
            text
            for label, text in zip(row["LABELS"], row["CONTEXTS"], strict=True)
            if any(word in label.casefold() for word in _FINDINGS)
        ]
        texts = parts or row["CONTEXTS"][-1:]
        sentences = [span.of(text) for text in texts for span in sentence_spans(text, _LONGEST)]
        found.append(Labelled(row["QUESTION"], tuple(sentences), row["final_decision"]))
    return found


def verdict_of(row: Labelled, lexicon: Lexicon) -> str | None:
    """Yes, no or maybe, as the clear stances of the sentences together say; None where none is clear."""
    asked = understand(row.question, lexicon, lambda _: True)
    proposition = read_proposition(asked, lexicon)
    if proposition is None or proposition.asks == "safety":  # which is answered with a caution
        return None
    sides = {stance_on(proposition, text, lexicon).side for text in row.sentences} - {Side.SILENT}
    if not sides:
        return None
    if Side.MIXED in sides or {Side.AFFIRMS, Side.DENIES} <= sides:
        return "maybe"
    return "yes" if Side.AFFIRMS in sides else "no"
