"""Everything but the sources that decides on the passages of an index and on their vectors.

Two indexes of one recipe can share what they hold. Not for where an index stands: see `ingest.settings`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from corpus.facets import FacetTable, load_facets
from ingest.chunk import chunk
from ingest.document import Document, Passage, digest
from ingest.embed import Embedder
from ingest.generation import FORMAT
from ingest.settings import Settings


@dataclass(frozen=True)
class Recipe:
    """How documents become passages, and passages vectors.

    Attributes:
        budget: Most tokens of a passage with its header.
    """

    embedder: Embedder
    budget: int
    facets: FacetTable

    @cached_property
    def id(self) -> str:
        """The same for recipes that make the same of the same sources."""
        return digest(str(FORMAT), self.embedder.fingerprint, str(self.budget), repr(self.facets.facets))

    def passages(self, document: Document) -> tuple[Passage, ...]:
        """Cut a document into its passages."""
        return tuple(chunk(document, self.embedder.count_tokens, self.budget, self.facets))


def make_recipe(embedder: Embedder, settings: Settings) -> Recipe:
    """Make the recipe that the settings ask for: a passage never outgrows what the model reads."""
    return Recipe(embedder, min(settings.passage_tokens, embedder.window), load_facets())
