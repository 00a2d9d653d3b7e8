"""`python -m evals.verification.measure`: how often verification is right, and which edits it lets through.

K-QA and SciFact are measured by cross-validation, each pair with weights that have not seen its group;
our own pairs and the edits of corpus sentences with the shipped weights, which have seen neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from threadpoolctl import threadpool_limits

from corpus.errors import CitewellError
from corpus.lexicon import load_lexicon
from evals.danger.measure import wilson
from evals.verification.data import DATA, Pair, read_kqa, read_own, read_scifact
from evals.verification.edits import make_edits
from evals.verification.figures import area, calibration_error, f1, precision_recall
from evals.verification.train import Values, cross_validate, passing
from ingest.embed import Embedder
from ingest.index import open_current
from ingest.settings import load_settings
from retrieval.support.claims import read_claim
from retrieval.support.likeness import coverage
from retrieval.support.verify import CARRIED, LEAST_SUPPORT, SUPPORTED, cosine, support_together, supports

_SEED = 7
_EACH = 200


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=DATA, help="Folder with kqa/ and scifact/.")
@click.option("--each", default=_EACH, show_default=True, help="Edits of each kind.")
@click.option("--seed", default=_SEED, show_default=True, help="Which sentences are edited, and how.")
@click.option("--errors", is_flag=True, help="Print every pair and edit that is judged wrongly.")
def main(data: Path, each: int, seed: int, errors: bool) -> None:
    """Print how well each set is judged, and which edits are let through."""
    embedder = Embedder()
    click.echo(f"operating points: alone {SUPPORTED}, together {LEAST_SUPPORT}")
    judged = [*read_kqa(data, embedder), *read_scifact(data, embedder)]
    if not judged:
        click.echo(f"Skipped: neither kqa/ nor scifact/ is in {data}.")
    else:
        scores = _unseen(judged)
        for name in dict.fromkeys(pair.data for pair in judged):
            rows = [at for at, pair in enumerate(judged) if pair.data == name]
            _report(name, [judged[at] for at in rows], scores[rows])
    own = read_own(embedder)
    lexicon = load_lexicon()
    found = np.array([supports(p.statement, p.span, p.similarity, lexicon).score for p in own])
    _report("own pairs", own, found)
    if errors:
        for pair, score in zip(own, found, strict=True):
            if (score >= SUPPORTED) != pair.supported:
                why = supports(pair.statement, pair.span, pair.similarity, lexicon).reason
                click.echo(f"  {score:.2f} {why} ({pair.supported})\n    {pair.statement}\n    {pair.span}")
    _report_edits(embedder, each, seed, errors)


def _unseen(pairs: Sequence[Pair]) -> Values:
    """Score every pair: 0 where a check stops it, else by weights that have not seen its group."""
    kept, inputs = passing(pairs, load_lexicon())
    wanted = np.array([pair.supported for pair in kept], dtype=float)
    with threadpool_limits(limits=1):
        seen = cross_validate(inputs, wanted, [f"{pair.data} {pair.group}" for pair in kept])
    of = {id(pair): float(score) for pair, score in zip(kept, seen, strict=True)}
    return np.array([of.get(id(pair), 0.0) for pair in pairs])


def _report(name: str, pairs: Sequence[Pair], scores: Values) -> None:
    wanted = np.array([pair.supported for pair in pairs])
    passed = scores > 0
    click.echo(f"{name}: {len(pairs)} pairs, {int(wanted.sum())} supported; area under the ROC curve "
               f"{area(scores, wanted.astype(float)):.3f}; calibration error of what passes every check "
               f"{calibration_error(scores[passed], wanted[passed].astype(float)):.3f}")  # fmt: skip
    lexicon = load_lexicon()
    claims = [(read_claim(each.statement, lexicon), read_claim(each.span, lexicon)) for each in pairs]
    carried = np.array([coverage(said, cited) >= CARRIED for said, cited in claims])
    together = (scores >= LEAST_SUPPORT) & carried
    for label, enough in (("alone", scores >= SUPPORTED), ("together", together)):
        precision, recall = precision_recall(enough, wanted)
        right, found = int((wanted & enough).sum()), int(enough.sum())
        low, high = wilson(right, found) if found else (0.0, 1.0)
        click.echo(f"  {label:9} precision {precision:.3f} [{low:.3f}, {high:.3f}] ({right}/{found}), "
                   f"recall {recall:.3f}, F1 {f1(precision, recall):.3f}")  # fmt: skip


def _report_edits(embedder: Embedder, each: int, seed: int, errors: bool) -> None:
    try:
        index = open_current(load_settings().index_dir, embedder)
    except CitewellError as error:
        click.echo(f"Skipped the edits of corpus sentences: {error}")
        return
    rows = index.rows_where("s.kind != ?", ["summary"])
    passages = [index.passage(row) for row in rows]
    texts = sorted({span.of(passage.text) for passage in passages for span in passage.sentences})
    lexicon = load_lexicon()
    edits = make_edits([text for text in texts if text.endswith(".")], lexicon, seed, each)
    vectors = embedder.encode([text for edit in edits for text in (edit.original, edit.text)])
    let: Counter[str] = Counter()
    let_together: Counter[str] = Counter()
    for at, edit in enumerate(edits):
        near = cosine(vectors[2 * at], vectors[2 * at + 1])
        alone = supports(edit.text, edit.original, near, lexicon).holds
        both = support_together(edit.text, [(edit.original, near)], lexicon) is not None
        let[edit.kind] += alone
        let_together[edit.kind] += both
        if errors and (alone or both):
            click.echo(f"  let through ({edit.kind}): {edit.text}\n    {edit.original}")
    for kind, count in Counter(edit.kind for edit in edits).items():
        click.echo(f"edits, {kind}: let through {let[kind]}/{count} = {let[kind] / count:.3f} alone, "
                   f"{let_together[kind]}/{count} = {let_together[kind] / count:.3f} together")  # fmt: skip
    click.echo(f"edits in all: {sum(let.values()) / len(edits):.4f} of {len(edits)} alone, "
               f"{sum(let_together.values()) / len(edits):.4f} together")  # fmt: skip


if __name__ == "__main__":
    main()
