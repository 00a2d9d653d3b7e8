"""`python -m evals.answering.train_closely`: learn what `retrieval/evidence/closely.npz` holds.

Once over the marked pairs, and then, with `--on`, once over most of them and expected questions. Nothing of a
question set is learnt from. What it finds in what it has not learnt from says
`python -m evals.answering.measure`.
"""

from __future__ import annotations

import click

from corpus.expected import named
from corpus.lexicon import load_lexicon
from evals.answering.data import read_pairs, read_sentences
from evals.answering.learn_closely import CloseMethod, LearntClosely, learn_closely
from ingest.asking import read_arrays, split_low_rank, write_arrays
from ingest.causal import CausalBase
from retrieval.evidence.closely import WEIGHTS

_ON = CloseMethod(pairs=0.7, expected=4000, rate=2.5e-4)


@click.command()
@click.option("--threads", default=2, show_default=True, help="Threads to compute with.")
@click.option("--on", is_flag=True, help="Learn on from the weights that are shipped.")
def main(threads: int, *, on: bool) -> None:
    """Learn the weights and write them."""
    import torch

    torch.set_num_threads(threads)
    pairs = [each for each in read_pairs(load_lexicon(), named) if not each.is_kept_apart]
    earlier = None
    if on:
        arrays = read_arrays(WEIGHTS)
        earlier = LearntClosely(split_low_rank(arrays), arrays["head"], arrays["bias"])
    method = _ON if on else CloseMethod()
    learnt = learn_closely(pairs, read_sentences(named), CausalBase(), method, earlier)
    write_arrays(learnt.low_rank, WEIGHTS, head=learnt.head, bias=learnt.bias)
    click.echo(f"Learnt from {len(pairs)} pairs; wrote {WEIGHTS.name}.")


if __name__ == "__main__":
    main()
