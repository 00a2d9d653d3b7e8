"""Learn to find danger with the larger language model: cross-entropy, every sentence varied in each round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from evals.adapters import as_low_rank, rounded, up_and_down
from evals.causal_adapters import LearningLayers, new_causal_factors
from evals.danger.data import HARMLESS, Sentence, as_read
from evals.danger.learn import batches
from evals.danger.vary import Variation
from ingest.causal import WIDTH, CausalBase
from retrieval.safety.danger import Label
from retrieval.safety.danger_closely import LAYERS, LearntClosely, tokens_of


@dataclass(frozen=True, slots=True)
class CloseMethod:
    """How it is learnt."""

    rounds: int = 2
    rank: int = 16
    rate: float = 3e-4
    head_rate: float = 2e-3
    batch: int = 64
    smoothing: float = 0.05
    decay: float = 0.01
    seed: int = 20


def learn_closely(
    sentences: Sequence[Sentence],
    labels: Sequence[Label],
    base: CausalBase,
    method: CloseMethod,
    tell: Callable[[int, int, float], object] = lambda *_: None,
) -> LearntClosely:
    """Learn from sentences.

    Args:
        sentences: To learn from.
        labels: Their labels, in the order of the outputs.
        base: The packaged language model.
        method: How it is learnt.
        tell: Called after each step with its number, that of all, and the loss.
    """
    import torch
    from torch.nn import functional

    torch.manual_seed(method.seed)
    random = Random(method.seed)  # noqa: S311  (nothing secret)
    variation = Variation([each.text for each in sentences if each.label == HARMLESS])
    wanted = torch.tensor([labels.index(each.label) for each in sentences])
    factors = new_causal_factors(base, LAYERS, method.rank)
    head, bias = (
        torch.zeros(len(labels), WIDTH, requires_grad=True),
        torch.zeros(len(labels), requires_grad=True),
    )
    layers = LearningLayers(base, factors, LAYERS)
    learnt = [each for pair in factors.values() for each in pair]
    steps = method.rounds * -(-len(sentences) // method.batch)
    optimiser = torch.optim.AdamW(
        [{"params": learnt, "lr": method.rate}, {"params": [head, bias], "lr": method.head_rate}],
        weight_decay=method.decay,
    )
    schedule = up_and_down(optimiser, steps)
    step = 0
    for _ in range(method.rounds):
        texts = [as_read(variation.vary(each.whole, random)) for each in sentences]
        for rows in batches(texts, method.batch, random):
            before, after = tokens_of([texts[row] for row in rows], base)
            states = layers.last([before + each for each in after])
            scores = functional.linear(states, head, bias)
            loss = functional.cross_entropy(scores, wanted[rows], label_smoothing=method.smoothing)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_([*learnt, head, bias], 1.0)
            optimiser.step()
            schedule.step()
            tell(step, steps, loss.item())
            step += 1
    return LearntClosely(as_low_rank(factors), rounded(head), rounded(bias))
