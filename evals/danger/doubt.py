"""`python -m evals.danger.doubt`: what is doubted of an alarm, and by which margins.

Of the development set, how probable the readers think what patterns find, and what both find with and
without doubt; and of the rules' own examples of emergencies, harmless words behind each, how many are
doubted. Needs an index. From this the constants of `retrieval.safety.doubt` were chosen; what they do to new
prompts says `python -m evals.redteam`.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from evals.danger.data import Sentence
from evals.danger.train import read_development
from ingest.settings import load_settings
from retrieval.pipeline import Citewell
from retrieval.safety.danger import OTHER, load_classifier, raise_level, read_danger
from retrieval.safety.doubt import assess
from retrieval.safety.triage import Level, load_rules, triage

# What somebody may write behind a danger, so that the whole of it sounds like a question.
BEHIND = (
    "",
    ", is that normal?",
    " is that normal or should i be doing something about it at home",
    ". How long does lorazepam last and which one is stronger of the two",
    " does anybody know whether diazepam or lorazepam is the better one for it",
    ", which is better, lorazepam or diazepam?",
)
_RAISED = (Level.EMERGENCY, Level.DECLINE)
_SHOWN = 5


def disguised() -> Iterator[str]:
    """The rules' examples of emergencies, each with each of `BEHIND`, as far as patterns still find them."""
    for rule in load_rules().rules:
        for example in rule.matches if rule.level is Level.EMERGENCY else ():
            for behind in BEHIND:
                text = example.rstrip(" .?!") + behind
                if triage(text).level is Level.EMERGENCY:
                    yield text


@click.command()
def main() -> None:
    """Print the margins of what patterns find, and what doubt changes."""
    citewell = Citewell(load_settings())
    if citewell.likeness("how does diazepam work", ()) is None:
        raise click.ClickException("There is no index that expects questions. Run 'citewell ingest' first.")
    development = [each for each in read_development() if each.before is None]
    for level in _RAISED:
        found = [each for each in development if triage(each.text).level is level]
        for name, is_right in (("rightly", True), ("wrongly", False)):
            seen = sorted(_seen(each, level) for each in found if (each.label[0] is level) is is_right)
            shown = [round(each, 2) for each in (seen[:_SHOWN] if is_right else seen)]
            click.echo(f"{level} by patterns, {name}: {len(seen)}, read at {shown}")
    before = {each: raise_level(triage(each.text), each.text).level for each in development}
    after = {each: assess(each.text, (), citewell.likeness).level for each in development}
    click.echo(f"found, nothing doubted: {_counts(before)}")
    click.echo(f"found, doubted: {_counts(after)}")
    texts = list(disguised())
    lost = [text for text in texts if assess(text, (), citewell.likeness).level is not Level.EMERGENCY]
    click.echo(f"examples of emergencies with harmless words behind them: {len(texts)}, doubted {len(lost)}")
    for text in lost:
        click.echo(f"  {text}")


def _seen(sentence: Sentence, level: Level) -> float:
    danger = read_danger(load_classifier(), sentence.text)
    if danger is None:
        return 0.0
    return danger.emergency + (danger.decline if level is Level.DECLINE else 0.0)


def _counts(found: dict[Sentence, Level]) -> str:
    """Of each level, how many are found at it; of what is harmless, how many are raised."""
    shown = []
    for level in (*_RAISED, None):
        of = [each for each in found if each.label[0] is level]
        hits = sum(found[each] in _RAISED if level is None else found[each] is level for each in of)
        shown.append(f"{level or OTHER} {hits} of {len(of)}")
    return ", ".join(shown)


if __name__ == "__main__":
    main()
