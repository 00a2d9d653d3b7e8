"""Index the texts that a public set brings, in a home of their own, so that it is asked over just these.

Chunked, embedded and stored by the same code as any source. Not for sets that are asked over the index that
is served: those bring no texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from corpus.errors import CitewellError
from corpus.record import Kind, Source
from evals.public.found import Text
from evals.sets_io import QuestionSet
from ingest.document import Document, Section, Span, normalise
from ingest.embed import make_embedder
from ingest.index import open_current
from ingest.pipeline import publish_documents
from ingest.recipe import Recipe, make_recipe
from ingest.report import OnProgress
from ingest.settings import Settings
from ingest.stock import StoredDocument

_SHORTEST, _LONGEST = 3, 400  # characters of a title


def home_of(chosen: QuestionSet, settings: Settings, on_progress: OnProgress = lambda *_: None) -> Settings:
    """The settings under which a set is asked: with the index of its own texts, made where it is not there.

    Raises:
        CitewellError: It cannot be made.
    """
    if chosen.documents is None:
        return settings
    embedder = make_embedder(settings)
    recipe = make_recipe(embedder, settings)
    texts = list(chosen.documents())
    stamp = hashlib.sha256(recipe.id.encode())
    for each in texts:
        stamp.update(f"{each.id}\x1f{each.title}\x1f{each.text}\x1e".encode())
    own = settings.model_copy(
        update={"home": settings.home.expanduser() / "evals" / f"{chosen.name}-{stamp.hexdigest()[:12]}"}
    )
    try:
        open_current(own.index_dir, embedder).close()
    except CitewellError:
        publish_documents(stored(texts, recipe, str(chosen.path)), own, on_progress, embedder)
    return own


def stored(
    texts: Iterable[Text], recipe: Recipe, root: str, with_sentences: bool = True
) -> list[StoredDocument]:
    """Texts as documents that can be published.

    Args:
        texts: Of a public set.
        recipe: How they are cut into passages.
        root: Where they are from.
        with_sentences: Whether their sentences are stored too; answers need them, search does not.
    """
    documents = []
    for each in texts:
        text, title = normalise(each.text), normalise(each.title)[:_LONGEST].strip()
        source = Source(
            id=each.id,
            kind=Kind.DOCUMENT,
            title=title if len(title) >= _SHORTEST else f"Document {each.id}",  # a few have none
            url=each.url,
        )
        passages = recipe.passages(Document(source, text, (Section((), Span(0, len(text))),)))
        if not with_sentences:
            passages = tuple(replace(passage, sentences=()) for passage in passages)
        documents.append(StoredDocument(source, text, tuple(passages), root, each.id, ""))
    return documents
