"""What is learnt from expected questions: those of one sentence come nearer, and the same twice."""

from dataclasses import replace

import numpy as np

from evals.asking.learn import Asked, Method, learn
from ingest.adapt import Base
from ingest.asking import QuestionReader
from ingest.embed import Embedder

SENTENCES = {
    "Alcohol is to be avoided.": ("can i have a beer on it", "is wine all right"),
    "It takes two weeks to work.": ("when will i feel better", "how soon does it kick in"),
    "It can cause weight gain.": ("will it make me fat", "do people pile on the pounds"),
    "It should not be stopped at once.": ("can i go cold turkey", "what if i just quit"),
}


def test_questions_of_one_sentence_come_nearer():
    questions = [each for pair in SENTENCES.values() for each in pair]
    embedder = Embedder()
    asked = Asked(
        questions, embedder.encode(questions), [(at, at + 1) for at in range(0, len(questions), 2)],
        embedder.encode(list(SENTENCES)),
    )  # fmt: skip
    method = replace(Method(), rounds=8, pairs=1, batch=4, first_layer=5, rate=5e-3)
    base = Base()

    def apart(reader: QuestionReader) -> float:
        vectors = reader.encode(questions)
        cosines = vectors @ vectors.T
        own = np.array([cosines[at, at ^ 1] for at in range(len(questions))])
        return float((own - (cosines.sum(axis=1) - 1 - own) / (len(questions) - 2)).mean())

    learnt = learn(asked, base, method)
    assert apart(QuestionReader(learnt)) > apart(QuestionReader({})) + 0.05
    again = learn(asked, base, method)
    assert all(np.array_equal(learnt[name][1], again[name][1]) for name in learnt)
