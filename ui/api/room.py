"""Run answers in a bounded number of threads, so that the event loop stays free and too many are refused.

A place is taken until its thread has really ended: what is said about being busy is true.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
_FIRST_GUESS_S = 0.5  # how long an answer takes, before one was given
_INERTIA = 0.9  # of the running mean of what answers took


class BusyError(Exception):
    """As many are running and waiting as may be.

    Args:
        retry_after_s: When there may be room again.
    """

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"busy for about {retry_after_s} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class _Item(Generic[T]):
    value: T


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None = None


class Room:
    """A bounded number of threads, and a bounded number of callers who wait for one.

    Args:
        at_once: How many run at the same time.
        waiting: How many may wait beyond these.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self.at_once, self.waiting = at_once, waiting
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="answer")
        self._lock = threading.Lock()
        self._inside = 0
        self._took_s = _FIRST_GUESS_S

    @property
    def inside(self) -> int:
        """How many run or wait."""
        return self._inside

    def enter(self, begin: Callable[[], Iterable[T]]) -> Job[T]:
        """Take a place for what `begin` gives, one by one; it runs in a thread as soon as one is free.

        Raises:
            BusyError: There is no place.
        """
        with self._lock:
            if self._inside >= self.at_once + self.waiting:
                rounds = self._inside / self.at_once
                raise BusyError(max(1, math.ceil(rounds * self._took_s)))
            self._inside += 1
        job = Job[T](begin)
        try:
            future = self._threads.submit(job.work)
        except RuntimeError:  # the threads are being ended
            self._leave()
            raise BusyError(1) from None
        job.cancel_waiting = future.cancel
        future.add_done_callback(lambda _: self._leave(job.took_s))
        return job

    async def run(self, function: Callable[[], T]) -> T:
        """Run one function in a thread of the room.

        Raises:
            BusyError: There is no place.
        """
        async for value in self.enter(lambda: [function()]):
            return value
        raise RuntimeError("a job that gives one value gave none")

    def close(self) -> None:
        """Let nobody in any more, and wait for those inside."""
        self._threads.shutdown(wait=True)

    def _leave(self, took_s: float | None = None) -> None:
        with self._lock:
            self._inside -= 1
            if took_s is not None:
                self._took_s = _INERTIA * self._took_s + (1 - _INERTIA) * took_s


class Job(Generic[T]):
    """What runs in a thread, read from the event loop: iterate over it, and `stop` it when nobody listens."""

    def __init__(self, begin: Callable[[], Iterable[T]]) -> None:
        self._begin = begin
        self._loop = asyncio.get_running_loop()
        self._given: asyncio.Queue[_Item[T] | _End] = asyncio.Queue()
        self._stopped = threading.Event()
        self.cancel_waiting: Callable[[], bool] = lambda: False
        self.took_s: float | None = None

    def work(self) -> None:
        """Run; called in the thread."""
        begun, end = time.perf_counter(), _End()
        try:
            self._give_all()
        except BaseException as error:  # it is raised where the job is read
            end = _End(error)
        self.took_s = time.perf_counter() - begun
        self._put(end)

    def _give_all(self) -> None:
        values = iter(self._begin())
        try:
            for value in values:
                if self._stopped.is_set():
                    return
                self._put(_Item(value))
        finally:
            if isinstance(values, Iterator) and hasattr(values, "close"):
                values.close()

    def _put(self, item: _Item[T] | _End) -> None:
        with suppress(RuntimeError):  # the loop has been closed: nobody listens
            self._loop.call_soon_threadsafe(self._given.put_nowait, item)

    def stop(self) -> None:
        """End it before the next value, or before it begins."""
        self._stopped.set()
        self.cancel_waiting()

    async def next(self) -> T | None:
        """The next value; None after the last.

        Raises:
            Exception: What went wrong in the thread.
        """
        item = await self._given.get()
        if isinstance(item, _Item):
            return item.value
        if item.error is not None:
            raise item.error
        return None

    async def __aiter__(self) -> AsyncIterator[T]:
        """All values; the job is stopped when they are read no further."""
        try:
            while (value := await self.next()) is not None:
                yield value
        finally:
            self.stop()
