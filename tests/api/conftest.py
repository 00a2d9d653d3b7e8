"""Real servers on the loopback address, over the real index."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from retrieval.events import Event
from retrieval.pipeline import Citewell
from retrieval.served import open_desk
from ui.serve import start

QUESTION = "how fast does diazepam work"
EMERGENCY = "I took 40 paracetamol tablets an hour ago"


@contextmanager
def serving(citewell: Citewell, settings, with_page: bool = False, **changes) -> Iterator[httpx.Client]:
    """A client of a server of its own, whose settings are these but for some changes."""
    running, address = start(citewell, settings.model_copy(update=changes), with_page)
    try:
        with httpx.Client(base_url=address, timeout=60) as client:
            yield client
    finally:
        running.close()


class Held(Citewell):
    """Citewell whose answers stop after their first event until they are let go on."""

    def __init__(self, settings, opening=open_desk) -> None:
        super().__init__(settings, opening)
        self.go_on, self.stopped = threading.Event(), threading.Semaphore(0)

    def stream(self, question, earlier=(), filters=None) -> Iterator[Event]:
        events = super().stream(question, earlier, filters)
        yield next(events)
        self.stopped.release()
        self.go_on.wait(60)
        yield from events


@pytest.fixture(scope="session")
def client(citewell, settings) -> Iterator[httpx.Client]:
    """A client of a server that lets everybody ask as often as they like."""
    with serving(citewell, settings, serve_rate=0) as client:
        yield client


@pytest.fixture
def held(settings, citewell) -> Iterator[Held]:
    """What answers only when it is let go on; it shares the index of all the others."""
    held = Held(settings, lambda _: citewell.desk)
    yield held
    held.go_on.set()
