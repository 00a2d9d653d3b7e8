"""`python -m evals.answering.train_closely`: learn what `retrieval/evidence/closely.npz` holds.

Once over the marked pairs; then, with `--on`, twice over most of them and expected questions; then, with
`--turns`, over the conversations among them, as many other pairs, and conversations put together of expected
questions. As writers were added, with `--mean`, once more over all, those of the newest writers thrice, and
the mean of the weights on the way is kept. Nothing of a question set is learnt from. What it finds in what it
has not learnt from says `python -m evals.answering.weigh`.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import click

from corpus.expected import named
from corpus.lexicon import load_lexicon
from evals.answering.data import Pair, read_pairs, read_sentences
from evals.answering.learn_closely import CloseMethod, LearntClosely, learn_closely
from ingest.asking import read_arrays, split_low_rank, write_arrays
from ingest.causal import CausalBase
from retrieval.evidence.closely import WEIGHTS
from retrieval.question.wording import THEN

_ON = CloseMethod(pairs=0.7, expected=4000, rate=2.5e-4)
_TURNS = CloseMethod(turned=2500, rate=2.5e-4, head_rate=1e-3)
_MEAN = CloseMethod(epochs=0.9, expected=4000, turned=800, rate=2e-4, head_rate=1e-3, mean_from=0.3)
_NEWEST, _TIMES = frozenset(f"asked_{number}.txt" for number in range(40, 46)), 3
_TOLD_EVERY = 20  # steps


@click.command()
@click.option("--threads", default=2, show_default=True, help="Threads to compute with.")
@click.option("--on", is_flag=True, help="Learn on from the weights that are shipped.")
@click.option("--turns", is_flag=True, help="Learn on from them, from conversations above all.")
@click.option("--mean", is_flag=True, help="Learn on from them, and keep the mean of the weights on the way.")
@click.option("--out", type=click.Path(path_type=Path), default=WEIGHTS, help="Where to write them.")
def main(threads: int, out: Path, *, on: bool, turns: bool, mean: bool) -> None:
    """Learn the weights and write them."""
    import torch

    torch.set_num_threads(threads)
    pairs = [each for each in read_pairs(load_lexicon(), named, THEN) if not each.is_kept_apart]
    earlier = None
    if on or turns or mean:
        arrays = read_arrays(WEIGHTS)
        earlier = LearntClosely(split_low_rank(arrays), arrays["head"], arrays["bias"])
    method = _TURNS if turns else _MEAN if mean else _ON if on else CloseMethod()
    chosen = _with_as_many_others(pairs) if turns else pairs
    if mean:
        chosen = pairs + [each for each in pairs if each.file in _NEWEST] * (_TIMES - 1)
    learnt = learn_closely(chosen, read_sentences(named), CausalBase(), method, earlier, _tell)
    write_arrays(learnt.low_rank, out, head=learnt.head, bias=learnt.bias)
    click.echo(f"Learnt from {len(chosen)} pairs; wrote {out.name}.")


def _with_as_many_others(pairs: list[Pair]) -> list[Pair]:
    """The pairs of conversations, and as many of those that are none."""
    leaning = [each for each in pairs if each.leans]
    others = [each for each in pairs if not each.leans]
    return leaning + Random(1).sample(others, min(len(leaning), len(others)))  # noqa: S311


def _tell(step: int, steps: int, loss: float) -> None:
    if step % _TOLD_EVERY == 0:
        click.echo(f"step {step} of {steps}: loss {loss:.3f}")


if __name__ == "__main__":
    main()
