"""Which sources may be used, as the commands take it (`--kind`, `--since`, `--until`), and as others want it.

Not for filtering: see `retrieval.evidence.search`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from retrieval.evidence.search import Filters

Command = TypeVar("Command", bound=Callable[..., Any])
_YEARS = click.IntRange(1500, 2100)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which sources may be used; nothing means any.

    Attributes:
        kinds: Kinds of work, in the order of their names.
        since: Earliest year; a source without a year then does not pass.
        until: Latest year; likewise.
    """

    kinds: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return self != Scope()

    def as_json(self) -> dict[str, Any]:
        """As the HTTP API takes it, without what is not asked for."""
        wanted = {"kinds": list(self.kinds), "since": self.since, "until": self.until}
        return {name: value for name, value in wanted.items() if value}

    def filters(self) -> Filters | None:
        """As the search takes it."""
        from corpus.record import Kind
        from retrieval.evidence.search import Filters

        if not self:
            return None
        return Filters(kinds=frozenset(map(Kind, self.kinds)), since=self.since, until=self.until)


def scope_of(kinds: tuple[str, ...], since: int | None, until: int | None) -> Scope:
    """The scope that the options ask for.

    Raises:
        click.UsageError: There is no such kind, or the years are the wrong way round.
    """
    if kinds:
        from corpus.record import Kind

        known = [kind.value for kind in Kind]
        for kind in set(kinds) - set(known):
            raise click.BadParameter(
                f"'{kind}' is no kind. There are {', '.join(known)}.", param_hint="--kind"
            )
    if since is not None and until is not None and since > until:
        raise click.UsageError(f"--since {since} is later than --until {until}: swap them.")
    return Scope(tuple(sorted(set(kinds))), since, until)


def scope_options(command: Command) -> Command:
    """Add the options that narrow down which sources may be used."""
    for option in (
        click.option("--until", type=_YEARS, metavar="YEAR", help="Only sources of this year or earlier."),
        click.option("--since", type=_YEARS, metavar="YEAR", help="Only sources of this year or later."),
        click.option(
            "--kind", "kinds", multiple=True, metavar="KIND", shell_complete=_complete_kind,
            help="Only this kind of source, such as 'meta-analysis'; may be repeated.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def _complete_kind(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    from corpus.record import Kind

    return [kind.value for kind in Kind if kind.value.startswith(incomplete)]
