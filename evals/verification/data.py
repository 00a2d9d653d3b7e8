"""Read statements and spans whose support people have judged: K-QA, SciFact, and our own pairs.

K-QA (Manes et al. 2024, BioNLP): claims against whole answers, judged by three clinicians. SciFact (Wadden et
al. 2020, EMNLP): claims against abstracts. Neither says which sentence decides, so the span is the sentence
that Citewell would cite; where support needs several sentences, the pair counts as supported none the less.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from ingest.embed import Embedder
from ingest.sentences import sentence_spans
from retrieval.support.verify import carries, cosine
from retrieval.words import stems

DATA = Path("../shared/data")
PAIRS = Path(__file__).with_name("pairs.yaml")

_LONGEST = 1000  # characters of a sentence


@dataclass(frozen=True, slots=True)
class Pair:
    """A statement and a span.

    Attributes:
        supported: Whether people found that the span, or the text that it is from, supports the statement.
        similarity: Cosine of their sentence vectors.
        group: What must stay on one side of a split: pairs that share a question or claim.
        data: The set that it is from.
    """

    statement: str
    span: str
    supported: bool
    similarity: float
    group: str
    data: str


@dataclass(frozen=True, slots=True)
class _Judged:
    """A statement and the sentences of the text that it was judged against."""

    statement: str
    sentences: tuple[str, ...]
    supported: bool
    group: str


def read_kqa(folder: Path, embedder: Embedder) -> list[Pair]:
    """Read K-QA; empty when it is not there."""
    path = folder / "kqa" / "NLI_medical_annotator.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    judged = [
        _Judged(
            row["claim"], _sentences(row["answer"]), row["majority_label"] == "Entailment", row["Question"]
        )
        for row in rows
    ]
    return _likeliest(judged, "K-QA", embedder)


def read_scifact(folder: Path, embedder: Embedder) -> list[Pair]:
    """Read SciFact's training claims, each with a near abstract that was not found relevant; or nothing."""
    root = folder / "scifact"
    if not (root / "train_labels.tsv").is_file():
        return []
    claims = {row["_id"]: row["text"] for row in _jsonl(root / "queries.jsonl")}
    labels = [
        line.split("\t") for line in (root / "train_labels.tsv").read_text(encoding="utf-8").splitlines()[1:]
    ]
    wanted = {document for _, document, _ in labels}
    texts = {row["_id"]: row for row in _jsonl(root / "corpus.jsonl") if row["_id"] in wanted}
    sentences = {each: (row["title"], *_sentences(row["text"])) for each, row in texts.items()}
    judged = [
        _Judged(claims[claim], sentences[document], label == "SUPPORT", f"claim {claim}")
        for claim, document, label in labels
    ]
    words = {each: stems(" ".join(parts)) for each, parts in sentences.items()}
    relevant: dict[str, set[str]] = {}
    for claim, document, _ in labels:
        relevant.setdefault(claim, set()).add(document)
    for claim, known in relevant.items():
        near = max(
            (each for each in sorted(words) if each not in known),
            key=lambda each: len(words[each] & stems(claims[claim])),
        )
        judged.append(_Judged(claims[claim], sentences[near], False, f"claim {claim}"))
    return _likeliest(judged, "SciFact", embedder)


def read_own(embedder: Embedder, path: Path = PAIRS) -> list[Pair]:
    """Read the pairs that were written for Citewell; never learnt from."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = [
        (row["statement"], row["span"], label == "supported") for label, part in rows.items() for row in part
    ]
    vectors = embedder.encode([text for statement, span, _ in found for text in (statement, span)])
    return [
        Pair(statement, span, supported, cosine(vectors[2 * at], vectors[2 * at + 1]), span, "own pairs")
        for at, (statement, span, supported) in enumerate(found)
    ]


def _likeliest(judged: Sequence[_Judged], data: str, embedder: Embedder) -> list[Pair]:
    """Take the sentence of each text that would be cited for the statement."""
    texts = sorted({text for each in judged for text in (each.statement, *each.sentences)})
    vectors = dict(zip(texts, embedder.encode(texts), strict=True))
    pairs: list[Pair] = []
    for each in judged:
        near = np.asarray([cosine(vectors[each.statement], vectors[text]) for text in each.sentences])
        best = max(range(len(near)), key=lambda at: near[at] + carries(each.statement, each.sentences[at]))
        pairs.append(
            Pair(each.statement, each.sentences[best], each.supported, float(near[best]), each.group, data)
        )
    return pairs


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(span.of(text) for span in sentence_spans(text, _LONGEST)) or (text,)


def _jsonl(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
