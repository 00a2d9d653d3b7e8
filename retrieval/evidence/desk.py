"""The types that evidence is gathered and judged with: Evidence, Desk."""

from __future__ import annotations

from dataclasses import dataclass, field

from corpus.facets import FacetTable
from corpus.lexicon import EntityId, Lexicon
from corpus.record import Source
from ingest.document import Passage, Span
from ingest.embed import Embedder, Vectors
from ingest.index import Index
from retrieval.evidence.answering import Reading
from retrieval.evidence.search import Filters, Method
from retrieval.support.entail import Entailment


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A sentence of a passage that may become a statement.

    Attributes:
        row: Row of the passage in the index.
        span: The sentence in the passage's text.
        entities: What the sentence itself names.
        relevance: Cosine of the sentence and the question.
        foreseen: Likeness of the question to those that the sentence was expected to answer (cosine); None
            where nobody wrote down any.
        expected: The likest of those questions, its medicines masked.
        reading: What it says to the question, where both were read together.
        answering: How probable it is that it answers, where it was read; of its own reading, or that of one
            which says the same.
        score: How well it fills the slot that it was judged for.
        inserted: What was put into its words, in brackets, to say what "this condition" is.
    """

    row: int
    passage: Passage
    source: Source
    span: Span
    text: str
    vector: Vectors
    entities: frozenset[EntityId]
    relevance: float
    foreseen: float | None = None
    expected: str = ""
    reading: Reading | None = None
    answering: float | None = None
    score: float = 0.0
    inserted: str = ""

    @property
    def quote(self) -> str:
        """Its words as the source has them."""
        return self.text.replace(self.inserted, "", 1) if self.inserted else self.text

    @property
    def key(self) -> tuple[str, int]:
        """What makes it one and the same sentence."""
        return self.passage.id, self.span.start


def work_of(source: Source) -> str:
    """What counts as one: two copies of a label, or a paper and its digest, are one source that agrees."""
    return source.same_work_as or source.id


@dataclass(frozen=True)
class Desk:
    """What a question is answered with: the index, the models, the names."""

    index: Index
    embedder: Embedder
    lexicon: Lexicon
    facets: FacetTable
    method: Method = field(default_factory=Method)
    filters: Filters = field(default_factory=Filters)
    entailment: Entailment | None = None
