"""Which of two things exceeds the other in what was asked about, by the words of a part of a sentence."""

from __future__ import annotations

from corpus.lexicon import Lexicon
from retrieval.support.wording import load_wording, read_tokens
from retrieval.verdict.proposition import Proposition, sides_of
from retrieval.verdict.stance_words import load_stance_words

_NEAR = 4  # tokens between a denial and the comparison that it denies


def compared(asked: Proposition, text: str, lexicon: Lexicon) -> tuple[int, bool, str]:
    """Say whether a comparison comes out as asked.

    Returns:
        1 when it does, -1 when it does not, 0 when the text does not say; whether it is more than want of
        proof; and why.
    """
    tokens = read_tokens(text)
    axis = load_stance_words().axes[asked.axis]
    end = axis.end(tokens)
    alike = load_stance_words().same.find(tokens)
    if alike and not (end and any(each.first <= end.first < each.after for each in alike)):
        if asked.asks == "equality":
            return 1, True, "it finds them alike"
        if axis.words.find(tokens) and not end:
            return -1, False, "it finds them alike"
        return 0, False, "it finds them alike in something else"
    marks = load_wording().comparison.find(tokens)
    mark = next((each for each in marks if end and each.first >= end.first), None)
    if end is None or mark is None:
        return 0, False, "it does not compare this"
    sign = _order(asked, *sides_of(text, mark.first, lexicon)) * (-1 if end.label == "less" else 1)
    if sign == 0:
        return 0, False, "it compares others"
    if any(0 <= end.first - each.after < _NEAR for each in load_wording().negation.find(tokens)):
        plain = sign > 0 and asked.asks == "comparison"  # what is not better may be as good
        return (-1, False, "it denies that") if plain else (0, False, "it denies something else")
    if asked.asks == "equality":
        return (0, False, "it finds it better") if sign > 0 else (-1, True, "it finds it worse")
    return sign, True, "it compares them so" if sign > 0 else "it finds the reverse"


def _order(asked: Proposition, before: frozenset[str], after: frozenset[str]) -> int:
    """1 where the names stand as in the question, -1 where they are exchanged, 0 where that is not clear."""
    one, other = asked.first, asked.second
    if len({one, other} & before) != 1 or len({one, other} & after) != 1 or {one, other} & before & after:
        return 0
    return 1 if one in before else -1
