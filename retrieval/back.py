"""Find the words that back a statement: its own, those of other sources, or a summary's works."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corpus.record import Kind, SourceId
from retrieval.evidence import Desk, Evidence
from retrieval.verify import Support, carries, cosine, support_together, supports

Backing = tuple[tuple[Evidence, Support], ...]

_MOST_CITED = 4


def back(statement: Evidence, everything: Sequence[Evidence], desk: Desk) -> Backing:
    """The evidence that a statement is cited with; empty when nothing carries it.

    A source's own sentence comes first, then sentences of other sources that say the same. A sentence of a
    summary is never cited itself: the works that it rests on are.
    """
    found = list(
        _of_summary(statement, desk) if statement.source.kind is Kind.SUMMARY else _own(statement, desk)
    )
    if not found:
        return ()
    seen = {each.source.id for each, _ in found}
    agreeing = [
        (each, support)
        for each in everything
        if each.source.id not in seen
        and each.source.kind is not Kind.SUMMARY
        and (
            support := supports(
                statement.text, each.text, cosine(statement.vector, each.vector), desk.lexicon
            )
        ).holds
    ]
    for each, support in sorted(agreeing, key=lambda pair: (-pair[1].score, pair[0].key)):
        if each.source.id not in seen and len(found) < _MOST_CITED:
            seen.add(each.source.id)
            found.append((each, support))
    return tuple(found)


def _own(statement: Evidence, desk: Desk) -> Backing:
    return ((statement, supports(statement.text, statement.text, 1.0, desk.lexicon)),)


def _of_summary(statement: Evidence, desk: Desk) -> Backing:
    """For each work that a summary's sentence rests on, the sentence of it that is nearest."""
    keys = statement.source.references.get(" ".join(statement.text.split()), ())
    nearest = [each for key in keys if (each := _nearest(statement, SourceId(key), desk)) is not None]
    spans = [(each.text, cosine(statement.vector, each.vector)) for each in nearest]
    given = support_together(statement.text, spans, desk.lexicon) if len(nearest) == len(keys) > 0 else None
    return tuple(zip(nearest, given, strict=True)) if given else ()


def _text(desk: Desk, row: int, at: int) -> str:
    passage = desk.index.passage(row)
    return passage.sentences[at].of(passage.text)


def _nearest(statement: Evidence, source_id: SourceId, desk: Desk) -> Evidence | None:
    rows = desk.index.rows_where("s.id = ?", [source_id])
    if not rows or desk.index.source(source_id).retracted:
        return None
    sentences = [(row, at) for row in rows for at in range(len(desk.index.sentence_rows(row)))]
    vectors = np.concatenate([desk.index.sentence_vectors[desk.index.sentence_rows(row)] for row in rows])
    near = vectors.astype(np.float32) @ statement.vector
    texts = [_text(desk, row, at) for row, at in sentences]
    best = max(range(len(texts)), key=lambda each: near[each] + carries(statement.text, texts[each]))
    row, at = sentences[best]
    passage = desk.index.passage(row)
    span = passage.sentences[at]
    text = span.of(passage.text)
    return Evidence(
        row=row,
        passage=passage,
        source=desk.index.source(source_id),
        span=span,
        text=text,
        vector=vectors[best].astype(np.float32),
        entities=desk.lexicon.entities_in(text),
        relevance=0.0,
    )
