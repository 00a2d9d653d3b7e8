"""Read a text closely, with a larger language model: what danger does it show?

The lower half of SmolLM2-135M (`ingest.causal`) with adapters, learnt from the same sentences as the other
readers of `safety.danger`; written by `python -m evals.danger.train_closely`. It knows more of the world, and
is asked where the others are in doubt. Where the model's package is not installed, nothing is read closely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from ingest.adapt import LowRank
from ingest.asking import read_arrays, split_low_rank
from ingest.causal import CausalBase, CausalLayers, is_installed, load_causal_base
from ingest.threads import one_thread
from retrieval.safety.danger_letters import Numbers, softmax

WEIGHTS = Path(__file__).with_name("danger_closely.npz")
LAYERS = 15  # of the model's 30
LONGEST = 200  # tokens of a text
_AT_ONCE = 4  # texts: each sees none of the others, but takes time as if it did
_SAYS, _ASKS = "Message: ", "\nDanger?"


@dataclass(frozen=True)
class LearntClosely:
    """What was learnt.

    Attributes:
        low_rank: What is added to the maps of the packaged language model.
        head: What the output is read with, shape (labels, WIDTH).
        bias: Shape (labels,).
    """

    low_rank: LowRank
    head: Numbers
    bias: Numbers


class CloseReader:
    """Reads texts. Safe to use from several threads.

    Args:
        learnt: What was learnt.
    """

    def __init__(self, learnt: LearntClosely) -> None:
        self._learnt = learnt
        self.labels = len(learnt.bias)

    @cached_property
    def _model(self) -> tuple[CausalBase, CausalLayers]:
        base = load_causal_base()
        return base, CausalLayers(base, self._learnt.low_rank, LAYERS)

    def shares(self, texts: Sequence[str]) -> Numbers:
        """Give the probability of each label for each text, shape (texts, labels).

        Raises:
            ModelError: The model in the package cannot be used.
        """
        base, layers = self._model
        before, after = tokens_of(texts, base)
        with one_thread():
            states = [layers.last(before, after[at : at + _AT_ONCE]) for at in range(0, len(after), _AT_ONCE)]
        return softmax(np.concatenate(states) @ self._learnt.head.T + self._learnt.bias)


def tokens_of(texts: Sequence[str], base: CausalBase) -> tuple[list[int], list[list[int]]]:
    """The tokens that stand before each text, and those of each with what is asked after it."""
    says, asks, *said = base.tokens([_SAYS, _ASKS, *texts])
    return says, [each[:LONGEST] + asks for each in said]


@lru_cache(maxsize=1)
def load_close_reader() -> CloseReader | None:
    """The shipped reader; None where the model's package is not installed.

    Raises:
        RecordError: Its weights cannot be read.
    """
    if not is_installed():
        return None
    arrays = read_arrays(WEIGHTS)
    return CloseReader(LearntClosely(split_low_rank(arrays), arrays["head"], arrays["bias"]))
