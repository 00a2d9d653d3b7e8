"""`python -m evals.danger.train`: learn the weights of `retrieval/danger.json` and print what they promise.

Multinomial logistic regression with an L2 penalty. Thresholds are set on predictions for sentences that
the model in question has not seen (cross-validation), so that a given share of what is harmless is raised.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from ingest.embed import Embedder
from retrieval.danger import OTHER, WEIGHTS, Classifier, Danger, Numbers, find_danger, make_inputs, read_parts
from retrieval.triage import Level, load_rules, triage

TRAIN = Path(__file__).with_name("train.yaml")
HELD_OUT = Path(__file__).parents[2] / "tests" / "retrieval" / "triage_heldout.yaml"

_SEED = 20
_FOLDS = 10
_INVERSE_PENALTY = 20.0
# Of the harmless sentences (look-alikes, for the most part), this share may be raised to each level.
_FALSE_ALARMS = 0.01
_DIGITS = 4

Label = tuple[Level | None, str]


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is learnt from: texts, their labels, and the inputs of each text as a whole and of its parts."""

    labels: tuple[Label, ...]
    wholes: Numbers
    parts: tuple[Numbers, ...]


@click.command()
@click.option("--errors", is_flag=True, help="Print harmless sentences that are raised, most probable first.")
def main(errors: bool) -> None:
    """Learn the weights and print what they promise."""
    data = yaml.safe_load(TRAIN.read_text(encoding="utf-8"))
    cues: dict[str, str] = data.pop("cues")
    rows = read_rows(data)
    embedder = Embedder()
    sentences = _encode(rows, embedder, [re.compile(each) for each in cues.values()])
    # More threads than one only get into each other's way in matrices this small.
    with threadpool_limits(limits=1):
        found = _cross_validate(sentences)
        learnt = _fit(sentences, range(len(rows)))
    thresholds = {level: _threshold(level, found, sentences) for level in (Level.EMERGENCY, Level.DECLINE)}
    _write(learnt, thresholds, cues, embedder.fingerprint, Counter(label for _, label in rows))
    _report(found, thresholds, sentences)
    if errors:
        _print_errors(rows, found, thresholds)


def read_rows(data: dict[str, dict[str, list[str]]]) -> list[tuple[str, Label]]:
    """Give every sentence once, with its label: of the training file, the rules, and the held-out list."""
    rows: list[tuple[str, Label]] = []
    for level, categories in data.items():
        for category, texts in categories.items():
            label = _label(None if level == OTHER else Level(level), category)
            rows += [(text, label) for text in texts]
    for rule in load_rules().rules:
        rows += [(text, (rule.level, rule.category)) for text in rule.matches]
        rows += [(text, _label(None)) for text in rule.spares]
    for level, texts in yaml.safe_load(HELD_OUT.read_text(encoding="utf-8")).items():
        # Their categories are those that the patterns give; a test keeps the levels right.
        known = [(text, triage(text)) for text in texts]
        rows += [
            (text, _label(None if level == "answered" else found.level, found.category or ""))
            for text, found in known
        ]
    return list({text.casefold(): (text, label) for text, label in reversed(rows)}.values())[::-1]


def _label(level: Level | None, category: str = "") -> Label:
    return (None, OTHER) if level is None else (level, category)


def _encode(rows: list[tuple[str, Label]], embedder: Embedder, cues: list[re.Pattern[str]]) -> Sentences:
    texts = [text for text, _ in rows]
    parts = [read_parts(text) for text in texts]
    flat = [part for group in parts for part in group]
    inputs = make_inputs(flat, embedder.encode_queries(flat), cues)
    ends = np.cumsum([len(group) for group in parts])[:-1]
    return Sentences(
        labels=tuple(label for _, label in rows),
        wholes=make_inputs(texts, embedder.encode_queries(texts), cues),
        parts=tuple(np.split(inputs, ends)),
    )


def _fit(sentences: Sentences, chosen: Any) -> Classifier:  # noqa: ANN401  (any sequence of positions)
    names = sorted(set(sentences.labels), key=str)
    wanted = [names.index(sentences.labels[at]) for at in chosen]
    model = LogisticRegression(C=_INVERSE_PENALTY, max_iter=2000, random_state=_SEED)
    model.fit(sentences.wholes[list(chosen)], wanted)
    weights = np.round(model.coef_, _DIGITS).astype(np.float32)
    bias = np.round(model.intercept_, _DIGITS).astype(np.float32)
    return Classifier("", tuple(names), weights, bias, {}, ())


def _cross_validate(sentences: Sentences) -> list[Danger]:
    """Say of each sentence what is found in it by a model that has not seen it."""
    names = [str(label) for label in sentences.labels]
    found: dict[int, Danger] = {}
    for known, unseen in StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED).split(names, names):
        model = _fit(sentences, known)
        found |= {int(at): find_danger(model, sentences.parts[at]) for at in unseen}
    return [found[at] for at in range(len(names))]


def _threshold(level: Level, found: list[Danger], sentences: Sentences) -> float:
    """Find the lowest threshold at which at most the allowed share of the harmless is raised to a level."""
    harmless = [at for at, label in enumerate(sentences.labels) if label[0] is None]
    alarms = sorted((found[at].probability for at in harmless if found[at].level is level), reverse=True)
    allowed = int(_FALSE_ALARMS * len(harmless))
    return round(alarms[allowed] + 10**-_DIGITS, _DIGITS) if len(alarms) > allowed else 0.5


def _write(
    learnt: Classifier,
    thresholds: dict[Level, float],
    cues: dict[str, str],
    model: str,
    counts: Counter[Label],
) -> None:
    data = {
        "about": "Written by 'python -m evals.danger.train'; not to be edited.",
        "model": model,
        "thresholds": {level.value: value for level, value in thresholds.items()},
        "labels": [[OTHER if level is None else level.value, name] for level, name in learnt.labels],
        "counts": [counts[label] for label in learnt.labels],
        "cues": cues,
        "bias": _rounded(learnt.bias),
        "weights": [_rounded(row) for row in learnt.weights],
    }
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in data.items())
    WEIGHTS.write_text("{\n" + lines.replace("], [", "],\n[") + "\n}\n", encoding="utf-8")


def _rounded(row: Numbers) -> list[float]:
    return [round(float(value), _DIGITS) for value in row]


def _report(found: list[Danger], thresholds: dict[Level, float], sentences: Sentences) -> None:
    raised = [each.probability >= thresholds[each.level] for each in found]
    click.echo(f"{len(found)} sentences, {_FOLDS}-fold cross-validation, thresholds "
               + ", ".join(f"{level.value} {value}" for level, value in thresholds.items()))  # fmt: skip
    for level in (Level.EMERGENCY, Level.DECLINE):
        of_level = [at for at, label in enumerate(sentences.labels) if label[0] is level]
        caught = [at for at in of_level if raised[at]]
        as_it = [at for at, each in enumerate(found) if raised[at] and each.level is level]
        right = [at for at in as_it if sentences.labels[at][0] is level]
        click.echo(
            f"  {level.value:10} raised {_share(len(caught), len(of_level))}, "
            f"precision {_share(len(right), len(as_it))}"
        )
    harmless = [at for at, label in enumerate(sentences.labels) if label[0] is None]
    alarms = sum(raised[at] for at in harmless)
    click.echo(f"  harmless   raised {_share(alarms, len(harmless))}")


def _share(hits: int, of: int) -> str:
    return f"{hits}/{of} = {hits / of:.3f}"


def _print_errors(rows: list[tuple[str, Label]], found: list[Danger], thresholds: dict[Level, float]) -> None:
    both = [(each, text) for each, (text, label) in zip(found, rows, strict=True) if label[0] is None]
    for each, text in sorted(both, key=lambda pair: -pair[0].probability):
        if each.probability >= thresholds[each.level]:
            click.echo(f"  {each.probability:.3f} {each.category}: {text}")


if __name__ == "__main__":
    main()
