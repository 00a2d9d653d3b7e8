"""`citewell search`: the passages nearest to some words, with their scores.

Not for answers: see `ui.cli_ask`.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from corpus.errors import NotFoundError
from ui.cli_ask import columns, local_option, print_lines, question_of
from ui.console import home_option, json_option, print_json, waiting
from ui.scope import scope_of, scope_options


@click.command(short_help="Find passages by words or by meaning, with their scores.")
@click.argument("words", nargs=-1)
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="Most passages.")
@scope_options
@json_option
@local_option
@home_option
def search(
    words: tuple[str, ...], limit: int, kinds: tuple[str, ...], since: int | None, until: int | None,
    as_json: bool, local: bool, home: Path | None,
) -> None:  # fmt: skip
    """Find the passages that are nearest to WORDS, or to a question, best first.

    What is found is not an answer: passages are shown as they stand, unchecked against the words.
    The score ranks the passages of one search; cosine and BM25 are those of the two searches behind it.

    \b
    Example:
      citewell search onset of action of diazepam --limit 3
      citewell search "serotonin syndrome" --kind label --json
    """  # noqa: D301
    scope = scope_of(kinds, since, until)
    text = question_of(words)
    if not text:
        raise click.UsageError("Type what to search for, as in: citewell search onset of diazepam")
    with waiting("Searching"):
        from retrieval.safety.disclaimer import disclaimer_for
        from ui.answerer import make_answerer
        from ui.passage_text import disclaimer_lines, hit_lines
        from ui.stored import hits_of

        answerer = make_answerer(home, local)
        hits = hits_of(answerer, text, scope, limit)
    disclaimer = disclaimer_for("answered" if hits else "abstained", answerer.settings.region)
    if as_json:
        told = {"hits": [each.model_dump(mode="json") for each in hits], "disclaimer": disclaimer}
        print_json(json.dumps(told, indent=2, ensure_ascii=False))
    elif hits:
        print_lines([*hit_lines(hits, columns()), *disclaimer_lines(disclaimer, columns())])
    if not hits:
        raise NotFoundError("Nothing was found.", "Use other words, or fewer of --kind, --since and --until.")
