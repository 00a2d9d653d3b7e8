"""What learning low-rank adapters of the packaged model takes, whatever they are learnt for.

Not for what is learnt: see `evals.danger.learn` and `evals.asking.learn`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ingest.adapt import LAYERS, MAPS, Base, LowRank, Numbers, mean_of

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Factors = dict[str, tuple["Tensor", "Tensor"]]

_WARMING, _RISING = 0.1, 0.05  # shares of the steps


def new_factors(base: Base, first_layer: int, rank: int) -> Factors:
    """Factors (down, up) for every map from a layer on, whose product is nothing yet."""
    import torch

    factors: Factors = {}
    for layer in range(first_layer, LAYERS):
        for each in MAPS:
            name = f"encoder.layer.{layer}.{each}"
            outputs, inputs = base.weights[f"{name}.weight"].shape
            down = torch.randn(rank, inputs) / inputs**0.5
            factors[name] = (down.requires_grad_(), torch.zeros(outputs, rank, requires_grad=True))
    return factors


def resumed_factors(low_rank: LowRank) -> Factors:
    """Factors that go on from what was learnt."""
    return {name: (learnable(down), learnable(up)) for name, (down, up) in low_rank.items()}


def learnable(weights: Numbers) -> Tensor:
    """Give weights as what may be learnt."""
    import torch

    return torch.from_numpy(weights.astype(np.float32)).requires_grad_()


def means(base: Base, texts: Sequence[str], factors: Factors, first_layer: int, dropout: float) -> Tensor:
    """Read texts with factors that are being learnt: the means of their last states, (texts, WIDTH)."""
    ids, mask = base.tokens(texts)
    return _means(base, base.embed(ids), mask, factors, first_layer, dropout)


def means_of_pairs(
    base: Base, pairs: Sequence[tuple[str, str]], factors: Factors, first_layer: int, dropout: float
) -> Tensor:
    """Read pairs of texts, both at once, with factors that are being learnt: shape (pairs, WIDTH)."""
    ids, of_pair, mask = base.tokens_of_pairs(pairs)
    return _means(base, base.embed(ids, of_pair), mask, factors, first_layer, dropout)


def _means(
    base: Base, states: Tensor, mask: Tensor, factors: Factors, first_layer: int, dropout: float
) -> Tensor:
    import torch
    from torch.nn import functional

    def apply(states: Tensor, name: str) -> Tensor:
        found = base.linear(states, name)
        if name not in factors:
            return found
        down, up = factors[name]
        return found + functional.linear(functional.dropout(functional.linear(states, down), dropout), up)

    with torch.no_grad():
        for at in range(first_layer):
            states = base.layer(at, states, mask, base.linear)
    for at in range(first_layer, LAYERS):
        states = base.layer(at, states, mask, apply)
    return mean_of(states, mask)


def up_and_down(optimiser: torch.optim.Optimizer, steps: int) -> torch.optim.lr_scheduler.LambdaLR:
    """A rate that rises for a tenth of the steps, and then falls to nothing."""
    import torch

    return torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / (_WARMING * steps)) * max(0.0, 1 - step / steps)
    )


def half_down(optimiser: torch.optim.Optimizer, steps: int) -> torch.optim.lr_scheduler.LambdaLR:
    """A rate that rises for a twentieth of the steps, and falls by half until the last."""
    import torch

    return torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / (_RISING * steps)) * (1 - step / steps / 2)
    )


class Mean:
    """The mean of weights that are being learnt, of the steps at which it was added to.

    Args:
        weights: What is learnt.
    """

    def __init__(self, weights: Sequence[Tensor]) -> None:
        self._weights, self._count = weights, 0
        self._means: list[Tensor] = []

    def add(self) -> None:
        """Take the weights as they are into the mean."""
        self._count += 1
        if not self._means:
            self._means = [each.detach().clone() for each in self._weights]
        for mean, each in zip(self._means, self._weights, strict=True):
            mean.add_((each.detach() - mean) / self._count)

    def put(self) -> None:
        """Put the mean in the weights' place, if anything was added to it."""
        for mean, each in zip(self._means, self._weights, strict=False):
            each.data.copy_(mean)


def rounded(weights: Tensor) -> Numbers:
    """Give what was learnt, as precise as it is stored."""
    return weights.detach().numpy().astype(np.float16).astype(np.float32)


def as_low_rank(factors: Factors) -> LowRank:
    """Give factors as they are stored."""
    return {name: (rounded(down), rounded(up)) for name, (down, up) in factors.items()}
