"""The keys at the end of a summary's sentence, in pandoc's style: `A sentence. [@key; @other]`.

They name the sources that the sentence rests on. Not for looking those up: see `corpus.rules`.
"""

from __future__ import annotations

import re

_KEYED = re.compile(r"(?P<sentence>.*\S)\s*\[(?P<keys>@[\w.-]+(?:;\s*@[\w.-]+)*)\]\s*")


def split_keys(line: str) -> tuple[str, tuple[str, ...]]:
    """Split a line into its sentence and its keys; a line that carries none is returned as it is."""
    match = _KEYED.fullmatch(line)
    if match is None:
        return line, ()
    return match["sentence"], tuple(key.strip().removeprefix("@") for key in match["keys"].split(";"))
