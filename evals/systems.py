"""The systems that can be run: Citewell, and the baselines that it is compared with.

A baseline retrieves as one would do without Citewell and answers with the passages' text, cut into sentences
that each cite their own place: so it is scored sentence by sentence as Citewell is. It never abstains,
declines or warns. Not for scoring: see `evals.score`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, get_args

from corpus.errors import ModelError
from corpus.record import Source, SourceId
from evals.questions import Question
from evals.store import System as SystemName
from ingest.document import PassageId, Span
from ingest.embed import Embedder
from ingest.sentences import sentence_spans
from ingest.settings import Settings
from retrieval.answer import Answer, Citation, Outcome, Receipt, SourceRef, Statement
from retrieval.evidence.search import Method, search
from retrieval.pipeline import Citewell

SYSTEMS: tuple[SystemName, ...] = get_args(SystemName)

_QUICK_START = (
    4  # passages that LangChain's retriever gives unless told otherwise; the baselines give as many
)
_DEPTH = 300  # passages that a ranking of works is made from
_LONGEST = 1000  # characters of a sentence
_NO_DISCLAIMER = "(a baseline: it has no disclaimer)"


class System(Protocol):
    """What answers questions, and what scoring must know of its store."""

    @property
    def embedder(self) -> Embedder: ...  # noqa: D102
    def ask(self, question: Question) -> Answer: ...  # noqa: D102
    def rank(self, question: Question) -> list[str]: ...  # noqa: D102
    def text_of(self, passage_id: str) -> str | None: ...  # noqa: D102
    def sentences_of(self, passage_id: str) -> Sequence[str]: ...  # noqa: D102
    def names_of(self, source_id: str) -> frozenset[str]: ...  # noqa: D102


def make_system(name: SystemName, settings: Settings) -> System:
    """Make a system ready over the index that the settings name.

    Raises:
        CitewellError: The index cannot be opened, or a package is missing that the baseline needs.
    """
    citewell = Citewell(settings)
    citewell.warm_up()
    if name == "citewell":
        return Ours(citewell)
    if name == "langchain":
        return QuickStart(citewell)
    return Passages(citewell, Method(dense_weight=1.0 if name == "dense" else 0.0, feedback=False))


class Ours:
    """Citewell as it ships."""

    method = Method()

    def __init__(self, citewell: Citewell) -> None:
        self.citewell = citewell
        self.index = citewell.desk.index
        self.embedder = citewell.desk.embedder
        self._names = lru_cache(maxsize=None)(self._read_names)

    def ask(self, question: Question) -> Answer:
        """Answer a question after those before it."""
        return self.citewell.ask(question.question, question.earlier)

    def rank(self, question: Question) -> list[str]:
        """Works in the order of their best passage."""
        return list(dict.fromkeys(each.source_id for each, _ in self._found(question.question, _DEPTH)))

    def _found(self, text: str, limit: int) -> list[tuple[Any, Source]]:
        vector = self.embedder.encode_query(text)
        hits = search(self.index, text, vector, limit, None, self._method())
        return [(hit.passage, self.index.source(SourceId(hit.passage.source_id))) for hit in hits]

    def _method(self) -> Method:
        return self.citewell.desk.method

    def text_of(self, passage_id: str) -> str | None:
        """The stored text of a passage; None where there is none."""
        row = self.index.row_of(PassageId(passage_id))
        return None if row is None else self.index.passage(row).text

    def sentences_of(self, passage_id: str) -> Sequence[str]:
        """The sentences of a stored passage."""
        row = self.index.row_of(PassageId(passage_id))
        if row is None:
            return ()
        passage = self.index.passage(row)
        return [span.of(passage.text) for span in passage.sentences]

    def names_of(self, source_id: str) -> frozenset[str]:
        """Every name that a set may have for a work: its id, DOI, PMID and URL."""
        return self._names(source_id)

    def _read_names(self, source_id: str) -> frozenset[str]:
        source = self.index.source(SourceId(source_id))
        return frozenset(filter(None, (source.id, source.doi, source.pmid, source.url)))


class Passages(Ours):
    """Search alone, in one way; the best passages are the answer."""

    def __init__(self, citewell: Citewell, method: Method) -> None:
        super().__init__(citewell)
        self.method = method

    def _method(self) -> Method:
        return self.method

    def ask(self, question: Question) -> Answer:
        """Answer with the best passages."""
        found = self._found(question.question, _QUICK_START)
        pieces = [_Piece(passage.id, passage.text, passage.sentences, source) for passage, source in found]
        return _answer(question, pieces, self.citewell)


class QuickStart(Ours):
    """LangChain's quick start: its splitter and a FAISS store with their defaults, and the same model.

    Raises:
        ModelError: Its packages are not installed.
    """

    def __init__(self, citewell: Citewell) -> None:
        super().__init__(citewell)
        try:
            from langchain_community.vectorstores import FAISS
            from langchain_core.documents import Document
            from langchain_huggingface import HuggingFaceEmbeddings
            from langchain_text_splitters import RecursiveCharacterTextSplitter
        except ImportError as error:
            raise ModelError(
                "The baseline 'langchain' needs LangChain's packages.", "Run: pip install 'citewell[bench]'"
            ) from error
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
        documents = splitter.split_documents(
            Document(page_content=each.text, metadata={"source": each.source.id})
            for each in self.index.documents()
        )
        embeddings = HuggingFaceEmbeddings(model_name=str(self.embedder.folder))
        self._chunks = {_chunk_id(each): each.page_content for each in documents}
        self._store = FAISS.from_documents(documents, embeddings)

    def ask(self, question: Question) -> Answer:
        """Answer with the chunks that the retriever gives."""
        pieces = [
            _Piece(
                _chunk_id(each), each.page_content, tuple(sentence_spans(each.page_content, _LONGEST)),
                self.index.source(SourceId(each.metadata["source"])),
            )
            for each in self._store.as_retriever().invoke(question.question)
        ]  # fmt: skip
        return _answer(question, pieces, self.citewell)

    def rank(self, question: Question) -> list[str]:
        """Works in the order of their best chunk."""
        found = self._store.similarity_search(question.question, k=_DEPTH)
        return list(dict.fromkeys(str(each.metadata["source"]) for each in found))

    def text_of(self, passage_id: str) -> str | None:
        """The text of a chunk."""
        return self._chunks.get(passage_id)

    def sentences_of(self, passage_id: str) -> Sequence[str]:
        """The sentences of a chunk."""
        text = self._chunks.get(passage_id, "")
        return [span.of(text) for span in sentence_spans(text, _LONGEST)]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A passage that a baseline found."""

    id: str
    text: str
    sentences: Sequence[Span]
    source: Source


def _chunk_id(chunk: Any) -> str:  # noqa: ANN401  (LangChain's Document, whose package may be missing)
    return f"{chunk.metadata['source']}:{chunk.metadata['start_index']}"


def _answer(question: Question, pieces: Iterable[_Piece], citewell: Citewell) -> Answer:
    numbers: dict[str, tuple[int, Source]] = {}
    statements: list[Statement] = []
    ids: list[str] = []
    for piece in pieces:
        number, _ = numbers.setdefault(piece.source.id, (len(numbers) + 1, piece.source))
        ids.append(piece.id)
        statements += [
            Statement(heading="Passages", text=text, citations=(_cite(piece, span, number),))
            for span in piece.sentences
            if (text := span.of(piece.text)).strip()
        ]
    manifest = citewell.desk.index.manifest
    receipt = Receipt(
        index=manifest.id, embedding_model=manifest.embedding_model,
        embedding_fingerprint=manifest.embedding_fingerprint, settings="baseline", took_ms=0.0,
        passages=tuple(ids),
    )  # fmt: skip
    return Answer(
        question=question.question,
        outcome=Outcome.ANSWERED if statements else Outcome.ABSTAINED,
        statements=tuple(statements),
        sources=tuple(SourceRef.of(number, source) for number, source in numbers.values()),
        disclaimer=_NO_DISCLAIMER,
        receipt=receipt,
    )


def _cite(piece: _Piece, span: Span, number: int) -> Citation:
    return Citation(
        number=number, source_id=piece.source.id, passage_id=piece.id, start=span.start, end=span.end,
        quote=span.of(piece.text), support=1.0,
    )  # fmt: skip
