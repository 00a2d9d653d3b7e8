"""Ask a natural-language-inference model whether a span entails a statement, where one is configured.

Off unless `CITEWELL_NLI_MODEL` names a sentence-transformers CrossEncoder with the three usual labels. Loaded
with the first pair that it is asked about. Not for what is checked without a model: see `support.checks`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelError
from ingest.settings import Settings

Probabilities = NDArray[np.float64]

_LABELS = ("entailment", "neutral", "contradiction")
_REMEMBERED = 4096
_REMEDY = (
    "Set CITEWELL_NLI_MODEL to a CrossEncoder with the labels entailment, neutral and contradiction, "
    "or unset it."
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """How probable it is that a span entails a statement, and that it contradicts it."""

    entailment: float
    contradiction: float


@runtime_checkable
class Entailment(Protocol):
    """What is needed of an entailment model."""

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        """Entailment, neutral, contradiction of each (span, statement): shape (pairs, 3), rows sum to 1."""

    def judge(self, span: str, statement: str) -> Judgement:
        """Judge one pair."""


class CrossEncoderEntailment:
    """A sentence-transformers CrossEncoder as `Entailment`. Safe to use from several threads.

    Args:
        name: Name or folder of a model whose labels are entailment, neutral and contradiction in any order.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], Judgement] = OrderedDict()

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401  (a CrossEncoder, whose library has no types)
        from sentence_transformers import CrossEncoder

        folder = Path(self.name).expanduser()
        try:
            if folder.exists():
                return CrossEncoder(str(folder), device="cpu", local_files_only=True)
            return CrossEncoder(self.name, device="cpu")
        except Exception as error:  # every library below has errors of its own
            raise ModelError(
                f"Entailment model '{self.name}' cannot be loaded ({' '.join(str(error).split())[:300]}).",
                _REMEDY,
            ) from error

    @cached_property
    def _columns(self) -> list[int]:
        """Where the model puts each of the three labels."""
        labels = {str(label).casefold(): int(at) for at, label in self._model.model.config.id2label.items()}
        if set(labels) != set(_LABELS):
            raise ModelError(
                f"The entailment model '{self.name}' has the labels {', '.join(sorted(labels))}.", _REMEDY
            )
        return [labels[label] for label in _LABELS]

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        """Entailment, neutral and contradiction of each (span, statement).

        Returns:
            Shape (len(pairs), 3), float64; each row sums to 1.

        Raises:
            ModelError: The model cannot be loaded, or has other labels.
        """
        if not pairs:
            return np.zeros((0, 3))
        with self._lock:  # the tokenizer of a model may not be shared by threads
            columns = self._columns
            logits = self._model.predict(
                [list(pair) for pair in pairs],
                apply_softmax=False,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        scores = np.asarray(logits, dtype=np.float64)[:, columns]
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        found: Probabilities = shares / shares.sum(axis=1, keepdims=True)
        return found

    def judge(self, span: str, statement: str) -> Judgement:
        """Judge one pair; the last few thousand are remembered.

        Raises:
            ModelError: See `probabilities`.
        """
        key = (span, statement)
        if key not in self._known:
            entailed, _, contradicted = self.probabilities([key])[0]
            self._known[key] = Judgement(float(entailed), float(contradicted))
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return self._known[key]


def make_entailment(settings: Settings) -> CrossEncoderEntailment | None:
    """The configured model, not yet loaded; None unless there is one."""
    return CrossEncoderEntailment(settings.nli_model) if settings.nli_model else None
