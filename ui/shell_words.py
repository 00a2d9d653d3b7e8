"""Complete ids of sources and passages in the shell, from the records of the index alone.

Not for the scripts that shells need: see `ui.cli_complete`.
"""

from __future__ import annotations

import click

_MOST = 50
_LAST = "\U0010ffff"  # sorts behind all that an id may hold


def complete_id(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Ids of sources, then of passages, that begin so; none where there is no index to look in."""
    import sqlite3
    from contextlib import closing

    from corpus.errors import CitewellError
    from ingest.generation import current_folder
    from ingest.settings import load_settings
    from ingest.store import RECORDS

    try:
        records = current_folder(load_settings(home=ctx.params.get("home")).index_dir) / RECORDS
        with closing(
            sqlite3.connect(records.absolute().as_uri() + "?mode=ro&immutable=1", uri=True)
        ) as stored:
            found: list[str] = []
            for table in ("sources", "passages"):
                sql = f"SELECT id FROM {table} WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"  # noqa: S608
                among = (incomplete, incomplete + _LAST, _MOST - len(found))
                found += [str(name) for (name,) in stored.execute(sql, among)]
    except (CitewellError, sqlite3.Error, OSError):  # a shell must not be disturbed while somebody types
        return []
    return found
