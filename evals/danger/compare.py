"""`python -m evals.danger.compare`: ways to find danger, side by side, on sentences none of them has seen.

Each is learnt from the same sentences and is read at the same share of harmless sentences raised, so that
only what it finds differs. With `--leave`, whole files of sentences are kept for measuring, for each file has
a style of its own; else the sentences of one fold are, near-duplicates always together. The readers alone,
without the patterns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import click
import numpy as np
from sklearn.model_selection import GroupKFold
from sklearn.neighbors import KNeighborsClassifier

from evals.danger.data import HARMLESS, Sentence, as_read, group_by_idea, read_file, read_sentences
from evals.danger.learn import Method, learn
from evals.danger.learn_linear import learn_letters, learn_vectors
from evals.danger.train import TRUST
from ingest.adapt import Base
from ingest.embed import Embedder
from retrieval.safety.danger import Label
from retrieval.safety.danger_letters import Numbers, letter_shares
from retrieval.safety.danger_net import Reader
from retrieval.safety.triage import Level

_SEED = 20
_HARMLESS_RAISED = (0.015, 0.02, 0.03)
_NEIGHBOURS = 5


class Split:
    """Sentences to learn from, and texts to be read by what was learnt; each way is learnt once."""

    def __init__(self, known: Sequence[Sentence], asked: Sequence[Sentence]) -> None:
        self.known, self.asked = known, asked
        self.labels: list[Label] = sorted({each.label for each in known}, key=str)
        self.texts = [as_read(each.text) for each in asked]

    @cache  # noqa: B019  (a split lives as long as the program)
    def vectors(self) -> Numbers:
        """Logistic regression on the vectors of the packaged model."""
        return learn_vectors(self.known, self.labels).shares(Embedder().encode_queries(self.texts))

    @cache  # noqa: B019
    def letters(self) -> Numbers:
        """Logistic regression on runs of letters and words."""
        return letter_shares(learn_letters(self.known, self.labels), self.texts)

    @cache  # noqa: B019
    def neighbours(self) -> Numbers:
        """The nearest sentences by the vectors of the packaged model."""
        embedder = Embedder()
        model = KNeighborsClassifier(_NEIGHBOURS, weights="distance")
        wanted = [self.labels.index(each.label) for each in self.known]
        model.fit(embedder.encode_queries([each.text for each in self.known]), wanted)
        found: Numbers = model.predict_proba(embedder.encode_queries(self.texts))
        return found

    @cache  # noqa: B019
    def adapter(self) -> Numbers:
        """The network with one adapter."""
        reader = Reader(Base(), [learn(self.known, self.labels, Base(), Method())])
        return np.concatenate([reader.read([text])[0] for text in self.texts])

    def together(self) -> Numbers:
        """Adapter, vectors and letters, as they are in use."""
        return TRUST.mean(self.adapter(), self.vectors(), self.letters())


WAYS: dict[str, Callable[[Split], Numbers]] = {
    "vectors": Split.vectors,
    "letters": Split.letters,
    "neighbours": Split.neighbours,
    "adapter": Split.adapter,
    "together": Split.together,
}


@click.command()
@click.option("--way", "names", multiple=True, type=click.Choice(list(WAYS)), help="Only this one.")
@click.option("--folds", default=3, show_default=True, help="Folds the sentences are divided into.")
@click.option("--leave", multiple=True, help="Measure on this file of sentences instead; repeatable.")
def main(names: tuple[str, ...], folds: int, leave: tuple[str, ...]) -> None:
    """Print what each way finds at the same share of false alarms."""
    split = leave_out(leave) if leave else fold_out(folds)
    click.echo(f"learnt from {len(split.known)}, measured on {len(split.asked)} sentences")
    for name in names or WAYS:
        click.echo(f"{name:12} {_told(split, WAYS[name](split))}")


def leave_out(names: Sequence[str]) -> Split:
    """Keep whole files for measuring."""
    asked = [each for name in names for each in read_file(name)]
    unseen = {each.text.casefold() for each in asked}
    return Split([each for each in read_sentences() if each.text.casefold() not in unseen], asked)


def fold_out(folds: int) -> Split:
    """Keep one fold for measuring, without what the patterns were made for."""
    rows = read_sentences()
    groups = group_by_idea([each.text for each in rows])
    known, unseen = next(GroupKFold(folds, shuffle=True, random_state=_SEED).split(groups, groups=groups))
    return Split([rows[at] for at in known], [rows[at] for at in unseen if not rows[at].of_patterns])


def _told(split: Split, shares: Numbers) -> str:
    danger = 1 - shares[:, split.labels.index(HARMLESS)]
    levels = np.array([each.label[0].value if each.label[0] else "" for each in split.asked])
    alarms = np.sort(danger[levels == ""])[::-1]
    told = []
    for raised in _HARMLESS_RAISED:
        threshold = alarms[int(raised * len(alarms))]
        found = (f"{level} {(danger[levels == level] > threshold).mean():.3f}"
                 for level in (Level.EMERGENCY.value, Level.DECLINE.value))  # fmt: skip
        told.append(f"{', '.join(found)} at {raised:.1%}")
    return "; ".join(told)


if __name__ == "__main__":
    main()
