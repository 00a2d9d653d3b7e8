"""`python -m evals.safety_table`: write the safety rules into docs/safety.md, as a table to be reviewed.

What stands between two marks of that file is made from `triage.yaml`, `warnings.yaml`, `help.yaml` and
`disclaimer.yaml`; all else in it is written by hand and left alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import yaml

from corpus.errors import RecordError
from retrieval.safety.disclaimer import load_disclaimers
from retrieval.safety.help import HELP, help_for, load_help
from retrieval.safety.triage import RULES, Level, Rule, load_rules
from retrieval.safety.warn import WARNINGS

PAGE = Path(__file__).parents[1] / "docs" / "safety.md"
BEGIN = "<!-- begin: written by `python -m evals.safety_table` -->"
END = "<!-- end: written by `python -m evals.safety_table` -->"
_REGION = "us"  # whose contacts stand in the wordings; the table of contacts gives them all


def page_with_tables(page: str) -> str:
    """Put the tables between the marks of a page.

    Raises:
        RecordError: It lacks the marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise RecordError(f"{PAGE.name} lacks the marks around its tables.", f"Write '{BEGIN}' and '{END}'.")
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


def tables() -> str:
    """Everything that is made from the files, as Markdown."""
    rules = load_rules().rules
    parts = ["## What is said", _wordings(), "## Whom to call", _contacts(), "## Disclaimers", _disclaimers()]
    for level, title in ((Level.EMERGENCY, "Rules of emergency"), (Level.DECLINE, "Rules of declining")):
        chosen = [rule for rule in rules if rule.level is level]
        parts += [f"## {title}", f"{len(chosen)} rules, in their order of urgency."]
        parts += [_rule(rule) for rule in chosen]
    parts += ["## Caution tags", _cautions(), "## Warnings", _warnings()]
    return "\n\n".join(parts)


def _wordings() -> str:
    texts = load_help()
    rows = [(f"emergency: {category}", _lines(help_for(category, _REGION))) for category in texts.emergency]
    rows += [(f"emergency, rule {rule}", _lines(help_for("", _REGION, rule))) for rule in texts.by_rule]
    rows += [(f"decline: {category}", _lines(lines)) for category, lines in texts.decline.items()]
    rows += [(f"decline, last line {end}", line) for end, line in texts.decline_ends.items()]
    rows.append(("after an emergency, before the first line of its help", texts.reminder))
    return _table(("when", f"what is said (contacts of region '{_REGION}')"), rows)


def _contacts() -> str:
    regions: dict[str, dict[str, Any]] = _read(HELP)["regions"]
    rows = [
        (row["name"], kind, contact.get("number", "none"), contact["service"], contact.get("hours", ""),
         contact.get("url", ""), str(contact.get("checked", "")))
        for row in regions.values()
        for kind, contact in row.items()
        if kind != "name"
    ]  # fmt: skip
    return _table(("region", "for", "number", "service", "hours, where seen", "seen on", "checked"), rows)


def _disclaimers() -> str:
    return _table(("outcome", "disclaimer"), load_disclaimers().items())


def _rule(rule: Rule) -> str:
    """One rule: what it means, how it is worded, why it is there, and what it must and must not catch."""
    row = next(each for each in _read(RULES)["rules"] if each["id"] == rule.id)
    groups = ([row["any"]] if "any" in row else []) + row.get("all", [])
    wording = {
        f"{'fires on' if not at else 'together with'} one of": each for at, each in enumerate(groups[:2])
    }
    wording |= {f"and with one of ({at})": each for at, each in enumerate(groups[2:], start=1)}
    wording["unless the sentence has"] = row.get("unless", [])
    wording["unless anywhere the question has"] = row.get("unless_anywhere", [])
    tests = [("must catch", each) for each in rule.matches] + [("must spare", each) for each in rule.spares]
    return "\n\n".join(
        [
            f"### {rule.id}",
            f"Category `{rule.category}`. {rule.why}",
            _table(("test", "question"), tests),
            f"<details><summary>wording</summary>\n\n{_listed(wording)}\n\n</details>",
        ]
    )


def _cautions() -> str:
    return _listed(_read(RULES)["cautions"])


def _warnings() -> str:
    rows = [
        (
            row["id"],
            ", ".join(row.get("of", ["any drug"])),
            ", ".join([*row.get("cautions", ()), *row.get("asked", ())]),
            _lines(map(_code, row.get("says", ["a word that warns"]))),
            "label or regulator" if row.get("official") else "any source",
        )
        for row in _read(WARNINGS)["rules"]
    ]
    return _table(("warning", "of", "called for by", "the sentence must say", "from"), rows)


def _read(path: Path) -> Any:  # noqa: ANN401  (whatever the file holds)
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _lines(each: Iterable[str]) -> str:
    return "<br>".join(each)


def _code(pattern: object) -> str:
    return f"`{pattern}`"


def _listed(patterns: Mapping[str, Iterable[object]]) -> str:
    """Patterns under their names, as they stand in the file."""
    lines = [
        line for name, each in patterns.items() if each for line in (name, *(f"  {one}" for one in each))
    ]
    return "\n".join(["```text", *lines, "```"])


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail when the page is out of date.")
def main(check: bool) -> None:
    """Write the safety rules into docs/safety.md."""
    page = PAGE.read_text(encoding="utf-8")
    wanted = page_with_tables(page)
    if check and page != wanted:
        click.echo(f"{PAGE.name} is out of date: run 'python -m evals.safety_table'.", err=True)
        sys.exit(1)
    if not check:
        PAGE.write_text(wanted, encoding="utf-8")
        click.echo(f"Wrote the tables of {PAGE}.")


if __name__ == "__main__":
    main()
