"""`python -m evals.answering.train`: learn what `retrieval/evidence/answering.npz` holds.

Nothing of a question set is learnt from. What it finds in sources that it has not learnt from says
`python -m evals.answering.measure`.
"""

from __future__ import annotations

import click

from corpus.lexicon import load_lexicon
from evals.answering.data import is_kept_apart, read_pairs, read_sentences
from evals.answering.learn import Method, learn
from ingest.adapt import Base
from ingest.asking import write_arrays
from retrieval.evidence.answering import WEIGHTS


@click.command()
@click.option("--threads", default=1, show_default=True, help="Threads to compute with.")
def main(threads: int) -> None:
    """Learn the weights and write them."""
    import torch

    torch.set_num_threads(threads)
    pairs = [each for each in read_pairs(load_lexicon()) if not is_kept_apart(each.source)]
    learnt = learn(pairs, read_sentences(), Base(), Method())
    write_arrays(learnt.low_rank, WEIGHTS, head=learnt.head, bias=learnt.bias)
    click.echo(f"Learnt from {len(pairs)} pairs; wrote {WEIGHTS.name}.")


if __name__ == "__main__":
    main()
