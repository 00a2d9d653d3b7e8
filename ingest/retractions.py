"""A work that one record says is retracted, or of concern, is so in every copy of it.

A publisher's file keeps the text as it was; it is PubMed's record, often in another file, that tells of the
retraction. Not for reading either: see the loaders.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from corpus.record import Source
from ingest.stock import StoredDocument


def mark_copies(documents: Sequence[StoredDocument]) -> list[StoredDocument]:
    """The documents, with what any record of a work says of retraction in all records of that work.

    Records are of one work when they share a PMID, a PMCID or a DOI, or one names the other as the same work.
    """
    retracted = {key for each in documents if each.source.retracted for key in _keys(each.source)}
    concern = {key for each in documents if each.source.concern for key in _keys(each.source)}
    if not retracted and not concern:
        return list(documents)
    return [_marked(each, retracted, concern) for each in documents]


def says_worse(source: Source, other: Source) -> bool:
    """Whether a record tells of a retraction or concern of which another record of the work does not."""
    return (source.retracted, source.concern) > (other.retracted, other.concern)


def _marked(document: StoredDocument, retracted: Collection[str], concern: Collection[str]) -> StoredDocument:
    source = document.source
    keys = _keys(source)
    marks = {
        "retracted": source.retracted or not keys.isdisjoint(retracted),
        "concern": source.concern or not keys.isdisjoint(concern),
    }
    if marks == {"retracted": source.retracted, "concern": source.concern}:
        return document
    return replace(document, source=source.model_copy(update=marks))


def _keys(source: Source) -> set[str]:
    keys = {f"id {source.id}"}
    keys |= {f"id {source.same_work_as}"} if source.same_work_as else set()
    keys |= {f"pmid {source.pmid}"} if source.pmid else set()
    keys |= {f"pmcid {source.pmcid}"} if source.pmcid else set()
    keys |= {f"doi {source.doi.casefold()}"} if source.doi else set()
    return keys
