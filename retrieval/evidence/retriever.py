"""LangChain's seam: Citewell's hybrid search as a `BaseRetriever`, for other people's chains."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from corpus.record import SourceId
from retrieval.evidence.desk import Desk
from retrieval.evidence.search import search


class CitewellRetriever(BaseRetriever):
    """Passages for a query, best first.

    Attributes:
        desk: An opened index with its model (`Citewell(settings).desk`).
        k: Most passages to return.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    desk: Desk
    k: int = 8

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002  (LangChain's signature)
    ) -> list[LangChainDocument]:
        vector = self.desk.embedder.encode_query(query)
        hits = search(self.desk.index, query, vector, self.k, self.desk.filters, self.desk.method)
        return [
            LangChainDocument(
                id=hit.passage.id,
                page_content=hit.passage.text,
                metadata={
                    "score": hit.score,
                    "passage_id": hit.passage.id,
                    "section": list(hit.passage.section),
                    "page": hit.passage.page,
                    "source": self.desk.index.source(SourceId(hit.passage.source_id)).model_dump(
                        mode="json", exclude_defaults=True
                    ),
                },
            )
            for hit in hits
        ]
