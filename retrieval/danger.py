"""Find danger in wordings that no pattern of the triage foresees, from the vectors of sentences.

A linear classifier (multinomial logistic regression) over sentence vectors and a few cues of wording. It
comes after the patterns and may only raise what they found. Deterministic for a given model; its weights,
in `danger.json`, are learnt by `python -m evals.danger.train`. Not for caution tags: see `retrieval.triage`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import RecordError
from retrieval.triage import Level, Triage

WEIGHTS = Path(__file__).with_name("danger.json")
RULE = "semantic"
OTHER = "other"

# One cue weighs as much as a fifth of a whole vector, whose length is 1; chosen by cross-validation.
CUE_SCALE = 0.2

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|[\r\n]+")
# People put the danger first or last, so both ends of a long question are read.
_FIRST, _LAST = 4, 4
_LONGEST = 1000  # characters of a part; the model reads no more

Numbers = NDArray[np.float32]


class Encoder(Protocol):
    """What is needed of an embedding model."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the weights."""

    def encode_queries(self, texts: Sequence[str]) -> Numbers:
        """Encode texts as unit vectors."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """What was learnt.

    Attributes:
        model: Fingerprint of the embedding model whose vectors it reads.
        labels: Level and category of each row of the weights; the level of what is harmless is None.
        thresholds: How probable a danger must be for a level to be raised.
        cues: Patterns of wording; each adds one input beside the vector.
    """

    model: str
    labels: tuple[tuple[Level | None, str], ...]
    weights: Numbers
    bias: Numbers
    thresholds: dict[Level, float]
    cues: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Danger:
    """How probable it is that something is not harmless, and what it then most likely is."""

    probability: float
    level: Level
    category: str


def raise_level(triaged: Triage, question: str, embedder: Encoder) -> Triage:
    """Raise a triage that found no danger, where the meaning of the question shows one.

    Args:
        triaged: What the patterns found. An emergency or what is declined is returned as it is.
        question: As the person wrote it.
        embedder: The model in use. With another one than was learnt from, nothing is raised.
    """
    classifier = load_classifier()
    if triaged.level in (Level.EMERGENCY, Level.DECLINE) or embedder.fingerprint != classifier.model:
        return triaged
    parts = read_parts(question)
    if not parts:
        return triaged
    inputs = make_inputs(parts, embedder.encode_queries(parts), classifier.cues)
    danger = find_danger(classifier, inputs)
    if danger.probability < classifier.thresholds[danger.level]:
        return triaged
    return replace(triaged, level=danger.level, category=danger.category, rule=RULE)


def read_parts(question: str) -> list[str]:
    """Give the sentences of a question, at most eight, and the question as a whole."""
    sentences = [each for part in _SENTENCE_END.split(question) if (each := part.strip()[:_LONGEST])]
    if len(sentences) > _FIRST + _LAST:
        sentences = sentences[:_FIRST] + sentences[-_LAST:]
    whole = " ".join(question.split())[:_LONGEST]
    return [each for each in dict.fromkeys([*sentences, whole]) if re.search(r"\w", each)]


def make_inputs(texts: Sequence[str], vectors: Numbers, cues: Sequence[re.Pattern[str]]) -> Numbers:
    """Put the cues of each text beside its vector."""
    plain = [text.casefold().replace("’", "'") for text in texts]
    found = [[CUE_SCALE if cue.search(text) else 0.0 for cue in cues] for text in plain]
    return np.hstack([vectors, np.asarray(found, dtype=np.float32)])


def find_danger(classifier: Classifier, inputs: Numbers) -> Danger:
    """Find the most dangerous of several texts, and of what kind it is."""
    scores = inputs @ classifier.weights.T + classifier.bias
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    of_level = {
        level: shares[:, [at for at, label in enumerate(classifier.labels) if label[0] is level]]
        for level in (Level.EMERGENCY, Level.DECLINE)
    }
    sums = {level: part.sum(axis=1) for level, part in of_level.items()}
    row = int(np.argmax(sums[Level.EMERGENCY] + sums[Level.DECLINE]))
    level = max(sums, key=lambda each: float(sums[each][row]))
    categories = [category for of, category in classifier.labels if of is level]
    return Danger(
        probability=float(sums[Level.EMERGENCY][row] + sums[Level.DECLINE][row]),
        level=level,
        category=categories[int(np.argmax(of_level[level][row]))],
    )


@lru_cache(maxsize=1)
def load_classifier() -> Classifier:
    """Read the shipped weights; they never change while the program runs."""
    return read_classifier(WEIGHTS)


def read_classifier(path: Path) -> Classifier:
    """Read a file of weights.

    Raises:
        RecordError: It lacks something, or is not in the form that the training writes.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        labels = tuple(
            (None if level == OTHER else Level(level), str(name)) for level, name in data["labels"]
        )
        return Classifier(
            model=str(data["model"]),
            labels=labels,
            weights=np.asarray(data["weights"], dtype=np.float32).reshape(len(labels), -1),
            bias=np.asarray(data["bias"], dtype=np.float32),
            thresholds={Level(level): float(value) for level, value in data["thresholds"].items()},
            cues=tuple(re.compile(pattern) for pattern in data["cues"].values()),
        )
    except (OSError, KeyError, TypeError, AttributeError, ValueError, re.error) as error:
        raise RecordError(
            f"{path.name}: {' '.join(str(error).split())}.",
            "Run 'python -m evals.danger.train' to write it anew.",
        ) from error
