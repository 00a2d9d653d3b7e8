"""Learn to read a question and a sentence together.

Binary cross-entropy on whether the sentence answers, and cross-entropy on yes, no, mixed or none, with one
adapter under both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from evals.adapters import (
    Factors,
    as_low_rank,
    learnable,
    means_of_pairs,
    new_factors,
    resumed_factors,
    rounded,
    up_and_down,
)
from evals.answering.data import STANCES, Pair, Sentences
from evals.asking.learn import as_typed
from ingest.adapt import WIDTH, Base, LowRank, Numbers

if TYPE_CHECKING:
    from torch import Tensor

_NONE = STANCES.index("x")
_WELL = 0.15  # how far a pair that is read well may be read from what it is
_NEAREST = 10  # of the sentences most like a question, from which the first of two is drawn
_SOURCE_LEFT_OUT = 0.25  # of the sentences: one that names its source answers what it answers without it
# "..., its US label says." and "The US label of sertraline says that ...".
_SOURCE_LAST = re.compile(
    r",? (?:its|the|a|an|one) [^,.;]{3,60} (?:says|warns|reports|argues|notes)\.$", re.I
)
_SOURCE_FIRST = re.compile(
    r"^(?:The|A|An|One) [^,.;]{3,60}? (?:says|warns|reports|argues|notes) that (?=\w)", re.I
)


@dataclass(frozen=True, slots=True)
class Method:
    """How it is learnt."""

    epochs: float = 2.4
    expected: int = 9000  # questions of the corpus in each epoch, each with its sentence and two others
    known: float = 1.0  # share of the pairs that the earlier weights read well which are drawn in each epoch
    unsettled: int = 1500  # questions that a sentence does not answer, and so neither with yes nor with no
    rank: int = 24
    first_layer: int = 1  # the layers below stay as they are
    rate: float = 1e-3
    head_rate: float = 3e-3
    batch: int = 48
    stance_every: int = 3  # batches
    dropout: float = 0.05
    smoothing: float = 0.03
    decay: float = 0.01
    seed: int = 1


@dataclass(frozen=True)
class Learnt:
    """What was learnt: the adapter, and the outputs' weights (5, WIDTH) and bias (5,)."""

    low_rank: LowRank
    head: Numbers
    bias: Numbers


def learn(
    pairs: Sequence[Pair], sentences: Sentences, base: Base, method: Method, earlier: Learnt | None = None
) -> Learnt:
    """Learn from pairs and expected questions, from nothing or on from what was learnt before.

    The same input gives the same on the same machine.
    """
    import torch
    from torch.nn import functional

    torch.manual_seed(method.seed)
    random = Random(method.seed)  # noqa: S311  (nothing secret)
    outputs = 1 + len(STANCES)
    if earlier is None:
        factors = new_factors(base, method.first_layer, method.rank)
        head = torch.zeros(outputs, WIDTH, requires_grad=True)
        bias = torch.zeros(outputs, requires_grad=True)
    else:
        factors = resumed_factors(earlier.low_rank)
        head, bias = learnable(earlier.head), learnable(earlier.bias)
    learnt = [each for pair in factors.values() for each in pair]
    stances = _stances(pairs, method, random)
    judged = [each for each in pairs if each.answers is not None]
    known = [] if method.known == 1 else _read_well(judged, base, factors, head, bias, method)
    well = set(known)
    fresh = [each for each in judged if each not in well]
    drawn = len(fresh) + method.known * len(known) + 3 * (method.expected + len(sentences.oblique))
    steps = int(method.epochs * drawn / method.batch)
    optimiser = torch.optim.AdamW(
        [{"params": learnt, "lr": method.rate}, {"params": [head, bias], "lr": method.head_rate}],
        weight_decay=method.decay,
    )
    schedule = up_and_down(optimiser, steps)

    def read(batch: Sequence[Pair]) -> Tensor:
        texts = [(as_typed(each.question, random), as_said(each.sentence, random)) for each in batch]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            means = means_of_pairs(base, texts, factors, method.first_layer, method.dropout)
            dropped = functional.dropout(means, method.dropout)
            return functional.linear(dropped, head.to(means.dtype), bias.to(means.dtype)).float()

    batches = _batches(fresh, known, sentences, method, random)
    for step in range(steps):
        batch = next(batches)
        wanted = torch.tensor([each.answers or 0.0 for each in batch])
        wanted = wanted * (1 - 2 * method.smoothing) + method.smoothing
        loss = functional.binary_cross_entropy_with_logits(read(batch)[:, 0], wanted)
        if step % method.stance_every == 0:
            some = random.sample(stances, method.batch)
            told = torch.tensor([each.stance for each in some])
            loss = loss + functional.cross_entropy(read(some)[:, 1:], told, label_smoothing=method.smoothing)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*learnt, head, bias], 1.0)
        optimiser.step()
        schedule.step()
    return Learnt(as_low_rank(factors), rounded(head), rounded(bias))


def mixed(earlier: Learnt, later: Learnt, share: float) -> Learnt:
    """Give weights between those that were learnt on from and what was learnt, so much of the later."""

    def between(one: Numbers, other: Numbers) -> Numbers:
        return one + share * (other - one)

    factors = {
        name: (between(down, later.low_rank[name][0]), between(up, later.low_rank[name][1]))
        for name, (down, up) in earlier.low_rank.items()
    }
    return Learnt(factors, between(earlier.head, later.head), between(earlier.bias, later.bias))


def _stances(pairs: Sequence[Pair], method: Method, random: Random) -> list[Pair]:
    """Pairs whose stance is told, and some that are unsettled since the sentence does not answer."""
    unanswered = [each for each in pairs if each.answers == 0 and each.stance is None]
    some = random.sample(unanswered, min(method.unsettled, len(unanswered)))
    return [
        *(each for each in pairs if each.stance is not None),
        *(Pair(each.question, each.sentence, each.source, None, _NONE) for each in some),
    ]


def as_said(sentence: str, random: Random) -> str:
    """A sentence, now and then without the source that it names."""
    if random.random() >= _SOURCE_LEFT_OUT:
        return sentence
    return _SOURCE_LAST.sub(".", _SOURCE_FIRST.sub("", sentence))


def _read_well(
    pairs: Sequence[Pair], base: Base, factors: Factors, head: Tensor, bias: Tensor, method: Method
) -> list[Pair]:
    """The pairs that are read as what they are before anything is learnt."""
    import torch
    from torch.nn import functional

    well: list[Pair] = []
    ordered = sorted(pairs, key=lambda each: len(each.question) + len(each.sentence))
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, len(ordered), method.batch):
            some = ordered[start : start + method.batch]
            texts = [(each.question, each.sentence) for each in some]
            found = means_of_pairs(base, texts, factors, method.first_layer, 0.0)
            outputs = functional.linear(found, head.to(found.dtype), bias.to(found.dtype))[:, 0]
            read = torch.sigmoid(outputs.float()).tolist()
            well += [
                each
                for each, answers in zip(some, read, strict=True)
                if abs(answers - (each.answers or 0.0)) <= _WELL
            ]
    return well


def _batches(
    fresh: Sequence[Pair], known: Sequence[Pair], sentences: Sentences, method: Method, random: Random
) -> Iterator[list[Pair]]:
    """Pairs of about the same length together, drawn anew for each epoch, without end."""
    while True:
        again = random.sample(known, int(method.known * len(known)))
        pairs = [*fresh, *again, *expected(sentences, method.expected, random)]
        pairs.sort(key=lambda each: len(each.question) + len(each.sentence) + random.random() * 25)
        starts = list(range(0, len(pairs) - method.batch + 1, method.batch))
        random.shuffle(starts)
        for start in starts:
            yield pairs[start : start + method.batch]


def expected(sentences: Sentences, most: int, random: Random) -> Iterator[Pair]:
    """Some questions and all oblique ones, each with its sentence, one that is most like it, and another."""
    every = [(at, row) for at, rows in enumerate(sentences.asked) for row in sorted(set(rows))]
    some = random.sample(every, min(most, len(every)))
    for at, row in [*some, *sentences.oblique]:
        like = [int(each) for each in sentences.like[row]]
        drawn = ((at, 1.0), (random.choice(like[:_NEAREST]), 0.0), (random.choice(like), 0.0))
        for other, answers in drawn:
            yield Pair(sentences.questions[row], sentences.texts[other], sentences.sources[at], answers)
