"""`python -m evals.danger.train_closely`: learn what `retrieval/safety/danger_closely.npz` holds.

From the same sentences as `python -m evals.danger.train`, with the same labels. That one says how much it
counts, and sets the thresholds afterwards (`--keep`).
"""

from __future__ import annotations

from pathlib import Path

import click

from evals.danger.data import read_sentences
from evals.danger.learn_closely import CloseMethod, learn_closely
from evals.danger.train import labels_of
from ingest.asking import write_arrays
from ingest.causal import CausalBase
from retrieval.safety.danger_closely import WEIGHTS

_TOLD_EVERY = 20  # steps


@click.command()
@click.option("--threads", default=2, show_default=True, help="Threads to compute with.")
@click.option("--out", type=click.Path(path_type=Path), default=WEIGHTS, help="Where to write them.")
def main(threads: int, out: Path) -> None:
    """Learn the weights and write them."""
    import torch

    torch.set_num_threads(threads)
    sentences = read_sentences()
    learnt = learn_closely(sentences, labels_of(sentences), CausalBase(), CloseMethod(), _tell)
    write_arrays(learnt.low_rank, out, head=learnt.head, bias=learnt.bias)
    click.echo(f"Learnt from {len(sentences)} sentences; wrote {out.name}.")


def _tell(step: int, steps: int, loss: float) -> None:
    if step % _TOLD_EVERY == 0:
        click.echo(f"step {step} of {steps}: loss {loss:.3f}")


if __name__ == "__main__":
    main()
