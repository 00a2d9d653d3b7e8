"""`python -m evals.retrieval FOLDER`: nDCG@10 of each way to search, on a set in the BEIR layout.

The set is chunked, embedded and stored by the same code as any source; a document's score is that of its
best passage. nDCG is computed by ir-measures (pytrec_eval). Not for answers: see `python -m evals`.
"""

from __future__ import annotations

import csv
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import ir_measures
from ir_measures import nDCG

from corpus.record import Kind, Source
from ingest.document import Document, Section, Span, normalise
from ingest.embed import Embedder, make_embedder
from ingest.index import Index
from ingest.pipeline import publish_documents
from ingest.recipe import make_recipe
from ingest.settings import Settings, load_settings
from ingest.stock import StoredDocument
from retrieval.evidence.search import Method, search

METHODS = {
    "dense": Method(dense_weight=1.0, feedback=False),
    "BM25": Method(dense_weight=0.0, feedback=False),
    "fused": Method(feedback=False),
    "fused with feedback": Method(),
}
_DEPTH = 100


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--qrels", default=None, help="Name of the qrels file without .tsv; the only one by default.")
@click.option("--method", "names", multiple=True, type=click.Choice(list(METHODS)), help="Only these.")
def main(folder: Path, qrels: str | None, names: tuple[str, ...]) -> None:
    """Print nDCG@10 and milliseconds a query for each way to search."""
    judged = _qrels(folder, qrels)
    queries = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl") if row["_id"] in judged}
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(home=Path(home))
        embedder = make_embedder(settings)
        index = _index(folder, settings, embedder)
        click.echo(f"{folder.name}: {index.manifest.sources} documents, {index.manifest.passages} passages, "
                   f"{len(queries)} queries")  # fmt: skip
        for name in names or METHODS:
            run, took_ms = _run(queries, index, embedder, METHODS[name])
            score = ir_measures.calc_aggregate([nDCG @ 10], judged, run)[nDCG @ 10]
            click.echo(f"  {name:22} nDCG@10 {score:.4f}   {took_ms:.1f} ms a query")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def _qrels(folder: Path, name: str | None) -> dict[str, dict[str, int]]:
    files = sorted((folder / "qrels").glob(f"{name or '*'}.tsv"))
    if len(files) != 1:
        raise click.UsageError(f"choose one with --qrels: {', '.join(each.stem for each in files) or 'none'}")
    judged: dict[str, dict[str, int]] = {}
    with files[0].open(encoding="utf-8", newline="") as lines:
        for query, document, grade in list(csv.reader(lines, delimiter="\t"))[1:]:
            judged.setdefault(query, {})[document] = int(grade)
    return judged


def _index(folder: Path, settings: Settings, embedder: Embedder) -> Index:
    recipe = make_recipe(embedder, settings)
    documents = []
    for row in _rows(folder / "corpus.jsonl"):
        text, title = normalise(row["text"]), normalise(row.get("title") or "")[:400].strip()
        source = Source(
            id=f"d-{row['_id'].casefold()}",
            kind=Kind.DOCUMENT,
            title=title if len(title) > 2 else f"Document {row['_id']}",  # a few are two letters, or none
        )
        document = Document(source, text, (Section((), Span(0, len(text))),))
        # Sentences are for answers: here passages alone are searched.
        passages = tuple(replace(passage, sentences=()) for passage in recipe.passages(document))
        documents.append(StoredDocument(source, text, passages, str(folder), row["_id"], ""))
    return Index(publish_documents(documents, settings, embedder=embedder))


def _run(
    queries: dict[str, str], index: Index, embedder: Embedder, method: Method
) -> tuple[dict[str, dict[str, float]], float]:
    names = {document.source.id: document.name for document in index.documents()}
    run: dict[str, dict[str, float]] = {}
    started = time.perf_counter()
    for query, text in queries.items():
        best: dict[str, float] = {}
        for hit in search(index, text, embedder.encode_query(text), _DEPTH * 3, None, method):
            name = names[hit.passage.source_id]
            best[name] = max(best.get(name, 0.0), hit.score)
        run[query] = best
    return run, (time.perf_counter() - started) * 1000 / len(queries)


if __name__ == "__main__":
    main()
