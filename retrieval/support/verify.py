"""Does this span support this statement? One function, with a score and a reason.

First what no likeness outweighs (`support.checks`): numbers, names, denials, directions, certainty, people.
Then how probable support is, from how alike the two are (`support.likeness`), and from an entailment model
where one is configured (`retrieval.support.entail`). Chosen for precision: what is in doubt is not supported.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from corpus.lexicon import Lexicon
from ingest.embed import Vectors
from retrieval.support.checks import first_failure
from retrieval.support.claims import Claim, merge, read_claim
from retrieval.support.entail import Entailment, Judgement
from retrieval.support.likeness import coverage, features_of, load_combiner
from retrieval.support.quantities import Quantity, read_quantities
from retrieval.support.wording import load_wording, read_tokens

SUPPORTED = load_combiner().supported  # probability from which a span supports a statement by itself
LEAST_SUPPORT = load_combiner().together  # and from which several spans do between them

_MOST = 0.99  # of what is not the same words
_CONTRADICTED = 0.5  # probability of contradiction from which an entailment model vetoes
_ASKED_FROM = 0.05  # below it no entailment model could make a pair supported, so it is not asked
CARRIED = 0.75  # share of a statement's words and names that spans must have between them
_LEAST_PART = 0.2  # share of a statement's words and names that each of several spans must have,
_NEAR_PART = 0.55  # or the cosine that it must reach,
_FAR = 0.4  # and below this cosine it speaks of something else, whatever words it has


@dataclass(frozen=True, slots=True)
class Support:
    """How probable it is that a span supports a statement (0 to 1), and why not where it does not."""

    score: float
    reason: str

    @property
    def holds(self) -> bool:
        """Whether the span may be cited for the statement by itself."""
        return self.score >= SUPPORTED


def supports(
    statement: str, span: str, similarity: float, lexicon: Lexicon, entailment: Entailment | None = None
) -> Support:
    """Judge whether a span supports a statement.

    Args:
        statement: A sentence.
        span: The exact words of a passage.
        similarity: Cosine of their sentence vectors.
        lexicon: The names that count as the same.
        entailment: A model that says whether the span entails the statement. It overrules no check; where it
            sees a contradiction, nothing overrules it.

    Returns:
        1.0 when they are the same words; otherwise at most 0.99, and 0.0 when something is missing or
        contradicts.
    """
    if " ".join(statement.split()) == " ".join(span.split()):
        return Support(1.0, "the same words")
    said, cited = read_claim(statement, lexicon), read_claim(span, lexicon)
    failure = first_failure(said, cited, lexicon)
    if failure:
        return Support(0.0, failure)
    return _weigh(said, cited, similarity, entailment)


@lru_cache(maxsize=4)
def least_similarity(asked: bool) -> float:
    """The cosine below which no span supports a statement in other words, so that none need be read.

    Args:
        asked: Whether an entailment model is asked too, which may find support where words differ.
    """
    if asked:
        return _FAR
    steps = (at / 100 for at in range(100))
    return next((each for each in steps if load_combiner().probability((each, 1.0, 1.0)) >= SUPPORTED), 1.0)


def support_together(
    statement: str,
    spans: Sequence[tuple[str, float]],
    lexicon: Lexicon,
    entailment: Entailment | None = None,
) -> tuple[Support, ...] | None:
    """Judge whether several spans support a statement between them, each at least a part of it.

    Args:
        statement: A sentence that rests on all the spans.
        spans: The words of each span, and its cosine with the statement.
        lexicon: The names that count as the same.
        entailment: See `supports`; it reads the spans one after the other.

    Returns:
        The support that each span gives: what it gives by itself where that suffices, else how probable it is
        that they carry the statement together, below what `Support.holds` asks. None when they do not carry
        it together, or when one of them gives nothing.
    """
    if not spans:
        return None
    said = read_claim(statement, lexicon)
    cited = [read_claim(text, lexicon) for text, _ in spans]
    whole = merge(cited)
    if first_failure(said, whole, lexicon):
        return None
    together = _weigh(said, whole, max(similarity for _, similarity in spans), entailment)
    if together.score < LEAST_SUPPORT or coverage(said, whole) < CARRIED:
        return None
    given: list[Support] = []
    for (text, similarity), claim in zip(spans, cited, strict=True):
        share = coverage(said, claim)
        if similarity < _FAR or (share < _LEAST_PART and similarity < _NEAR_PART):
            return None
        alone = supports(statement, text, similarity, lexicon, entailment)
        part = Support(
            min(together.score, math.nextafter(SUPPORTED, 0)), f"a part: {share:.0%} of its words and names"
        )
        given.append(alone if alone.holds else part)
    return tuple(given)


def _weigh(said: Claim, cited: Claim, similarity: float, entailment: Entailment | None) -> Support:
    """How probable support is once every check has passed."""
    features = features_of(said, cited, similarity)
    probability = min(_MOST, load_combiner().probability(features))
    reason = f"{features[1]:.0%} of its words and names, similarity {similarity:.2f}"
    if entailment is not None and probability >= _ASKED_FROM:
        judged = entailment.judge(cited.text, said.text)
        if judged.contradiction >= _CONTRADICTED:
            return Support(0.0, f"contradicts, says the entailment model ({judged.contradiction:.2f})")
        probability = min(_MOST, _pool(probability, judged))
        reason += f", entailment {judged.entailment:.2f}"
    return Support(round(probability, 3), reason)


def _pool(probability: float, judged: Judgement) -> float:
    """Pool two probabilities by the mean of their log odds (Genest and Zidek 1986, Stat. Sci. 1:114)."""
    total = 0.0
    for each in (probability, judged.entailment):
        held = min(0.999, max(0.001, each))
        total += math.log(held / (1 - held)) / 2
    return 1 / (1 + math.exp(-total))


def adds(statement: str, spans: Sequence[str], other: str, lexicon: Lexicon) -> float:
    """How much another span holds that those cited already lack: words and names, and numbers; 0 to 2."""
    said = read_claim(statement, lexicon)
    cited = [read_claim(text, lexicon) for text in spans]
    before, after = merge(cited), merge([*cited, read_claim(other, lexicon)])
    more = [
        sum(any(each.quantity.is_in(offered.quantity) for offered in claim.amounts) for each in said.amounts)
        for claim in (before, after)
    ]
    return coverage(said, after) - coverage(said, before) + (more[1] - more[0]) / max(1, len(said.amounts))


def carries(statement: str, span: str) -> float:
    """How much of what can be checked a span holds: numbers, denial, words of the statement; 0 to 0.6.

    Added to the cosine when the sentence of a work is sought that a statement rests on: the likest one is
    not always the one that says it.
    """
    numbers, denied, words = _checkable(statement)
    offered, denied_there, words_there = _checkable(span)
    held = sum(any(each.is_in(other) for other in offered) for each in numbers) / max(1, len(numbers))
    recall = len(words & words_there) / len(words) if words else 0.0
    return 0.2 * held + 0.15 * (denied == denied_there) + 0.25 * recall


@lru_cache(maxsize=2048)
def _checkable(text: str) -> tuple[tuple[Quantity, ...], bool, frozenset[str]]:
    """The numbers of a sentence, whether it denies on balance, and its content words."""
    wording = load_wording()
    tokens = read_tokens(text)
    denies = len(wording.negation.find(tokens)) % 2 == 1
    words = frozenset(each.stem for each in tokens if each.is_word) - wording.small
    return read_quantities(tokens, wording), denies, words


def cosine(first: Vectors, second: Vectors) -> float:
    """Cosine of two unit vectors."""
    return float(np.dot(first, second))
