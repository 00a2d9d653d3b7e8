"""Serve the API and the page until the server is ended, and let running answers finish then.

Not for what is served: see `ui.api.app` and `ui.page`.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn

from corpus.errors import SettingsError
from ingest.settings import Settings
from retrieval.pipeline import Citewell
from ui.api.app import make_app
from ui.api.crew import Crew

_log = logging.getLogger(__name__)
_STARTS_WITHIN_S = 60.0
_BACKLOG = 2048  # connections that wait to be taken


class _Server(uvicorn.Server):
    """uvicorn's server, which tells the app when it begins to end."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, let what runs finish, and end."""
        self.ending.set()
        await super().shutdown(sockets)

    @property
    def ending(self) -> asyncio.Event:
        """Set when the server ends."""
        state: Any = self.config.app
        event = state.state.ending
        if not isinstance(event, asyncio.Event):
            raise TypeError("the app does not know of its end")
        return event


class Running:
    """A server that runs in a thread of its own. `close` ends it."""

    def __init__(self, server: uvicorn.Server, listening: socket.socket) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.run, args=([listening],), name="server", daemon=True)
        self._thread.start()

    def wait_until_started(self) -> None:
        """Wait until it takes requests.

        Raises:
            RuntimeError: It does not.
        """
        for _ in range(int(_STARTS_WITHIN_S / 0.02)):
            if self._server.started:
                return
            self._thread.join(0.02)
            if not self._thread.is_alive():
                break
        raise RuntimeError("the server did not start")

    def close(self) -> None:
        """Take no more requests, let running answers finish, and return when all has ended."""
        self._server.should_exit = True
        self._thread.join()


def start(citewell: Citewell, settings: Settings, with_page: bool = True) -> tuple[Running, str]:
    """Serve from a thread of its own.

    Args:
        citewell: What answers.
        settings: Host, port and limits.
        with_page: Whether the page stands at `/`.

    Returns:
        What `close`s it, and its address.

    Raises:
        SettingsError: The address cannot be listened on.

    """
    listening = _listen(settings)
    running = Running(_server(citewell, settings, with_page), listening)
    running.wait_until_started()
    return running, _address(listening)


def launch(settings: Settings, on_ready: Callable[[str], None] | None = None, with_page: bool = True) -> None:
    """Serve until the process is told to end (SIGINT, SIGTERM).

    Args:
        settings: Where the index stands, host, port, how many processes answer, and limits.
        on_ready: Called with the address once it can be connected to.
        with_page: Whether the page stands at `/`.

    Raises:
        SettingsError: The address cannot be listened on.

    """
    listening = _listen(settings)
    citewell = Crew(settings) if settings.serve_workers > 1 else Citewell(settings)
    server = _server(citewell, settings, with_page)
    if on_ready is not None:
        on_ready(_address(listening))
    # uvicorn raises the signal that ended it again, when all has ended: that is no error.
    signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        with suppress(KeyboardInterrupt):
            server.run([listening])
    finally:
        if isinstance(citewell, Crew):
            citewell.close()
    _log.info("the server has ended")


def _server(citewell: Citewell, settings: Settings, with_page: bool) -> _Server:
    app = make_app(citewell, settings, with_page)
    return _Server(
        uvicorn.Config(
            app,
            access_log=False,  # it would log queries; the app logs a line of its own
            log_config=None,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=settings.serve_proxies,
            timeout_graceful_shutdown=settings.serve_finish_s,
            lifespan="on",
        )
    )


def _listen(settings: Settings) -> socket.socket:
    host = settings.host.strip("[]")
    try:
        found = socket.getaddrinfo(host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        # With the protocol named: asyncio sends small replies at once only where it knows that it is TCP.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
        return listening
    except OSError as error:
        raise SettingsError(
            f"The server cannot listen on {settings.host}, port {settings.port}.",
            "Another program may use it: set CITEWELL_PORT to another number, or to 0 for any free one.",
        ) from error


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (where it can be looked at)
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
