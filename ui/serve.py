"""Serve the page until it is interrupted, and load the models while people read it.

Not for what the page shows: see `ui.page`.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from corpus.errors import CitewellError, SettingsError
from ingest.settings import Settings
from retrieval.pipeline import Citewell
from ui.page import build_page, look

if TYPE_CHECKING:
    import gradio as gr

_log = logging.getLogger(__name__)


def start(citewell: Citewell, settings: Settings) -> tuple[gr.Blocks, str]:
    """Serve the page from a thread of its own.

    Args:
        citewell: What answers.
        settings: Host and port.

    Returns:
        The page, whose `close()` stops it, and its address.

    Raises:
        SettingsError: The address cannot be listened on.

    """
    page = build_page(citewell)
    port = settings.port or _free_port(settings.host)
    try:
        page.launch(
            server_name=settings.host,
            server_port=port,
            share=False,
            quiet=True,
            prevent_thread_lock=True,
            inbrowser=False,
            **look(),
        )
    except OSError as error:
        raise SettingsError(
            f"The page cannot listen on {settings.host}, port {port}.",
            "Another program may use it: set CITEWELL_PORT to another number, or to 0 for any free one.",
        ) from error
    return page, str(page.local_url)


def launch(settings: Settings, on_ready: Callable[[str], None] | None = None) -> None:
    """Serve the page until it is interrupted.

    Args:
        settings: Where the index stands, host and port.
        on_ready: Called with the address once the page is served.

    Raises:
        SettingsError: The address cannot be listened on.

    """
    citewell = Citewell(settings)
    page, address = start(citewell, settings)
    _log.info("the page is served at %s", address)
    threading.Thread(target=_warm_up, args=(citewell,), name="warm-up", daemon=True).start()
    if on_ready is not None:
        on_ready(address)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        _log.info("interrupted; the page closes")
    finally:
        page.close(verbose=False)


def _warm_up(citewell: Citewell) -> None:
    try:
        citewell.warm_up()
    except CitewellError as error:
        # Not fatal: each question says what is wrong, and help in an emergency needs no index.
        _log.warning("the page answers no questions yet: %s", error)


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host.strip("[]"), 0))
        return int(probe.getsockname()[1])
