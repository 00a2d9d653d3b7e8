"""Answer the rows of a batch in their order, in this process or in several.

Not for what becomes of the answers: see `ui.batch`.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from corpus.errors import CitewellError, IndexMismatchError

if TYPE_CHECKING:
    from ingest.settings import Settings
    from retrieval.answer import Answer
    from retrieval.pipeline import Citewell
    from ui.batch_rows import Row
    from ui.scope import Scope

_worker: list[Citewell] = []  # what a process of the pool answers with; set when it starts


class WorkerError(CitewellError):
    """A process that answers was ended from outside."""


def answers_to(
    rows: Sequence[Row], settings: Settings, generation: str, scope: Scope, workers: int
) -> Generator[Answer]:
    """Answer rows in their order; closing the iterator ends all processes.

    Args:
        rows: None of them has a problem.
        settings: Where the index stands.
        generation: The index that the batch is answered from; no other may take its place meanwhile.
        scope: Which sources may be used.
        workers: How many processes; with one, it is this one.

    Raises:
        CitewellError: There is nothing to answer with.
        WorkerError: A process was ended, as for want of memory.
    """
    if workers == 1 or len(rows) <= 1:
        citewell = _opened(settings, generation)
        for row in rows:
            yield citewell.ask(row.question, row.earlier, scope.filters())
        return
    spawn = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
    with ProcessPoolExecutor(min(workers, len(rows)), spawn, _start, (settings, generation)) as pool:
        try:
            yield from pool.map(_answer, rows, [scope] * len(rows))
        except BrokenProcessPool as error:
            raise WorkerError(
                "A process that answers was ended from outside.",
                "Take fewer --workers if memory is short, and run the same command again: it goes on.",
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _opened(settings: Settings, generation: str) -> Citewell:
    from retrieval.pipeline import Citewell

    citewell = Citewell(settings)
    if citewell.desk.index.manifest.id != generation:
        raise IndexMismatchError(
            f"Another index than {generation} has been published meanwhile.", "Run the same command again."
        )
    return citewell


def _start(settings: Settings, generation: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which then ends the pool
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _worker.append(_opened(settings, generation))


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    """End this process when the command was killed, and so could not end it."""
    parent.join()
    os._exit(1)


def _answer(row: Row, scope: Scope) -> Answer:
    return _worker[0].ask(row.question, row.earlier, scope.filters())
