"""Find the words that back a statement: its own, those of other sources, or a summary's works."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from corpus.record import Kind, SourceId
from ingest.embed import Vectors
from retrieval.evidence.desk import Desk, Evidence
from retrieval.support.verify import (
    Support,
    adds,
    carries,
    cosine,
    least_similarity,
    support_together,
    supports,
)

Backing = tuple[tuple[Evidence, Support], ...]

_MOST_CITED = 4
_LOOKED_AT = 24  # sentences of a work, nearest first, that may carry a summary's sentence
_LIKELY = 8  # of these, how many are tried


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
    least = least_similarity(asked=desk.entailment is not None)
    agreeing = [
        (each, support)
        for each in everything
        if each.source.id not in seen
        and each.source.kind is not Kind.SUMMARY
        and _is_of_the_same(statement, each, desk)
        and (near := cosine(statement.vector, each.vector)) >= least
        and (support := supports(statement.text, each.text, near, desk.lexicon, desk.entailment)).holds
    ]
    for each, support in sorted(agreeing, key=lambda pair: (-pair[1].score, pair[0].key)):
        if each.source.id not in seen and len(found) < _MOST_CITED:
            seen.add(each.source.id)
            found.append((each, support))
    return tuple(found)


def _is_of_the_same(statement: Evidence, other: Evidence, desk: Desk) -> bool:
    """Whether two sentences can be about the same thing.

    "Treatment includes physiotherapy" is about what its page is about: the same words on a page about
    something else say something else.
    """
    names = statement.source.names
    if not names or statement.entities & desk.lexicon.entities_in(names[0]):
        return True
    return other.source.names[:1] == names[:1]


def _own(statement: Evidence, desk: Desk) -> Backing:
    return ((statement, supports(statement.text, statement.text, 1.0, desk.lexicon)),)


def _of_summary(statement: Evidence, desk: Desk) -> Backing:
    """For each work that a summary's sentence rests on, its nearest sentence, and what that lacks.

    A work may say in two sentences what a summary says in one: then both are cited.
    """
    keys = statement.source.references.get(" ".join(statement.text.split()), ())
    likely = [_likeliest(statement, SourceId(key), desk) for key in keys]
    if not likely or not all(likely):
        return ()
    for chosen in _choices(statement, likely, desk):
        if carried := _carried_by(statement, chosen, desk):
            return _needed(statement, carried, desk)
    return ()


def _carried_by(statement: Evidence, chosen: Sequence[Evidence], desk: Desk) -> Backing:
    """What each of the chosen gives where they carry a statement between them; else nothing."""
    spans = [(each.text, cosine(statement.vector, each.vector)) for each in chosen]
    given = support_together(statement.text, spans, desk.lexicon, desk.entailment)
    return tuple(zip(chosen, given, strict=True)) if given else ()


def _needed(statement: Evidence, backing: Backing, desk: Desk) -> Backing:
    """Without what does not state it where the others carry it: a reader who opens that would look in vain.

    Which citation is needed is told as ALCE does (Gao et al. 2023, arXiv:2305.14627, citation precision).
    """
    whole = tuple((each, support) for each, support in backing if support.holds)
    if whole or len(backing) <= 2:  # of two parts, one alone does not do
        return whole or backing
    for at in reversed(range(len(backing))):
        rest = [each for each, _ in (*backing[:at], *backing[at + 1 :])]
        if carried := _carried_by(statement, rest, desk):
            return _needed(statement, carried, desk)
    return backing


def _choices(
    statement: Evidence, likely: Sequence[Sequence[Evidence]], desk: Desk
) -> Iterator[tuple[Evidence, ...]]:
    """What could be cited, best first: the nearest sentence of each work, then others with what it lacks."""
    chosen = [each[0] for each in likely]
    yield tuple(chosen)
    others = [other for each in likely for other in each[1:]]
    while others and len(chosen) < _MOST_CITED:
        texts = [each.text for each in chosen]
        gains = [adds(statement.text, texts, each.text, desk.lexicon) for each in others]
        best = max(range(len(others)), key=gains.__getitem__)
        if gains[best] <= 0:
            break
        chosen.append(others.pop(best))
        yield tuple(chosen)
    if len(likely) == 1:
        yield from ((each,) for each in likely[0][1:])


def _likeliest(statement: Evidence, source_id: SourceId, desk: Desk) -> list[Evidence]:
    """The sentences of a work that most likely carry a statement, best first."""
    rows = desk.index.rows_where("s.id = ?", [source_id])
    if not rows or desk.index.source(source_id).retracted:
        return []
    sentences = [(row, at) for row in rows for at in range(len(desk.index.sentence_rows(row)))]
    vectors = np.concatenate([desk.index.sentence_vectors[desk.index.sentence_rows(row)] for row in rows])
    near = vectors.astype(np.float32) @ statement.vector
    order = np.argsort(-near, kind="stable")[:_LOOKED_AT]
    best = sorted(
        (int(at) for at in order),
        key=lambda at: -(near[at] + carries(statement.text, _text(desk, *sentences[at]))),
    )
    return [_evidence(*sentences[at], vectors[at].astype(np.float32), desk) for at in best[:_LIKELY]]


def _text(desk: Desk, row: int, at: int) -> str:
    passage = desk.index.passage(row)
    return passage.sentences[at].of(passage.text)


def _evidence(row: int, at: int, vector: Vectors, desk: Desk) -> Evidence:
    passage = desk.index.passage(row)
    text = _text(desk, row, at)
    return Evidence(
        row=row,
        passage=passage,
        source=desk.index.source(SourceId(passage.source_id)),
        span=passage.sentences[at],
        text=text,
        vector=vector,
        entities=desk.lexicon.entities_in(text),
        relevance=0.0,
    )
