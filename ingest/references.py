"""Reference keys at the end of sentences, in pandoc's style: `A sentence. [@key; @other]`.

Summaries written for the corpus carry them, so that an answer cites the works and not the summary.
"""

from __future__ import annotations

import re

_KEYED_LINE = re.compile(
    r"^(?P<sentence>.*\S)[ \t]*\[(?P<keys>@[\w.-]+(?:;[ \t]*@[\w.-]+)*)\][ \t]*$", re.MULTILINE
)


def take_references(markdown: str) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Take the keys off a text of one sentence a line.

    Returns:
        The text without keys, and the ids of the sources that each sentence rests on.
    """
    references: dict[str, tuple[str, ...]] = {}

    def keep(match: re.Match[str]) -> str:
        sentence = " ".join(match["sentence"].split())
        references[sentence] = tuple(key.strip().removeprefix("@") for key in match["keys"].split(";"))
        return sentence

    return _KEYED_LINE.sub(keep, markdown), references
