"""Serve the review page on loopback, for as long as it is wanted.

Not for what it shows: see `evals.review.app`.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from corpus.errors import CitewellError
from evals.review.app import HOSTS, Review, make_app

_STARTS_WITHIN_S = 20.0


class ReviewError(CitewellError):
    """The review page cannot be served."""


@contextmanager
def serving(review: Review, port: int = 0) -> Iterator[str]:
    """Serve the page from a thread of its own while the block runs, and give its address.

    Args:
        review: What is rated.
        port: Port on loopback; 0 picks a free one.

    Raises:
        ReviewError: The port is taken.
    """
    listening = socket.socket()
    try:
        listening.bind((HOSTS[0], port))
    except OSError as error:
        listening.close()
        raise ReviewError(
            f"The review page cannot listen on {HOSTS[0]}, port {port}: {error.strerror}.",
            "Name another with --port, or none for any free one.",
        ) from error
    server = uvicorn.Server(uvicorn.Config(make_app(review), log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="review", daemon=True)
    thread.start()
    try:
        _wait(server, thread)
        yield f"http://{HOSTS[0]}:{listening.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise ReviewError("The review page did not start.", "Run it with --verbose to see why.")
        time.sleep(0.01)
