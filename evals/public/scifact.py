"""SciFact (Wadden et al. 2020, EMNLP): claims that abstracts support or contradict, in either of its layouts.

As released: claims_*.jsonl beside corpus.jsonl, whose abstracts are lists of sentences. In the BEIR layout:
with a table of labels (claim-id, doc-id, label) beside it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from evals.public import beir
from evals.public.found import Found, Text, json_lines, text_id, the_file
from evals.questions import Question, Verdict

NAME = "SciFact"
_VERDICT: dict[str, Verdict] = {"SUPPORT": "yes", "CONTRADICT": "no"}


def find(path: Path) -> Path | None:
    """The claims with evidence, or the table of labels."""
    claims = the_file(path, "claims_dev.jsonl", "claims_train.jsonl")
    if claims is not None and (claims.parent / "corpus.jsonl").is_file():
        return claims
    labels = the_file(path, "*_labels.tsv")
    return labels if labels is not None and beir.find(labels.parent) is not None else None


def read(path: Path) -> Found:
    """Read the claims; those with evidence of one kind alone have a verdict."""
    return _labelled(path) if path.suffix == ".tsv" else _released(path)


def _released(path: Path) -> Found:
    questions = tuple(
        Question(
            id=str(row["id"]),
            question=row["claim"],
            sources={text_id(str(each)): 1 for each in [*row["evidence"], *row.get("cited_doc_ids", ())]},
            verdict=_verdict({part["label"] for parts in row["evidence"].values() for part in parts}),
            tags=(path.stem,),
        )
        for row in json_lines(path)
    )
    return Found("scifact", questions, partial(_texts, path.parent))


def _verdict(labels: set[str]) -> Verdict | None:
    return _VERDICT.get(next(iter(labels))) if len(labels) == 1 else None


def _texts(folder: Path) -> Iterator[Text]:
    for row in json_lines(folder / "corpus.jsonl"):
        yield Text(text_id(str(row["doc_id"])), row["title"], " ".join(row["abstract"]))


def _labelled(path: Path) -> Found:
    judged = beir.find(path.parent)
    if judged is None:
        raise ValueError("no qrels stand beside it")
    found = beir.read(judged)
    labels: dict[str, set[str]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            labels.setdefault(row["claim-id"], set()).add(row["label"])
    return Found("scifact", tuple(_with_verdict(each, labels) for each in found.questions), found.documents)


def _with_verdict(question: Question, labels: dict[str, set[str]]) -> Question:
    verdict: dict[str, Any] = {"verdict": _verdict(labels.get(question.id, set()))}
    return question.model_copy(update=verdict)
