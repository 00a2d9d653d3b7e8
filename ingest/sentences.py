"""Find the sentences of a text, as exact spans, with the boundaries of `sentencex` (Wikimedia's segmenter).

Spans never cover outer white space, and none is longer than a passage may be. Not for choosing among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex

from ingest.document import Span

_BLANK_LINE = re.compile(r"\n\s*\n")
_WIDE_SPACE = re.compile(r"[^\S\n]")
# Where an over-long "sentence" (a table read as text, a list without full stops) may be cut, best first.
_BREAKS = (re.compile(r"\n+"), re.compile(r"[;:]\s+"), re.compile(r",\s+"), re.compile(r"\s+"))


def sentence_spans(text: str, longest: int) -> list[Span]:
    """Spans of the sentences of a text, in order, none empty, none over `longest` characters.

    Everything that is not white space lies in exactly one span.
    """
    spans: list[Span] = []
    at = 0
    # The segmenter takes a white space for one byte; one of more (a no-break space) kills it.
    plain = _WIDE_SPACE.sub(" ", text)
    for piece in sentencex.segment("en", plain):
        start = plain.index(piece, at)  # its pieces follow each other; its own offsets count bytes
        at = start + len(piece)
        # A blank line always ends a sentence, even where a heading or list item has no full stop.
        for part in _split(piece, _BLANK_LINE, start):
            spans.extend(_shorten(text, part, longest))
    return spans


def _split(text: str, separator: re.Pattern[str], offset: int) -> Iterator[Span]:
    at = 0
    for match in separator.finditer(text):
        yield from _trim(text, at, match.end(), offset)
        at = match.end()
    yield from _trim(text, at, len(text), offset)


def _trim(text: str, start: int, end: int, offset: int) -> Iterator[Span]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    if left < right:
        yield Span(offset + start + left, offset + start + right)


def _shorten(text: str, span: Span, longest: int) -> Iterator[Span]:
    while span.end - span.start > longest:
        cut = span.start + _cut(text[span.start : span.start + longest])
        yield from _trim(text, span.start, cut, 0)
        rest = next(_trim(text, cut, span.end, 0), None)
        if rest is None:
            return
        span = rest
    yield span


def _cut(window: str) -> int:
    for separator in _BREAKS:
        ends = [match.end() for match in separator.finditer(window) if match.end() < len(window)]
        if ends:
            return ends[-1]
    return len(window)
