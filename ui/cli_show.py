"""`citewell show`: a passage in its document, or a whole source. Not for answers: see `ui.cli_ask`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import NotFoundError
from ui.cli_ask import columns, local_option, print_lines
from ui.console import home_option, json_option, print_json
from ui.shell_words import complete_id

if TYPE_CHECKING:
    from rich.text import Text

    from retrieval.library import SourceRecord, StoredPassage
    from ui.answerer import Answerer

_SPAN = re.compile(r"(\d+):(\d+)")


class _Span(click.ParamType[tuple[int, int]]):
    """A half-open range of characters, as in 0:120."""

    name = "START:END"

    def convert(
        self,
        value: Any,  # noqa: ANN401  (as click declares it)
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[int, int]:
        """The start and the end."""
        match = _SPAN.fullmatch(str(value))
        if match is None or int(match[1]) >= int(match[2]):
            self.fail(f"'{value}' is no span. Write it as START:END, as in 0:120.", param, ctx)
        return int(match[1]), int(match[2])


@click.command(short_help="Show a passage in its document, or a source, with its record.")
@click.argument("name", metavar="PASSAGE|SOURCE", shell_complete=complete_id)
@click.option("--span", "spans", type=_Span(), multiple=True, help="Mark these characters; may be repeated.")
@click.option("--alone", is_flag=True, help="The passage without its neighbours.")
@json_option
@local_option
@home_option
def show(
    name: str, spans: tuple[tuple[int, int], ...], alone: bool, as_json: bool, local: bool, home: Path | None
) -> None:
    """Show a PASSAGE in its document with its record, or a whole SOURCE, by its id.

    The ids stand in every answer as JSON, below 'citewell ask --sources', in 'citewell search' and in
    'citewell sources'. What --span names is marked: a citation's start and end within the passage.

    \b
    Example:
      citewell show p-1a2b3c4d5e6f --span 0:120
      citewell show summary_diazepam
    """  # noqa: D301
    from retrieval.safety.disclaimer import disclaimer_for
    from ui.answerer import make_answerer
    from ui.passage_text import disclaimer_lines
    from ui.stored import passage_of, source_of

    answerer = make_answerer(home, local)
    disclaimer = disclaimer_for("answered", answerer.settings.region)
    passage = passage_of(answerer, name)
    source = source_of(answerer, name) if passage is None else None
    found = passage or source
    if found is None:
        raise NotFoundError(
            f"The index has no passage or source '{name}'.",
            "'citewell sources' and 'citewell search' list them.",
        )
    _check(spans, passage)
    if as_json:
        told = {**found.model_dump(mode="json"), "disclaimer": disclaimer}
        if passage is not None:
            told["marked"] = [{"start": a, "end": b, "text": passage.text[a:b]} for a, b in spans]
        print_json(json.dumps(told, indent=2, ensure_ascii=False))
        return
    lines = _passage(answerer, passage, spans, alone) if passage is not None else _source(source)
    print_lines([*lines, *disclaimer_lines(disclaimer, columns())])


def _passage(
    answerer: Answerer, passage: StoredPassage, spans: tuple[tuple[int, int], ...], alone: bool
) -> list[Text]:
    from ui.passage_text import passage_lines

    around = (None, None) if alone else (passage.previous, passage.following)
    before, after = (_neighbour(answerer, passage, each) for each in around)
    return passage_lines(passage, spans, columns(), before, after)


def _source(source: SourceRecord | None) -> list[Text]:
    from ui.passage_text import source_lines

    return source_lines(source, columns()) if source is not None else []


def _check(spans: tuple[tuple[int, int], ...], passage: StoredPassage | None) -> None:
    if passage is None:
        if spans:
            raise click.UsageError("--span is of a passage: name one of the source's passages.")
        return
    for start, end in spans:
        if end > len(passage.text):
            raise click.BadParameter(
                f"{start}:{end} goes beyond the passage, which has {len(passage.text)} characters.",
                param_hint="--span",
            )


def _neighbour(answerer: Answerer, passage: StoredPassage, name: str | None) -> StoredPassage | None:
    """The passage of that id, where it stands under the same heading: others are another matter."""
    from ui.stored import passage_of

    found = passage_of(answerer, name) if name is not None else None
    return found if found is not None and found.section == passage.section else None
