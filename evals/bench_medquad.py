"""A whole corpus: how fast it is ingested, and against LangChain's quick start with the same model and texts.

Both embed the same sample in turns, so that whatever else the machine does slows both. A part of
`python -m evals.bench`; not for how well anything is found.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from corpus.record import Kind, Source, SourceId
from ingest.document import Passage, Span
from ingest.embed import Embedder, make_embedder
from ingest.find import find_files
from ingest.load import load
from ingest.pipeline import publish_documents
from ingest.recipe import make_recipe
from ingest.settings import Settings, load_settings
from ingest.stock import StoredDocument

_Act = Callable[[Sequence[Passage]], None]

_SAMPLE = 3000
_TURNS = 3
_FILE = "medquad.jsonl"


def measure(folder: Path) -> None:
    """Measure and print; nothing passes or fails here.

    Args:
        folder: That holds MedQuAD as `medquad.jsonl.gz`, a JSON object a line and answer.
    """
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch, "medquad")
        work.mkdir()
        with gzip.open(folder / f"{_FILE}.gz", "rt", encoding="utf-8") as lines:
            rows = list(lines)
        (work / _FILE).write_text("".join(rows), encoding="utf-8")
        _against_langchain(work, Path(scratch, "sample"))
        home = str(Path(scratch, "home"))
        took = _ingest(work, home, "all of MedQuAD, from its file to the published index")
        _ingest(work, home, "again with nothing changed (goal under 10 s)")
        row = json.loads(rows[len(rows) // 2])
        row["answer"] += " This sentence was added to one answer."
        rows[len(rows) // 2] = json.dumps(row) + "\n"
        (work / _FILE).write_text("".join(rows), encoding="utf-8")
        _ingest(work, home, "again with one answer changed")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        click.echo(f"peak memory of these ingests         {peak:8.2f} GB  (goal under 5)")
        click.echo(f"answers a second, all of MedQuAD     {len(rows) / took:8.1f}")


def _ingest(work: Path, home: str, what: str) -> float:
    command = [str(Path(sys.executable).with_name("citewell")), "ingest", str(work)]
    environment = os.environ | {"CITEWELL_HOME": home}
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603
    took = time.perf_counter() - started
    said = [line for line in done.stdout.splitlines() if line.startswith("Index ")]
    if not said:
        raise RuntimeError(f"the ingest failed: {done.stderr[-500:]}")
    click.echo(f"{what}: {took:.1f} s\n    {said[0]}")
    return took


def _against_langchain(work: Path, home: Path) -> None:
    settings = load_settings(home=home)
    embedder = make_embedder(settings)
    passages = _sample(work, embedder)
    theirs = _quick_start(embedder)
    if theirs is None:
        click.echo("LangChain's quick start is not measured: it needs pip install 'citewell[bench]'.")
        return
    embedder.encode(["warm up"])
    size = -(-len(passages) // _TURNS)
    ours, took = _ours(settings, embedder), [0.0, 0.0]
    for start in range(0, len(passages), size):
        part = passages[start : start + size]
        for place, act in enumerate((theirs, ours)):
            started = time.perf_counter()
            act(part)
            took[place] += time.perf_counter() - started
    speeds = [len(passages) / each for each in took]
    click.echo(
        f"LangChain's quick start              {speeds[0]:8.1f} passages a second ({len(passages)} texts)"
    )
    click.echo(
        f"ours, published index                {speeds[1]:8.1f} passages a second "
        f"(with headers and sentences; {speeds[1] / speeds[0]:.1f} times; goal 3)"
    )


def _sample(work: Path, embedder: Embedder) -> list[Passage]:
    """Passages from all over the corpus."""
    found = list(_passages(work, embedder))
    step = max(1, len(found) // _SAMPLE)
    return found[::step][:_SAMPLE]


def _passages(work: Path, embedder: Embedder) -> Iterator[Passage]:
    recipe = make_recipe(embedder, load_settings())
    for file in find_files([work]):
        for document in load(file, file.sha256()):
            yield from recipe.passages(document)


def _ours(settings: Settings, embedder: Embedder) -> _Act:
    def act(part: Sequence[Passage]) -> None:
        documents = []
        for number, passage in enumerate(part):
            source = Source(id=f"d-{number}", kind=Kind.DOCUMENT, title="Sample")
            whole = replace(passage, source_id=SourceId(source.id), span=Span(0, len(passage.text)))
            documents.append(StoredDocument(source, passage.text, (whole,), "sample", source.id, ""))
        publish_documents(documents, settings, embedder=embedder)

    return act


def _quick_start(embedder: Embedder) -> _Act | None:
    """LangChain's own way from texts to a FAISS store, with its defaults and the model that we use; warm."""
    try:
        from langchain_community.vectorstores import FAISS
        from langchain_core.documents import Document
        from langchain_huggingface import HuggingFaceEmbeddings
        from langchain_text_splitters import RecursiveCharacterTextSplitter
    except ImportError:
        return None
    embeddings = HuggingFaceEmbeddings(model_name=str(embedder.folder))
    embeddings.embed_query("warm up")

    def act(part: Sequence[Passage]) -> None:
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        documents = splitter.split_documents([Document(page_content=each.text) for each in part])
        FAISS.from_documents(documents, embeddings)

    return act
