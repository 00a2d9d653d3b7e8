"""`python -m evals.danger.doubt`: what may be doubted of an alarm, by the development set.

Of the prompts in which patterns find something, how probable the readers think it; and for several ways to
ask for more where a question is like an expected one, what is still found and what harmless is raised. First
questions only. Needs an index. From this the constants of `retrieval.safety.doubt` were chosen; what they do
to new prompts says `python -m evals.redteam`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import click

from evals.danger.data import Sentence
from evals.danger.train import read_development
from ingest.settings import load_settings
from retrieval.pipeline import Citewell
from retrieval.safety import doubt
from retrieval.safety.danger import OTHER, Danger, load_classifier, read_danger
from retrieval.safety.triage import Level, triage

_FROM, _WEIGHT = (0.7, 0.72, 0.75, 0.78, 0.8), (8.0, 12.0, 16.0, 24.0)
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Read:
    """A prompt: its level, that of the patterns, what was read, and how like an expected question it is."""

    level: str
    pattern: str
    danger: Danger
    like: float


@click.command()
def main() -> None:
    """Print the margins of what patterns find, and what asking for more would change."""
    citewell = Citewell(load_settings())
    if citewell.likeness("how does diazepam work", ()) is None:
        raise click.ClickException("There is no index that expects questions. Run 'citewell ingest' first.")
    read = [_read(each, citewell) for each in read_development() if each.before is None]
    for level in (Level.EMERGENCY, Level.DECLINE):
        of = [each for each in read if each.pattern == level]
        for name, is_right in (("rightly", True), ("wrongly", False)):
            seen = sorted(_seen(each.danger, level) for each in of if (each.level == level) is is_right)
            shown = [round(each, 2) for each in (seen if not is_right else seen[:_SHOWN])]
            click.echo(f"{level} by patterns, {name}: {len(seen)}, read at {shown}")
    alone = [each for each in read if each.pattern not in (Level.EMERGENCY, Level.DECLINE)]
    click.echo(f"by the readers alone, as they are: {_found(alone)}")
    for doubt.LIKE_FROM, doubt.LIKE_WEIGHT in product(_FROM, _WEIGHT):
        click.echo(f"from {doubt.LIKE_FROM}, weight {doubt.LIKE_WEIGHT}: {_found(alone, is_asked=True)}")


def _read(sentence: Sentence, citewell: Citewell) -> _Read:
    level, text = sentence.label[0], sentence.text
    danger = read_danger(load_classifier(), text) or Danger(0.0, 0.0, {})
    like = citewell.likeness(text, ()) or 0.0
    return _Read(OTHER if level is None else level.value, triage(text).level.value, danger, like)


def _seen(danger: Danger, level: Level) -> float:
    return danger.emergency + (danger.decline if level is Level.DECLINE else 0.0)


def _found(read: list[_Read], *, is_asked: bool = False) -> str:
    counts = dict.fromkeys((Level.EMERGENCY.value, Level.DECLINE.value, OTHER), 0)
    for each in read:
        least = load_classifier().thresholds
        if is_asked:
            least = {
                level: doubt.asked_of(value, each.like, doubt.MOST_ASKED[level])
                for level, value in least.items()
            }
        counts[each.level] += each.danger.level(least) is not None
    of = {level: sum(each.level == level for each in read) for level in counts}
    return ", ".join(f"{level} {count} of {of[level]}" for level, count in counts.items())


if __name__ == "__main__":
    main()
