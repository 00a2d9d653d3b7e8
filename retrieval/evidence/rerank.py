"""Order the best passages anew with a cross-encoder, where one is configured.

Off unless `CITEWELL_RERANKER` names a sentence-transformers CrossEncoder that gives one score for a question
and a passage (Nogueira and Cho 2019, arXiv:1901.04085). Loaded with the first question.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelError
from ingest.settings import Settings

_REMEDY = "Set CITEWELL_RERANKER to a CrossEncoder that gives one score, or unset it."


class Reranker:
    """A sentence-transformers CrossEncoder with one output. Safe to use from several threads.

    Args:
        name: Name or folder of the model.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401  (a CrossEncoder, whose library has no types)
        from sentence_transformers import CrossEncoder

        folder = Path(self.name).expanduser()
        try:
            if folder.exists():
                model = CrossEncoder(str(folder), device="cpu", local_files_only=True)
            else:
                model = CrossEncoder(self.name, device="cpu")
        except Exception as error:  # every library below has errors of its own
            raise ModelError(
                f"The reranker '{self.name}' cannot be loaded ({' '.join(str(error).split())[:300]}).",
                _REMEDY,
            ) from error
        if model.num_labels != 1:
            raise ModelError(f"The reranker '{self.name}' gives {model.num_labels} scores, not one.", _REMEDY)
        return model

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """How well each text answers the question: shape (len(texts),), the higher the better, any scale.

        Raises:
            ModelError: The model cannot be loaded, or is of another kind.
        """
        if not texts:
            return np.zeros(0)
        with self._lock:  # the tokenizer of a model may not be shared by threads
            found = self._model.predict(
                [[question, text] for text in texts], convert_to_numpy=True, show_progress_bar=False
            )
        return np.asarray(found, dtype=np.float64).reshape(len(texts))


def make_reranker(settings: Settings) -> Reranker | None:
    """The configured model, not yet loaded; None unless there is one."""
    return Reranker(settings.reranker) if settings.reranker else None
