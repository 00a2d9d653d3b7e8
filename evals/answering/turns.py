"""Conversations put together from expected questions: what answers the turn before does not answer the last.

Not for those that people had: see `evals.answering.data`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from random import Random

from evals.answering.data import Pair, Sentences
from retrieval.question.wording import THEN


def in_turns(sentences: Sentences, most: int, random: Random) -> Iterator[Pair]:
    """Give conversations of two turns, each with the sentence that answers the last and that of the first.

    Both sentences are of one source.

    Args:
        sentences: With their expected questions.
        most: How many conversations.
        random: What draws them.
    """
    every = [(at, row) for at, rows in enumerate(sentences.asked) for row in sorted(set(rows))]
    random.shuffle(every)
    for pairs in islice(_conversations(sentences, every, random), most):
        yield from pairs


def _conversations(
    sentences: Sentences, asked: list[tuple[int, int]], random: Random
) -> Iterator[tuple[Pair, Pair]]:
    for at, row in asked:
        # Of the same source, like what is asked last, and known not to answer it.
        others = [
            int(each) for each in sentences.like[row] if sentences.sources[each] == sentences.sources[at]
        ]
        if not others:
            continue
        before = random.choice(others)
        first = sentences.questions[random.choice(sentences.asked[before])]
        question = f"{first}{THEN}{sentences.questions[row]}"
        source = sentences.sources[at]
        yield (
            Pair(question, sentences.texts[at], source, 1.0, leans=True),
            Pair(question, sentences.texts[before], source, 0.0, leans=True),
        )
