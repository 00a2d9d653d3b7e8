"""`python -m evals.answering.train`: learn what `retrieval/evidence/answering.npz` holds.

What is learnt on from shipped weights is mixed with them, which keeps what they know of other writers
(Wortsman et al. 2022, "Robust fine-tuning of zero-shot models", arXiv:2109.01903). Nothing of a question set
is learnt from. What it finds in sources that it has not learnt from says
`python -m evals.answering.measure`.
"""

from __future__ import annotations

import click

from corpus.lexicon import load_lexicon
from evals.answering.data import read_pairs, read_sentences
from evals.answering.learn import Learnt, Method, learn, mixed
from ingest.adapt import Base
from ingest.asking import read_arrays, split_low_rank, write_arrays
from retrieval.evidence.answering import WEIGHTS

_ON = Method(epochs=1.75, expected=2500, known=0.25, rate=7e-4, head_rate=1.5e-3)
_NEW = 0.6  # share of what was learnt in the mixture with the weights that it was learnt on from


@click.command()
@click.option("--threads", default=1, show_default=True, help="Threads to compute with.")
@click.option("--on", is_flag=True, help="Learn on from the weights that are shipped, with less time.")
def main(threads: int, *, on: bool) -> None:
    """Learn the weights and write them."""
    import torch

    torch.set_num_threads(threads)
    pairs = [each for each in read_pairs(load_lexicon()) if not each.is_kept_apart]
    arrays = read_arrays(WEIGHTS)
    earlier = Learnt(split_low_rank(arrays), arrays["head"], arrays["bias"]) if on else None
    learnt = learn(pairs, read_sentences(), Base(), _ON if on else Method(), earlier)
    if earlier is not None:
        learnt = mixed(earlier, learnt, _NEW)
    write_arrays(learnt.low_rank, WEIGHTS, head=learnt.head, bias=learnt.bias)
    click.echo(f"Learnt from {len(pairs)} pairs; wrote {WEIGHTS.name}.")


if __name__ == "__main__":
    main()
