"""`python -m evals.danger.train`: learn what `danger.npz` holds and set the thresholds of `danger.json`.

Learnt from the sentences in `sentences/` and the examples of the rules. The newest network goes on from what
it had learnt before, or begins with nothing (`--afresh`); beside it stay the first one, which was learnt from
the first quarter of these sentences, and the one before it: they err on different prompts. The thresholds
are set on the development set, from which nothing is learnt: the prompts of `evals/sets/redteam_tune*.yaml`
and the questions that answers may be tuned on; patterns and readers together, as they work, once with what
`python -m evals.danger.train_closely` has learnt and once without. With `--keep`, thresholds alone are set.
The figures that count are those of `python -m evals.redteam` on the held sets; how the readers compare says
`python -m evals.danger.compare`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

import click
import numpy as np

from evals.danger.data import HARMLESS, Sentence, last_of, read_sentences, read_tuning_prompts
from evals.danger.learn import Method, learn
from evals.danger.learn_linear import learn_letters, learn_vectors
from evals.questions import read_questions
from ingest.adapt import Base
from ingest.causal import INSTALLS
from retrieval.safety.danger import (
    MEANING,
    OTHER,
    WEIGHTS,
    Classifier,
    Closely,
    Danger,
    Label,
    Trust,
    make_classifier,
    read_danger,
)
from retrieval.safety.danger_closely import load_close_reader
from retrieval.safety.danger_store import Learnt, read_learnt, write_learnt
from retrieval.safety.triage import Level, triage

# Of the harmless prompts of the development set at most this share may be raised, to keep to 2 % of new ones:
# it gave 21 of 1,262 in the held sets, 1.5 times as many.
HARMLESS_RAISED = 0.0111
# Where what is in doubt is read closely, as much of the development set is found with no more than these,
# which the patterns raise.
HARMLESS_RAISED_CLOSELY = 0.0086
# Chosen where whole files of sentences were left out: each reader errs on other sentences.
TRUST = Trust(network=0.6, vectors=0.1, letters=0.3)
# How much what is read closely counts beside these, and between which probabilities of danger it is asked:
# chosen on the development set, where 12.5 % of the texts are in such doubt.
TRUST_CLOSELY, DOUBT = 0.3, (0.2, 0.9)
# Rounds of each cycle. What goes on from earlier learning needs fewer, at a lower rate.
AFRESH, GOING_ON = Method(rounds=(6, 4)), Method(rounds=(2,), rate=8e-4, seed=41)
_BY_CHANCE = 0.002  # one prompt of the development set
_OF_EMERGENCY = (
    0.6  # the most that may be asked of an emergency: beyond, only a threshold for all danger is left
)
_STEPS = [round(0.02 * step, 2) for step in range(5, 50)]


@click.command()
@click.option("--threads", default=1, show_default=True, help="Threads to compute with.")
@click.option("--alone", is_flag=True, help="Ship the new network without earlier ones beside it.")
@click.option("--afresh", is_flag=True, help="Begin the new network with nothing.")
@click.option("--keep", is_flag=True, help="Learn nothing: set the thresholds of what was learnt.")
@click.option("--errors", is_flag=True, help="Print what is not found at its level.")
def main(threads: int, alone: bool, afresh: bool, keep: bool, errors: bool) -> None:
    """Learn the weights, set the thresholds, and print what they promise."""
    import torch

    torch.set_num_threads(threads)
    sentences = read_sentences()
    labels = labels_of(sentences)
    reader = load_close_reader()
    if reader is None:
        raise click.ClickException(f"The larger language model is missing. Run '{INSTALLS}'.")
    if reader.labels != len(labels):
        raise click.ClickException(
            "Run 'python -m evals.danger.train_closely' first: the labels are others now."
        )
    if not keep:
        _learn_anew(sentences, labels, alone=alone, afresh=afresh)
    measured = read_development()
    learnt = read_learnt(WEIGHTS)  # again, for what is written is rounded
    closely = Closely(reader, TRUST_CLOSELY, DOUBT)
    chosen = []
    for closer, raised in ((None, HARMLESS_RAISED), (closely, HARMLESS_RAISED_CLOSELY)):
        unseen = predict(make_classifier(labels, {}, TRUST, Base(), learnt, closer), measured)
        chosen.append(choose_thresholds(measured, unseen, raised))
        name = "development set" + (", in doubt read closely" if closer else "")
        print_promise(name, measured, unseen, chosen[-1])
    write_meaning(labels, chosen, Base().fingerprint, Counter(each.label for each in sentences))
    if errors:
        _print_errors(measured, unseen, chosen[-1])


def labels_of(sentences: Sequence[Sentence]) -> tuple[Label, ...]:
    """The labels of some sentences, in the order of the outputs."""
    return tuple(sorted({each.label for each in sentences}, key=str))


def _learn_anew(
    sentences: Sequence[Sentence], labels: tuple[Label, ...], *, alone: bool, afresh: bool
) -> None:
    """Learn the weights and write them."""
    shipped = read_learnt(WEIGHTS).adapters
    adapter = learn(
        sentences, labels, Base(), AFRESH if afresh else GOING_ON, None if afresh else shipped[-1]
    )
    earlier = () if alone else tuple(dict.fromkeys((0, len(shipped) - 1)))
    learnt = Learnt(
        (*(shipped[at] for at in earlier), adapter),
        learn_vectors(sentences, labels),
        learn_letters(sentences, labels),
    )
    write_learnt(learnt, WEIGHTS)


def _print_errors(
    sentences: Sequence[Sentence], unseen: Sequence[Danger], thresholds: dict[Level, float]
) -> None:
    for each, danger in zip(sentences, unseen, strict=True):
        found = danger.level(thresholds)
        if found is not each.label[0]:
            shown = f"{danger.emergency:.2f} {danger.decline:.2f}"
            click.echo(f"  {_name(each.label[0])} -> {_name(found)} {shown}: {each.text}")


def read_development() -> list[Sentence]:
    """Give the development set: red-team prompts and core questions, each with its level."""
    harmless = {"answered", "partial", "abstained"}
    asked = (each for each in read_questions() if each.split == "tune" and harmless & set(each.outcome))
    return [
        *read_tuning_prompts(),
        *(Sentence(each.question, HARMLESS, before=last_of(each.earlier)) for each in asked),
    ]


def predict(classifier: Classifier, sentences: Sequence[Sentence]) -> list[Danger]:
    """Say of each sentence what a classifier finds in it."""
    nothing = Danger(0.0, 0.0, {})
    return [read_danger(classifier, each.text, each.before) or nothing for each in sentences]


def choose_thresholds(
    sentences: Sequence[Sentence], unseen: Sequence[Danger], raised: float = HARMLESS_RAISED
) -> dict[Level, float]:
    """Find the thresholds that find the most while few harmless sentences are raised.

    Of all pairs within the allowed share of false alarms, the one that finds most; a request to decline that
    is not recognised counts half as much as an emergency. Where one prompt more or less makes the difference,
    the pair that raises least, and asks for most.
    """
    table = _Table(sentences, unseen)
    asked_most = [each for each in _STEPS if each <= _OF_EMERGENCY]
    pairs = [{Level.EMERGENCY: one, Level.DECLINE: other} for one in asked_most for other in _STEPS]
    counted = [(table.count(pair), pair) for pair in pairs]
    allowed = [each for each in counted if each[0][2] <= raised]
    found = [count[0] + 0.5 * count[1] for count, _ in allowed]
    as_good = [each for each, score in zip(allowed, found, strict=True) if score > max(found) - _BY_CHANCE]
    return min(as_good, key=lambda each: (each[0][2], -sum(each[1].values())))[1]


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
    labels: Sequence[Label], thresholds: Sequence[dict[Level, float]], model: str, counts: Counter[Label]
) -> None:
    """Write what the outputs mean and from which probability on they count.

    Args:
        labels: Of the outputs.
        thresholds: Without a close reader, and with it.
        model: Fingerprint of the packaged model.
        counts: How many sentences were learnt from, by label.
    """
    without, closely = ({level.value: value for level, value in each.items()} for each in thresholds)
    data = {
        "about": "Written by 'python -m evals.danger.train'; not to be edited.",
        "model": model,
        "thresholds": without,
        "trust": asdict(TRUST),
        "closely": {"trust": TRUST_CLOSELY, "from": DOUBT[0], "to": DOUBT[1]},
        "thresholds_closely": closely,
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
