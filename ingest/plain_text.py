"""Take the markup off a Markdown text: its words, and its sections as spans of those words.

The words are what is stored, cited and compared. Not for front matter: see `corpus.files`.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.document import Section, normalise
from ingest.writer import Writer

_INSIDE_WORD = re.compile(r"(?<=\w)\*(?=\w)")
_DEEPEST = 60  # quotes and lists in one another; the parser drops what is nested deeper


def plain_text(markdown: str) -> tuple[str, tuple[Section, ...]]:
    """Take the markup off a Markdown text: its words, and its sections as spans of those words.

    HTML blocks are left out; a link keeps its words and loses its address; a table becomes a line a row.
    """
    writer = Writer()
    # An asterisk inside a word is one ("STAR*D"), and no emphasis, whatever two of them might mean.
    markdown = _INSIDE_WORD.sub(r"\\*", markdown)
    stream = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table").parse(markdown)
    row: list[str] | None = None
    for at, token in enumerate(stream):
        if token.type == "heading_open":
            writer.heading(int(token.tag[1]), _words(stream[at + 1]))
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            writer.add(" | ".join(row))
            row = None
        elif token.type == "inline" and stream[at - 1].type != "heading_open":
            if row is not None:
                row.append(_words(token))
            else:
                writer.add(_words(token))
        elif token.type in {"fence", "code_block"}:
            writer.add(normalise(token.content))
    writer.close()
    return writer.text, tuple(writer.sections)


def _words(inline: Token) -> str:
    words = []
    for child in inline.children or ():
        if child.type in {"text", "code_inline"}:
            words.append(child.content)
        elif child.type in {"softbreak", "hardbreak"} or child.content.casefold().startswith("<br"):
            words.append(" ")
        elif child.type == "image":
            words.append(_words(child))  # the alternative text; the image itself is never loaded
    # Again, for an entity (&#x202e;) may stand for a character that must not be in the text.
    return normalise("".join(words)).strip()
