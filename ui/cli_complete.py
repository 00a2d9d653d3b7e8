"""`citewell complete`: the script by which a shell completes commands, options and ids.

The script is click's own. Not for what is completed: see `ui.shell_words`.
"""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command(short_help="Print the script that completes commands in your shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def complete(ctx: click.Context, shell: str) -> None:
    """Print the script by which SHELL completes commands, options, kinds, and ids of sources and passages.

    \b
    Example:
      citewell complete bash > ~/.local/share/bash-completion/completions/citewell
      citewell complete zsh > "${fpath[1]}/_citewell"
      citewell complete fish > ~/.config/fish/completions/citewell.fish
    """  # noqa: D301
    make = get_completion_class(shell)
    if make is None:
        raise click.UsageError(f"This version of click completes nothing in {shell}.")
    click.echo(make(ctx.find_root().command, {}, "citewell", "_CITEWELL_COMPLETE").source())
