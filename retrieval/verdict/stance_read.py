"""How does a sentence answer a yes-or-no question, by what it was read to say where words do not settle it?

Never that something may be done, and never which of two has more: medicines are masked when a pair is read.
Not for reading words: see `retrieval.verdict.stance`.
"""

from __future__ import annotations

from corpus.expected import masked
from corpus.lexicon import Lexicon
from retrieval.evidence.answering import Reading, load_pair_reader
from retrieval.evidence.desk import Evidence
from retrieval.evidence.foresight import is_exact, is_sure
from retrieval.question.understand import Understanding
from retrieval.support.wording import read_tokens
from retrieval.verdict.proposition import Proposition, as_expected, question_in, read_proposition
from retrieval.verdict.speaks import names_all
from retrieval.verdict.stance import Side, Stance, silent, worded_as
from retrieval.verdict.stance_words import load_stance_words

# Probabilities from which a sentence was read to answer, and to answer with yes or with no.
_ANSWERS, _CLEAR = 0.6, 0.9
# What the probabilities of the same answer to two questions add up to, what that to the person's own question
# must be at least, by itself and with the story or the turns before it, and what that of the contrary may be.
_SAME, _TO_THIS, _TO_ALL, _CONTRARY = 1.2, 0.45, 0.3, 0.1
# Probability of a yes below which no words of a sentence say it.
_HARDLY = 0.3


def stance_as_read(
    proposition: Proposition, asked: Understanding, sentence: str, reading: Reading, lexicon: Lexicon
) -> Stance:
    """Say how a sentence answers by what it was read to say.

    Only where it is about all that is named, and never that something may be done: who warns may be believed
    sooner than who does not. Never a no, which is read less surely, but for such a warning.
    """
    if reading.answers < _ANSWERS or _is_comparison(proposition):
        return silent("it was not read to answer")
    if proposition.premise is not None or not names_all(proposition, sentence, lexicon):
        return silent("it does not name what was asked about")
    if proposition.asks == "safety":
        warns = Stance(Side.DENIES, "it was read to warn", "caution")
        return warns if reading.no >= _CLEAR else silent("it was not read to warn")
    if reading.yes < _CLEAR or _is_of_one_case(proposition, asked):
        return silent("it was not read to say yes, or about one case only")
    return worded_as(proposition, Side.AFFIRMS, "it was read to say so", sentence, lexicon)


def is_read_otherwise(asked: Understanding, evidence: Evidence, lexicon: Lexicon) -> bool:
    """Whether a sentence whose words say yes to a question was not read to say so.

    Insomnia among the side effects of a medicine does not say that insomnia can kill. Of sources other than
    the shipped ones, from which the reader has learnt, words decide alone.
    """
    if evidence.foreseen is None:
        return False
    if evidence.reading is not None and evidence.reading.yes >= _HARDLY:
        return False
    # What is read with the turns before it, or the story around it, is read less surely.
    return _read(question_in(asked.wording or asked.text), evidence, lexicon).yes < _HARDLY


def is_read_to_say_both(evidence: Evidence) -> bool:
    """Whether a sentence was clearly read to say that it depends, or is not known for certain."""
    reading = evidence.reading
    return reading is not None and reading.answers >= _ANSWERS and reading.mixed >= _CLEAR


def _read(question: str, evidence: Evidence, lexicon: Lexicon) -> Reading:
    return load_pair_reader().read(masked(question, lexicon), [masked(evidence.text, lexicon)])[0]


def stance_as_expected(
    proposition: Proposition, asked: Understanding, evidence: Evidence, lexicon: Lexicon
) -> Stance:
    """Say how a sentence answers when it was written down to answer a yes-or-no question much like this one.

    It must be read to say yes to both: "can it last" and "does it go away" are much alike, and the same
    sentence says yes to the one and no to the other. Never a no, which is read less surely, and nothing about
    an amount or about what somebody should do: numbers are not understood by reading.
    """
    words, expected = load_stance_words(), as_expected(asked, evidence.expected, lexicon)
    other = read_proposition(expected, lexicon)
    if (
        not is_sure(evidence)
        or proposition.asks == "safety"
        or (other is not None and other.asks == "safety")
    ):
        return silent("that it may be done is not for reading")
    if _is_comparison(proposition) or words.compares.search(expected.text) or not question_in(expected.text):
        return silent("it was not expected to answer with yes or no")
    if words.opinion.find(read_tokens(evidence.text)):
        return silent("it gives no finding")
    if proposition.premise is not None or not names_all(proposition, evidence.text, lexicon):
        return silent("it does not name what was asked about")
    if _is_of_one_case(proposition, asked):
        return silent("it asks about an amount, or about what somebody should do")
    if evidence.reading is not None and evidence.reading.yes < _TO_ALL and not is_exact(evidence):
        return silent("it was not read to say yes to all that was asked")
    one, two = (_read(each, evidence, lexicon) for each in (question_in(asked.text), evidence.expected))
    if one.yes < _TO_THIS or one.yes + two.yes < _SAME or max(one.no, two.no) > _CONTRARY:
        return silent("it was not read to say the same to both")
    return worded_as(proposition, Side.AFFIRMS, "it was read to say so", evidence.text, lexicon)


def _is_of_one_case(proposition: Proposition, asked: Understanding) -> bool:
    """Whether a question is about an amount, or about what somebody should do."""
    return proposition.personal or load_stance_words().of_one_case.search(asked.text) is not None


def _is_comparison(proposition: Proposition) -> bool:
    compares = proposition.asks in {"comparison", "equality"}
    return compares or load_stance_words().compares.search(proposition.claim.text) is not None
