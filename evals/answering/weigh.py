"""`python -m evals.answering.weigh`: learn how `retrieval.evidence.weigh` weighs, with the index served.

From the questions of four writers that the readers have not learnt from, with a mark at each sentence that
Citewell found for them, and from the development questions: of these a sentence that states a vital nugget
answers, and none answers what is to be abstained from. Nothing of a held-out question is looked at. Written
are the weights with close readings and those without.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from corpus.expected import masked
from evals.answering.data import PARTLY, TO_WEIGH, TURN, read_marks
from evals.questions import read_questions
from ingest.causal import INSTALLS
from ingest.settings import load_settings
from retrieval.evidence.answering import load_pair_reader
from retrieval.evidence.closely import load_close_reader
from retrieval.evidence.desk import Desk, Evidence
from retrieval.evidence.gather import gather
from retrieval.evidence.weed import BEST, OPEN_FROM, OPEN_TO, heads_of, read_closely
from retrieval.evidence.weigh import FEATURES, FEATURES_CLOSELY, WEIGHTS, WEIGHTS_CLOSELY, features_of
from retrieval.pipeline import Citewell
from retrieval.prepare import parts, understood
from retrieval.question.wording import as_read

_FOLDS, _DIGITS = 6, 3
Inputs = NDArray[np.float64]
Wanted = NDArray[np.bool_]
Groups = NDArray[np.int64]
Row = tuple[tuple[float, ...], bool]


@click.command()
def main() -> None:
    """Learn the weights with and without close reading, print what they promise, and write them."""
    if load_close_reader() is None:
        raise click.ClickException(f"Weighing close readings takes the package: {INSTALLS}.")
    desk = Citewell(load_settings()).desk
    groups = [*_of_the_writers(desk), *_of_development(desk)]
    inputs = np.array([features for group in groups for features, _ in group])
    wanted = np.array([answers for group in groups for _, answers in group])
    group_of = np.array([number for number, group in enumerate(groups) for _ in group])
    click.echo(f"{len(wanted)} sentences for {len(groups)} questions, {int(wanted.sum())} of which answer")
    for at, name in enumerate(FEATURES_CLOSELY):
        click.echo(f"  {name} alone: AUC {roc_auc_score(wanted, inputs[:, at]):.3f}")
    plain = _learn(inputs[:, : len(FEATURES)], wanted, group_of, FEATURES, WEIGHTS)
    close = _learn(inputs, wanted, group_of, FEATURES_CLOSELY, WEIGHTS_CLOSELY)
    is_open = (plain >= OPEN_FROM) & (plain <= OPEN_TO)
    ways = (
        ("nothing", plain),
        ("everything", close),
        (f"{is_open.mean():.0%}", np.where(is_open, close, plain)),
    )
    for read, seen in ways:
        click.echo(f"Questions ended wrongly with {read} read closely: {_wrong(seen, wanted, group_of)}")


def _wrong(seen: Inputs, wanted: Wanted, group_of: Groups) -> int:
    """Questions for which something is told though nothing answers, or nothing though something does."""
    groups = [group_of == each for each in np.unique(group_of)]
    return sum(bool((seen[rows] >= BEST).any() != wanted[rows].any()) for rows in groups)


def _learn(inputs: Inputs, wanted: Wanted, group_of: Groups, features: Sequence[str], path: Path) -> Inputs:
    """Learn and write weights; the probabilities that those learnt from other questions give."""
    model = LogisticRegression(C=100, max_iter=2000)
    folds = GroupKFold(_FOLDS)
    seen = cross_val_predict(model, inputs, wanted, groups=group_of, cv=folds, method="predict_proba")[:, 1]
    best = [(seen[group_of == each].max(), wanted[group_of == each].any()) for each in np.unique(group_of)]
    of_questions = roc_auc_score([each for _, each in best], [each for each, _ in best])
    click.echo(
        f"{_FOLDS}-fold cross-validation by question: AUC {roc_auc_score(wanted, seen):.3f},"
        f" of the best sentence of each question {of_questions:.3f}"
    )
    model.fit(inputs, wanted)
    weights = [round(float(each), _DIGITS) for each in model.coef_[0]]
    data = {
        "about": "Written by 'python -m evals.answering.weigh'; not to be edited.",
        "weights": dict(zip(features, weights, strict=True)),
        "bias": round(float(model.intercept_[0]), _DIGITS),
    }
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    click.echo(f"Wrote {path.name}: {data['weights']}, bias {data['bias']}.")
    return np.asarray(seen, dtype=np.float64)


def _of_the_writers(desk: Desk) -> Iterator[list[Row]]:
    """The sentences found for each of the writers' questions that were marked; without what only helps."""
    marks: dict[str, dict[str, float]] = defaultdict(dict)
    for question, sentence, answers in read_marks(TO_WEIGH):
        marks[question][sentence] = answers
    for question, of_sentence in marks.items():
        *earlier, last = question.split(TURN)
        yield [
            (features, of_sentence[each.text] == 1.0)
            for each, features in found(last, earlier, desk)
            if of_sentence.get(each.text, PARTLY) != PARTLY
        ]


def _of_development(desk: Desk) -> Iterator[list[Row]]:
    """The sentences found for each development question of which it is known whether they answer."""
    for asked in read_questions():
        if asked.split != "tune" or not {"answered", "partial", "abstained"} & set(asked.outcome):
            continue
        may = bool({"answered", "partial"} & set(asked.outcome))
        rows = []
        for each, features in found(asked.question, asked.earlier, desk):
            states = any(nugget.stated_in([each.text]) for nugget in asked.vital)
            if states or not may:
                rows.append((features, states and may))
        yield rows


def found(question: str, earlier: Sequence[str], desk: Desk) -> list[tuple[Evidence, tuple[float, ...]]]:
    """The sentences that would be read with a question, each with its features."""
    asked = understood(question, earlier, desk)
    slots = parts(asked, desk)
    if not slots:
        return []
    heads = heads_of(gather(asked, slots, desk, weeding=False).by_slot, slots)
    whole = as_read(asked, desk.lexicon)
    readings = load_pair_reader().read(whole.masked, [masked(each.text, desk.lexicon) for each in heads])
    closely = read_closely(heads, whole, desk.lexicon)
    return [
        (each, features_of(each, read.answers, close))
        for each, read, close in zip(heads, readings, closely, strict=True)
    ]


if __name__ == "__main__":
    main()
