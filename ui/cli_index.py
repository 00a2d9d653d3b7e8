"""`citewell sources` and `citewell index`: look at the index, check that it is whole, go back, tidy up.

Whatever is heavy is imported when a command runs. Not for what is in the index: see `ui.cli_ingest`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ui.console import home_option, json_option, print_json, say

if TYPE_CHECKING:
    from ingest.index import Index


@click.command()
@click.option(
    "--kind", "kinds", multiple=True, help="Only this kind, such as 'meta-analysis'; may be repeated."
)
@json_option
@home_option
def sources(kinds: tuple[str, ...], as_json: bool, home: Path | None) -> None:
    """List the sources in the index.

    \b
    Example:
      citewell sources --kind guideline --kind label
      citewell sources --json | jq '.[].doi'
    """  # noqa: D301
    import json

    from corpus.record import Kind
    from ui.sheet import table_text

    known = [kind.value for kind in Kind]
    for kind in set(kinds) - set(known):
        raise click.BadParameter(f"'{kind}' is no kind. There are {', '.join(known)}.", param_hint="--kind")
    index = _open_index(home)
    chosen = [each for each in index.sources() if not kinds or each.kind in kinds]
    counts = {each.id: len(index.rows_where("s.id = ?", [each.id])) for each in chosen}
    if as_json:
        records = [{**each.model_dump(mode="json"), "passages": counts[each.id]} for each in chosen]
        print_json(json.dumps(records, indent=2, ensure_ascii=False))
        return
    rows = [(str(counts[each.id]), each.kind, str(each.year or ""), each.title, each.id) for each in chosen]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    click.echo(table_text(("passages", "kind", "year", "title", "id"), rows, width))
    say(f"{len(chosen):,} sources, {sum(counts.values()):,} passages.", err=True)


def _open_index(home: Path | None) -> Index:
    from ingest.generation import current_folder
    from ingest.index import Index
    from ingest.settings import load_settings

    return Index(current_folder(load_settings(home=home).index_dir))


@click.group()
def index() -> None:
    """Look at the index on disk, check it, go back to an earlier one, delete old ones.

    \b
    Example:
      citewell index status
    """  # noqa: D301


@index.command()
@json_option
@home_option
def status(as_json: bool, home: Path | None) -> None:
    """Show which generation is served, its embedding model and its counts, and which others are kept.

    \b
    Example:
      citewell index status --json
    """  # noqa: D301
    from ingest.generation import current_folder, other_generations, read_manifest
    from ingest.settings import load_settings

    index_dir = load_settings(home=home).index_dir
    folder = current_folder(index_dir)
    manifest = read_manifest(folder)
    if as_json:
        print_json(manifest.model_dump_json(indent=2))
        return
    size = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
    for name, value in (
        ("generation", manifest.id),
        ("made", manifest.created_at),
        ("model", manifest.embedding_model),
        ("sources", f"{manifest.sources:,}"),
        ("passages", f"{manifest.passages:,} of up to {manifest.passage_tokens} tokens"),
        ("sentences", f"{manifest.sentences:,}"),
        ("search", f"{manifest.search.kind}, recall@10 {manifest.search.recall_at_10:.3f}"),
        ("roots", ", ".join(manifest.roots)),
        ("folder", f"{folder} ({size / 1e6:.1f} MB)"),
        ("kept", ", ".join(each.name for each in other_generations(index_dir)) or "none but this one"),
    ):
        say(f"{name:<12}{value}")


@index.command()
@home_option
def verify(home: Path | None) -> None:
    """Check every file of the index against its checksum, and that it fits the embedding model.

    \b
    Example:
      citewell index verify
    """  # noqa: D301
    from ingest.embed import make_embedder
    from ingest.index import open_current
    from ingest.settings import load_settings

    settings = load_settings(home=home)
    manifest = open_current(settings.index_dir, make_embedder(settings)).manifest
    say(f"Index {manifest.id} is whole: {len(manifest.files)} files match their checksums.")


@index.command()
@click.argument("generation", required=False)
@home_option
def rollback(generation: str | None, home: Path | None) -> None:
    """Serve an earlier generation again: the one named, or the newest that is kept.

    The next ingest builds upon it. `citewell index status` lists what is kept.

    \b
    Example:
      citewell index rollback
    """  # noqa: D301
    from ingest.publish import only_ingest, roll_back
    from ingest.settings import load_settings

    index_dir = load_settings(home=home).index_dir
    with only_ingest(index_dir):
        manifest = roll_back(index_dir, generation)
    say(f"Index {manifest.id}, made {manifest.created_at}, is served again: {manifest.sources:,} sources.")


@index.command()
@click.option(
    "--keep", type=click.IntRange(min=0), default=0, show_default=True,
    help="How many besides the one that is served.",
)  # fmt: skip
@home_option
def prune(keep: int, home: Path | None) -> None:
    """Delete generations that are not served, and what a killed ingest left behind.

    \b
    Example:
      citewell index prune --keep 1
    """  # noqa: D301
    from ingest.generation import current_folder
    from ingest.publish import only_ingest
    from ingest.publish import prune as delete_old
    from ingest.settings import load_settings

    index_dir = load_settings(home=home).index_dir
    current_folder(index_dir)  # where nothing can be served, nothing is deleted
    with only_ingest(index_dir):
        deleted = delete_old(index_dir, keep)
    say(f"Deleted: {', '.join(deleted)}." if deleted else "There was nothing to delete.")
