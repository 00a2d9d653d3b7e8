"""Build a generation from documents and publish it: embed, write each part, seal, switch over.

No text that the earlier generation holds is embedded again. Not for reading files: see `ingest.collect`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.document import digest
from ingest.embed import Embedder, Vectors
from ingest.generation import FORMAT, Manifest
from ingest.index import Index
from ingest.publish import building_folder, file_hashes, publish
from ingest.recipe import Recipe
from ingest.report import OnProgress
from ingest.stock import StoredDocument
from ingest.store import write_records, write_sentences, write_vectors, write_words


@dataclass(frozen=True, slots=True)
class Built:
    """A published generation: its folder, and how many texts were embedded or taken over for it."""

    folder: Path
    embedded: int
    reused: int


def generation_id(documents: Iterable[StoredDocument], recipe: Recipe) -> str:
    """The same sources, read by the same recipe, give the same id in every home."""
    parts = [recipe.id]
    for document in documents:
        parts += [document.root, document.name, document.file_sha256, document.source.model_dump_json()]
        parts += [passage.id for passage in document.passages]
    return f"g-{digest(*parts, length=12)}"


def build(
    documents: Sequence[StoredDocument],
    recipe: Recipe,
    before: Index | None,
    index_dir: Path,
    on_progress: OnProgress,
) -> Built:
    """Build a generation of these documents and publish it.

    Args:
        documents: All of them, by their ids.
        recipe: That which their passages were made by.
        before: The generation that is served, whose vectors are taken over where a text is the same.
        index_dir: Where the generations stand.
        on_progress: Called at each step.

    Raises:
        CitewellError: It cannot be written.
        IndexDamagedError: What was written does not read back as what was meant.
    """
    passages = [passage for document in documents for passage in document.passages]
    passage_texts = [passage.embedded_text for passage in passages]
    sentence_texts = [span.of(passage.text) for passage in passages for span in passage.sentences]
    texts = [*passage_texts, *sentence_texts]
    vectors, embedded = _embed(texts, before, recipe.embedder, on_progress)
    with building_folder(index_dir) as folder:
        on_progress("Writing", 0, 4)
        write_vectors(folder, vectors[: len(passage_texts)])
        on_progress("Writing", 1, 4)
        write_sentences(folder, vectors[len(passage_texts) :])
        on_progress("Writing", 2, 4)
        write_words(folder, documents)
        on_progress("Writing", 3, 4)
        write_records(folder, documents)
        on_progress("Writing", 4, 4)
        manifest = Manifest(
            format=FORMAT,
            id=generation_id(documents, recipe),
            recipe=recipe.id,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            embedding_model=recipe.embedder.label,
            embedding_fingerprint=recipe.embedder.fingerprint,
            dimension=vectors.shape[1],
            passage_tokens=recipe.budget,
            sources=len(documents),
            passages=len(passage_texts),
            sentences=len(sentence_texts),
            roots=tuple(sorted({document.root for document in documents})),
            files=file_hashes(folder),
        )
        on_progress("Publishing", 0, 1)
        published = publish(index_dir, folder, manifest)
        on_progress("Publishing", 1, 1)
    return Built(published, embedded, len(texts) - embedded)


def _embed(
    texts: Sequence[str], before: Index | None, embedder: Embedder, on_progress: OnProgress
) -> tuple[Vectors, int]:
    """Vectors of the texts, and how many were encoded: none that comes twice or that is held already."""
    rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    known = _known_vectors(rows, before, embedder)
    new = [text for text in rows if text not in known]
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        on_progress("Embedding", done, len(new))

    encoded = embedder.encode(new, advance)
    vectors = np.empty((len(rows), encoded.shape[1]), dtype=np.float32)
    vectors[[rows[text] for text in new]] = encoded
    for text, vector in known.items():
        vectors[rows[text]] = vector
    return vectors[[rows[text] for text in texts]], len(new)


def _known_vectors(
    wanted: Container[str], before: Index | None, embedder: Embedder
) -> dict[str, NDArray[np.floating[Any]]]:
    """Vectors of those of the wanted texts that the earlier generation holds."""
    if before is None or before.manifest.embedding_fingerprint != embedder.fingerprint:
        return {}
    known: dict[str, NDArray[np.floating[Any]]] = {}
    sentences = np.asarray(before.sentence_vectors)
    for row in range(before.manifest.passages):
        passage = before.passage(row)
        for span, at in zip(passage.sentences, before.sentence_rows(row), strict=True):
            if (text := span.of(passage.text)) in wanted:
                known[text] = sentences[at]
        if passage.embedded_text in wanted:
            known[passage.embedded_text] = before.vectors.reconstruct(row)
    return known
