"""`citewell mcp`: be an MCP server for an assistant on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from corpus.errors import SettingsError
from ui.console import home_option, say

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command(short_help="Let assistants ask, search and read sources (MCP).")
@click.option("--http", is_flag=True, help="Listen for HTTP on this machine instead of standard input.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address for --http; of this machine only."
)
@click.option(
    "--port", type=click.IntRange(1, 65535), default=7861, show_default=True, help="Port for --http."
)
@home_option
def mcp(http: bool, host: str, port: int, home: Path | None) -> None:
    """Serve the Model Context Protocol: the tools ask, search and get_source.

    An assistant starts this command itself and speaks to it over standard input and output. With --http it
    listens at /mcp instead, for programs of this machine only: there is neither a key nor a rate limit.

    \b
    Example:
      citewell mcp
      citewell mcp --http --port 7861
    """  # noqa: D301
    if http and host not in _LOOPBACK:
        raise SettingsError(
            f"'citewell mcp --http' does not listen on {host}: anybody there could ask.",
            f"Use one of {', '.join(_LOOPBACK)}; 'citewell serve' is for other machines.",
        )
    from ingest.settings import load_settings
    from retrieval.pipeline import Citewell
    from ui.api.watch import Watch
    from ui.mcp import make_server

    settings = load_settings(home=home)
    citewell = Citewell(settings)
    server = make_server(citewell, settings)
    watch = Watch(citewell).start()
    try:
        if http:
            say(f"Assistants find Citewell at http://{host}:{port}/mcp (Ctrl-C ends it).", err=True)
            server.run("streamable-http", host=host, port=port, stateless_http=True)
        else:
            server.run("stdio")
    finally:
        watch.close()
