"""Take a question that asks for two things apart ("what did it do, and what share of them stopped").

Not for stories before a question, nor for one thing asked of two medicines.
"""

from __future__ import annotations

import re

_ASKS = (
    r"(?:how|what|whats|what's|when|why|which|who|where|does|do|did|is|are|can|could|will|would|should"
    r"|list|give|name|tell|explain|describe|summari[sz]e|state)\b"
)
_APART = re.compile(
    rf"(?:,\s*|\s+)(?:and|or|but|also)\s+(?:also\s+)?(?={_ASKS}|was\b)|(?<=[.?!;])(?<!\bvs\.)(?<!\bdr\.)(?<!\bapprox\.)\s+",
    re.IGNORECASE,
)
_ASKING = re.compile(
    rf"\W*(?:(?:and|but|so|or|ok|okay|also|please)\s+)*{_ASKS}|.*\?\W*$", re.IGNORECASE | re.DOTALL
)
# "Is that a myth?", "is it normal?": asks for nothing that the rest does not.
_TAG = re.compile(
    r"\W*(?:(?:and|but|so|or)\s+)*(?:is|was|are|isn't|isnt)\s+(?:it|that|this|they|these|those|there)\b"
    r"(?:\s+\S+){0,3}\W*$",
    re.IGNORECASE,
)
# "... and is on fluoxetine." goes on telling, and asks nothing.
_TELLS = re.compile(
    r"\W*(?:does|do|did|is|are|can|could|will|would|should|was)\b[^?]*\.\W*$", re.IGNORECASE | re.DOTALL
)
# "When I give a talk, my hands shake. Is it used for that?": the first sentence asks nothing.
_STATES = re.compile(r"\W*(?:what|when|where|why|how|which|who)\b[^?]*\.\W*$", re.IGNORECASE | re.DOTALL)
_LEAST_WORDS, _MOST_PARTS = 3, 3


def asked_apart(text: str) -> tuple[str, ...]:
    """The parts of a question that each ask for something, in order; none where it asks but once."""
    parts = [part.strip() for part in _APART.split(text)]
    is_marked = "?" in text  # else a full stop may end a question
    asking = [
        part
        for part in parts
        if len(part.split()) >= _LEAST_WORDS
        and _ASKING.match(part)
        and not (_TAG.match(part) or _TELLS.match(part) or (is_marked and _STATES.match(part)))
    ]
    return tuple(asking[:_MOST_PARTS]) if len(asking) > 1 else ()


def is_alternative(part: str, text: str) -> bool:
    """Whether "or" sets a part of a question against another: an answer to one of them answers it too.

    >>> is_alternative("is it gone by then", "Does it last, or is it gone by then?")
    True
    """
    said = re.escape(part.strip(" ?.!,"))
    return re.search(rf"\bor\s+(?:also\s+)?{said}|{said}[\s,]+or\b", text, re.IGNORECASE) is not None
