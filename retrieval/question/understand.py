"""Read a question: which drugs and conditions it is about, which facets of them it asks for, in what shape.

Deterministic: names come from `corpus/lexicon.yaml`, wordings from `understanding.yaml`. Typos are forgiven
only for words that are no word of English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace

from corpus.expected import masked as with_medicines_masked
from corpus.facets import FacetId
from corpus.lexicon import EntityId, LayTerm, Lexicon, Mention, tokens
from ingest.document import normalise
from retrieval.question.apposition import standing_for_a_member
from retrieval.question.follow import follow
from retrieval.question.hear import (
    Courtesy,
    Extreme,
    QuestionKind,
    courtesy_in,
    extreme_of,
    hear,
    load_wordings,
    shape_of,
    spelt_out,
)
from retrieval.question.language import foreign_language
from retrieval.question.mend import SUBJECT_KINDS, Correction, mend
from retrieval.question.premise import Premise, find_premises

_EFFECT = re.compile(
    r"\s+(?:(?:and|or) (?:[\w-]+ ){1,2}|, ?[\w-]+ (?:and|or) [\w-]+ )?"
    r"(?:actions?|effects?|propert\w+|activity)\b",
    re.IGNORECASE,
)
# "Licensed as a stand-alone antidepressant": what a drug is taken for.
_ROLE = re.compile(
    r"\b(?:licen[sc]ed|approved|labell?ed|used|prescribed|given|sold|marketed|taken|works?|acts?) "
    r"as (?:an? )?(?:[\w-]+ ){0,3}$",
    re.IGNORECASE,
)
# "Does it do that like SSRIs do?" asks about it; they only say what is meant.
_LIKE, _DO = (
    re.compile(r"\blike (?:the |other |most )?$", re.I),
    re.compile(r"(?: (?:do(?:es)?|did|can|are|is))?\W*$"),
)
_LONGEST_QUESTION = 4000  # characters that are read; nobody asks more in one go
_WORKS = re.compile(r"\b(works?|working|worked|helps?|helping|effect|effective|feel better)\b", re.IGNORECASE)
_LONGEST_WORD = 80


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a question asks for.

    Attributes:
        text: The question as it is searched for, with typos mended.
        subjects: Drugs and classes asked about, in order.
        context: Substances, conditions, therapies and targets that it names.
        facets: Facets asked for, in order of appearance; empty when the wording names none.
        terms: Content words that neither a name nor a facet accounts for.
        points: What exactly is asked about within a facet (weight, among the side effects).
        premises: What it takes for granted about the class of a drug.
        extreme: Whether it asks for the longest or the shortest of many.
        wording: What it asks, with medicines masked and what earlier questions said filled in: as it is
            held against the questions that sentences are expected to answer.
        leans_on: The earlier questions without which it says too little, oldest first.
        inherited: Whether the subjects come from an earlier question.
        language: ISO 639-1 code of its language where that is not supported.
        courtesy: What it is where it only greets or thanks.
    """

    text: str
    kind: QuestionKind
    subjects: tuple[EntityId, ...] = ()
    context: tuple[EntityId, ...] = ()
    facets: tuple[FacetId, ...] = ()
    terms: tuple[str, ...] = ()
    points: tuple[tuple[FacetId, str], ...] = ()
    corrections: tuple[Correction, ...] = ()
    premises: tuple[Premise, ...] = ()
    extreme: Extreme | None = None
    wording: str = ""
    leans_on: tuple[str, ...] = ()
    inherited: bool = False
    language: str | None = None
    courtesy: Courtesy | None = None

    @property
    def is_bare(self) -> bool:
        """Whether it names nothing beside its subjects and facets."""
        return not (self.terms or self.points or self.context)

    @property
    def in_conversation(self) -> str:
        """Its text after those that it leans on."""
        return " ".join((*self.leans_on, self.text))


def understand(
    question: str, lexicon: Lexicon, is_word: Callable[[str], bool], earlier: Sequence[Understanding] = ()
) -> Understanding:
    """Read a question.

    Args:
        question: As the person wrote it.
        lexicon: The names that are known.
        is_word: Whether a word in lower case is a word of English or of the sources: such a word is never
            taken for a misspelled one.
        earlier: What was understood of the earlier questions of the conversation, oldest first.
    """
    # A word without end would keep the patterns busy for half a minute.
    text = " ".join(word[:_LONGEST_WORD] for word in normalise(question)[:_LONGEST_QUESTION].split())
    if said := courtesy_in(text):
        return Understanding(text=text, kind="open", courtesy=said)
    common = load_wordings().stop_words
    text = spelt_out(text)
    text, corrections = mend(
        text, lexicon.mentions(text), lexicon, lambda word: word in common or is_word(word)
    )
    premises = find_premises(text, lexicon.mentions(text), lexicon)
    main = _without(text, premises)
    mentions = [each for each in lexicon.mentions(main) if not _is_adjective(each, main, lexicon)]
    masked = _mask(main, mentions, lexicon)
    heard = hear(masked, lexicon)
    lay = _lay_terms(masked, lexicon)
    named = _named([*(each.drug for each in premises), *(each.entity for each in mentions)], lay, lexicon)
    spoken = {word for each in mentions for word in _words(main[each.start : each.end])}
    # "Is diazepam an opioid" is about diazepam; opioids are only what it is held against.
    held_against = {each.claimed for each in premises if each.is_asked}
    if len(named) > 1:
        held_against |= {each.entity for each in mentions if _is_role(each, main, lexicon)}
        held_against.update(standing_for_a_member(mentions, main, lexicon))
    named = [each for each in named if each not in held_against]
    subjects = tuple(each for each in named if lexicon.entities[each].kind in SUBJECT_KINDS)
    if len(subjects) > 1 and (heard.facets or len(named) > len(subjects)):  # else they are compared
        alike = {each.entity for each in mentions[1:] if _is_likened_to(each, main)}
        subjects = tuple(each for each in subjects if each not in alike)
    asked = Understanding(
        text=main,
        kind="open",
        subjects=subjects,
        context=tuple(each for each in named if each not in subjects),
        facets=heard.facets,
        terms=_terms(heard.rest, spoken.union(*(term.phrase for term in lay))),
        points=heard.points,
        corrections=corrections,
        premises=premises,
        extreme=extreme_of(masked),
        wording=with_medicines_masked(text, lexicon),
        language=foreign_language(tuple(word for word in _words(main) if word not in spoken)),
    )
    asked = follow(asked, masked, earlier, is_word, lexicon)
    asked = replace(asked, facets=_of_withdrawal(asked))
    return replace(asked, kind=shape_of(masked, len(asked.subjects), asked.terms))


def _of_withdrawal(asked: Understanding) -> tuple[FacetId, ...]:
    """The facets, without how fast a medicine works where withdrawal or dependence comes on."""
    if not {"stopping", "dependence"} & set(asked.facets) or _WORKS.search(asked.text):
        return asked.facets
    return tuple(each for each in asked.facets if each != "onset")


def _is_adjective(mention: Mention, text: str, lexicon: Lexicon) -> bool:
    """Whether a class only says of what kind an effect is ("the sedative and anxiolytic actions of X")."""
    return lexicon.entities[mention.entity].kind == "class" and bool(_EFFECT.match(text[mention.end :]))


def _is_role(mention: Mention, text: str, lexicon: Lexicon) -> bool:
    """Whether a class only says what a drug is taken for ("is X licensed as an antidepressant")."""
    return lexicon.entities[mention.entity].kind == "class" and bool(_ROLE.search(text[: mention.start]))


def _is_likened_to(mention: Mention, text: str) -> bool:
    """Whether what is asked about is only likened to a medicine ("does X cause it like SSRIs do")."""
    return bool(_LIKE.search(text[: mention.start]) and _DO.match(text, mention.end))


def _without(text: str, premises: Sequence[Premise]) -> str:
    """The question without what it takes for granted; of an apposition, the drug stays where it was."""
    for each in sorted(premises, key=lambda each: -each.start):
        if each.keeps_class:
            continue
        rest = text[each.end :].lstrip(" ,;")
        if each.is_clause:
            text = f"{text[: each.start].rstrip(' ,;')} {rest}".strip()
        else:
            text = f"{text[: each.start]}{each.written} {rest}".strip()
    return text


def _named(mentioned: Sequence[EntityId], lay: Sequence[LayTerm], lexicon: Lexicon) -> list[EntityId]:
    """What is named, in order; "brain zaps" speaks of antidepressants only where no medicine is named."""
    named = list(dict.fromkeys(mentioned))
    drugs_named = any(lexicon.entities[each].kind in SUBJECT_KINDS for each in named)
    meant = [term.entity for term in lay if term.entity is not None]
    if drugs_named:
        meant = [each for each in meant if lexicon.entities[each].kind not in SUBJECT_KINDS]
    return list(dict.fromkeys([*named, *meant]))


def in_its_words(asked: Understanding) -> Understanding:
    """The same question read by its words alone, for sources on subjects that the lexicon does not know."""
    wording = load_wordings()
    words = (word for word in _words(asked.text) if len(word) > 1 and not word.isdigit())
    terms = tuple(dict.fromkeys(word for word in words if word not in wording.stop_words))
    return replace(asked, kind="open", context=(), facets=(), points=(), terms=terms)


def _words(text: str) -> list[str]:
    return [token.norm for token in tokens(text)]


def _mask(text: str, mentions: Sequence[Mention], lexicon: Lexicon) -> str:
    """Lower-case text in which drugs and classes are X, so that patterns can say 'how does X work'."""
    masked = text
    for mention in reversed(mentions):
        entity = lexicon.entities[mention.entity]
        if entity.kind in SUBJECT_KINDS:
            masked = masked[: mention.start] + "X" + masked[mention.end :]
        elif entity.is_learnt or (entity.kind == "condition" and " " in text[mention.start : mention.end]):
            # The words of a name ask for nothing ("renal hypomagnesemia", "alcohol withdrawal").
            masked = masked[: mention.start] + "_" * (mention.end - mention.start) + masked[mention.end :]
    lowered = "".join(char if char == "X" else char.casefold() for char in masked)
    return lowered.replace("’", "'")


def _lay_terms(masked: str, lexicon: Lexicon) -> list[LayTerm]:
    """The lay phrases of a text that mean an entity."""
    words = tuple(_words(masked))
    return [
        term
        for term in lexicon.lay_terms
        if term.entity is not None
        and any(words[at : at + len(term.phrase)] == term.phrase for at in range(len(words)))
    ]


def _terms(rest: str, named: Set[str]) -> tuple[str, ...]:
    stop_words = load_wordings().stop_words
    words = _words(rest.replace("X", " ").replace("_", " "))
    return tuple(
        dict.fromkeys(
            word
            for word in words
            if len(word) > 1 and not word.isdigit() and word not in stop_words and word not in named
        )
    )
