"""Learn to read questions: those that one sentence answers are drawn together, others apart.

Contrastive learning with the other questions of a batch as negatives (Henderson et al. 2017,
arXiv:1705.00652; van den Oord et al. 2018, InfoNCE, arXiv:1807.03748). Sources repeat each other, so a
question of a sentence that says the same is no negative.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from evals.adapters import Factors, as_low_rank, means, new_factors, up_and_down
from ingest.adapt import Base, LowRank, Numbers

if TYPE_CHECKING:
    from torch import Tensor

# Cosines, by the packaged model, from which two sentences say the same, and two questions ask the same.
_SAME_SENTENCE, _SAME_QUESTION = 0.75, 0.85
_NEVER = -1e4
_MISTYPED, _HASTY = 0.15, 0.10  # shares of questions with a slip of the finger, and with a word left out
_MIXED = 0.3  # how far batches of like sentences are mixed with others, in standard deviations


@dataclass(frozen=True, slots=True)
class Method:
    """How it is learnt."""

    rounds: int = 4
    pairs: int = 2  # of each sentence, in each round
    rank: int = 8
    first_layer: int = 3  # the layers below stay as they are
    rate: float = 1e-3
    temperature: float = 0.05
    batch: int = 192
    dropout: float = 0.05
    decay: float = 0.01
    seed: int = 1


@dataclass(frozen=True)
class Asked:
    """What is learnt from.

    Attributes:
        questions: Masked questions, each once.
        vectors: Of these, by the packaged model, shape (questions, WIDTH).
        by_sentence: For each sentence, the rows of the questions that it answers.
        sentences: Vectors of the sentences, by the packaged model, shape (sentences, WIDTH).
    """

    questions: Sequence[str]
    vectors: Numbers
    by_sentence: Sequence[Sequence[int]]
    sentences: Numbers


def learn(asked: Asked, base: Base, method: Method) -> LowRank:
    """Learn from expected questions. The same input gives the same factors on the same machine."""
    import torch

    torch.manual_seed(method.seed)
    random = Random(method.seed)  # noqa: S311  (nothing secret)
    low_rank = new_factors(base, method.first_layer, method.rank)
    learnt = [each for pair in low_rank.values() for each in pair]
    asked_twice = [at for at, rows in enumerate(asked.by_sentence) if len(set(rows)) > 1]
    steps = method.rounds * (len(asked_twice) * method.pairs // method.batch)
    optimiser = torch.optim.AdamW(learnt, lr=method.rate, weight_decay=method.decay)
    schedule = up_and_down(optimiser, steps)
    for turn in range(method.rounds):
        for batch in _batches(asked, asked_twice, turn, method, random):
            loss = _loss(batch, asked, base, low_rank, method, random)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(learnt, 1.0)
            optimiser.step()
            schedule.step()
    return as_low_rank(low_rank)


_Pair = tuple[int, int, int]  # a sentence, and the rows of two questions that it answers


def _batches(
    asked: Asked, sentences: Sequence[int], turn: int, method: Method, random: Random
) -> Iterator[list[_Pair]]:
    """Pairs of questions; in every other round those of like sentences together, which is harder."""
    pairs: list[_Pair] = []
    for at in sentences:
        for _ in range(method.pairs):
            one, other = random.sample(sorted(set(asked.by_sentence[at])), 2)
            pairs.append((at, one, other))
    random.shuffle(pairs)
    if turn % 2:
        numbers = np.random.default_rng(turn)
        along = asked.sentences[[at for at, _, _ in pairs]] @ numbers.normal(size=asked.sentences.shape[1])
        order = np.argsort(along + numbers.normal(size=len(pairs)) * along.std() * _MIXED)
        pairs = [pairs[at] for at in order]
    whole = range(0, len(pairs) - method.batch + 1, method.batch)
    batches = [pairs[start : start + method.batch] for start in whole]
    random.shuffle(batches)
    yield from batches


def _loss(
    batch: Sequence[_Pair], asked: Asked, base: Base, low_rank: Factors, method: Method, random: Random
) -> Tensor:
    import torch
    from torch.nn.functional import cross_entropy, normalize

    sentences, one, other = (list(column) for column in zip(*batch, strict=True))
    texts = [as_typed(asked.questions[row], random) for row in (*one, *other)]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        read = means(base, texts, low_rank, method.first_layer, method.dropout)
    vectors = normalize(read.float(), dim=-1)
    scores = vectors[: len(batch)] @ vectors[len(batch) :].T / method.temperature
    same = asked.sentences[sentences] @ asked.sentences[sentences].T >= _SAME_SENTENCE
    same |= asked.vectors[one] @ asked.vectors[other].T >= _SAME_QUESTION
    np.fill_diagonal(same, val=False)
    scores = scores.masked_fill(torch.from_numpy(same), _NEVER)
    wanted = torch.arange(len(batch))
    return (cross_entropy(scores, wanted) + cross_entropy(scores.T, wanted)) / 2


def as_typed(question: str, random: Random) -> str:
    """A question as somebody types it: now and then with a slip of the finger, or without a word."""
    if random.random() < _MISTYPED and len(question) > 8:
        at = random.randrange(1, len(question) - 2)
        middle = random.choice(["", question[at + 1] + question[at], question[at] * 2])
        kept = 2 if len(middle) == 2 and middle[0] != middle[1] else 1
        question = question[:at] + middle + question[at + kept :]
    words = question.split()
    if random.random() < _HASTY and len(words) > 4:
        words.pop(random.randrange(len(words)))
    return " ".join(words)
