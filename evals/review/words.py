"""An answer as the words that are read of it, by a rater or by a judge, and a digest of these.

Not for showing it: see `evals/report/answer.html`.
"""

from __future__ import annotations

import hashlib
from itertools import groupby

from retrieval.answer import Answer


def words_of(answer: Answer) -> str:
    """Warnings, statements under their headings with the numbers of their sources, and notes, as plain text.

    Empty where the answer states nothing. The disclaimer and a heading that stands alone are left out: they
    would tell systems apart.
    """
    lines = [f"Warning: {each.text}" for each in answer.warnings]
    has_parts = len({each.heading for each in answer.statements}) > 1
    for heading, statements in groupby(answer.statements, key=lambda each: each.heading):
        lines += [f"{heading}:"] if heading and has_parts else []
        for each in statements:
            numbers = dict.fromkeys(citation.number for citation in each.citations)
            lines.append(" ".join([each.text, *(f"[{number}]" for number in numbers)]))
    return "\n".join([*lines, *answer.notes])


def digest(answer: Answer) -> str:
    """The answer's words as 16 hex digits: the same words, the same digest."""
    whole = "\n".join([answer.outcome, words_of(answer)])
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]
