"""Read a question and a sentence together: does the sentence answer it, and with yes or with no?

The packaged model with adapters (`ingest.adapt`), reading both texts at once as a cross-encoder does
(Nogueira and Cho 2019, arXiv:1901.04085), so that it sees which word of the one has none in the other:
likeness takes "does it thin the hair" for "does it make you sleepy". Learnt from expected questions, from
questions that a sentence does not answer though it looks as if, and from pairs labelled yes, no and mixed;
written by `python -m evals.answering.train`. Medicines are masked in both texts: which one is meant, others
judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from ingest.adapt import LAYERS, Base, Layers, LowRank, Numbers, mean_of
from ingest.asking import read_arrays, split_low_rank
from ingest.threads import one_thread

WEIGHTS = Path(__file__).with_name("answering.npz")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence is to a question.

    Attributes:
        answers: Probability that it answers it.
        yes: That it answers with yes, if the question is a yes-or-no question.
        no: That it answers with no.
        mixed: That it says that it depends, or is not known for certain.
    """

    answers: float
    yes: float
    no: float
    mixed: float


class PairReader:
    """Reads questions with sentences. Safe to use from several threads.

    Args:
        low_rank: What is added to the maps of the packaged model.
        head: What the outputs are read with, shape (5, WIDTH): whether it answers, and yes, no, mixed, none.
        bias: Shape (5,).
    """

    def __init__(self, low_rank: LowRank, head: Numbers, bias: Numbers) -> None:
        self._low_rank, self._head, self._bias = low_rank, head, bias

    @cached_property
    def _model(self) -> tuple[Base, Layers]:
        base = Base()
        return base, Layers(base, self._low_rank)

    def read(self, question: str, sentences: Sequence[str]) -> list[Reading]:
        """Read a question with each of some sentences, medicines masked in all (`corpus.expected.masked`).

        Raises:
            ModelError: The model in the package cannot be used.
        """
        if not sentences:
            return []
        with one_thread():
            outputs = self._outputs([(question, each) for each in sentences])
        answers = 1 / (1 + np.exp(-outputs[:, 0]))
        shares = np.exp(outputs[:, 1:] - outputs[:, 1:].max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return [
            Reading(float(one), *(float(share) for share in row[:3]))
            for one, row in zip(answers, shares, strict=True)
        ]

    def _outputs(self, pairs: Sequence[tuple[str, str]]) -> Numbers:
        import torch

        base, layers = self._model
        with torch.inference_mode():
            ids, of_pair, mask = base.tokens_of_pairs(pairs)
            states = layers.passed(base.embed(ids, of_pair), mask, range(LAYERS))
            means: Numbers = mean_of(states, mask).numpy()
        outputs: Numbers = means @ self._head.T + self._bias
        return outputs


@lru_cache(maxsize=1)
def load_pair_reader() -> PairReader:
    """The shipped reader; it never changes while the program runs.

    Raises:
        RecordError: Its weights cannot be read.
    """
    arrays = read_arrays(WEIGHTS)
    return PairReader(split_low_rank(arrays), arrays["head"], arrays["bias"])
