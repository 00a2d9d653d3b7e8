"""`python -m evals.asking.train`: learn what `ingest/asking.npz` holds, from the expected questions.

Nothing of a question set is learnt from. How well it reads says `python -m evals.asking.measure`, after
`citewell ingest`.
"""

from __future__ import annotations

import click

from corpus.expected import load_expected, masked
from corpus.lexicon import load_lexicon
from evals.asking.learn import Asked, Method, learn
from ingest.adapt import Base
from ingest.asking import WEIGHTS, write_arrays
from ingest.embed import Embedder


@click.command()
@click.option("--threads", default=1, show_default=True, help="Threads to compute with.")
def main(threads: int) -> None:
    """Learn the weights and write them."""
    import torch

    torch.set_num_threads(threads)
    write_arrays(learn(read_asked(), Base(), Method()), WEIGHTS)
    click.echo(f"Wrote {WEIGHTS.name}; 'citewell ingest' reads the expected questions with it.")


def read_asked() -> Asked:
    """Give the expected questions of the shipped corpus, with their medicines masked."""
    lexicon, rows = load_lexicon(), dict[str, int]()
    sentences, by_sentence = [], []
    for questions in load_expected().by_source.values():
        for sentence, asked in questions.items():
            sentences.append(sentence)
            by_sentence.append([rows.setdefault(masked(each, lexicon), len(rows)) for each in asked])
    embedder = Embedder()
    return Asked(list(rows), embedder.encode(list(rows)), by_sentence, embedder.encode(sentences))


if __name__ == "__main__":
    main()
