"""Read the name of a study where a question asks for nothing but what that study was or found.

Its sentences do not say that they answer: that they bear its name is all that can be asked of them.
"""

from __future__ import annotations

import re

from retrieval.question.hear import load_wordings

_WORD = re.compile(r"[\w*]+(?:[-'’/][\w*]+)*")
_LEAST_LETTERS = 4


def study_named(text: str) -> str | None:
    """The one word of a question that may name a study ("what did RAMPART find"); None where there are more.

    Args:
        text: The question.
    """
    wording = load_wordings()
    passing = wording.stop_words | wording.study_words
    left = [word for word in _WORD.findall(text) if word.casefold() not in passing]
    return left[0] if len(left) == 1 and len(left[0]) >= _LEAST_LETTERS else None


def bears_name(sentence: str, name: str) -> bool:
    """Whether a sentence writes a name as studies are named: in capitals, standing alone."""
    return re.search(rf"(?<![\w*-]){re.escape(name.upper())}(?![\w*-])", sentence) is not None
