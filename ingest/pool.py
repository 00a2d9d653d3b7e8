"""Encode texts and spans of them in one pass: a span's vector is the mean of its tokens' states in the text.

Averaging over a span after a pass over the whole is known as late chunking (Guenther et al. 2024,
arXiv:2409.04701). It costs nothing beside the pass, where encoding each sentence by itself doubles the work.
Not for choosing what is encoded in which way: see `ingest.recipe`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ingest.document import Span
from ingest.threads import workers

if TYPE_CHECKING:
    import torch

Matrix = NDArray[np.float32]

_BATCH_TOKENS = 4096  # more does not make it faster, and takes memory
_SLICE = 2048  # texts that are sorted by length together, and tokenised while those before are encoded


@dataclass(frozen=True, slots=True)
class Piece:
    """A text to encode, and the spans of it that get a vector too."""

    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Pooled:
    """Unit vectors.

    Attributes:
        texts: Of the texts, shape (pieces, dimension), float32.
        spans: Of all their spans, in order, shape (spans, dimension), float32.
    """

    texts: Matrix
    spans: Matrix


@dataclass(frozen=True, slots=True)
class _Tokens:
    """A text's tokens, and between which of them each of its spans lies."""

    ids: list[int]
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]


class Pool:
    """A transformer whose text vector is the mean of its tokens' states.

    Args:
        transformer: Called with `input_ids`, gives `last_hidden_state`.
        tokenizer: A `tokenizers.Tokenizer` that neither cuts nor fills up, and marks a text's start and end.
        window: The most tokens that are read, with those marks.
        dimension: Length of a state.
    """

    def __init__(self, transformer: Any, tokenizer: Any, window: int, dimension: int) -> None:  # noqa: ANN401
        self._transformer = transformer
        self._tokenizer = tokenizer
        self._window = window
        self._dimension = dimension

    def encode(self, pieces: Sequence[Piece]) -> Iterator[Pooled]:
        """Encode texts with their spans, slice by slice, in order.

        A text's vectors do not depend on its company, but for the rounding of a product of matrices: only
        texts of one length share a batch, so nothing is filled up and nothing masked.
        """
        slices = [pieces[at : at + _SLICE] for at in range(0, len(pieces), _SLICE)]
        with workers() as them:
            tokens = [them.submit(self._tokenise, each) for each in slices[:1]]
            for at, part in enumerate(slices):
                tokens += [them.submit(self._tokenise, each) for each in slices[at + 1 : at + 2]]
                yield self._encode(part, tokens.pop(0).result(), them)
                give_memory_back()

    def _encode(self, pieces: Sequence[Piece], tokens: Sequence[_Tokens], them: ThreadPoolExecutor) -> Pooled:
        firsts = np.cumsum([0, *(len(piece.spans) for piece in pieces)])
        texts = np.empty((len(pieces), self._dimension), dtype=np.float32)
        spans = np.empty((int(firsts[-1]), self._dimension), dtype=np.float32)

        def run(batch: Sequence[int]) -> None:
            states = self._states([tokens[at].ids for at in batch])
            for at, state in zip(batch, states, strict=True):
                texts[at] = state.mean(axis=0)
                spans[firsts[at] : firsts[at + 1]] = _means(state, tokens[at])

        running: list[Future[None]] = [them.submit(run, batch) for batch in _batches(tokens)]
        for each in running:
            each.result()
        return Pooled(unit(texts), unit(spans))

    def _tokenise(self, pieces: Sequence[Piece]) -> list[_Tokens]:
        encodings = self._tokenizer.encode_batch([piece.text for piece in pieces])
        return [self._cut(piece, each) for piece, each in zip(pieces, encodings, strict=True)]

    def _cut(self, piece: Piece, encoding: Any) -> _Tokens:  # noqa: ANN401  (a tokenizers.Encoding)
        ids = encoding.ids
        if len(ids) > self._window:
            ids = [*ids[: self._window - 1], ids[-1]]  # as the model's own tokenizer cuts: the end mark stays
        places = np.array([start for start, _ in encoding.offsets[1 : len(ids) - 1]], dtype=np.int64)
        starts = np.searchsorted(places, [span.start for span in piece.spans]) + 1
        ends = np.searchsorted(places, [span.end for span in piece.spans]) + 1
        return _Tokens(ids, starts, ends)

    def _states(self, ids: list[list[int]]) -> Matrix:
        """States of the tokens of texts of one length, shape (texts, tokens, dimension)."""
        import torch

        with torch.inference_mode():
            found: torch.Tensor = self._transformer(input_ids=torch.tensor(ids)).last_hidden_state
            states: Matrix = found.float().numpy()
        return states


def unit(vectors: Matrix) -> Matrix:
    """The vectors at length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Matrix = vectors / np.maximum(lengths, np.float32(1e-12))
    return result


def _means(state: Matrix, tokens: _Tokens) -> Matrix:
    """The mean state of each span; that of the whole for a span without a token, as one past the window."""
    at = np.arange(len(state))
    inside = (at >= tokens.starts[:, None]) & (at < tokens.ends[:, None])
    inside[~inside.any(axis=1)] = True
    shares = inside / inside.sum(axis=1, keepdims=True)
    result: Matrix = shares.astype(np.float32) @ state
    return result


def _batches(tokens: Sequence[_Tokens]) -> Iterator[list[int]]:
    """Texts of one length together, the longest first."""
    batch: list[int] = []
    for at in sorted(range(len(tokens)), key=lambda at: (-len(tokens[at].ids), at)):
        length = len(tokens[at].ids)
        if batch and (length != len(tokens[batch[0]].ids) or length * (len(batch) + 1) > _BATCH_TOKENS):
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def give_memory_back() -> None:
    """Give the system what is free: batches of ever other sizes leave holes that add up to gigabytes."""
    with suppress(OSError, AttributeError):  # only glibc needs it, and has it
        ctypes.CDLL("libc.so.6").malloc_trim(0)
