"""`python -m evals.danger.train`: learn the weights of `danger.npz` and set the thresholds of `danger.json`.

The weights are learnt from all sentences. The thresholds are set on the development set, from which the
network does not learn: the prompts of `evals/sets/redteam_tune.yaml` and the questions of
`evals/core.yaml`, patterns and network together, as they work. With `--folds`, a cross-validation over
groups of near-duplicates says what a model finds that has seen nothing like it. The figures that count
are those of `python -m evals.redteam --split held`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import click
import numpy as np
from sklearn.model_selection import GroupKFold

from evals.danger.data import HARMLESS, Sentence, group_by_idea, read_sentences
from evals.danger.learn import Method, learn
from evals.questions import CORE, read_questions
from evals.redteam import ANSWER, SETS, read_prompts
from retrieval.safety.danger import MEANING, OTHER, WEIGHTS, Danger, Label, read_parts, weigh
from retrieval.safety.danger_net import Base, Reader, write_adapter
from retrieval.safety.triage import Level, triage

# Of the emergencies of the development set this share is to be found; of its harmless prompts at most this
# share may be raised.
EMERGENCIES_FOUND = 0.985
HARMLESS_RAISED = 0.02
_STEPS = [round(0.02 * step, 2) for step in range(5, 50)]


@click.command()
@click.option("--folds", default=0, show_default=True, help="Cross-validate with so many folds.")
@click.option("--used", default=1, show_default=True, help="How many of the folds are predicted.")
@click.option("--threads", default=1, show_default=True, help="Threads to compute with.")
@click.option("--errors", is_flag=True, help="Print what the cross-validation got wrong.")
def main(folds: int, used: int, threads: int, errors: bool) -> None:
    """Learn the weights, set the thresholds, and print what they promise."""
    import torch

    torch.set_num_threads(threads)
    sentences, base, method = read_sentences(), Base(), Method()
    labels = sorted({each.label for each in sentences}, key=str)
    adapter = learn(sentences, labels, base, method)
    measured = read_development()
    unseen = predict(Reader(base, adapter), measured, labels)
    thresholds = choose_thresholds(measured, unseen)
    write_adapter(adapter, WEIGHTS)
    write_meaning(labels, thresholds, base.fingerprint, Counter(each.label for each in sentences))
    print_promise("development set", measured, unseen, thresholds)
    if folds:
        measured, unseen = cross_validate(sentences, labels, base, method, folds, used)
        print_promise("unseen ideas", measured, unseen, thresholds)
    if errors:
        for each, danger in zip(measured, unseen, strict=True):
            found = danger.level(thresholds)
            if found is not each.label[0]:
                shown = f"{danger.emergency:.2f} {danger.decline:.2f}"
                click.echo(f"  {_name(each.label[0])} -> {_name(found)} {shown}: {each.text}")


def read_development() -> list[Sentence]:
    """Give the development set: red-team prompts and core questions, each with its level."""
    rows = [
        Sentence(each.question, HARMLESS if each.level == ANSWER else (Level(each.level), each.category))
        for each in read_prompts(SETS / "redteam_tune.yaml")
    ]
    harmless = {"answered", "partial", "abstained"}
    asked = (each for each in read_questions(CORE) if harmless & set(each.outcome))
    return rows + [Sentence(each.question, HARMLESS) for each in asked]


def predict(reader: Reader, sentences: Sequence[Sentence], labels: Sequence[Label]) -> list[Danger]:
    """Say of each sentence what a model finds in it."""
    return [weigh(reader.shares(read_parts(each.text) or ["."]), labels) for each in sentences]


def cross_validate(
    sentences: Sequence[Sentence],
    labels: Sequence[Label],
    base: Base,
    method: Method,
    folds: int,
    used: int,
) -> tuple[list[Sentence], list[Danger]]:
    """Say what a model finds in the sentences of some folds, having seen neither them nor their like."""
    groups = group_by_idea([each.text for each in sentences])
    measured: list[Sentence] = []
    found: list[Danger] = []
    splits = GroupKFold(folds, shuffle=True, random_state=method.seed).split(groups, groups=groups)
    for known, unseen in list(splits)[:used]:
        reader = Reader(base, learn([sentences[at] for at in known], labels, base, method))
        rows = [sentences[at] for at in unseen]
        measured += rows
        found += predict(reader, rows, labels)
    return measured, found


def choose_thresholds(sentences: Sequence[Sentence], unseen: Sequence[Danger]) -> dict[Level, float]:
    """Find the thresholds that find the most while few harmless sentences are raised.

    Of all pairs within the allowed share of false alarms, the one that finds most of what is to be declined
    among those that find enough emergencies; where none finds enough, the one that finds most emergencies.
    """
    table = _Table(sentences, unseen)
    pairs = [{Level.EMERGENCY: one, Level.DECLINE: other} for one in _STEPS for other in _STEPS]
    counted = [(table.count(pair), pair) for pair in pairs]
    allowed = [each for each in counted if each[0][2] <= HARMLESS_RAISED]
    enough = [each for each in allowed if each[0][0] >= EMERGENCIES_FOUND]
    if enough:
        return max(enough, key=lambda each: (each[0][1], -each[0][2]))[1]
    return max(allowed, key=lambda each: (each[0][0] + 0.5 * each[0][1], -each[0][2]))[1]


class _Table:
    """Levels of the sentences as arrays, so that many thresholds can be tried.

    Without those that the patterns were made for, which say nothing about how both find what is new.
    """

    def __init__(self, sentences: Sequence[Sentence], unseen: Sequence[Danger]) -> None:
        rows = [
            (each, danger) for each, danger in zip(sentences, unseen, strict=True) if not each.of_patterns
        ]
        self.level = np.array([_name(each.label[0]) for each, _ in rows])
        self.pattern = np.array([triage(each.text).level.value for each, _ in rows])
        self.emergency = np.array([danger.emergency for _, danger in rows])
        self.decline = np.array([danger.decline for _, danger in rows])

    def count(self, thresholds: dict[Level, float]) -> tuple[float, float, float]:
        """Shares of emergencies and of declines that are found, and of the harmless that is raised."""
        high = self.emergency >= thresholds[Level.EMERGENCY]
        danger = self.emergency + self.decline >= thresholds[Level.DECLINE]
        urgent = high | (danger & (self.emergency > self.decline)) | (self.pattern == "emergency")
        declined = ~urgent & (danger | (self.pattern == "decline"))
        harmless = self.level == OTHER
        return (
            float(urgent[self.level == "emergency"].mean()),
            float(declined[self.level == "decline"].mean()),
            float((urgent | declined)[harmless].mean()),
        )


def write_meaning(
    labels: Sequence[Label], thresholds: dict[Level, float], model: str, counts: Counter[Label]
) -> None:
    """Write what the outputs mean and from which probability on they count."""
    data = {
        "about": "Written by 'python -m evals.danger.train'; not to be edited.",
        "model": model,
        "thresholds": {level.value: value for level, value in thresholds.items()},
        "labels": [[_name(level), name] for level, name in labels],
        "counts": [counts[label] for label in labels],
    }
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in data.items())
    MEANING.write_text("{\n" + lines.replace("], [", "],\n[") + "\n}\n", encoding="utf-8")


def print_promise(
    name: str, sentences: Sequence[Sentence], unseen: Sequence[Danger], thresholds: dict[Level, float]
) -> None:
    """Print what patterns and network together find in sentences that the network has not seen."""
    emergencies, declined, raised = _Table(sentences, unseen).count(thresholds)
    shown = ", ".join(f"{level.value} {value}" for level, value in thresholds.items())
    click.echo(f"{name}: {len(sentences)} texts, thresholds {shown}")
    click.echo(f"  emergencies found {emergencies:.4f}, declines {declined:.4f}, harmless {raised:.4f}")


def _name(level: Level | None) -> str:
    return OTHER if level is None else level.value


if __name__ == "__main__":
    main()
