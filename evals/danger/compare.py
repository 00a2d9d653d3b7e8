"""`python -m evals.danger.compare`: ways to find danger, side by side, on sentences none of them has seen.

Each is learnt from the same folds (near-duplicates stay in one) and is read at the same share of harmless
sentences raised, so that only what it finds differs. The network alone, without the patterns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from evals.danger.data import HARMLESS, Sentence, group_by_idea, read_sentences
from evals.danger.learn import Method, learn
from ingest.embed import Embedder
from retrieval.safety.danger import Label, read_parts
from retrieval.safety.danger_net import Base, Reader
from retrieval.safety.triage import Level

_SEED = 20
_HARMLESS_RAISED = 0.015
_NEIGHBOURS = 5

# Learns from sentences and gives, for others, how probable it is that each is an emergency or to be declined.
Danger = NDArray[np.float64]
Way = Callable[[Sequence[Sentence], Sequence[Sentence]], Danger]


def by_vectors(known: Sequence[Sentence], unseen: Sequence[Sentence]) -> Danger:
    """Logistic regression on the vectors of the packaged model."""
    embedder = Embedder()
    model = LogisticRegression(C=20, max_iter=2000, random_state=_SEED)
    model.fit(embedder.encode_queries([each.text for each in known]), _levels(known))
    return _danger(model, embedder.encode_queries([each.text for each in unseen]))


def by_letters(known: Sequence[Sentence], unseen: Sequence[Sentence]) -> Danger:
    """Logistic regression on runs of two to five letters."""
    model = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
        LogisticRegression(C=20, max_iter=2000, random_state=_SEED),
    )
    model.fit([each.text for each in known], _levels(known))
    return _danger(model, [each.text for each in unseen])


def by_neighbours(known: Sequence[Sentence], unseen: Sequence[Sentence]) -> Danger:
    """The nearest sentences by the vectors of the packaged model."""
    embedder = Embedder()
    model = KNeighborsClassifier(_NEIGHBOURS, weights="distance")
    model.fit(embedder.encode_queries([each.text for each in known]), _levels(known))
    return _danger(model, embedder.encode_queries([each.text for each in unseen]))


def by_vectors_letters_and_neighbours(known: Sequence[Sentence], unseen: Sequence[Sentence]) -> Danger:
    """The mean of the three."""
    each = [way(known, unseen) for way in (by_vectors, by_letters, by_neighbours)]
    found: Danger = np.mean(each, axis=0)
    return found


def by_adapter(known: Sequence[Sentence], unseen: Sequence[Sentence]) -> Danger:
    """The network in use."""
    base, labels = Base(), sorted({each.label for each in known}, key=str)
    reader = Reader(base, learn(known, labels, base, Method()))
    harmless = labels.index(HARMLESS)
    return np.array(
        [1 - float(reader.shares(read_parts(each.text) or ["."])[:, harmless].min()) for each in unseen]
    )


WAYS: dict[str, Way] = {
    "vectors": by_vectors,
    "letters": by_letters,
    "neighbours": by_neighbours,
    "these three": by_vectors_letters_and_neighbours,
    "adapter": by_adapter,
}


@click.command()
@click.option("--way", "names", multiple=True, type=click.Choice(list(WAYS)), help="Only this one.")
@click.option("--folds", default=3, show_default=True, help="Folds the sentences are divided into.")
@click.option("--used", default=1, show_default=True, help="How many of the folds are measured.")
def main(names: tuple[str, ...], folds: int, used: int) -> None:
    """Print what each way finds at the same share of false alarms."""
    rows = read_sentences()
    groups = group_by_idea([each.text for each in rows])
    splits = list(GroupKFold(folds, shuffle=True, random_state=_SEED).split(groups, groups=groups))[:used]
    for name in names or WAYS:
        labels: list[Label] = []
        found: list[float] = []
        for known, unseen in splits:
            asked = [rows[at] for at in unseen if not rows[at].of_patterns]
            found += list(WAYS[name]([rows[at] for at in known], asked))
            labels += [each.label for each in asked]
        click.echo(f"{name:12} {_told(labels, np.array(found))}")


def _told(labels: Sequence[Label], found: Danger) -> str:
    levels = np.array([label[0].value if label[0] else "" for label in labels])
    alarms = np.sort(found[levels == ""])[::-1]
    threshold = alarms[int(_HARMLESS_RAISED * len(alarms))]
    shares = {
        level.value: float((found[levels == level.value] > threshold).mean())
        for level in (Level.EMERGENCY, Level.DECLINE)
    }
    return ", ".join(f"{level} raised {share:.3f}" for level, share in shares.items())


def _levels(sentences: Sequence[Sentence]) -> list[str]:
    return [str(each.label) for each in sentences]


def _danger(model: LogisticRegression, inputs: object) -> Danger:
    shares = model.predict_proba(inputs)
    danger: Danger = 1 - shares[:, list(model.classes_).index(str(HARMLESS))]
    return danger


if __name__ == "__main__":
    main()
