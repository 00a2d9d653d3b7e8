"""Fill the vectors of a generation from its stored passages, embedding none whose vectors are known.

Known are those of passages that the earlier generation holds, and of passages that come twice. What is in
memory does not grow with the corpus: passages are read, and vectors written, slice by slice. Not for how a
model encodes: see `ingest.embed`; nor for searching: see `ingest.nearest`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from ingest.document import Span
from ingest.embed import Embedder
from ingest.index import Index
from ingest.pool import Piece
from ingest.store import PASSAGES, SENTENCES, StoredPassage, read_passages

_SLICE = 8192  # passages that are in memory at once

Half = NDArray[np.float16]


@dataclass
class Filled:
    """The arrays on disk, and how many passages were embedded for them or taken over."""

    passages: Half
    sentences: Half
    embedded: int = 0
    reused: int = 0


def fill(
    folder: Path, records: sqlite3.Connection, passages: int, sentences: int, before: Index | None,
    embedder: Embedder, on_done: Callable[[int], None],
) -> Filled:  # fmt: skip
    """Write the vectors of all passages and of their sentences.

    Args:
        folder: Where the generation is built.
        records: Its records, written already.
        passages: How many passages these hold.
        sentences: How many sentences these have.
        before: The earlier generation, where its vectors are of the same model; None to embed everything.
        embedder: The model.
        on_done: Told how many passages have their vectors by now.
    """
    width = embedder.dimension
    filled = Filled(
        open_memmap(folder / PASSAGES, mode="w+", dtype=np.float16, shape=(passages, width)),
        open_memmap(folder / SENTENCES, mode="w+", dtype=np.float16, shape=(sentences, width)),
    )
    for part in _slices(records):
        new = [each for each in part if not _take_over(each, records, before, filled)]
        firsts = {each.key: each for each in reversed(new)}
        first_of_all = list(firsts.values())
        done = part[0].row + len(part) - len(new)
        for pooled in (True, False):
            for count in _encode([each for each in first_of_all if each.pooled is pooled], filled, embedder):
                done += count
                on_done(done)
        for each in new:
            if (first := firsts[each.key]) is not each:
                _copy(filled.passages, filled.sentences, first.row, first.first_sentence, filled, each)
        filled.embedded += len(first_of_all)
        filled.reused += len(part) - len(first_of_all)
        on_done(part[-1].row + 1)
    for array in (filled.passages, filled.sentences):
        array.flush()  # type: ignore[attr-defined]
    return filled


def _slices(records: sqlite3.Connection) -> Iterator[list[StoredPassage]]:
    start = 0
    while part := read_passages(records, "row >= ? AND row < ? ORDER BY row", start, start + _SLICE):
        yield part
        start += _SLICE


def _take_over(
    each: StoredPassage, records: sqlite3.Connection, before: Index | None, filled: Filled
) -> bool:
    """Take the vectors of a passage from the earlier generation, or from an earlier slice of this one."""
    if before is not None and (held := before.row_of_key(each.key)) is not None:
        row, first = held
        _copy(before.passage_vectors, before.sentence_vectors, row, first, filled, each)
        return True
    earliest = records.execute("SELECT row, first_sentence FROM passages WHERE key = ? LIMIT 1", (each.key,))
    row, first = earliest.fetchone()
    if row >= each.row - each.row % _SLICE:
        return False
    _copy(filled.passages, filled.sentences, row, first, filled, each)
    return True


def _copy(passages: Half, sentences: Half, row: int, first: int, filled: Filled, to: StoredPassage) -> None:
    count = len(to.passage.sentences)
    filled.passages[to.row] = passages[row]
    filled.sentences[to.first_sentence : to.first_sentence + count] = sentences[first : first + count]


def _encode(batch: Sequence[StoredPassage], filled: Filled, embedder: Embedder) -> Iterator[int]:
    """Encode passages, their sentences in the same pass or each by itself; yields how many were done."""
    at = 0
    for part in embedder.encode_with_spans([_piece(each) for each in batch]):
        done = batch[at : at + len(part.texts)]
        filled.passages[[each.row for each in done]] = part.texts
        if done[0].pooled:
            filled.sentences[_sentence_rows(done)] = part.spans
        else:
            texts = [span.of(each.passage.text) for each in done for span in each.passage.sentences]
            filled.sentences[_sentence_rows(done)] = embedder.encode(texts)
        at += len(done)
        yield len(done)


def _piece(each: StoredPassage) -> Piece:
    passage = each.passage
    if not each.pooled:
        return Piece(passage.embedded_text)
    offset = len(passage.embedded_text) - len(passage.text)
    spans = tuple(Span(offset + span.start, offset + span.end) for span in passage.sentences)
    return Piece(passage.embedded_text, spans)


def _sentence_rows(passages: Sequence[StoredPassage]) -> list[int]:
    return [each.first_sentence + at for each in passages for at in range(len(each.passage.sentences))]
