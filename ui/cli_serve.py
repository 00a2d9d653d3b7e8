"""`citewell serve`: the API and the page, for many people; `citewell ui`: the page, for oneself."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from ui.console import home_option, say

_host_option = click.option("--host", help="Address to listen on (else CITEWELL_HOST, else 127.0.0.1).")
_port_option = click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 picks a free one.")


@click.command(short_help="Serve the HTTP API and the page, with several processes if wanted.")
@_host_option
@_port_option
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Processes that answer (else CITEWELL_SERVE_WORKERS, else 1).",
)
@click.option(
    "--page/--no-page", default=None, help="Whether the page stands at / (else CITEWELL_SERVE_PAGE)."
)
@home_option
def serve(
    host: str | None, port: int | None, workers: int | None, page: bool | None, home: Path | None
) -> None:
    """Serve the HTTP API, and the page at /, until SIGTERM or Ctrl-C; answers that run are finished.

    TLS is left to a proxy in front of it. A new index is served without a restart. What each request cost is
    logged on standard error, what was asked never.

    \b
    Example:
      citewell serve --workers 4 --host 0.0.0.0 --port 8080
    """  # noqa: D301
    from ingest.settings import load_settings
    from ui.serve import launch

    settings = load_settings(home=home, host=host, port=port, serve_workers=workers, serve_page=page)
    _log_requests()
    launch(
        settings,
        on_ready=lambda address: say(f"Citewell serves {address} (Ctrl-C ends it).", err=True),
        with_page=settings.serve_page,
    )


@click.command()
@_host_option
@_port_option
@home_option
def ui(host: str | None, port: int | None, home: Path | None) -> None:
    """Open the page: chat with sourced answers in a browser.

    The same as 'citewell serve' in one process and without its log lines.

    \b
    Example:
      citewell ui --port 8080
    """  # noqa: D301
    from ingest.settings import load_settings
    from ui.serve import launch

    launch(
        load_settings(home=home, host=host, port=port, serve_workers=1),
        on_ready=lambda address: say(f"Citewell is at {address} (Ctrl-C ends it)."),
    )


def _log_requests() -> None:
    """Log what the server does, one line an event, with the time."""
    lines = logging.StreamHandler()
    lines.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for name in ("citewell", "ui.api", "ui.serve"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.addHandler(lines)
        logger.propagate = False
