"""`python -m evals`: answer the development questions and print the scores.

Not for how they are scored: see `evals.run` and `evals.metrics`.
"""

from __future__ import annotations

import click

from corpus.errors import CitewellError
from evals.questions import read_questions
from evals.run import Result, by_tag, run, scores
from ingest.settings import load_settings
from retrieval.pipeline import Citewell


@click.command()
@click.option("--split", type=click.Choice(["tune", "held", "all"]), default="all", help="Which questions.")
@click.option("--misses", is_flag=True, help="Print every question that went wrong, with its answer.")
@click.option("--tags", is_flag=True, help="Print figures by tag.")
def main(split: str, misses: bool, tags: bool) -> None:
    """Answer the development questions and print the scores."""
    citewell = Citewell(load_settings())
    try:
        citewell.warm_up()
    except CitewellError as error:
        raise click.ClickException(str(error)) from error
    questions = [each for each in read_questions() if split in {"all", each.split}]
    results = run(questions, citewell)
    for part in ("tune", "held"):
        chosen = [each for each in results if each.question.split == part]
        if chosen:
            click.echo(f"\n{part}")
            for name, value in scores(chosen, citewell).items():
                click.echo(f"  {name:36} {_figure(value)}")
    if tags:
        click.echo("\nby tag: questions, right outcome, vital nuggets")
        for tag, (count, right, vital) in by_tag(results).items():
            click.echo(f"  {tag:20} {count:4} {_figure(right):>8} {_figure(vital):>8}")
    if misses:
        for each in results:
            _print_miss(each)


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _print_miss(result: Result) -> None:
    wrong = result.answer.outcome.value not in result.question.outcome
    if not (wrong or result.missed or result.forbidden):
        return
    click.echo(
        f"\n# {result.question.id}: {' / '.join([*result.question.earlier, result.question.question])}"
    )
    click.echo(f"  ended {result.answer.outcome.value}, should be {' or '.join(result.question.outcome)}")
    for nugget in result.missed:
        click.echo(f"  missing: {nugget}")
    for text in result.forbidden:
        click.echo(f"  forbidden: {text}")
    for statement in result.answer.statements:
        cited = ", ".join(each.source_id for each in statement.citations)
        click.echo(f"    [{statement.heading}] {statement.text} ({cited})")


if __name__ == "__main__":
    main()
