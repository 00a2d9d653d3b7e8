"""Which of many is the most of something is told by what sets them side by side."""

import re
from collections import Counter
from functools import cache

import pytest

from corpus.lexicon import load_lexicon
from evals.answering.data import PAIRS, TURN, read_marks
from retrieval.evidence.most import asks_for_most, may_tell_most
from retrieval.question.understand import understand
from tests.retrieval.test_answering import evidence

LEXICON = load_lexicon()


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("whats the strongest benzo", True),
        ("which antidepressant causes the least weight gain", True),
        ("which of the SSRIs is most sedating", True),
        ("who makes the best sleeping pill", True),
        # Of one medicine, of the way to do it, of how long, of something else too, and no superlative.
        ("which is the best time to take sertraline", False),
        ("what's the best way to come off benzos", False),
        ("which benzo lasts longest", False),
        ("how often do antidepressants cause mania, and which is worst", False),
        ("what does UK law say about having most benzos without a prescription", False),
        ("what do benzos do", False),
    ],
)
def test_whether_the_most_of_many_is_asked_for(question, asks):
    assert asks_for_most(understand(question, LEXICON, lambda word: True), LEXICON) is asks


@pytest.mark.parametrize(
    ("sentence", "tells"),
    [
        ("Paroxetine causes the commonest and most severe symptoms on stopping among the SSRIs.", True),
        ("Oxazepam is hardly affected by liver disease.", True),
        ("Mirtazapine brought more weight gain than other antidepressants.", True),
        ("Alprazolam reaches its peak level in the blood 1 to 2 hours after a dose by mouth.", False),
    ],
)
def test_what_ranks_may_tell_it_and_what_was_expected_to(sentence, tells):
    assert may_tell_most(evidence(sentence, 1.0)) is tells
    assert may_tell_most(evidence(sentence, 1.0, foreseen=0.95))


@cache
def asks(question):
    *before, last = question.split(TURN)
    if not re.search(r"st\b", last):  # as every superlative of English ends
        return False
    earlier = [understand(turn, LEXICON, lambda word: True) for turn in before]
    return asks_for_most(understand(last, LEXICON, lambda word: True, earlier), LEXICON)


def test_what_ranks_nothing_hardly_ever_tells_the_most_of_many():
    """Counted over what Citewell found for the questions of 47 writers, each sentence marked."""
    counts = Counter()
    for question, sentence, answers in read_marks({path.name for path in PAIRS.glob("asked_*.txt")}):
        if asks(question):
            counts[may_tell_most(evidence(sentence, 1.0)), answers == 1.0] += 1
    assert (counts[False, True], counts[False, True] + counts[False, False]) == (2, 94)
    assert (counts[True, True], counts[True, True] + counts[True, False]) == (50, 226)


def test_nothing_is_said_where_no_source_ranks_them(citewell):
    assert citewell.ask("whats the strongest benzo").outcome.value == "abstained"
    ranked = citewell.ask("which ssri is the worst one to come off")
    assert "paroxetine" in ranked.statements[0].text.casefold()
