"""A report as JSON for programs, and as Markdown for a pull request.

Not for browsing: see `evals.report.page`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from evals.report.gather import Report, Told
from evals.report.templates import decimals
from evals.store import Figure
from ui.markup import escaped

_FAULTS_SHOWN = 50
# What Markdown reads as markup; an underscore within a word is none (GitHub's dialect).
_MARKUP = re.compile(r"[\\`*{}\[\]()#+!|~]|\b_|_\b|(?<!\w)_")


def to_json(report: Report) -> str:
    """Figures, tags and questions; answers stay in the runs."""
    runs = [
        {
            "name": name,
            **run.info.model_dump(mode="json"),
            "metrics": {each: _figure(figures[at]) for each, figures in report.metrics.items()},
            "tags": {
                metric: {tag: _figure(figures[at]) for tag, figures in tags.items()}
                for metric, tags in report.tags.items()
            },
        }
        for at, (name, run) in enumerate(zip(report.names, report.runs, strict=True))
    ]
    questions = [
        {
            "set": each.set,
            "id": each.question.id,
            "question": each.question.question,
            "tags": list(each.tags),
            "expected": list(each.question.outcome),
            "runs": {
                name: _told(told) if told else None
                for name, told in zip(report.names, each.told, strict=True)
            },
        }
        for each in report.asked
    ]
    whole = {
        "format": 1, "command": report.command, "runs": runs, "questions": questions, "held_out": report.held
    }  # fmt: skip
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _figure(figure: Figure) -> dict[str, float | int | None]:
    return {"value": figure.value, "n": figure.n, "low": figure.low, "high": figure.high}


def _told(told: Told) -> dict[str, object]:
    return {
        "outcome": told.answer.outcome.value,
        "right": told.right,
        "missed": list(told.missed),
        "missed_okay": list(told.missed_okay),
        "forbidden": list(told.forbidden),
        "scores": told.scores,
    }


def to_markdown(report: Report) -> str:
    """The headline table, and the questions with a fault in the first run."""
    return "\n".join(_markdown(report)) + "\n"


def _markdown(report: Report) -> Iterator[str]:
    yield f"# Evaluation: {', '.join(map(_cell, report.names))}\n"
    yield _row(["Metric", *(part for name in report.names for part in (_cell(name), "n"))])
    yield _row(["---", *(part for _ in report.names for part in ("---:", "---:"))])
    for name, figures in report.metrics.items():
        yield _row([_cell(name), *(part for each in figures for part in (_shown(each), str(each.n)))])
    yield f"\n## Questions with a fault in {_cell(report.names[0])}: {report.at_fault}\n"
    if report.held:
        yield f"{report.held} held-out questions are in the figures and not shown.\n"
    faulty = [each for each in report.asked if any(each.badness)]
    for each in faulty[:_FAULTS_SHOWN]:
        first = each.told[0]
        assert first is not None  # noqa: S101  (a question without an answer has no fault)
        where = f"{_cell(each.set)} / {_cell(each.question.id)}"
        yield f"- **{_cell(each.question.question)}** ({where}): {', '.join(first.faults)}"
        yield from (f"  - forbidden: {_cell(text)}" for text in first.forbidden)
        yield from (f"  - missed: {_cell(text)}" for text in first.missed)
    if len(faulty) > _FAULTS_SHOWN:
        yield f"- and {len(faulty) - _FAULTS_SHOWN} more"
    yield "\n## Runs\n"
    for name, run in zip(report.names, report.runs, strict=True):
        info = run.info
        sets = ", ".join(f"{_cell(each.name)} ({each.questions})" for each in info.sets)
        yield (
            f"- **{_cell(name)}**: {info.system}, index {_cell(info.index or 'none')}, "
            f"settings {_cell(info.settings)}, chat model {_cell(info.llm or 'none')}; sets: {sets}"
        )
    if report.command:
        yield f"\nThis report: {_cell(report.command)}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return decimals(figure.value)
    return f"{decimals(figure.value)} ({decimals(figure.low)} to {decimals(figure.high)})"


def _cell(text: str) -> str:
    """Text in which nothing is markup, on one line: Markdown lets HTML through, and a bar ends a cell."""
    return escaped(_MARKUP.sub(r"\\\g<0>", " ".join(text.split())))
