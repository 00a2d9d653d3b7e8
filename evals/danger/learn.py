"""Learn an adapter: AdamW on cross-entropy, every sentence varied anew in each round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from evals.adapters import (
    Factors,
    as_low_rank,
    learnable,
    means,
    new_factors,
    resumed_factors,
    rounded,
    up_and_down,
)
from evals.danger.data import HARMLESS, Sentence, as_read
from evals.danger.vary import Variation
from ingest.adapt import WIDTH, Base
from retrieval.safety.danger import Label
from retrieval.safety.danger_net import Adapter

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Method:
    """How it is learnt; chosen by cross-validation (`python -m evals.danger.compare`)."""

    # Of each cycle, which ends with a rate of nothing; the next begins where it ended.
    rounds: tuple[int, ...] = (6, 4)
    rank: int = 16
    first_layer: int = 2  # the layers below stay as they are
    rate: float = 1.5e-3
    head_rate: float = 3e-3
    batch: int = 64
    dropout: float = 0.1
    smoothing: float = 0.05
    decay: float = 0.01
    seed: int = 20


def learn(
    sentences: Sequence[Sentence],
    labels: Sequence[Label],
    base: Base,
    method: Method,
    adapter: Adapter | None = None,
) -> Adapter:
    """Learn from sentences. The same sentences and method give the same adapter on the same machine.

    Args:
        sentences: To learn from.
        labels: Their labels, in the order of the outputs.
        base: The model that is adapted.
        method: How it is learnt.
        adapter: What to go on from; None to begin with nothing.
    """
    for cycle, rounds in enumerate(method.rounds):
        again = replace(method, seed=method.seed + cycle)
        adapter = learn_on(adapter, sentences, labels, base, again, rounds)
    if adapter is None:
        raise ValueError("There has to be one cycle at least.")
    return adapter


def learn_on(
    adapter: Adapter | None,
    sentences: Sequence[Sentence],
    labels: Sequence[Label],
    base: Base,
    method: Method,
    rounds: int,
) -> Adapter:
    """Learn for one cycle, from the beginning or from where an earlier one ended."""
    import torch

    torch.manual_seed(method.seed)
    random = Random(method.seed)  # noqa: S311  (nothing secret)
    variation = Variation([each.text for each in sentences if each.label == HARMLESS])
    wanted = torch.tensor([labels.index(each.label) for each in sentences])
    low_rank, head = _start(base, method, len(labels)) if adapter is None else _resumed(adapter)
    factors = [each for pair in low_rank.values() for each in pair]
    learnt = [*head, *factors]
    steps = rounds * -(-len(sentences) // method.batch)
    optimiser = torch.optim.AdamW(
        [
            {"params": factors, "lr": method.rate},
            {"params": head, "lr": method.head_rate},
        ],
        weight_decay=method.decay,
    )
    schedule = up_and_down(optimiser, steps)
    for _ in range(rounds):
        texts = [as_read(variation.vary(each.whole, random)) for each in sentences]
        for rows in batches(texts, method.batch, random):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                part = [texts[row] for row in rows]
                read = means(base, part, low_rank, method.first_layer, method.dropout)
                dropped = torch.nn.functional.dropout(read, method.dropout)
                scores = torch.nn.functional.linear(dropped, head[0], head[1])
            loss = torch.nn.functional.cross_entropy(
                scores.float(), wanted[rows], label_smoothing=method.smoothing
            )
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(learnt, 1.0)
            optimiser.step()
            schedule.step()
    return Adapter(as_low_rank(low_rank), rounded(head[0]), rounded(head[1]))


def _start(base: Base, method: Method, labels: int) -> tuple[Factors, list[Tensor]]:
    """Factors whose product is nothing yet, and a head that knows nothing."""
    import torch

    head = [torch.zeros(labels, WIDTH, requires_grad=True), torch.zeros(labels, requires_grad=True)]
    return new_factors(base, method.first_layer, method.rank), head


def _resumed(adapter: Adapter) -> tuple[Factors, list[Tensor]]:
    return resumed_factors(adapter.low_rank), [learnable(adapter.head), learnable(adapter.bias)]


def batches(texts: Sequence[str], size: int, random: Random) -> Iterator[list[int]]:
    """Texts of about the same length together, in an order of their own in each round."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]) + random.random() * 20)
    found = [order[at : at + size] for at in range(0, len(order), size)]
    random.shuffle(found)
    yield from found
