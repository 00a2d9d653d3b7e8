"""Learn to read a question and a sentence together.

Binary cross-entropy on whether the sentence answers, and cross-entropy on yes, no, mixed or none, with one
adapter under both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from evals.adapters import (
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


@dataclass(frozen=True, slots=True)
class Method:
    """How it is learnt."""

    epochs: float = 2.4
    expected: int = 9000  # questions of the corpus in each epoch, each with its sentence and two others
    nearest: int = 10  # of the sentences most like a question, from which the first of these is drawn
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
    steps = int(method.epochs * (len(judged) + 3 * (method.expected + len(sentences.oblique))) / method.batch)
    optimiser = torch.optim.AdamW(
        [{"params": learnt, "lr": method.rate}, {"params": [head, bias], "lr": method.head_rate}],
        weight_decay=method.decay,
    )
    schedule = up_and_down(optimiser, steps)

    def read(batch: Sequence[Pair]) -> Tensor:
        texts = [(as_typed(each.question, random), each.sentence) for each in batch]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            means = means_of_pairs(base, texts, factors, method.first_layer, method.dropout)
            dropped = functional.dropout(means, method.dropout)
            return functional.linear(dropped, head.to(means.dtype), bias.to(means.dtype)).float()

    batches = _batches(judged, sentences, method, random)
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


def _stances(pairs: Sequence[Pair], method: Method, random: Random) -> list[Pair]:
    """Pairs whose stance is told, and some that are unsettled since the sentence does not answer."""
    unanswered = [each for each in pairs if each.answers == 0 and each.stance is None]
    some = random.sample(unanswered, min(method.unsettled, len(unanswered)))
    return [
        *(each for each in pairs if each.stance is not None),
        *(Pair(each.question, each.sentence, each.source, None, _NONE) for each in some),
    ]


def _batches(
    judged: Sequence[Pair], sentences: Sentences, method: Method, random: Random
) -> Iterator[list[Pair]]:
    """Pairs of about the same length together, drawn anew for each epoch, without end."""
    while True:
        pairs = [*judged, *_expected(sentences, method, random)]
        pairs.sort(key=lambda each: len(each.question) + len(each.sentence) + random.random() * 25)
        starts = list(range(0, len(pairs) - method.batch + 1, method.batch))
        random.shuffle(starts)
        for start in starts:
            yield pairs[start : start + method.batch]


def _expected(sentences: Sentences, method: Method, random: Random) -> Iterator[Pair]:
    """Some questions and all oblique ones, each with its sentence, one that is most like it, and another."""
    every = [(at, row) for at, rows in enumerate(sentences.asked) for row in sorted(set(rows))]
    some = random.sample(every, min(method.expected, len(every)))
    for at, row in [*some, *sentences.oblique]:
        like = [int(each) for each in sentences.like[row]]
        drawn = ((at, 1.0), (random.choice(like[: method.nearest]), 0.0), (random.choice(like), 0.0))
        for other, answers in drawn:
            yield Pair(sentences.questions[row], sentences.texts[other], sentences.sources[at], answers)
