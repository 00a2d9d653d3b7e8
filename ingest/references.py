"""Take the reference keys (`A sentence. [@key; @other]`) off a summary, so that an answer cites the works.

A sentence is kept as it reads without its markup, as index and answers hold it. Not for how keys are written:
see `corpus.keys`.
"""

from __future__ import annotations

from corpus.keys import split_keys
from ingest.plain_text import plain_text


def take_references(markdown: str) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Take the keys off a text of one sentence a line.

    Returns:
        The text without keys, and the ids of the sources that each sentence rests on.
    """
    lines: list[str] = []
    references: dict[str, tuple[str, ...]] = {}
    for line in markdown.split("\n"):
        sentence, keys = split_keys(line)
        if keys:
            words, _ = plain_text(sentence)
            references[" ".join(words.split())] = keys
        lines.append(sentence)
    return "\n".join(lines), references
