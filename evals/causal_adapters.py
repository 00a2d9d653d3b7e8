"""What learning low-rank adapters of the packaged language model takes.

The same layers as `ingest.causal` passes, one text a row, in what can be learnt through. Not for what is
learnt: see `evals.answering.learn_closely`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evals.adapters import Factors
from ingest.causal import HEAD_WIDTH, HEADS, KEY_HEADS, MAPS, SMALLEST, WIDTH, CausalBase, rotation, turn

if TYPE_CHECKING:
    from torch import Tensor


class LearningLayers:
    """The lower layers of the language model with factors that are being learnt.

    Args:
        base: The model, which stays as it is.
        factors: What is added to its maps, by "layer.map".
        layers: How many layers are passed.
    """

    def __init__(self, base: CausalBase, factors: Factors, layers: int) -> None:
        import torch

        self._base, self._factors, self._layers = base, factors, layers
        self._weights = {
            f"{at}.{name}": torch.from_numpy(base.map(at, name)).bfloat16()
            for at in range(layers)
            for name in MAPS
        }

    def last(self, texts: Sequence[Sequence[int]]) -> Tensor:
        """Read texts, given as tokens; the normed state of the last token of each, shape (texts, WIDTH)."""
        import torch
        from torch.nn.functional import rms_norm, silu

        lengths = torch.tensor([len(each) for each in texts])
        rows, longest = len(texts), int(lengths.max())
        place = torch.arange(longest)
        # Tokens, without what fills up.
        held = (place[None] < lengths[:, None]).reshape(-1).nonzero().squeeze(1)
        unseen = torch.ones(longest, longest, dtype=torch.bool).triu(1)
        mask = torch.zeros(longest, longest).masked_fill(unseen, -torch.inf).bfloat16()
        turned = rotation(place, torch.bfloat16)
        states = torch.from_numpy(self._base.embed([each for ids in texts for each in ids]))
        for at in range(self._layers):
            heard = self._apply(_normal(states), f"{at}.heard")
            filled = torch.zeros(rows * longest, heard.shape[1], dtype=heard.dtype).index_copy(0, held, heard)
            mixed = _mixed(filled.view(rows, longest, -1, HEAD_WIDTH), turned, mask)[held]
            states = states + self._apply(mixed, f"{at}.mixed")
            gate, up = self._apply(_normal(states), f"{at}.opened").chunk(2, -1)
            states = states + self._apply(silu(gate) * up, f"{at}.closed")
        return rms_norm(states[lengths.cumsum(0) - 1], (WIDTH,), eps=SMALLEST)

    def _apply(self, states: Tensor, name: str) -> Tensor:
        from torch.nn.functional import linear

        down, up = self._factors[name]
        added = linear(linear(states, down.to(states.dtype)), up.to(states.dtype))
        return linear(states, self._weights[name]) + added


def new_causal_factors(base: CausalBase, layers: int, rank: int) -> Factors:
    """Factors (down, up) for every map of the lower layers, whose product is nothing yet."""
    import torch

    factors: Factors = {}
    for at in range(layers):
        for name in MAPS:
            outputs, inputs = base.map(at, name).shape
            down = torch.randn(rank, inputs) / inputs**0.5
            factors[f"{at}.{name}"] = (down.requires_grad_(), torch.zeros(outputs, rank, requires_grad=True))
    return factors


def _normal(states: Tensor) -> Tensor:
    from torch.nn.functional import rms_norm

    return rms_norm(states, (WIDTH,), eps=SMALLEST).bfloat16()


def _mixed(heard: Tensor, turned: tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
    """Attention over texts that are filled up, shape (texts x tokens, WIDTH).

    By plain products: for texts so short, torch's own takes several times as long to learn through.
    """
    import torch

    rows, longest = heard.shape[:2]
    both = turn(heard[:, :, : HEADS + KEY_HEADS], *turned)
    queries = both[:, :, :HEADS].reshape(rows, longest, KEY_HEADS, -1, HEAD_WIDTH).permute(0, 2, 3, 1, 4)
    keys = both[:, :, HEADS:].permute(0, 2, 3, 1).reshape(rows * KEY_HEADS, HEAD_WIDTH, longest)
    values = (
        heard[:, :, HEADS + KEY_HEADS :].permute(0, 2, 1, 3).reshape(rows * KEY_HEADS, longest, HEAD_WIDTH)
    )
    scores = torch.bmm(queries.reshape(rows * KEY_HEADS, -1, HEAD_WIDTH), keys) / HEAD_WIDTH**0.5
    shares = (scores.view(rows * KEY_HEADS, -1, longest, longest) + mask).softmax(-1)
    found = torch.bmm(shares.view(rows * KEY_HEADS, -1, longest), values)
    return (
        found.view(rows, KEY_HEADS, -1, longest, HEAD_WIDTH)
        .permute(0, 3, 1, 2, 4)
        .reshape(rows * longest, WIDTH)
    )
