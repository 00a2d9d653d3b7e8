"""Stop an answer that is being given: the visitor's browser names it by a token.

Not for what is shown then: see `ui.page_replies`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread

from retrieval.events import Event as Part

_LOOK_EVERY_S = 0.05
_REMEMBERED = 1000


class Stops:
    """Which answers are to stop. Bounded: what is forgotten can no longer be stopped."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._flags: OrderedDict[str, Event] = OrderedDict()

    def stop(self, token: str) -> None:
        """Stop the answer with this token, also one that has yet to begin."""
        if token:
            self._flag(token).set()

    @contextmanager
    def watching(self, token: str) -> Iterator[Event]:
        """Give the flag that is set when the answer is to stop; forgotten at the end."""
        flag = self._flag(token) if token else Event()
        try:
            yield flag
        finally:
            flag.set()
            with self._lock:
                self._flags.pop(token, None)

    def _flag(self, token: str) -> Event:
        with self._lock:
            flag = self._flags.setdefault(token, Event())
            while len(self._flags) > _REMEMBERED:
                self._flags.popitem(last=False)
            return flag


def until_stopped(parts: Generator[Part], stopped: Event) -> Generator[Part]:
    """Pass on the parts of an answer until it ends or is stopped, whichever is first.

    A thread of its own waits for them, since the next may take as long as a chat model does. Once stopped,
    that thread closes the answer as soon as it has the next part.
    """
    queue: SimpleQueue[Part | BaseException | None] = SimpleQueue()
    thread = Thread(target=_pull, args=(parts, stopped, queue), name="answer", daemon=True)
    thread.start()
    while not stopped.is_set():
        try:
            part = queue.get(timeout=_LOOK_EVERY_S)
        except Empty:
            continue
        if part is None:
            return
        if isinstance(part, BaseException):
            raise part
        yield part


def _pull(parts: Generator[Part], stopped: Event, queue: SimpleQueue[Part | BaseException | None]) -> None:
    try:
        for part in parts:
            queue.put(part)
            if stopped.is_set():
                break
        parts.close()
    except Exception as error:  # raised again where the answer is waited for
        queue.put(error)
    else:
        queue.put(None)
