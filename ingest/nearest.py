"""Find the passages whose vectors are nearest to a query's: exactly, or over many passages nearly so.

Up to a limit every vector is compared. Beyond it, an inverted file (Jégou, Douze and Schmid 2011,
doi:10.1109/TPAMI.2010.57) with vectors of 8 bits a value lies on disk, and only the lists nearest to the
query are read. How many is chosen so that it finds what an exact search finds; what it misses is measured.
Not for the scores of words: see `retrieval.evidence.search`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import faiss
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

INDEX = "passages.faiss"

_BLOCK = 32768  # vectors that are in memory at once
_GOOD_RECALL = 0.97
_QUERIES = 256  # that recall is measured with
_PER_LIST = 64  # vectors a list that the lists are learnt from
_FEW = 20_000  # passages that pass a filter up to which they are compared one by one
_SEED = 20260701

Half = NDArray[np.float16]
Matrix = NDArray[np.float32]
Rows = NDArray[np.int64]


class Nearness(BaseModel):
    """How a generation's passages are searched by vector.

    Attributes:
        lists: Lists of the inverted file; 0 for an exact search.
        probes: Of these, how many are read for a query.
        recall_at_10: Share of the ten nearest of an exact search that are found, over a sample of queries.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["exact", "inverted file"] = "exact"
    lists: int = 0
    probes: int = 0
    recall_at_10: float = 1.0


def write_nearest(folder: Path, vectors: Half, queries: Half, exact_up_to: int) -> Nearness:
    """Write what searches these vectors, in a form chosen by their number.

    Args:
        folder: Where the generation is built.
        vectors: Of the passages, shape (passages, dimension).
        queries: Vectors of what may be asked, to measure recall with, shape (any, dimension).
        exact_up_to: Passages up to which the search is exact.
    """
    count, dimension = vectors.shape
    if count <= exact_up_to:
        flat = faiss.IndexFlatIP(dimension)
        for _, block in _blocks(vectors):
            flat.add(block)
        faiss.write_index(flat, str(folder / INDEX))
        return Nearness()
    chance = np.random.default_rng(_SEED)
    lists = max(1, min(int(4 * count**0.5), count // 39))  # FAISS wants 39 vectors a list to learn from
    learnt = np.sort(chance.permutation(count)[: lists * _PER_LIST])
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, lists, faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )  # fmt: skip
    index.train(vectors[learnt].astype(np.float32))
    for _, block in _blocks(vectors):
        index.add(block)
    pool = queries if len(queries) else vectors
    chosen = np.sort(chance.permutation(len(pool))[:_QUERIES])
    asked: Matrix = np.ascontiguousarray(pool[chosen], dtype=np.float32)
    probes, recall = _enough_probes(index, asked, _exact(vectors, asked, 10))
    faiss.write_index(index, str(folder / INDEX))
    return Nearness(kind="inverted file", lists=lists, probes=probes, recall_at_10=recall)


def _enough_probes(index: Any, queries: Matrix, truth: Rows) -> tuple[int, float]:  # noqa: ANN401  (untyped)
    """The fewest lists, doubling, that find nearly all of the truth; and how much of it they find."""
    probes = min(16, index.nlist)
    while True:
        found = index.search(queries, truth.shape[1], params=_reading(probes))[1]
        hits = [len(set(one) & set(two)) for one, two in zip(found.tolist(), truth.tolist(), strict=True)]
        recall = sum(hits) / truth.size
        if recall >= _GOOD_RECALL or probes == index.nlist:
            return probes, round(recall, 4)
        probes = min(2 * probes, index.nlist)


def _reading(probes: int, **chosen: Any) -> Any:  # noqa: ANN401
    return faiss.SearchParametersIVF(nprobe=probes, **chosen)  # type: ignore[call-arg]


def _exact(vectors: Half, queries: Matrix, count: int) -> Rows:
    """Rows of the nearest vectors to each query by comparing all, shape (queries, count)."""
    best = faiss.ResultHeap(len(queries), min(count, len(vectors)), keep_max=True)
    for start, block in _blocks(vectors):
        scores, rows = faiss.knn(queries, block, min(count, len(block)), metric=faiss.METRIC_INNER_PRODUCT)
        best.add_result(scores, rows + start)
    best.finalize()
    rows_found: Rows = best.I
    return rows_found


def _blocks(vectors: Half) -> Iterator[tuple[int, Matrix]]:
    for start in range(0, len(vectors), _BLOCK):
        yield start, np.ascontiguousarray(vectors[start : start + _BLOCK], dtype=np.float32)


class PassageVectors:
    """The vectors of a generation's passages, on disk; row i is passage i. Safe to use from several threads.

    Args:
        folder: The generation's.
        nearness: As it was written.
        vectors: All of them, memory-mapped, shape (passages, dimension).

    Raises:
        RuntimeError: The file is none of FAISS's, or not of these vectors.
    """

    def __init__(self, folder: Path, nearness: Nearness, vectors: Half) -> None:
        self._nearness = nearness
        self._vectors = vectors
        self._index = faiss.read_index(str(folder / INDEX), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        if (self._index.ntotal, self._index.d) != vectors.shape:
            raise RuntimeError(f"{INDEX} is of {self._index.ntotal} vectors, not of {len(vectors)}")

    def __len__(self) -> int:
        return len(self._vectors)

    def __getitem__(self, row: int) -> Matrix:
        """The vector of a passage, shape (dimension,)."""
        found: Matrix = self._vectors[row].astype(np.float32)
        return found

    def search(self, vector: Matrix, count: int, allowed: Rows | None = None) -> tuple[Rows, Matrix]:
        """Rows of the nearest passages and their cosines, best first.

        Args:
            vector: The query's, shape (dimension,).
            count: Most passages to find.
            allowed: Rows that may be found, ascending; None for all. It holds before the cut.
        """
        count = min(count, len(self) if allowed is None else len(allowed))
        if count == 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        if allowed is not None and self._nearness.lists and len(allowed) <= _FEW:
            return self._among(vector, count, allowed)
        probes = self._nearness.probes
        if allowed is not None:  # the fewer pass the filter, the more lists hold as many of them
            probes = probes * len(self) // len(allowed)
        while True:
            scores, rows = self._index.search(
                vector[None, :], count, params=self._parameters(allowed, probes)
            )
            is_found = rows[0] >= 0
            # The lists that were read may all the same hold too few: then more are read.
            if is_found.all() or probes >= self._nearness.lists:
                return rows[0][is_found], scores[0][is_found]
            probes *= 4

    def _parameters(self, allowed: Rows | None, probes: int) -> Any:  # noqa: ANN401
        chosen = {} if allowed is None else {"sel": faiss.IDSelectorBatch(allowed)}
        if self._nearness.lists:
            return _reading(min(probes, self._nearness.lists), **chosen)
        return faiss.SearchParameters(**chosen)

    def _among(self, vector: Matrix, count: int, allowed: Rows) -> tuple[Rows, Matrix]:
        scores = self._vectors[allowed].astype(np.float32) @ vector
        order = np.argsort(-scores, kind="stable")[:count]
        return allowed[order], scores[order]
