"""`python -m evals.retrieval FOLDER`: nDCG@10 of each way to search, on a set in the BEIR layout.

The set is chunked, embedded and stored by the same code as any source; a document's score is that of its
best passage. Not for answers: see `citewell eval run`, which gives the same for one system beside them.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import click

from evals.corpora import stored
from evals.metrics.basic import average
from evals.metrics.retrieval import retrieval_scores
from evals.public import beir
from ingest.embed import Embedder, make_embedder
from ingest.index import Index
from ingest.pipeline import publish_documents
from ingest.recipe import make_recipe
from ingest.settings import load_settings
from retrieval.evidence.search import Method, search

METHODS = {
    "dense": Method(dense_weight=1.0, feedback=False),
    "BM25": Method(dense_weight=0.0, feedback=False),
    "fused": Method(feedback=False),
    "fused with feedback": Method(),
}
_DEPTH = 300  # passages


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--qrels", default=None, help="Name of the qrels file without .tsv; the only one by default.")
@click.option("--method", "names", multiple=True, type=click.Choice(list(METHODS)), help="Only these.")
def main(folder: Path, qrels: str | None, names: tuple[str, ...]) -> None:
    """Print nDCG@10 and milliseconds a query for each way to search."""
    path = beir.find(folder / "qrels" / f"{qrels}.tsv" if qrels else folder)
    if path is None or not path.is_file():
        raise click.UsageError(f"{folder} is no BEIR folder, or --qrels must name one of its files.")
    found = beir.read(path)
    if found.documents is None:
        raise click.UsageError(f"{folder} has no corpus.")
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(home=Path(home))
        embedder = make_embedder(settings)
        documents = stored(found.documents(), make_recipe(embedder, settings), str(folder), False)
        index = Index(publish_documents(documents, settings, embedder=embedder))
        click.echo(f"{folder.name}: {index.manifest.sources} documents, {index.manifest.passages} passages, "
                   f"{len(found.questions)} queries")  # fmt: skip
        for name in names or METHODS:
            started = time.perf_counter()
            rankings = {
                each.id: ranking(each.question, index, embedder, METHODS[name]) for each in found.questions
            }
            took_ms = (time.perf_counter() - started) * 1000 / len(rankings)
            scores = [retrieval_scores(rankings[each.id], each.sources) for each in found.questions]
            score = average([each.get("ndcg@10") for each in scores])
            click.echo(f"  {name:22} nDCG@10 {score:.4f}   {took_ms:.1f} ms a query")


def ranking(question: str, index: Index, embedder: Embedder, method: Method) -> list[str]:
    """The works found, in the order of their best passage."""
    hits = search(index, question, embedder.encode_query(question), _DEPTH, None, method)
    return list(dict.fromkeys(hit.passage.source_id for hit in hits))


if __name__ == "__main__":
    main()
