"""Learn to read a question and a sentence closely: whether the sentence answers, by binary cross-entropy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from evals.adapters import Mean, as_low_rank, half_down, learnable, resumed_factors, rounded, up_and_down
from evals.answering.data import Pair, Sentences
from evals.answering.learn import expected
from evals.answering.turns import in_turns
from evals.causal_adapters import LearningLayers, new_causal_factors
from ingest.adapt import LowRank, Numbers
from ingest.causal import WIDTH, CausalBase
from retrieval.evidence.closely import LAYERS, tokens_of


@dataclass(frozen=True, slots=True)
class CloseMethod:
    """How it is learnt."""

    epochs: float = 1.0
    pairs: float = 1.0  # share of the pairs in each epoch
    expected: int = 0  # questions of the corpus in each epoch, each with its sentence and two others
    turned: int = 0  # conversations put together of such questions in each epoch, each with two sentences
    rank: int = 16
    rate: float = 3e-4
    head_rate: float = 2e-3
    batch: int = 48
    smoothing: float = 0.03
    decay: float = 0.01
    # Share of the steps after which what is learnt is the mean of the weights on the way; the rate then only
    # falls by half (Izmailov et al. 2018, "Averaging weights leads to wider optima", arXiv:1803.05407).
    mean_from: float | None = None
    seed: int = 1


@dataclass(frozen=True)
class LearntClosely:
    """What was learnt: the adapter, and the output's weights (WIDTH,) and bias (1,)."""

    low_rank: LowRank
    head: Numbers
    bias: Numbers


def learn_closely(
    pairs: Sequence[Pair],
    sentences: Sentences,
    base: CausalBase,
    method: CloseMethod,
    earlier: LearntClosely | None = None,
    tell: Callable[[int, int, float], object] = lambda *_: None,
) -> LearntClosely:
    """Learn from pairs and expected questions, from nothing or on from what was learnt before.

    Args:
        pairs: What is learnt from, medicines named.
        sentences: With their expected questions, medicines named.
        base: The packaged language model.
        method: How it is learnt.
        earlier: What it is learnt on from.
        tell: Called after each step with its number, that of all, and the loss.
    """
    import torch
    from torch.nn import functional

    torch.manual_seed(method.seed)
    random = Random(method.seed)  # noqa: S311  (nothing secret)
    if earlier is None:
        factors = new_causal_factors(base, LAYERS, method.rank)
        head, bias = torch.zeros(WIDTH, requires_grad=True), torch.full((1,), -1.0, requires_grad=True)
    else:
        factors = resumed_factors(earlier.low_rank)
        head, bias = learnable(earlier.head), learnable(earlier.bias)
    layers = LearningLayers(base, factors, LAYERS)
    learnt = [each for pair in factors.values() for each in pair]
    judged = [each for each in pairs if each.answers is not None]
    from_corpus = 3 * (method.expected + len(sentences.oblique)) if method.expected else 0
    drawn = method.pairs * len(judged) + from_corpus + 2 * method.turned
    steps = int(method.epochs * drawn / method.batch)
    optimiser = torch.optim.AdamW(
        [{"params": learnt, "lr": method.rate}, {"params": [head, bias], "lr": method.head_rate}],
        weight_decay=method.decay,
    )
    schedule = (up_and_down if method.mean_from is None else half_down)(optimiser, steps)
    mean = Mean([*learnt, head, bias])
    batches = _batches(judged, sentences, method, random)
    for step in range(steps):
        batch = next(batches)
        states = layers.last([_tokens(each, base) for each in batch])
        wanted = torch.tensor([each.answers or 0.0 for each in batch])
        wanted = wanted * (1 - 2 * method.smoothing) + method.smoothing
        loss = functional.binary_cross_entropy_with_logits(states @ head + bias, wanted)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        optimiser.step()
        schedule.step()
        if method.mean_from is not None and step >= method.mean_from * steps:
            mean.add()
        tell(step, steps, loss.item())
    mean.put()
    return LearntClosely(as_low_rank(factors), rounded(head), rounded(bias))


def _tokens(pair: Pair, base: CausalBase) -> list[int]:
    before, after = tokens_of(pair.question, [pair.sentence], base)
    return before + after[0]


def _batches(
    judged: Sequence[Pair], sentences: Sentences, method: CloseMethod, random: Random
) -> Iterator[list[Pair]]:
    """Pairs of about the same length together, drawn anew for each epoch, without end."""
    while True:
        pairs = random.sample(judged, int(method.pairs * len(judged)))
        if method.expected:
            pairs += expected(sentences, method.expected, random)
        pairs += in_turns(sentences, method.turned, random)
        pairs.sort(key=lambda each: len(each.question) + len(each.sentence) + random.random() * 25)
        starts = list(range(0, len(pairs) - method.batch + 1, method.batch))
        random.shuffle(starts)
        for start in starts:
            yield pairs[start : start + method.batch]
