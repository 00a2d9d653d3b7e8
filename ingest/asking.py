"""Encode questions so that those that ask the same lie near each other, however differently they are worded.

The packaged model with adapters (`ingest.adapt`) that were learnt from the expected questions of the shipped
corpus: two questions that one sentence answers are drawn together, those of other sentences apart. Written by
`python -m evals.asking.train`. It always reads with the model in the package, whichever model the index uses.
Not for passages or sentences: see `ingest.embed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from corpus.errors import RecordError
from ingest.adapt import LAYERS, WIDTH, Base, Layers, LowRank, Numbers, make_pool, mean_of
from ingest.pool import Piece
from ingest.threads import one_thread

WEIGHTS = Path(__file__).with_name("asking.npz")
_FEW = 64  # questions that are encoded at once, on the thread that asks for it
_DOWN, _UP = "/down", "/up"  # endings of the names of an adapter's two factors


class QuestionReader:
    """Reads questions. Safe to use from several threads.

    Args:
        low_rank: What is added to the maps of the packaged model.
    """

    dimension = WIDTH

    def __init__(self, low_rank: LowRank) -> None:
        self._low_rank = low_rank

    @cached_property
    def fingerprint(self) -> str:
        """The same for readers whose vectors can be compared."""
        parts = [
            name.encode() + down.tobytes() + up.tobytes()
            for name, (down, up) in sorted(self._low_rank.items())
        ]
        return sha256(b"".join([Base().fingerprint.encode(), *parts])).hexdigest()

    @cached_property
    def _model(self) -> tuple[Base, Layers]:
        base = Base()
        return base, Layers(base, self._low_rank)

    def encode(self, questions: Sequence[str]) -> Numbers:
        """Encode questions, their medicines masked (`corpus.expected.masked`).

        Returns:
            Unit vectors, shape (questions, WIDTH), float32.

        Raises:
            ModelError: The model in the package cannot be used.
        """
        if not questions:
            return np.zeros((0, WIDTH), dtype=np.float32)
        if len(questions) <= _FEW:
            with one_thread():
                return self._encode(questions)
        base, layers = self._model
        pooled = make_pool(base, layers).encode([Piece(each) for each in questions])
        return np.concatenate([each.texts for each in pooled])

    def _encode(self, questions: Sequence[str]) -> Numbers:
        """Encode a few, filled up to one length."""
        import torch

        base, layers = self._model
        with torch.inference_mode():
            ids, mask = base.tokens(questions)
            states = layers.passed(base.embed(ids), mask, range(LAYERS))
            vectors: Numbers = torch.nn.functional.normalize(mean_of(states, mask), dim=-1).numpy()
        return vectors


@lru_cache(maxsize=1)
def load_reader() -> QuestionReader:
    """The shipped reader; it never changes while the program runs.

    Raises:
        RecordError: Its weights cannot be read.
    """
    return QuestionReader(read_low_rank(WEIGHTS))


def read_low_rank(path: Path) -> LowRank:
    """Read the factors that `write_arrays` wrote.

    Raises:
        RecordError: The file cannot be read.
    """
    return split_low_rank(read_arrays(path))


def read_arrays(path: Path) -> dict[str, Numbers]:
    """Read what was learnt.

    Raises:
        RecordError: The file cannot be read.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name].astype(np.float32) for name in arrays.files}
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise RecordError(
            f"{path.name}: {' '.join(str(error).split())}.", "Reinstall Citewell: the file is damaged."
        ) from error


def split_low_rank(arrays: Mapping[str, Numbers]) -> LowRank:
    """The factors among some arrays.

    Raises:
        RecordError: One of a pair is missing.
    """
    names = sorted(name.removesuffix(_DOWN) for name in arrays if name.endswith(_DOWN))
    if missing := [name for name in names if name + _UP not in arrays]:
        raise RecordError(f"{missing[0]} lacks a factor.", "Reinstall Citewell: a file is damaged.")
    return {name: (arrays[name + _DOWN], arrays[name + _UP]) for name in names}


def write_arrays(low_rank: LowRank, path: Path, **others: Numbers) -> None:
    """Write factors, and what else was learnt, in half precision; the same give the same bytes."""
    arrays: dict[str, Any] = {}
    for name, (down, up) in sorted(low_rank.items()):
        arrays |= {name + _DOWN: down.astype(np.float16), name + _UP: up.astype(np.float16)}
    arrays |= {name: each.astype(np.float16) for name, each in others.items()}
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)
