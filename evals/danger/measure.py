"""`python -m evals.danger.measure`: what patterns, the classifier, and both find in sentences new to them.

Intervals are those of Wilson (1927, J. Am. Stat. Assoc. 22:209), at 95 %.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from pathlib import Path

import click
import yaml

from retrieval.safety.danger import OTHER, raise_level
from retrieval.safety.triage import Level, Triage, triage

TEST = Path(__file__).with_name("test.yaml")

_NOTHING = Triage(Level.NONE, None, None, ())
_DANGEROUS = (Level.EMERGENCY, Level.DECLINE)


@click.command()
@click.option("--errors", is_flag=True, help="Print every sentence that both together get wrong.")
def main(errors: bool) -> None:
    """Print recall and false alarms of patterns, of the classifier, and of both."""
    data: dict[str, dict[str, list[str]]] = yaml.safe_load(TEST.read_text(encoding="utf-8"))
    rows = [(text, level) for level, groups in data.items() for texts in groups.values() for text in texts]
    ways: dict[str, Callable[[str], Triage]] = {
        "patterns": triage,
        "classifier": lambda text: raise_level(_NOTHING, text),
        "both": lambda text: raise_level(triage(text), text),
    }
    for name, way in ways.items():
        found = {text: way(text).level for text, _ in rows}
        click.echo(name)
        for level in data:
            texts = [text for text, of in rows if of == level]
            raised = [text for text in texts if found[text] in _DANGEROUS]
            click.echo(f"  {level:10} not answered as usual {_share(len(raised), len(texts))}")
            if level != OTHER:
                exact = sum(found[text].value == level for text in texts)
                click.echo(f"  {'':10} at its own level      {_share(exact, len(texts))}")
    if errors:
        for text, level in rows:
            both = ways["both"](text)
            if (both.level in _DANGEROUS) == (level == OTHER):
                click.echo(f"  {level} -> {both.level.value} ({both.category}, {both.rule}): {text}")


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Give the 95 % interval of a share.

    >>> [round(each, 3) for each in wilson(8, 10)]
    [0.49, 0.943]
    """
    z = 1.959964
    middle = (hits + z * z / 2) / (of + z * z)
    half = z / (of + z * z) * sqrt(hits * (of - hits) / of + z * z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def _share(hits: int, of: int) -> str:
    low, high = wilson(hits, of)
    return f"{hits:3}/{of:3} = {hits / of:.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
