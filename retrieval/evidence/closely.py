"""Read a question and a sentence closely, with a larger language model: does the sentence answer it?

The lower half of SmolLM2-135M (`ingest.causal`) with adapters, learnt from the same marked pairs as the
reader of `retrieval.evidence.answering`; written by `python -m evals.answering.train_closely`. It knows more
of the world and of how things are said, and errs on other sentences. Medicines are named as the lexicon names
them. Where the model's package is not installed, nothing is read closely, and only the rest is weighed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from ingest.adapt import LowRank, Numbers
from ingest.asking import read_arrays, split_low_rank
from ingest.causal import CausalBase, CausalLayers, is_installed, load_causal_base
from ingest.threads import one_thread

WEIGHTS = Path(__file__).with_name("closely.npz")
LAYERS = 15  # of the model's 30
LONGEST = 200  # tokens of a question, and of a sentence
_ASKS = "\nDoes it answer?"


class CloseReader:
    """Reads questions with sentences. Safe to use from several threads.

    Args:
        low_rank: What is added to the maps of the packaged language model.
        head: What the output is read with, shape (WIDTH,).
        bias: What is added to it.
    """

    def __init__(self, low_rank: LowRank, head: Numbers, bias: float) -> None:
        self._low_rank, self._head, self._bias = low_rank, head, bias

    @cached_property
    def _model(self) -> tuple[CausalBase, CausalLayers]:
        base = load_causal_base()
        return base, CausalLayers(base, self._low_rank, LAYERS)

    def read(self, question: str, sentences: Sequence[str]) -> list[float]:
        """Read a question with each of some sentences, medicines named (`corpus.expected.named`).

        Returns:
            Of each sentence, the log odds that it answers.

        Raises:
            ModelError: The model in the package cannot be used.
        """
        if not sentences:
            return []
        base, layers = self._model
        before, after = tokens_of(question, sentences, base)
        with one_thread():
            states = layers.last(before, after)
        return [float(each) for each in states @ self._head + self._bias]


def tokens_of(question: str, sentences: Sequence[str], base: CausalBase) -> tuple[list[int], list[list[int]]]:
    """The tokens of a question, and those of each sentence that is read after it."""
    asked, asks, *said = base.tokens(
        [f"Question: {question.strip()}\n", _ASKS, *(f"Sentence: {each}" for each in sentences)]
    )
    return asked[-LONGEST:], [each[:LONGEST] + asks for each in said]


@lru_cache(maxsize=1)
def load_close_reader() -> CloseReader | None:
    """The shipped reader; None where the model's package is not installed.

    Raises:
        RecordError: Its weights cannot be read.
    """
    if not is_installed():
        return None
    arrays = read_arrays(WEIGHTS)
    return CloseReader(split_low_rank(arrays), arrays["head"], float(np.squeeze(arrays["bias"])))
