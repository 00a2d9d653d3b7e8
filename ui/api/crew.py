"""Answer in several processes: Python runs one thread at a time, and an answer is work for a processor.

One process listens, keeps the page's conversations, and counts; it hands each question to one of the others
over a pipe of its own. Not for HTTP: see `ui.api.app`.
"""

from __future__ import annotations

import logging
import multiprocessing
import queue
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from corpus.errors import CitewellError
from ingest.settings import Settings
from retrieval.events import Done, Event
from retrieval.evidence.search import Filters
from retrieval.pipeline import Citewell
from ui.api.watch import Watch

_log = logging.getLogger(__name__)
_ENDS_WITHIN_S = 10.0
_Asked = tuple[str, tuple[str, ...], Filters | None]
_WARM_UP = "warm up"  # sent instead of a question


class CrewError(CitewellError):
    """A process that answers has died."""


class Crew(Citewell):
    """Citewell that answers in other processes. Safe to use from several threads.

    Args:
        settings: How many processes (`serve_workers`), and how many questions each answers at the same time.

    What is looked up, and an answer's passages, are read in this process.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._members = [_Member(settings) for _ in range(settings.serve_workers)]
        self._free: queue.Queue[_Place] = queue.Queue()
        for number in range(settings.serve_at_once):  # in turns, so that no process gets all of the questions
            for member in self._members:
                self._free.put(_Place(member, number))

    def stream(
        self, question: str, earlier: Sequence[str] = (), filters: Filters | None = None
    ) -> Iterator[Event]:
        """Answer one question in the next process that is free; see `Citewell.stream`."""
        place = self._free.get()
        begun = False
        try:
            for event in place.stream((question, tuple(earlier), filters)):
                begun = True
                yield event
            return
        except CrewError as error:
            _log.error("%s", error)
            if begun:  # what was said is said: no second answer can go on from it
                raise
        finally:
            self._free.put(place)
        yield from super().stream(
            question, earlier, filters
        )  # the process is being replaced; this one is there

    def warm_up(self) -> None:
        """Open everything, in all processes."""
        for each in self._members:
            each.start()
        super().warm_up()
        places = [self._free.get() for _ in self._members]  # they come in turns: one of each process
        try:
            for place in places:
                place.warm_up()
        except CrewError as error:
            _log.error("%s", error)
        finally:
            for place in places:
                self._free.put(place)

    def close(self) -> None:
        """End the processes, each when it has finished what it is answering."""
        for each in self._members:
            each.close()


class _Member:
    """One process, and a pipe for each question that it answers at the same time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipes: list[Connection] = []

    def start(self) -> None:
        """Start it, unless it runs."""
        with self._lock:
            if self._process is not None and self._process.is_alive():
                return
            context = multiprocessing.get_context("spawn")  # threads of this process must not be copied
            pairs = [context.Pipe() for _ in range(self._settings.serve_at_once)]
            theirs = [pair[1] for pair in pairs]
            self._process = context.Process(target=_answer, args=(self._settings, theirs), name="answers")
            self._process.start()
            for pipe in (*self._pipes, *theirs):
                pipe.close()
            self._pipes = [pair[0] for pair in pairs]

    def pipe(self, number: int) -> Connection:
        """One of the pipes of the running process."""
        self.start()
        return self._pipes[number]

    def close(self) -> None:
        """End it. A closed pipe is how it knows."""
        with self._lock:
            for pipe in self._pipes:
                pipe.close()
            if self._process is not None:
                self._process.join(_ENDS_WITHIN_S)
                self._process.terminate()


@dataclass(frozen=True, slots=True)
class _Place:
    """One of the questions that a process may answer at the same time."""

    member: _Member
    number: int

    def warm_up(self) -> None:
        """Wait until the process has opened everything.

        Raises:
            CrewError: The process died.
        """
        for _ in self.stream(_WARM_UP):
            raise TypeError("an event came although nothing was asked")

    def stream(self, asked: _Asked | str) -> Iterator[Event]:
        """Have a question answered.

        Raises:
            CrewError: The process died.
        """
        pipe = self.member.pipe(self.number)
        try:
            pipe.send(asked)
            event: Event | None = None
            try:
                while (event := pipe.recv()) is not None:
                    yield event
            finally:
                if event is not None:  # nobody listens any more
                    pipe.send(None)
                    while pipe.recv() is not None:
                        pass
        except (EOFError, OSError) as error:
            raise CrewError("A process that answers has died.", "It is started again.") from error


def _answer(settings: Settings, pipes: list[Connection]) -> None:
    """Answer what comes through the pipes until they are closed; what a process of the crew runs."""
    for ending in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # they are for the process that listens, which ends this one
        signal.signal(ending, signal.SIG_IGN)
    citewell = Citewell(settings)
    watch = Watch(citewell).start()
    threads = [threading.Thread(target=_answer_one, args=(citewell, pipe)) for pipe in pipes]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    watch.close()


def _answer_one(citewell: Citewell, pipe: Connection) -> None:
    try:
        while True:
            asked = pipe.recv()
            if asked == _WARM_UP:
                with suppress(CitewellError):  # the watch tells of it, and tries again
                    citewell.warm_up()
                pipe.send(None)
            elif asked is not None:  # None: it came too late to end the last answer
                _pass_on(citewell, pipe, *asked)
    except (EOFError, OSError):
        return  # the process that listens has closed the pipe, or has died


def _pass_on(
    citewell: Citewell, pipe: Connection, question: str, earlier: tuple[str, ...], filters: Filters | None
) -> None:
    events = citewell.stream(question, earlier, filters)
    for event in events:
        pipe.send(event)
        if pipe.poll() and not isinstance(event, Done):  # all that can come now is that nobody listens
            pipe.recv()
            getattr(events, "close", lambda: None)()
            pipe.send(None)
            return
    pipe.send(None)
