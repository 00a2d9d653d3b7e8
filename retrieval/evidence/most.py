"""Does a sentence set several side by side, as only such a one tells which of them is the most of anything?

Of the sentences that questions of 39 writers for the strongest, safest or worst of a class brought up (their
marks are in `evals/answering/pairs/asked_*.txt`), 2 of 93 that rank nothing answer, and 45 of 210 others
(counted in `tests/retrieval/test_most.py`).
Not for what lasts longest: that is put in order by its times (`composing.rank`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from corpus.lexicon import Lexicon
from retrieval.evidence.desk import Evidence
from retrieval.evidence.foresight import is_exact
from retrieval.question.understand import Understanding

# "Which is the mildest", "what antidepressant causes the least"; not the best way or time, nor most people.
_ASKS = re.compile(
    r"\b(?:which|what|who)(?:'?s)?\b[^?.!]*?"
    r"\b(?:strongest|weakest|mildest|safest|best|worst|easiest|hardest|gentlest|harshest|heaviest|lightest"
    r"|riskiest|deadliest|cleanest|commonest|least|the most"
    r"|most(?= (?:\w+ly )?\w+(?:ed|ing|ive|ous|ful|ic|al|able|ely)\b))\b"
    r"(?!\s+(?:way|time|method|approach|thing|place|advice|practice|evidence|age|dose|of)\b)",
    re.IGNORECASE,
)
_BESIDES = re.compile(r"\band (?:which|what|who)\b", re.IGNORECASE)  # it asks for something else as well
_RANKS = re.compile(
    r"\b(?:most|least|more|less|fewer|than|best|better|worse|worst|prefer\w*|first|high(?:est|er)"
    r"|low(?:est|er)|strong(?:er|est)|great(?:er|est)|larg(?:er|est)|small(?:er|est)|safer|milder|common\w*"
    r"|among|differ\w*|similar\w*|equal\w*|main|particular\w*|especially|above all|favou?r\w*|rank\w*"
    r"|order|ranged|hardly|little|minimal\w*|rare\w*|seldom|placebo|meta-analysis|compared|against|versus)\b",
    re.IGNORECASE,
)


def asks_for_most(asked: Understanding, lexicon: Lexicon) -> bool:
    """Whether it is asked which of a class, or of whatever there is, is the most of something."""
    if any(lexicon.entities[each].kind == "drug" for each in asked.subjects) or asked.extreme:
        return False
    return _asks(asked.text)


@lru_cache(maxsize=256)  # asked once for every sentence that is looked at
def _asks(text: str) -> bool:
    return _ASKS.search(text) is not None and _BESIDES.search(text) is None


def may_tell_most(each: Evidence) -> bool:
    """Whether a sentence ranks, or was expected to answer the very question."""
    return is_exact(each) or _RANKS.search(each.text) is not None
