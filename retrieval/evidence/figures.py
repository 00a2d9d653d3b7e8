"""Does a question ask for figures, and does a sentence give any?

Who asks for "responder rates in the two arms" is not answered by "it brought more responders early on".
Not for times: "within hours" answers "how soon" as well as "within 2 hours".
"""

from __future__ import annotations

import re
from functools import lru_cache

_ASKS = re.compile(
    r"\bhow (many|much|often|likely|common|high|large|big|great|strong)\b|\bby how\b|\bfrom what to what\b"
    r"|\b(per|(out )?of( a| every)?) (\d+|ten|hundred|thousand)\b"
    r"|\b(percentages?|proportions?|rates|magnitude|figures|effect sizes?|numbers)\b|\bin percent\b"
    r"|\bwhat (share|rate|number|percent|range|fraction|odds)\b|\bthe (share|range|fraction|odds) of\b"
    r"|\b(hazard|odds|risk|rate) ratios?\b|\b(absolute|relative) risks?\b"
    r"|\b(\w{4,}ing|relapse|remission|response|responder|dropout|incidence|mortality|event|success|cure)"
    r" (rate|range)\b",
    re.IGNORECASE,
)
# What is written in digits and is no figure: a year, the number in a name.
_NAME = re.compile(r"\b(?:19|20)\d\d\b|\b[A-Za-z]+-?\d\w*\b|\b\d-?[A-Z]\w*|\btype \d+\b")
_FIGURE = re.compile(r"\d[\d.,]*")


@lru_cache(maxsize=64)
def asks_for_figures(question: str) -> bool:
    """Whether a question asks how many, how much or how likely."""
    return _ASKS.search(question) is not None


def gives_figures(text: str) -> bool:
    """Whether a sentence holds a figure; a year or the number in a name is none."""
    return bool(_figures_in(text))


def gives_other_figures(text: str, other: str) -> bool:
    """Whether two sentences both hold figures, and none in common."""
    return gives_figures(text) and gives_figures(other) and not _figures_in(text) & _figures_in(other)


@lru_cache(maxsize=16384)
def _figures_in(text: str) -> frozenset[str]:
    return frozenset(each.strip(".,") for each in _FIGURE.findall(_NAME.sub("", text)))
