"""Collect the evidence for each part of an answer: sentences of passages, judged against what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corpus.facets import FacetId, FacetTable
from corpus.lexicon import EntityId, Lexicon
from corpus.record import Kind, Source, SourceId
from ingest.document import Passage, Span
from ingest.embed import Embedder, Vectors
from ingest.index import Index
from retrieval.plan import Slot
from retrieval.search import Filters, Hit, Method, search
from retrieval.understand import Understanding
from retrieval.words import coverage, is_known

_PASSAGES_PER_SLOT = 30
_PASSAGES_FOR_QUESTION = 30

# What kind of work a sentence comes from, as a prior: small beside relevance, enough to order equals.
_PRIOR: dict[Kind, float] = {
    Kind.GUIDELINE: 0.06,
    Kind.REGULATOR: 0.06,
    Kind.LABEL: 0.05,
    Kind.SYSTEMATIC_REVIEW: 0.06,
    Kind.META_ANALYSIS: 0.06,
    Kind.TRIAL: 0.04,
    Kind.MONOGRAPH: 0.03,
    Kind.REFERENCE_PAGE: 0.04,
    Kind.REVIEW: 0.03,
    Kind.LAW: 0.05,
    Kind.OVERVIEW: 0.02,
    Kind.COMMENTARY: 0.0,
    Kind.NEWS: -0.03,
    Kind.ANIMAL_STUDY: -0.08,
    Kind.IN_VITRO: -0.08,
}


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A sentence of a passage that may become a statement.

    Attributes:
        span: The sentence in the passage's text.
        entities: What the sentence itself names.
        relevance: Cosine of the sentence and the question.
        score: How well it fills its slot.
    """

    row: int
    passage: Passage
    source: Source
    span: Span
    text: str
    vector: Vectors
    entities: frozenset[EntityId]
    relevance: float
    score: float = 0.0

    @property
    def key(self) -> tuple[str, int]:
        """What makes it one and the same sentence."""
        return self.passage.id, self.span.start


@dataclass(frozen=True)
class Desk:
    """What a question is answered with: the index, the model, the names."""

    index: Index
    embedder: Embedder
    lexicon: Lexicon
    facets: FacetTable
    method: Method = Method()
    filters: Filters = Filters()


@dataclass(frozen=True)
class Gathered:
    """The evidence for all slots, with the passages that were looked at, best first."""

    by_slot: tuple[tuple[Evidence, ...], ...]
    everything: tuple[Evidence, ...]
    hits: tuple[Hit, ...]


def gather(asked: Understanding, slots: Sequence[Slot], desk: Desk) -> Gathered:
    """Search for the question and for every slot at once, and judge the sentences found."""
    queries = [asked.text, *(_query(slot, asked, desk) for slot in slots)]
    vectors = desk.embedder.encode_queries(queries)
    general = search(
        desk.index, _expanded(asked, desk), vectors[0], _PASSAGES_FOR_QUESTION, desk.filters, desk.method
    )
    pool: dict[tuple[str, int], Evidence] = {}
    by_slot: list[tuple[Evidence, ...]] = []
    for slot, query, vector in zip(slots, queries[1:], vectors[1:], strict=True):
        hits = general
        if slot.facets:
            filters = replace(desk.filters, facets=frozenset(slot.facets))
            hits = search(desk.index, query, vector, _PASSAGES_PER_SLOT, filters, desk.method) + general
        sentences = _sentences(hits, vectors[0], desk)
        pool.update((each.key, each) for each in sentences)
        by_slot.append(_judge(sentences, slot, asked, vector, desk))
    return Gathered(tuple(by_slot), tuple(pool.values()), tuple(general))


def _query(slot: Slot, asked: Understanding, desk: Desk) -> str:
    names = [desk.lexicon.entities[each].name for each in (*slot.subjects, *slot.partners)]
    about = [slot.query] if slot.query else [desk.facets[facet].query for facet in slot.facets[:1]]
    return " ".join([*names, *about, *asked.terms]) or asked.text


def _expanded(asked: Understanding, desk: Desk) -> str:
    """The question with generic names beside brand names, for the lexical search."""
    named = [desk.lexicon.entities[each].name for each in (*asked.subjects, *asked.context)]
    return " ".join([asked.text, *(name for name in named if name.casefold() not in asked.text.casefold())])


def _sentences(hits: Sequence[Hit], question: Vectors, desk: Desk) -> list[Evidence]:
    found: dict[tuple[str, int], Evidence] = {}
    for hit in hits:
        vectors = desk.index.sentence_vectors[desk.index.sentence_rows(hit.row)].astype(np.float32)
        source = desk.index.source(SourceId(hit.passage.source_id))
        for span, vector in zip(hit.passage.sentences, vectors, strict=True):
            text = span.of(hit.passage.text)
            evidence = Evidence(
                row=hit.row,
                passage=hit.passage,
                source=source,
                span=span,
                text=text,
                vector=vector,
                entities=desk.lexicon.entities_in(text),
                relevance=float(vector @ question),
            )
            found.setdefault(evidence.key, evidence)
    return list(found.values())


def _judge(
    sentences: Sequence[Evidence], slot: Slot, asked: Understanding, vector: Vectors, desk: Desk
) -> tuple[Evidence, ...]:
    judged = [
        replace(each, score=score)
        for each in sentences
        if (score := _score(each, slot, asked, vector, desk)) is not None
    ]
    return tuple(sorted(judged, key=lambda each: (-each.score, each.key)))


def _score(each: Evidence, slot: Slot, asked: Understanding, vector: Vectors, desk: Desk) -> float | None:
    """How well a sentence fills a slot; None when it must not."""
    if not _stands_alone(each.text) or not _of_facet(each, slot.facets, float(each.vector @ vector)):
        return None
    fit = subject_fit(each, slot, asked, desk.lexicon)
    if fit is None:
        return None
    if any(not _names(each, partner, desk.lexicon) for partner in slot.partners):
        return None
    terms = coverage(asked.terms, f"{each.text} {each.passage.header}", desk.index)
    if not _answers(each, asked, terms, desk):
        return None
    context = [each for each in asked.context if each not in slot.subjects]
    named = sum(_names(each, entity, desk.lexicon) for entity in context) / len(context) if context else 0.0
    order = slot.facets.index(each.passage.facet) if each.passage.facet in slot.facets else len(slot.facets)
    # A part of an outline asks its own question; elsewhere the person's words say best what is wanted.
    own = 0.15 if asked.kind in {"contrast", "compare", "overview"} and slot.facets else 0.40
    return (
        own * each.relevance
        + (0.65 - own) * float(each.vector @ vector)
        + 0.25 * fit
        + 0.15 * (terms if asked.terms else 0.0)
        + 0.10 * named
        + _PRIOR.get(each.source.kind, 0.0)
        - 0.04 * min(order, 3)
        - _burden(each.text)
    )


def _stands_alone(text: str) -> bool:
    """Whether a sentence can be read without the one before it."""
    first = text.split(maxsplit=1)[0].strip("\"'“(").casefold() if text.split() else ""
    dangling = {"it", "this", "these", "they", "such", "that", "those", "he", "she", "however,", "but", "also",
                "therefore,", "thus,", "moreover,", "furthermore,", "and", "or", "its", "their", "both"}  # fmt: skip
    words = text.split()
    return first not in dangling and 4 <= len(words) <= 70 and text[-1:] in ".!?\"'”)"


def _of_facet(each: Evidence, facets: tuple[FacetId, ...], similarity: float) -> bool:
    if not facets:
        return each.passage.facet not in {"study", "limits"}
    if each.passage.facet is None:
        return similarity >= 0.5  # a source without telling headings: the words must do
    return each.passage.facet in facets


def subject_fit(each: Evidence, slot: Slot, asked: Understanding, lexicon: Lexicon) -> float | None:
    """How exactly a sentence is about the subjects, 0 to 1; None when it is about something else."""
    if not slot.subjects:
        return 0.5
    fits = [_fit(each, subject, lexicon) for subject in slot.subjects]
    if slot.together and any(fit == 0.0 for fit in fits):
        return None
    if not any(fits):
        return None
    others = _strangers(each, asked, lexicon)
    if others and not slot.together and not _may_name_others(slot) and max(fits) < 1.0:
        return None
    bonus = 0.15 * (sum(fit > 0 for fit in fits) - 1)
    return max(fits) + bonus - 0.15 * min(len(others), 3) * (0 if _may_name_others(slot) else 1)


def _may_name_others(slot: Slot) -> bool:
    naming = {"interactions", "opioids", "alcohol", "switching", "overdose", "legal", "alternatives"}
    return bool(naming & set(slot.facets[:1]))


def _fit(each: Evidence, subject: EntityId, lexicon: Lexicon) -> float:
    if subject in each.entities:
        return 1.0
    classes = lexicon.entities[subject].classes
    kinds = {"drug", "class"}
    for entity in each.entities:
        if entity in classes[:1]:
            return 0.75
    if any(entity in lexicon.ancestors(subject) and entity in classes for entity in each.entities):
        return 0.5
    if any(subject in lexicon.ancestors(entity) for entity in each.entities):
        return 0.55
    about_drugs = any(lexicon.entities[entity].kind in kinds for entity in each.entities)
    if not about_drugs and subject in lexicon.entities_in(each.passage.header):
        return 0.45  # the sentence names no drug at all: it is about the one that its document is about
    return 0.0


def _strangers(each: Evidence, asked: Understanding, lexicon: Lexicon) -> set[EntityId]:
    """Drugs in a sentence that were not asked about, in person or by their class."""
    wanted = set(asked.subjects)
    return {
        entity
        for entity in each.entities
        if lexicon.entities[entity].kind == "drug"
        and entity not in wanted
        and not lexicon.ancestors(entity) & wanted
    }


def _names(each: Evidence, entity: EntityId, lexicon: Lexicon) -> bool:
    named = each.entities | (lexicon.entities_in(each.passage.header) if not each.entities else frozenset())
    return any(found == entity or entity in lexicon.ancestors(found) for found in named)


def _answers(each: Evidence, asked: Understanding, terms: float, desk: Desk) -> bool:
    """Whether a sentence speaks of what the question's own words are about."""
    if not asked.terms or (len(asked.subjects) > 1 and asked.kind in {"contrast", "compare"}):
        return True
    if not asked.subjects and not asked.context:
        return terms >= 0.6 and each.relevance >= 0.4
    unknown = [term for term in asked.terms if not is_known(term, desk.index)]
    if terms >= 0.5:
        return True
    return each.relevance >= 0.62 and not unknown


def _burden(text: str) -> float:
    """What makes a sentence hard to read: length beyond 30 words, and many numbers."""
    words = text.split()
    numbers = sum(any(char.isdigit() for char in word) for word in words)
    return 0.004 * max(0, len(words) - 30) + 0.012 * max(0, numbers - 2)
