"""Find danger in wordings that no pattern of the triage foresees.

Three readers give the probability of each kind of danger, and their weighed mean decides: a small network
with its adapters (`safety.danger_net`), a linear map over the vectors of the model without them, and one over
runs of letters and words (`safety.danger_letters`). They err on different questions, so that together they
find more. What leaves them in doubt is read once more, by a larger model (`safety.danger_closely`), where its
package is installed. They come after the patterns and may only raise what those found. What was learnt stands
in `danger.npz`; what it means, how much each reader counts and from which probability on, in `danger.json`;
both are written by `python -m evals.danger.train`. It always reads with the models in the packages, whichever
model the index uses. Not for caution tags: see `retrieval.safety.triage`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from corpus.errors import RecordError
from ingest.adapt import Base
from retrieval.question.hear import says_little
from retrieval.safety.danger_closely import CloseReader, load_close_reader
from retrieval.safety.danger_letters import Linear, Numbers, letter_shares
from retrieval.safety.danger_net import Reader
from retrieval.safety.danger_store import Learnt, read_learnt
from retrieval.safety.gloss import gloss
from retrieval.safety.triage import Level, Triage, load_rules

MEANING = Path(__file__).with_name("danger.json")
WEIGHTS = Path(__file__).with_name("danger.npz")
RULE = "semantic"
OTHER = "other"

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|[\r\n]+")
_LETTER = re.compile(r"[^\W\d_]")  # figures alone say nothing of danger
# Words read at once: enough for nearly every question, few enough that one sentence still weighs.
_MOST_WORDS = 60
# Of a text longer than this many parts, both ends are read; the patterns have read all of it.
_FIRST, _LAST = 16, 16
_OF_LIGHT = 0.06  # less that an emergency needs where it is read with the question before it
_LONGEST_WORD = 40
# Of a question with few words of its own, so many turns before it are read too; among them danger weighs
# less, so that so much less is asked of it.
_TURNS, _OF_TALK = 4, 0.15

_SWALLOWED = "overdose_or_poisoning"

_UNREADABLE = (OSError, KeyError, TypeError, AttributeError, ValueError, RuntimeError, EOFError)

Label = tuple[Level | None, str]


@dataclass(frozen=True, slots=True)
class Trust:
    """How much each of the three readers counts; together 1."""

    network: float
    vectors: float
    letters: float

    def mean(self, network: Numbers, vectors: Numbers, letters: Numbers) -> Numbers:
        """Weigh what the three say."""
        mean: Numbers = self.network * network + self.vectors * vectors + self.letters * letters
        return mean


@dataclass(frozen=True)
class Closely:
    """How a text that leaves the three readers in doubt is read once more.

    Attributes:
        reader: Reads it (`safety.danger_closely`).
        trust: How much it counts; the three together count the rest to 1.
        doubt: Probabilities of danger, of the three together, between which it is asked.
    """

    reader: CloseReader
    trust: float
    doubt: tuple[float, float]

    def mean(self, shares: Numbers, texts: Sequence[str], danger: Numbers) -> Numbers:
        """Weigh what the three say with what it says, of the texts that are in doubt.

        Args:
            shares: Of the three, shape (texts, labels).
            texts: What was read.
            danger: How probable any danger is by the three, shape (texts,).
        """
        least, most = self.doubt
        doubtful = [at for at, each in enumerate(danger) if least <= each <= most]
        if not doubtful:
            return shares
        mean = shares.copy()
        closely = self.reader.shares([texts[at] for at in doubtful])
        mean[doubtful] = (1 - self.trust) * shares[doubtful] + self.trust * closely
        return mean


@dataclass(frozen=True)
class Classifier:
    """What was learnt.

    Attributes:
        labels: Level and category of each output; the level of what is harmless is None.
        thresholds: How probable an emergency, or any danger, must be for the level to be raised.
        trust: How much each of the three readers counts; together 1.
        reader: The network.
        vectors: Over the vectors of the packaged model.
        letters: Over runs of letters and words.
        closely: How what is in doubt is read once more; None where that cannot be done.
    """

    labels: tuple[Label, ...]
    thresholds: dict[Level, float]
    trust: Trust
    reader: Reader
    vectors: Linear
    letters: Linear
    closely: Closely | None = None

    def shares(self, texts: Sequence[str]) -> Numbers:
        """Give the probability of each label for each text, shape (texts, labels)."""
        network, vectors = self.reader.read(texts)
        shares = self.trust.mean(network, self.vectors.shares(vectors), letter_shares(self.letters, texts))
        if self.closely is None:
            return shares
        dangerous = [at for at, (level, _) in enumerate(self.labels) if level is not None]
        return self.closely.mean(shares, texts, shares[:, dangerous].sum(axis=1))


@dataclass(frozen=True, slots=True)
class Danger:
    """What a text may be: the probability of each level, and the likeliest category of it."""

    emergency: float
    decline: float
    categories: dict[Level, str]

    def level(self, thresholds: dict[Level, float]) -> Level | None:
        """Which level it is raised to; None where it is harmless."""
        if self.emergency >= thresholds[Level.EMERGENCY]:
            return Level.EMERGENCY
        if self.emergency + self.decline < thresholds[Level.DECLINE]:
            return None
        return Level.EMERGENCY if self.emergency > self.decline else Level.DECLINE


def raise_level(triaged: Triage, question: str, earlier: Sequence[str] = ()) -> Triage:
    """Raise a triage where the meaning of the question shows more danger than the patterns found.

    Args:
        triaged: What the patterns found. An emergency is returned as it is.
        question: As the person wrote it.
        earlier: The earlier questions of the conversation, oldest first.

    Raises:
        ModelError: The model in the package cannot be used.
    """
    if triaged.level is Level.EMERGENCY:
        return triaged
    found = _found_in(question, earlier)
    if found is None or (triaged.level is Level.DECLINE and found[0] is not Level.EMERGENCY):
        return triaged
    level, category = found
    if level is Level.EMERGENCY and triaged.earlier_category == _SWALLOWED and says_little(question):
        category = _SWALLOWED  # "do I need to go in?" is asked of it; its help names the crisis line too
    return replace(triaged, level=level, category=category, rule=RULE)


def _found_in(question: str, earlier: Sequence[str]) -> tuple[Level, str] | None:
    """Find the level and category of a question after those before it; None where it is harmless."""
    if not earlier and load_rules().is_ordinary_use(question):
        return None
    found = find_danger(question)
    if found is None or not earlier:
        return found
    found = find_danger(question, earlier[-1])
    if found is not None and len(earlier) > 1 and says_little(question):
        return found if _stays(found[0], question, tuple(earlier[-_TURNS:])) else None
    return found


@lru_cache(maxsize=512)
def _stays(level: Level, question: str, earlier: tuple[str, ...]) -> bool:
    """Whether a question that says little keeps its level when it is read after the talk before it.

    "Which ones don't then" sounds like anything, and after a talk about side effects like that talk.
    """
    classifier = load_classifier()
    read = read_danger(classifier, in_light_of(". ".join(each.rstrip(" .") for each in earlier), question))
    if read is None:
        return False
    weight = read.emergency if level is Level.EMERGENCY else read.emergency + read.decline
    return weight >= classifier.thresholds[level] - _OF_TALK


@lru_cache(maxsize=512)  # the earlier questions of a conversation come again with every turn
def find_danger(question: str, before: str | None = None) -> tuple[Level, str] | None:
    """Find the level and category of a question by its meaning; None where it is harmless.

    Args:
        question: As the person wrote it.
        before: The question before it, where it is to be read in its light too: "and if I just stop it?" says
            less of danger after "is it addictive?" than alone. The milder of the two readings counts; who
            is in danger says so in a way that no question before it makes harmless.
    """
    classifier = load_classifier()
    mildest = read_danger(classifier, question, before)
    if mildest is None:
        return None
    # Beside a harmless question, danger weighs less in the mean of both: so less is asked of it.
    least = classifier.thresholds[Level.EMERGENCY] - (_OF_LIGHT if before is not None else 0.0)
    level = mildest.level({**classifier.thresholds, Level.EMERGENCY: least})
    return None if level is None else (level, mildest.categories[level])


def read_danger(classifier: Classifier, question: str, before: str | None = None) -> Danger | None:
    """Read a question, alone and in the light of the one before it: the milder counts; None of nothing.

    The milder of each: of the probability of an emergency, and of that of any danger.
    """
    texts = [question] if before is None else [question, in_light_of(before, question)]
    readings = [
        weigh(classifier.shares(parts), classifier.labels) for text in texts if (parts := read_parts(text))
    ]
    if not readings:
        return None
    milder = min(readings, key=lambda each: each.emergency)
    danger = min(each.emergency + each.decline for each in readings)
    return replace(milder, decline=danger - milder.emergency)


def in_light_of(before: str, question: str) -> str:
    """Give a question as it is read after the one before it."""
    return f"{before.rstrip(' .')}. {question}"


def read_parts(question: str) -> list[str]:
    """Give a question in parts of neighbouring sentences, each overlapping the last by one.

    A question of ordinary length is one part. One in another language is given word by word in English, and
    what the question denies ("no chest pain", "not suicidal") is left out, as the patterns leave it out.
    """
    sentences = [_words(each) for each in _SENTENCE_END.split(load_rules().without_denials(gloss(question)))]
    pieces = [each[at : at + _MOST_WORDS] for each in sentences for at in range(0, len(each), _MOST_WORDS)]
    parts: list[list[list[str]]] = []
    for piece in pieces:
        if parts and sum(map(len, parts[-1])) + len(piece) <= _MOST_WORDS:
            parts[-1].append(piece)
        elif parts and len(parts[-1][-1]) + len(piece) <= _MOST_WORDS:
            parts.append([parts[-1][-1], piece])
        else:
            parts.append([piece])
    if len(parts) > _FIRST + _LAST:
        parts = parts[:_FIRST] + parts[-_LAST:]
    texts = (" ".join(word for piece in part for word in piece) for part in parts)
    return [text for text in dict.fromkeys(texts) if _LETTER.search(text)]


def _words(sentence: str) -> list[str]:
    return [word[:_LONGEST_WORD] for word in sentence.split()]


def weigh(shares: Numbers, labels: Sequence[Label]) -> Danger:
    """Find the most dangerous of several parts, and of what kind it is.

    Args:
        shares: Probability of each label for each part, shape (parts, labels).
        labels: What the columns mean.
    """
    columns = {
        level: [at for at, label in enumerate(labels) if label[0] is level]
        for level in (Level.EMERGENCY, Level.DECLINE)
    }
    sums = {level: shares[:, at].sum(axis=1) for level, at in columns.items()}
    row = int((2 * sums[Level.EMERGENCY] + sums[Level.DECLINE]).argmax())
    return Danger(
        emergency=float(sums[Level.EMERGENCY][row]),
        decline=float(sums[Level.DECLINE][row]),
        categories={level: labels[at[int(shares[row, at].argmax())]][1] for level, at in columns.items()},
    )


@lru_cache(maxsize=1)
def load_classifier() -> Classifier:
    """Read the shipped weights; they never change while the program runs."""
    return read_classifier(MEANING, WEIGHTS)


def warm_up() -> None:
    """Load what reads closely, so that no question in doubt pays for it.

    Raises:
        RecordError, ModelError: It cannot be used.
    """
    closely = load_classifier().closely
    if closely is not None:
        closely.reader.shares(["How does it work?"])


def read_classifier(meaning: Path, weights: Path) -> Classifier:
    """Read a classifier.

    Raises:
        RecordError: A file lacks something, is not in the form that the training writes, or was learnt with
            another model.
        ModelError: The model in the package cannot be used.
    """
    base = Base()
    try:
        data: dict[str, Any] = json.loads(meaning.read_text(encoding="utf-8"))
        labels = tuple(
            (None if level == OTHER else Level(level), str(name)) for level, name in data["labels"]
        )
        closely = _closely(data["closely"], len(labels))
        chosen = data["thresholds" if closely is None else "thresholds_closely"]
        thresholds = {Level(level): float(value) for level, value in chosen.items()}
        if data["model"] != base.fingerprint:
            raise ValueError("it was learnt with another model than the one in the package")
        learnt = read_learnt(weights)
        if len(learnt.letters.bias) != len(labels):
            raise ValueError(f"it names {len(labels)} labels, the weights hold {len(learnt.letters.bias)}")
        return make_classifier(labels, thresholds, Trust(**data["trust"]), base, learnt, closely)
    except (*_UNREADABLE, BadZipFile) as error:
        raise RecordError(
            f"{meaning.name} or {weights.name}: {' '.join(str(error).split())}.",
            "Run 'python -m evals.danger.train' to write them anew (and 'train_closely' before it).",
        ) from error


def _closely(data: dict[str, Any], labels: int) -> Closely | None:
    reader = load_close_reader()
    if reader is None:
        return None
    if reader.labels != labels:
        raise ValueError(f"it names {labels} labels, the close reader {reader.labels}")
    return Closely(reader, float(data["trust"]), (float(data["from"]), float(data["to"])))


def make_classifier(
    labels: tuple[Label, ...],
    thresholds: dict[Level, float],
    trust: Trust,
    base: Base,
    learnt: Learnt,
    closely: Closely | None = None,
) -> Classifier:
    """Make a classifier of what was learnt."""
    reader = Reader(base, learnt.adapters)
    return Classifier(labels, thresholds, trust, reader, learnt.vectors, learnt.letters, closely)
