"""Everything but the sources that decides on the passages of an index and on their vectors.

Two indexes of one recipe can share what they hold. Not for where an index stands: see `ingest.settings`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from corpus.expected import Expected, load_expected
from corpus.facets import FacetTable, load_facets
from ingest.asking import QuestionReader, load_reader
from ingest.chunk import chunk
from ingest.document import Document, Passage, digest
from ingest.embed import Embedder
from ingest.generation import FORMAT
from ingest.settings import Settings
from ingest.stock import CORPUS_ROOT
from ingest.store import Encoding


@dataclass(frozen=True)
class Recipe:
    """How documents become passages, and passages vectors.

    Attributes:
        budget: Most tokens of a passage with its header.
        sentence_vectors: ``own``, ``pooled`` or ``auto``, as in the settings.
        exact_up_to: Passages up to which the search by vector is exact.
        expected: The questions that the sentences of the shipped corpus are expected to answer.
        reader: Encodes them.
    """

    embedder: Embedder
    budget: int
    facets: FacetTable
    sentence_vectors: str
    exact_up_to: int
    expected: Expected
    reader: QuestionReader

    @cached_property
    def id(self) -> str:
        """The same for recipes that make the same of the same sources."""
        return digest(
            str(FORMAT), self.embedder.fingerprint, str(self.budget), repr(self.facets.facets),
            self.sentence_vectors, str(self.exact_up_to), self.expected.id,
            self.reader.fingerprint,
        )  # fmt: skip

    def passages(self, document: Document) -> tuple[Passage, ...]:
        """Cut a document into its passages."""
        return tuple(chunk(document, self.embedder.count_tokens, self.budget, self.facets))

    def encoding(self, passage: Passage, root: str) -> Encoding:
        """How the vectors of a passage are made.

        Sentences that share a pass with their passage take on some of what stands around them. When the
        whole shipped corpus was so encoded, answers to the development questions held 88 % of the vital
        points, not 90 %; when all of it but the summaries was, 89 %. So the shipped corpus is not, and
        everything else, which may be a thousand times larger, is.
        """
        is_shipped = root == CORPUS_ROOT
        pooled = self.sentence_vectors == "pooled" or (self.sentence_vectors == "auto" and not is_shipped)
        edges = " ".join(f"{span.start}-{span.end}" for span in passage.sentences)
        key = digest("pooled" if pooled else "own", passage.header, passage.text, edges, length=32)
        return Encoding(key, pooled)


def make_recipe(embedder: Embedder, settings: Settings) -> Recipe:
    """Make the recipe that the settings ask for: a passage never outgrows what the model reads."""
    return Recipe(
        embedder, min(settings.passage_tokens, embedder.window), load_facets(),
        settings.sentence_vectors, settings.exact_search_up_to, load_expected(), load_reader(),
    )  # fmt: skip
