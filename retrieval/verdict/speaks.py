"""Does a sentence speak of what was asked at all: its names, its words, and for whom and when it holds?

Not for what it says of that: see `retrieval.verdict.stance`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from corpus.lexicon import EntityId, Lexicon
from retrieval.evidence.places import places_in
from retrieval.question.hear import load_wordings
from retrieval.support.claims import Claim
from retrieval.support.likeness import credit
from retrieval.support.wording import Token, load_wording, read_tokens
from retrieval.verdict.proposition import Proposition, entity_of, names_in
from retrieval.verdict.stance_words import StanceWords

_SPOKEN_OF = 0.5  # what `likeness.credit` gives for a word that a person who asks may mean by another
_LABORATORY = frozenset({"animals", "cells"})
_SCALE = re.compile(r"\W+(?:symptom |rating |severity )?(?:score|scale|rating|inventory)", re.IGNORECASE)
_BROAD = 2  # classes within a class
# Directions that are the predicate itself, which a sentence says in its own way.
_OF_PREDICATES = frozenset({"safety", "effect", "better", "advice"})


def names_all(proposition: Proposition, sentence: str, lexicon: Lexicon) -> bool:
    """Whether a sentence names every drug and class that was asked about; quick, before all else."""
    named = lexicon.entities_in(sentence)
    drugs = [each for each in proposition.names if _is_drug(each, lexicon)]
    return all(_is_named(each, named, lexicon) for each in drugs)


def elsewhere(
    asked: Proposition, sentence: str, whole: Claim, tokens: tuple[Token, ...], words: StanceWords
) -> str | None:
    """Why a sentence is about something else than the question, whatever it says."""
    if sentence.rstrip().endswith("?") or words.opinion.find(tokens):
        return "it gives no finding"
    if (whole.populations & _LABORATORY) - asked.claim.populations:
        return "it is about animals or cells"
    here = {each.label for each in words.settings.find(tokens)}
    if asked.claim.populations - whole.populations - load_wording().usual - here:
        return "it is about other people"
    given = [each.quantity for each in whole.amounts]
    if any(not any(each.quantity.is_in(own) for own in given) for each in asked.claim.amounts):
        return "it does not give the number asked about"
    if asked.places - places_in(sentence):
        return "it is about another country"
    if asked.bodies - {token.text for token in tokens}:
        return "it is another body that says so"
    strange = here - asked.settings
    if asked.asks == "safety":
        strange &= {"method", "laboratory"}  # a warning about a special case is a warning too
    if words.mixed.find(tokens):
        strange -= {"open"}  # "whether it helps is disputed"
    if strange:
        return f"it is about {', '.join(sorted(strange))}"
    return None


def missing(asked: Proposition, text: str, claim: Claim, whole: Claim, lexicon: Lexicon) -> str:
    """A name or word of the question that a part of a sentence does not speak of."""
    own = any(not name.startswith("arm:") for _, name in names_in(text, lexicon))
    around = claim if own or conditions_of(claim, lexicon) else whole
    there = {*around.names, *(() if conditions_of(claim, lexicon) else conditions_of(whole, lexicon))}
    if not own:
        there |= {name for _, name in names_in(whole.text, lexicon)}
    there -= _only_measured(whole.text, lexicon)
    for name in sorted(asked.names):
        if not _is_named(name, there, lexicon) and not _in_words(name, around, lexicon):
            return name
    loose = frozenset(
        stem
        for facet, stems in asked.loose
        for stem in stems
        if any(each == facet and form.search(around.text) for each, form, _ in load_wordings().facets)
    )
    ways = {name for name, _ in asked.ways} - _OF_PREDICATES
    if asked.asks in {"safety", "benefit", "frequency"} and ways - {each.name for each in claim.directions}:
        return "how it is done"
    lost = sorted(each for each in asked.words - loose if credit(each, around) < _SPOKEN_OF)
    return lost[0] if lost else ""


def conditions_of(claim: Claim, lexicon: Lexicon) -> set[str]:
    """The conditions that a sentence names."""
    return {
        each
        for each in claim.names
        if (entity := entity_of(each)) is not None and lexicon.entities[entity].kind == "condition"
    }


def compares_with_others(asked: Proposition, text: str, claim: Claim, lexicon: Lexicon) -> bool:
    """Whether it compares what was asked about with another drug."""
    named = {name for _, name in names_in(text, lexicon)}
    others = {each for each in named if not any(_akin(each, name, lexicon) for name in asked.names)}
    placebo = {each for each in others if each.startswith("arm:")}
    compares = bool(load_wording().comparison.find(read_tokens(text))) or any(
        each.name == "difference" for each in claim.directions
    )
    return bool(others - placebo) and compares and not placebo


def _only_measured(text: str, lexicon: Lexicon) -> set[str]:
    """Conditions that a sentence names only by a scale ("the Hamilton depression score")."""
    mentions = lexicon.mentions(text)
    scales = [each for each in mentions if _SCALE.match(text, each.end)]
    free = {each.entity for each in mentions if each not in scales}
    return {str(each.entity) for each in scales if each.entity not in free}


def _is_drug(name: str, lexicon: Lexicon) -> bool:
    entity = entity_of(name)
    return entity is not None and lexicon.entities[entity].kind in {"drug", "class"}


def _is_named(name: str, named: Iterable[str], lexicon: Lexicon) -> bool:
    return any(_stands_for(each, name, lexicon) for each in named)


def _stands_for(said: str, name: str, lexicon: Lexicon) -> bool:
    """Whether what a sentence names is what was asked about: itself, or its family."""
    if said == name:
        return True
    one, other = entity_of(said), entity_of(name)
    if one is None or other is None:
        return False
    entity = lexicon.entities[other]
    if one in entity.classes:
        # A class of classes (antidepressants) says too little of each of its drugs.
        narrow = _classes_within(one, lexicon) < _BROAD
        return (lexicon.entities[one].is_family and narrow) or entity.kind == "condition"
    return False  # what holds in one kind of a condition need not hold in the condition


@lru_cache(maxsize=1024)
def _classes_within(entity: EntityId, lexicon: Lexicon) -> int:
    return sum(entity in each.classes for each in lexicon.entities.values() if each.kind == "class")


def _in_words(name: str, whole: Claim, lexicon: Lexicon) -> bool:
    """Whether a condition is there in other words."""
    entity = entity_of(name)
    if entity is None or lexicon.entities[entity].kind != "condition":
        return False
    # Words that belong to a name ("postpartum depression") do not name the condition itself.
    taken = {at for each in lexicon.mentions(whole.text) for at in range(each.start, each.end)}
    free = {token.stem for token in read_tokens(whole.text) if token.start not in taken}
    surfaces = (read_tokens(each) for each in lexicon.entities[entity].surfaces)
    return any(all(token.stem in free for token in each) for each in surfaces)


def _akin(one: str, other: str, lexicon: Lexicon) -> bool:
    first, second = entity_of(one), entity_of(other)
    if first is None or second is None:
        return one == other
    return first == second or first in lexicon.ancestors(second) or second in lexicon.ancestors(first)
