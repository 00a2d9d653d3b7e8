"""On how many threads to compute: short texts on one, many batches on one each.

A question is too short to share out, and on a busy machine threads that wait for each other make it many
times slower. The same holds for the products of one batch among many.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


def cut_alone() -> None:
    """Let tokenizers cut texts on one thread: sharing out a few short ones takes longer than cutting them."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # read when the package is loaded


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread, and as before afterwards."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def workers() -> Iterator[ThreadPoolExecutor]:
    """As many workers as torch would use threads, each of which computes on one."""
    import torch

    threads = torch.get_num_threads()
    with one_thread(), ThreadPoolExecutor(threads, initializer=_on_one_thread) as found:
        yield found


def _on_one_thread() -> None:
    import torch

    torch.set_num_threads(1)  # which counts for the thread that says it
