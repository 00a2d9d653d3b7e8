"""`citewell audit`: look at the audit log, find it, delete it.

Not for writing it: see `retrieval.audit`, which adds a line for each answer where the log is turned on.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from corpus.errors import SettingsError
from ui.console import json_option, print_json, say

_TURN_ON = "Set CITEWELL_AUDIT_LOG, or audit_log in citewell.toml, to a file to turn it on."


@click.group(short_help="Look at the audit log, find it, delete it.")
def audit() -> None:
    """Look at the audit log, find it, delete it. It is off unless CITEWELL_AUDIT_LOG names a file.

    When it is on, each answer adds one line to that file, which only its owner can read: the time, how it
    ended, the safety rule that fired, the question as it was typed, the ids of the cited passages, and what
    makes the answer reproducible (index, model, settings). The answer's own words are not stored.

    \b
    Example:
      citewell audit where
      CITEWELL_AUDIT_LOG=~/citewell-audit.jsonl citewell ask "how does diazepam work"
      CITEWELL_AUDIT_LOG=~/citewell-audit.jsonl citewell audit show --last 5
    """  # noqa: D301


@audit.command()
def where() -> None:
    """Print where the log is, and what it holds.

    \b
    Example:
      citewell audit where
    """  # noqa: D301
    path = _path()
    if path is None:
        say(f"The audit log is off: questions are not recorded. {_TURN_ON}")
    elif not path.exists():
        say(f"{path} (nothing recorded yet)")
    else:
        from retrieval.audit import entries

        say(f"{path} ({sum(1 for _ in entries(path)):,} answers, {path.stat().st_size:,} bytes)")


@audit.command()
@click.option("--last", type=click.IntRange(min=1), help="Only that many, the newest.")
@json_option
def show(last: int | None, as_json: bool) -> None:
    """Print the recorded answers, oldest first.

    \b
    Example:
      citewell audit show --last 20
      citewell audit show --json | jq '.[].outcome'
    """  # noqa: D301
    from collections import deque

    from retrieval.audit import entries

    path = _needed()
    found = list(deque(entries(path), maxlen=last)) if path.exists() else []
    if as_json:
        records = [each.model_dump(mode="json") for each in found]
        print_json(json.dumps(records, indent=2, ensure_ascii=False))
        return
    for each in found:
        rule = f" ({each.triage})" if each.triage else ""
        say(f"{each.at}  {each.outcome}{rule}  {each.question}")
        if each.passages:
            say(f"    passages {' '.join(each.passages)}")
    say(f"{len(found):,} answers.", err=True)


@audit.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(yes: bool) -> None:
    """Delete the log. What is asked afterwards is recorded in a new one, unless it is turned off.

    \b
    Example:
      citewell audit delete --yes
    """  # noqa: D301
    from retrieval.audit import delete as delete_log

    path = _needed()
    if not yes:
        click.confirm(f"Delete {json.dumps(str(path))} for good?", abort=True)
    say(f"Deleted {path}." if delete_log(path) else f"There is no {path}.")


def _path() -> Path | None:
    from ingest.settings import load_settings

    path = load_settings().audit_log
    return path.expanduser() if path else None


def _needed() -> Path:
    path = _path()
    if path is None:
        raise SettingsError("The audit log is off.", _TURN_ON)
    return path
