"""Read and write what was learnt for `safety.danger`: one file of numpy arrays, nothing that could run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ingest.adapt import WIDTH
from retrieval.safety.danger_letters import BUCKETS, Linear
from retrieval.safety.danger_net import Adapter

_STEPS = 127  # of a weight of the letters, which is stored as a whole number


@dataclass(frozen=True)
class Learnt:
    """Everything that was learnt.

    Attributes:
        adapters: Of the network; their opinions are averaged.
        vectors: Over the vectors of the packaged model, shape (labels, WIDTH).
        letters: Over runs of letters and words, shape (labels, BUCKETS).
    """

    adapters: tuple[Adapter, ...]
    vectors: Linear
    letters: Linear


def read_learnt(path: Path) -> Learnt:
    """Read a file of weights.

    Raises:
        OSError, KeyError, ValueError: It is not there, or is not what `write_learnt` writes.
    """
    with np.load(path, allow_pickle=False) as arrays:
        held = {name: arrays[name] for name in arrays.files}
    count = int(held["adapters"])
    steps = held["letters/steps"].astype(np.float32)
    learnt = Learnt(
        tuple(_adapter(held, f"{at}:") for at in range(count)),
        Linear(held["vectors/weight"].astype(np.float32), held["vectors/bias"].astype(np.float32)),
        Linear(
            steps * held["letters/scale"].astype(np.float32)[:, None],
            held["letters/bias"].astype(np.float32),
        ),
    )
    labels = len(learnt.letters.bias)
    shapes = {(WIDTH, *(each.head.shape[::-1])) for each in learnt.adapters}
    shapes |= {(WIDTH, *learnt.vectors.weight.shape[::-1])}
    if not count or shapes != {(WIDTH, WIDTH, labels)} or steps.shape != (labels, BUCKETS):
        raise ValueError("its parts do not belong together")
    return learnt


def write_learnt(learnt: Learnt, path: Path) -> None:
    """Write weights; the same weights give the same bytes. What is read again is rounded a little."""
    arrays: dict[str, Any] = {"adapters": np.array(len(learnt.adapters))}
    for at, adapter in enumerate(learnt.adapters):
        arrays |= {f"{at}:head": adapter.head, f"{at}:bias": adapter.bias}
        for name, (down, up) in sorted(adapter.low_rank.items()):
            arrays |= {f"{at}:{name}/down": down, f"{at}:{name}/up": up}
    arrays |= {"vectors/weight": learnt.vectors.weight, "vectors/bias": learnt.vectors.bias}
    arrays = {
        name: each.astype(np.float16) if each.dtype == np.float32 else each for name, each in arrays.items()
    }
    scale = np.maximum(np.abs(learnt.letters.weight).max(axis=1), 1e-6) / _STEPS
    arrays |= {
        "letters/steps": np.rint(learnt.letters.weight / scale[:, None]).astype(np.int8),
        "letters/scale": scale.astype(np.float32),
        "letters/bias": learnt.letters.bias.astype(np.float32),
    }
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _adapter(held: Mapping[str, Any], mark: str) -> Adapter:
    own = {name.removeprefix(mark): each.astype(np.float32) for name, each in held.items()
           if name.startswith(mark)}  # fmt: skip
    names = sorted({name.rsplit("/", 1)[0] for name in own if "/" in name})
    low_rank = {name: (own[f"{name}/down"], own[f"{name}/up"]) for name in names}
    return Adapter(low_rank, own["head"], own["bias"])
