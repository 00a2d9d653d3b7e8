"""`python -m evals.verification.train`: learn `retrieval/support/support.json` and print what it promises.

Logistic regression with weights that may not be negative and a small L2 penalty, on pairs that pass.
The operating point is set on predictions for pairs whose claim or question the model in question has not
seen. Nothing is learnt from our own pairs, from edits of the corpus, or from the corpus.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from corpus.lexicon import Lexicon, load_lexicon
from evals.verification.data import DATA, Pair, read_kqa, read_scifact
from evals.verification.figures import area, calibration_error, precision_recall
from ingest.embed import Embedder
from retrieval.support.checks import first_failure
from retrieval.support.claims import read_claim
from retrieval.support.likeness import FEATURES, WEIGHTS, features_of

_FOLDS = 10
_PENALTY = 0.1
_PRECISION = 0.95
_LEAST_FOUND = 20  # pairs above the operating point, or its precision means nothing
_DIGITS = 3
# Several spans are cited only for a sentence that was written from the works that it names, so support is far
# likelier beforehand than in the pairs learnt from; what they say in two is also less like it than what they
# say in one. At this point fewer than one in twelve sentences of the shipped summaries are lost.
_TOGETHER = 0.6

Values = NDArray[np.float64]


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=DATA, help="Folder with kqa/ and scifact/.")
@click.option("--write/--no-write", default=True, help="Whether to write the weights.")
def main(data: Path, write: bool) -> None:
    """Learn the weights and print what they promise."""
    embedder = Embedder()
    pairs = [*read_kqa(data, embedder), *read_scifact(data, embedder)]
    if not pairs:
        click.echo(f"Skipped: neither kqa/ nor scifact/ is in {data}; {WEIGHTS.name} stays as it is.")
        return
    kept, inputs = passing(pairs, load_lexicon())
    wanted = np.array([pair.supported for pair in kept], dtype=float)
    groups = [f"{pair.data} {pair.group}" for pair in kept]
    with threadpool_limits(limits=1):
        seen = cross_validate(inputs, wanted, groups)
        weights = fit(inputs, wanted)
    point = operating_point(seen, wanted)
    click.echo(
        f"{len(pairs)} pairs, of which {len(kept)} pass every check, {int(wanted.sum())} of them supported"
    )
    click.echo(f"{_FOLDS}-fold cross-validation by claim or question: area under the ROC curve "
               f"{area(seen, wanted):.3f}, calibration {calibration_error(seen, wanted):.3f}")  # fmt: skip
    found = seen >= point
    precision, _ = precision_recall(found, wanted > 0)
    supported = sum(pair.supported for pair in pairs)
    click.echo(f"supported from {point}: precision {precision:.3f} of {int(found.sum())} found, "
               f"recall {(found * wanted).sum() / supported:.3f} of all that is supported")  # fmt: skip
    click.echo(", ".join(f"{name} {value}" for name, value in zip((*FEATURES, "bias"), weights, strict=True)))
    if write:
        _write(weights, point)


def passing(pairs: Sequence[Pair], lexicon: Lexicon) -> tuple[list[Pair], Values]:
    """Give the pairs that no check stops, and their features: shape (pairs, features)."""
    claims = [(read_claim(pair.statement, lexicon), read_claim(pair.span, lexicon)) for pair in pairs]
    kept = [at for at, (said, cited) in enumerate(claims) if first_failure(said, cited, lexicon) is None]
    inputs = [features_of(*claims[at], pairs[at].similarity) for at in kept]
    return [pairs[at] for at in kept], np.array(inputs, dtype=float).reshape(len(kept), len(FEATURES))


def fit(inputs: Values, wanted: Values) -> Values:
    """Learn the weights and, last, the bias; rounded as they are written."""
    count = inputs.shape[1]

    def loss(guess: Values) -> tuple[float, Values]:
        scores = inputs @ guess[:count] + guess[count]
        wrong = 1 / (1 + np.exp(-scores)) - wanted
        total = (np.logaddexp(0, scores) - wanted * scores).sum() + _PENALTY / 2 * (guess[:count] ** 2).sum()
        return float(total), np.append(inputs.T @ wrong + _PENALTY * guess[:count], wrong.sum())

    bounds = [(0, None)] * count + [(None, None)]
    found = minimize(loss, np.zeros(count + 1), jac=True, bounds=bounds, method="L-BFGS-B")
    rounded: Values = np.round(found.x, _DIGITS)
    return rounded


def predict(inputs: Values, weights: Values) -> Values:
    """Probability of support of each row."""
    found: Values = 1 / (1 + np.exp(-(inputs @ weights[:-1] + weights[-1])))
    return found


def cross_validate(inputs: Values, wanted: Values, groups: Sequence[str]) -> Values:
    """Predict each pair with a model that has seen nothing of its group."""
    seen = np.zeros(len(wanted))
    for known, unseen in GroupKFold(_FOLDS).split(inputs, wanted, groups):
        seen[unseen] = predict(inputs[unseen], fit(inputs[known], wanted[known]))
    return seen


def operating_point(seen: Values, wanted: Values) -> float:
    """Find the lowest probability from which at least the wanted share of the pairs are supported."""
    order = np.argsort(-seen, kind="stable")
    precision = np.cumsum(wanted[order]) / np.arange(1, len(order) + 1)
    enough = [at for at in range(_LEAST_FOUND - 1, len(order)) if precision[at] >= _PRECISION]
    if not enough:
        raise click.ClickException(f"no operating point has a precision of {_PRECISION}")
    return float(np.floor(seen[order[max(enough)]] * 10**_DIGITS) / 10**_DIGITS)


def _write(weights: Values, point: float) -> None:
    data = {
        "about": "Written by 'python -m evals.verification.train'; not to be edited.",
        "weights": dict(zip(FEATURES, (float(each) for each in weights[:-1]), strict=True)),
        "bias": float(weights[-1]),
        "supported": point,
        "together": _TOGETHER,
    }
    WEIGHTS.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
