"""`citewell feedback`: read what visitors said of answers, export it, delete it.

Not for storing it: see `ui.feedback`.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ui.console import home_option, json_option, print_json, say

if TYPE_CHECKING:
    from retrieval.answer import Caution, Statement
    from ui.feedback import Entry

_COLUMNS = ("at", "rating", "reasons", "said", "outcome", "question", "answer", "passages", "index", "llm")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would compute


@click.group(short_help="Read what visitors said of answers, export it, delete it.")
def feedback() -> None:
    """Read what visitors of the page said of answers, export it, delete it.

    It is stored in the home folder, in feedback.jsonl, only when a visitor presses Send: the time, helpful or
    not, the reasons, the remark, and the whole answer with its question. Not who it was.

    \b
    Example:
      citewell feedback list --rating down
      citewell feedback export feedback.csv
      citewell feedback delete --yes
    """  # noqa: D301


@feedback.command("list")
@click.option("--rating", type=click.Choice(["up", "down"]), help="Only these.")
@click.option("--last", type=click.IntRange(min=1), help="Only that many, the newest.")
@json_option
@home_option
def list_(rating: str | None, last: int | None, as_json: bool, home: Path | None) -> None:
    """Print the feedback, oldest first.

    \b
    Example:
      citewell feedback list --last 20
      citewell feedback list --json | jq '.[].reasons'
    """  # noqa: D301
    found = [each for each in _entries(home) if rating in (None, each.rating)]
    found = found[-last:] if last else found
    if as_json:
        print_json(json.dumps([each.model_dump(mode="json") for each in found], indent=2, ensure_ascii=False))
        return
    for each in found:
        why = ", ".join(each.reasons)
        say(f"{each.at}  {each.rating:4}  {each.answer.outcome:9}  {each.answer.question}")
        if why or each.said:
            say(f"    {': '.join(filter(None, (why, each.said)))}")
    say(f"{len(found):,} remarks.", err=True)


@feedback.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, writable=True))
@home_option
def export(file: Path, home: Path | None) -> None:
    """Write the feedback to a FILE: .csv for a spreadsheet, one row a remark; else one line of JSON each.

    \b
    Example:
      citewell feedback export feedback.csv
    """  # noqa: D301
    found = _entries(home)
    if file.suffix.casefold() == ".csv":
        text = io.StringIO(newline="")
        rows = csv.writer(text)
        rows.writerow(_COLUMNS)
        rows.writerows([_cell(each) for each in _row(entry)] for entry in found)
        written = text.getvalue()
    else:
        written = "".join(each.model_dump_json() + "\n" for each in found)
    file.write_text(written, encoding="utf-8", newline="")
    say(f"Wrote {len(found):,} remarks to {file}.")


@feedback.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@home_option
def delete(yes: bool, home: Path | None) -> None:
    """Delete all feedback.

    \b
    Example:
      citewell feedback delete --yes
    """  # noqa: D301
    from ui.feedback import delete as delete_all

    path = _path(home)
    if not yes:
        click.confirm(f"Delete {path} for good?", abort=True)
    say(f"Deleted {path}." if delete_all(path) else f"There is no {path}.")


def _path(home: Path | None) -> Path:
    from ingest.settings import load_settings
    from ui.feedback import feedback_file

    return feedback_file(load_settings(home=home).home)


def _entries(home: Path | None) -> list[Entry]:
    from ui.feedback import entries

    return list(entries(_path(home)))


def _row(entry: Entry) -> list[str]:
    answer = entry.answer
    parts: list[Statement | Caution] = [*answer.warnings, *answer.statements]
    passages = dict.fromkeys(each.passage_id for part in parts for each in part.citations)
    return [
        entry.at,
        entry.rating,
        " ".join(entry.reasons),
        entry.said,
        answer.outcome.value,
        answer.question,
        " ".join(each.text for each in parts),
        " ".join(passages),
        answer.receipt.index or "",
        answer.receipt.llm or "",
    ]


def _cell(text: str) -> str:
    """The cell as a spreadsheet shows it: a visitor's words must not become a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
