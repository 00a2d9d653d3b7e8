"""The network behind `safety.danger`: the packaged sentence model, bent a little towards one question.

The model with adapters (`ingest.adapt`) and a linear head over the mean of its last states. Only the adapters
and the head are stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.adapt import LAYERS, Abreast, Base, Layers, LowRank, Numbers, first_adapted, mean_of
from ingest.threads import one_thread


@dataclass(frozen=True)
class Adapter:
    """What was learnt.

    Attributes:
        low_rank: What is added to the maps of the model.
        head: Shape (labels, WIDTH).
        bias: Shape (labels,).
    """

    low_rank: LowRank
    head: Numbers
    bias: Numbers


class Reader:
    """Reads texts with adapters; safe to use from several threads once made.

    The layers below the adapted ones are passed once for all, those above for all at once.
    """

    def __init__(self, base: Base, adapters: Sequence[Adapter]) -> None:
        import torch

        self._base = base
        self._heads = [(torch.from_numpy(each.head), torch.from_numpy(each.bias)) for each in adapters]
        self._first = first_adapted(each.low_rank for each in adapters)
        self._below = Layers(base, {}, 0, self._first)
        self._above = Abreast(base, [{}, *(each.low_rank for each in adapters)], self._first)

    def read(self, texts: Sequence[str]) -> tuple[Numbers, Numbers]:
        """Read texts.

        Returns:
            The probability of each label for each text, averaged over the adapters, shape (texts, labels),
            and the unit vector that the model without adapters gives, shape (texts, WIDTH); float32.
        """
        import torch
        from torch.nn.functional import linear, normalize

        with one_thread(), torch.inference_mode():
            ids, mask = self._base.tokens(texts)
            below = self._below.passed(self._base.embed(ids), mask, range(self._first))
            states = self._above.passed(below, mask, range(self._first, LAYERS))
            plain, *adapted = (mean_of(each, mask) for each in states)
            shares = [
                torch.softmax(linear(mean, *head), dim=-1)
                for mean, head in zip(adapted, self._heads, strict=True)
            ]
            found: Numbers = torch.stack(shares).mean(dim=0).numpy()
            vectors: Numbers = normalize(plain, dim=-1).numpy()
            return found, vectors
