"""Collect the evidence for each part of an answer: search for the question and for every slot at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from corpus.facets import FacetId
from corpus.lexicon import EntityId, Lexicon
from corpus.record import SourceId
from ingest.asking import load_reader
from ingest.embed import Vectors
from ingest.index import Foreseen, Index
from retrieval.evidence.desk import Desk, Evidence
from retrieval.evidence.judge import judge
from retrieval.evidence.licence import asks_for_licence, tells_licence
from retrieval.evidence.may import is_worth_reading
from retrieval.evidence.resolve import resolved
from retrieval.evidence.search import Filters, Hit, Rows, allowed_rows, search
from retrieval.evidence.spared import spared
from retrieval.evidence.weed import pick, weed
from retrieval.question.large import asks_at_large
from retrieval.question.plan import WHATEVER_FOR
from retrieval.question.slot import IN_SHORT, JOINT, Slot
from retrieval.question.understand import Understanding
from retrieval.question.wording import as_read, questions_in
from retrieval.words import coverage, is_known, spellings

_PASSAGES_PER_SLOT = 40
_PASSAGES_FOR_QUESTION = 30
_PASSAGES_FORESEEN = 30  # the most that are looked at because of what they are expected to answer
_LIKELY = 0.53  # cosine from which they are
_SPOKEN_OF = 0.25  # share of the words that say in what two are compared
_USES = FacetId("uses")
_LOOKED_AT = 300  # the nearest of these, whose names are read


@dataclass(frozen=True)
class Gathered:
    """The evidence for all slots, with the passages that were looked at, best first."""

    by_slot: tuple[tuple[Evidence, ...], ...]
    everything: tuple[Evidence, ...]
    hits: tuple[Hit, ...]


def gather(asked: Understanding, slots: Sequence[Slot], desk: Desk, *, weeding: bool = True) -> Gathered:
    """Search, cut the passages found into sentences, and judge these for every slot.

    Args:
        asked: The question.
        slots: The parts of the answer.
        desk: The index and the names.
        weeding: Whether what does not answer the question is left out; a warning need not answer it.
    """
    # The parts of an outline ask their own questions: what is expected of sentences says nothing to them.
    is_outline = all(slot.outlined for slot in slots)
    parts = [] if is_outline else questions_in(asked, desk.lexicon)
    whole = as_read(asked, desk.lexicon)
    # A follow-up says too little by itself to be like anything.
    queries = [" ".join((*asked.leans_on[-1:], asked.text)), *(_query(slot, asked, desk) for slot in slots)]
    once = {query: at for at, query in enumerate(dict.fromkeys(queries))}
    vectors = desk.embedder.encode_queries(list(once))[[once[query] for query in queries]]
    general = search(
        desk.index, _expanded(asked, desk), vectors[0], _PASSAGES_FOR_QUESTION, desk.filters, desk.method
    )
    foreseen = desk.index.foreseen(_encoded(tuple(parts)))
    likely = _likely(foreseen, asked, desk)
    cut: dict[int, list[Evidence]] = {}
    by_slot: list[tuple[Evidence, ...]] = []
    for slot, query, vector in zip(slots, queries[1:], vectors[1:], strict=False):
        rows = dict.fromkeys(hit.row for hit in (*_for_slot(slot, query, vector, desk), *general))
        if not slot.outlined:
            rows.update(dict.fromkeys(likely))
        for row in rows.keys() - cut.keys():
            cut[row] = sentences_of(row, vectors[0], desk, foreseen)
        sentences = [each for row in rows for each in cut[row]]
        by_slot.append(_judged(sentences, slot, asked, vector, vectors[0], desk))
    if parts and weeding:
        judged = spared(by_slot, asked, desk.lexicon)
        by_slot = weed(judged, slots, whole, desk.lexicon, leans=bool(asked.leans_on))
        if asks_at_large(asked):
            # What stands under a heading answers what is asked in no other words than the heading's.
            by_slot = [
                _with_its_heading(kept, each, slot)
                for kept, each, slot in zip(by_slot, judged, slots, strict=True)
            ]
    if parts and weeding and not any(by_slot):
        sentences = [each for row in cut for each in cut[row] if is_worth_reading(each, asked, desk.lexicon)]
        found = pick(sentences, asked.subjects, whole, desk.lexicon)
        by_slot = [found if slot.sure else () for slot in slots]
    if parts and asks_for_licence(asked) and not any(by_slot):
        sentences = [each for row in cut for each in cut[row] if tells_licence(each)]
        by_slot = [_licensed_for(sentences, slot, asked, vectors[0], desk) for slot in slots]
    if asked.terms and not is_outline and not _speaks_of_what_is_compared(by_slot, slots, asked, desk):
        by_slot = [()] * len(by_slot)
    everything = tuple(each for row in sorted(cut) for each in cut[row])
    return Gathered(tuple(by_slot), everything, tuple(general))


@lru_cache(maxsize=64)  # for the warnings of an answer, the same question is searched for again
def _encoded(parts: tuple[str, ...]) -> Vectors:
    return load_reader().encode(parts)


def _with_its_heading(
    kept: Sequence[Evidence], judged: Sequence[Evidence], slot: Slot
) -> tuple[Evidence, ...]:
    """What was kept, and behind it what stands under the very heading that a part asks for."""
    keys = {each.key for each in kept}
    rest = (each for each in judged if slot.asked and each.passage.facet == slot.facets[0])
    return (*kept, *(each for each in rest if each.key not in keys))


def _speaks_of_what_is_compared(
    by_slot: Sequence[Sequence[Evidence]], slots: Sequence[Slot], asked: Understanding, desk: Desk
) -> bool:
    """Whether anything says more of two than what each of them is, where it is asked what sets them apart.

    What each is answers "diazepam or sertraline", and not "diazepam or sertraline for restless legs".
    """
    if asked.kind != "compare":
        return True
    asking = any(judged for judged, slot in zip(by_slot, slots, strict=True) if not slot.outlined)
    said = (f"{each.text} {each.passage.header}" for judged in by_slot for each in judged)
    return asking or any(coverage(asked.terms, each, desk.index) >= _SPOKEN_OF for each in said)


def _judged(
    sentences: Sequence[Evidence],
    slot: Slot,
    asked: Understanding,
    vector: Vectors,
    question: Vectors,
    desk: Desk,
) -> tuple[Evidence, ...]:
    """The sentences that may fill a slot; where none may, those that may when less is asked of them."""
    judged = judge(sentences, slot, asked, vector, desk)
    if not judged and slot.facets and slot.asked:
        judged = judge(sentences, replace(slot, loose=True), asked, question, desk)
    if not judged and slot.together and slot.asked and not set(slot.facets[:1]) & JOINT:
        # Nothing speaks of all of them at once: then what speaks of one will do.
        judged = judge(sentences, replace(slot, together=False), asked, vector, desk)
    if not judged and slot.partners and slot.asked and slot.facets[0] in WHATEVER_FOR:
        judged = judge(sentences, replace(slot, partners=()), asked, vector, desk)
    if not judged and slot.classes and slot.heading == IN_SHORT:
        # No source calls it by its family: then what it is called at all.
        judged = judge(sentences, replace(slot, classes=()), asked, vector, desk)
    if not judged and slot.together and asked.inherited:
        # A follow-up need not be about both that were spoken of.
        judged = judge(sentences, replace(slot, together=False), asked, vector, desk)
    return judged


def _licensed_for(
    sentences: Sequence[Evidence], slot: Slot, asked: Understanding, question: Vectors, desk: Desk
) -> tuple[Evidence, ...]:
    """What a medicine is licensed for at all: that is as near as a label comes to what it does not name."""
    if slot.facets[:1] != (_USES,):
        return ()
    of_uses = [each for each in sentences if each.passage.facet == _USES]
    return judge(of_uses, replace(slot, partners=(), outlined=True), asked, question, desk)


def _likely(foreseen: Foreseen, asked: Understanding, desk: Desk) -> list[int]:
    """Rows of the passages with a sentence that is expected to answer such a question of its subjects."""
    allowed = allowed_rows(desk.index, desk.filters)
    likest = np.argsort(-foreseen.likeness, kind="stable")[:_LOOKED_AT]
    near = likest[foreseen.likeness[likest] >= _LIKELY]
    related = _related(asked, desk)
    rows: dict[int, None] = {}
    for sentence, row in zip(foreseen.sentence[near].tolist(), foreseen.passage[near].tolist(), strict=True):
        if row in rows or (allowed is not None and not _holds(allowed, row)):
            continue
        if not related or _named_in(row, sentence, desk) & related:
            rows[row] = None
        if len(rows) == _PASSAGES_FORESEEN:
            break
    return list(rows)


def _related(asked: Understanding, desk: Desk) -> frozenset[EntityId]:
    """What a sentence must name to be about the subjects: one of them, a class above or a member below."""
    return frozenset[EntityId]().union(*(desk.lexicon.near(each) for each in asked.subjects))


def _named_in(row: int, sentence: int, desk: Desk) -> frozenset[EntityId]:
    passage = desk.index.passage(row)
    span = passage.sentences[sentence - desk.index.sentence_rows(row).start]
    return desk.lexicon.entities_in(span.of(passage.text)) | desk.lexicon.entities_in(passage.header)


def _holds(rows: Rows, row: int) -> bool:
    at = int(np.searchsorted(rows, row))
    return at < len(rows) and int(rows[at]) == row


def _for_slot(slot: Slot, query: str, vector: Vectors, desk: Desk) -> list[Hit]:
    if not slot.facets:
        return []
    filters: Filters = replace(desk.filters, facets=frozenset(slot.facets))
    return search(desk.index, query, vector, _PASSAGES_PER_SLOT, filters, desk.method)


def _query(slot: Slot, asked: Understanding, desk: Desk) -> str:
    """What to search for to fill a slot: names with their class, the facet's words, and the person's own."""
    entities = desk.lexicon.entities
    classes = [parent for each in slot.subjects for parent in entities[each].classes[:1]]
    names = [entities[each].name for each in dict.fromkeys((*slot.subjects, *classes, *slot.partners))]
    about = [slot.query] if slot.query else [desk.facets[facet].query for facet in slot.facets[:1]]
    return " ".join([*names, *about, *(word for _, word in asked.points), *asked.terms]) or asked.text


def _expanded(asked: Understanding, desk: Desk) -> str:
    """The question with generic names beside brand names, and words as the sources spell them."""
    named = [desk.lexicon.entities[each].name for each in (*asked.subjects, *asked.context)]
    named += [form for term in asked.terms for form in spellings(term)[1:] if is_known(form, desk.index)]
    return " ".join([asked.text, *(name for name in named if name.casefold() not in asked.text.casefold())])


def sentences_of(row: int, question: Vectors, desk: Desk, foreseen: Foreseen | None = None) -> list[Evidence]:
    """Cut a passage into its sentences; relevance is each one's cosine with the vector given."""
    passage = desk.index.passage(row)
    source = desk.index.source(SourceId(passage.source_id))
    rows = desk.index.sentence_rows(row)
    expected = foreseen.of(rows) if foreseen is not None else [None] * len(rows)
    vectors, texts = _cut(row, desk.index, desk.lexicon)
    return [
        Evidence(
            row=row,
            passage=passage,
            source=source,
            span=span,
            text=text,
            vector=vector,
            entities=entities,
            relevance=relevance,
            foreseen=of[0] if of is not None else None,
            expected=desk.index.expected_question(of[1]) if of is not None else "",
            inserted=inserted,
        )
        for of, span, (text, inserted, entities), vector, relevance in zip(
            expected, passage.sentences, texts, vectors, (vectors @ question).tolist(), strict=True
        )
    ]


_Cut = tuple[Vectors, tuple[tuple[str, str, frozenset[EntityId]], ...]]


@lru_cache(maxsize=4096)  # the same passages are looked at again and again
def _cut(row: int, index: Index, lexicon: Lexicon) -> _Cut:
    """The sentences of a passage: their vectors; their words, what was put into these, and what they name."""
    passage = index.passage(row)
    source = index.source(SourceId(passage.source_id))
    vectors: Vectors = np.asarray(index.sentence_vectors[index.sentence_rows(row)], dtype=np.float32)
    texts = (resolved(span.of(passage.text), source) for span in passage.sentences)
    return vectors, tuple((text, inserted, lexicon.entities_in(text)) for text, inserted in texts)


def forget_sentences() -> None:
    """Forget what is remembered of any index."""
    _cut.cache_clear()
