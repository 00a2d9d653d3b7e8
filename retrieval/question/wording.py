"""Word a question as it is held against expected questions, and as it is read with sentences."""

from __future__ import annotations

import re
from typing import NamedTuple

from corpus.expected import ANY_MEDICINE, masked, named
from corpus.lexicon import Lexicon
from retrieval.question.follow import in_full
from retrieval.question.plan import WHATEVER_FOR
from retrieval.question.understand import Understanding

# Where one sentence of a question ends; the shortest that can ask; how many of the last are held apart.
_SENTENCE, _LEAST_WORDS, _MOST_SENTENCES = re.compile(r"(?<=[.?!;])\s+"), 3, 4
# Where a second question begins ("what is it for and how long till it works"), and where the question after a
# story does ("mum has just been given lithium, what side effects should we look out for").
_ASKING = r"(?=(?:how|what|whats|when|why|which|who|does|do|is|are|can|will|should)\b)"
_ASKING_AFTER = r"(?=(?:how|what|whats|why|does|do|is|are|can|will|should)\b)"
_AND = re.compile(rf"\s+(?:and|or|but|also)\s+{_ASKING}", re.I)
_STORY = re.compile(rf",\s+{_ASKING_AFTER}(?=(?:\S+\s+){{4}})", re.I)
_CASE = re.compile(r"\s*(?:and |but |so )*(?:if|when|while|after|before|since|because|once|as)\b", re.I)
THEN = "\nThen: "  # between the turns of a conversation that is read closely
_OF_ANOTHER = re.compile(r"\b(instead|else|other|another)\b", re.I)
_FOR = re.compile(r"\b(for|in|with|against|of)\s+(my|the|a)?\s*$")


class Whole(NamedTuple):
    """The whole of a question, as it is read together with a sentence.

    Attributes:
        masked: With medicines masked, for the reader that must not mind which one it is.
        named: With each medicine under the name that it has in the lexicon, and `THEN` between turns, for the
            one that reads closely.
    """

    masked: str
    named: str


def questions_in(asked: Understanding, lexicon: Lexicon) -> list[str]:
    """What is held against the expected questions: a question and its parts, medicines masked.

    A follow-up is held against them both said in full and as it was said, after the turn before it.
    """
    questions = list(
        dict.fromkeys(
            [*_parts(_what_is_asked(asked, lexicon), tells=not asked.leans_on), asked.wording or asked.text]
        )
    )
    if asked.leans_on:
        questions.append(masked(f"{asked.leans_on[-1]} {asked.text}", lexicon))
    return questions


def as_read(asked: Understanding, lexicon: Lexicon) -> Whole:
    """What is read together with a sentence: a question after those that it leans on."""
    spoken = masked(asked.in_conversation, lexicon) if asked.leans_on else asked.wording or asked.text
    return Whole(spoken, named(THEN.join((*asked.leans_on, asked.text)), lexicon))


def _what_is_asked(asked: Understanding, lexicon: Lexicon) -> str:
    """The wording of a question, without the condition where what is asked holds whatever it is taken for."""
    wording = asked.wording or asked.text
    if not asked.subjects or not asked.facets or not set(asked.facets) <= WHATEVER_FOR:
        return wording
    for each in reversed(lexicon.mentions(wording)):
        if lexicon.entities[each.entity].kind == "condition":
            wording = _FOR.sub("", wording[: each.start]) + wording[each.end :]
    return " ".join(wording.split())


def _told(sentence: str) -> list[str]:
    """A story and the question after it; a case that is asked about ("if I miss a dose, ...") is no story."""
    return [sentence] if _CASE.match(sentence) else _STORY.split(sentence)


def _with_the_medicine(part: str) -> str:
    """A part of a question that asks of the medicine named before it, saying so."""
    said = part if ANY_MEDICINE in part else in_full(part, ANY_MEDICINE)
    return (
        said
        if ANY_MEDICINE in said or _OF_ANOTHER.search(said)
        else f"{said.rstrip(' ?')} with {ANY_MEDICINE}"
    )


def _parts(wording: str, *, tells: bool) -> list[str]:
    """A question and, where it tells a story first or asks twice, its parts: one of them asks."""
    sentences = [part for each in _SENTENCE.split(wording) for part in (_told(each) if tells else [each])]
    parts = [part for each in sentences for part in _AND.split(each)]
    if ANY_MEDICINE in parts[0]:  # "what is it, and why is it not always given": it is the medicine
        parts[1:] = [_with_the_medicine(each) for each in parts[1:]]
    asking = [each for each in parts if len(each.split()) >= _LEAST_WORDS]
    return [wording, *asking[-_MOST_SENTENCES:]] if len(asking) > 1 else [wording]
