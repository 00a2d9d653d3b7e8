"""Open what questions are answered with, and exchange it when another index has been published.

Not for answering: see `retrieval.pipeline`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from weakref import ref

from corpus.facets import load_facets
from corpus.lexicon import Lexicon, load_lexicon
from ingest.embed import make_embedder
from ingest.generation import current_folder
from ingest.index import Index, open_current
from ingest.settings import Settings
from retrieval.evidence.about import first_named
from retrieval.evidence.desk import Desk
from retrieval.evidence.gather import forget_sentences
from retrieval.evidence.rerank import make_reranker
from retrieval.evidence.search import Method, forget_rows
from retrieval.question.names import learn_names
from retrieval.safety.warn import forget_warnings
from retrieval.support.entail import make_entailment
from retrieval.words import frequency


class Served:
    """The desk that is served. Safe to use from several threads.

    Args:
        settings: Where the index stands and which models are used.
        opening: Opens the desk, when it is first asked for.
    """

    def __init__(self, settings: Settings, opening: Callable[[Settings], Desk]) -> None:
        self._settings = settings
        self._open = opening
        self._desk: Desk | None = None
        self._opening = Lock()
        self._refreshing = Lock()
        self._retired: list[ref[Index]] = []

    @property
    def desk(self) -> Desk:
        """What questions are answered with; opened once.

        Raises:
            IndexMissingError, IndexDamagedError, IndexMismatchError, ModelError: It cannot be opened.
        """
        with self._opening:
            if self._desk is None:
                self._desk = self._open(self._settings)
        return self._desk

    @property
    def generation(self) -> str | None:
        """Id of the generation that is served; None where none has been opened yet."""
        held = self._desk
        return None if held is None else held.index.manifest.id

    def refresh(self) -> bool:
        """Serve the generation that is published now. Who holds the desk before keeps it.

        Returns:
            Whether another generation is served than before.

        Raises:
            IndexMissingError, IndexDamagedError, IndexMismatchError, ModelError: It cannot be opened; what
                was served before goes on being served.
        """
        with self._refreshing:
            held = self._desk
            if held is None:
                return bool(self.desk)
            self._forget_retired()
            if current_folder(self._settings.index_dir) == held.index.folder:
                return False
            index = open_current(self._settings.index_dir, held.embedder)
            fresh = replace(held, index=index, lexicon=learn_names(load_lexicon(), index.names()))
            with self._opening:
                self._desk = fresh
            self._retired.append(ref(held.index))
            del held
            self._forget_retired()
            return True

    def _forget_retired(self) -> None:
        """Let go of indexes that are not served any more; an answer may hold one a little longer."""
        self._retired = [each for each in self._retired if each() is not None]
        if self._retired:
            forget_indexes()


def forget_indexes() -> None:
    """Forget what is remembered of any index, so that those that are not served any more can be closed."""
    forget_rows()
    forget_sentences()
    forget_warnings()
    first_named.cache_clear()
    frequency.cache_clear()
    Lexicon.entities_in.cache_clear()


def open_desk(settings: Settings) -> Desk:
    """Open the index that is published, and the models.

    Raises:
        IndexMissingError, IndexDamagedError, IndexMismatchError, ModelError: One cannot be opened.
    """
    embedder = make_embedder(settings)
    index = open_current(settings.index_dir, embedder)
    method = Method(settings.dense_weight, settings.candidates, reranker=make_reranker(settings))
    lexicon = learn_names(load_lexicon(), index.names())
    return Desk(index, embedder, lexicon, load_facets(), method, entailment=make_entailment(settings))
