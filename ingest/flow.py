"""Turn marked-up text into paragraphs to read: inline markup taken off, lists and tables as lines.

What is joined keeps its meaning: 10 with a raised 6 is "10^6", never "106". Not for headings: a loader knows
its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ingest.table import table_lines

_GAP = "\x00"  # stands where an element was left out; no text of ours holds it
# Gaps with nothing but signs between them, "[1]–[4],[7]", go together with the brackets around them.
_GAPS = re.compile(rf"\s*[\[(]\s*{_GAP}(?:[\s,;\[\]()–—-]*{_GAP})*\s*[\])]|{_GAP}(?:[\s,;\[\]–—-]*{_GAP})*")
_BEFORE_STOP = re.compile(r"\s+([.,;:)\]])")
_UNDERLINED = {"<": "≤", ">": "≥", "+": "±"}
_ORDINAL = re.compile(r"(st|nd|rd|th)\b")


@dataclass(frozen=True)
class Flow:
    """How the elements of a format are read.

    Attributes:
        blocks: Tags that begin a paragraph of their own.
        skips: Whether an element is left out, with all that is in it.
    """

    blocks: frozenset[str]
    skips: Callable[[Element], bool] = lambda _: False

    def paragraphs(self, element: Element) -> Iterator[str]:
        """Yield the paragraphs of an element in order, each in one line; so are table rows."""
        line: list[str] = []
        yield from self._walk(element, line)
        yield from _flushed(line)

    def line(self, element: Element | None) -> str:
        """All the text of an element in one line; empty for None."""
        return "" if element is None else " ".join(self.paragraphs(element))

    def _walk(self, element: Element, line: list[str]) -> Iterator[str]:
        line.append(element.text or "")
        for child in element:
            if self.skips(child):
                line.append(_GAP)
            elif child.tag == "table":
                yield from _flushed(line)
                yield from table_lines(child, self.line)
            elif child.tag in self.blocks:
                yield from _flushed(line)
                yield from self._walk(child, line)
                yield from _flushed(line)
            elif child.tag in {"sup", "sub"}:
                _join(child.tag, self.line(child), line)
            elif child.tag in {"br", "break"}:
                line.append(" ")
            elif child.tag == "math":  # white space between its parts means nothing
                line.append("".join("".join(child.itertext()).split()))
            elif (sign := _underlined_sign(child)) is not None:
                line.append(sign)
            else:
                yield from self._walk(child, line)
            line.append(child.tail or "")


def _underlined_sign(element: Element) -> str | None:
    """A sign of comparison that an underline changes: "<" with a line below is "≤"."""
    is_underlined = element.tag in {"u", "underline"} or element.get("styleCode") == "underline"
    return _UNDERLINED.get("".join(element.itertext()).strip()) if is_underlined else None


def _flushed(line: list[str]) -> Iterator[str]:
    text = "".join(line)
    line.clear()
    if _GAP in text:
        text = _BEFORE_STOP.sub(r"\1", _GAPS.sub("", text))
    if text := " ".join(text.split()):
        yield text


def _join(tag: str, text: str, line: list[str]) -> None:
    """Append raised or lowered text so that it is not read as part of the number or word before it."""
    if not text:
        return
    before = next((part[-1] for part in reversed(line) if part), " ")
    if tag == "sup" and text.upper() == "TM":
        text = "™"
    elif tag == "sup" and len(text) == 1 and not text.isdigit() and not "".join(line).strip():
        text += " "  # the sign of a footnote, before its first word
    line.append(_mark_between(tag, before, text) + text)


def _mark_between(tag: str, before: str, text: str) -> str:
    if tag == "sup" and (before.isdigit() or before == ")"):
        return "" if _ORDINAL.match(text) or text == "™" else "^"
    if tag == "sup" and before.isalpha() and text.isalpha():
        return "^"  # the sign of a footnote is no letter of the word
    if tag == "sub" and before.isdigit() and text[0].isdigit():
        return "_"
    if tag == "sub" and before.isupper() and text[0].isupper():
        return "-"  # GABA-A, as the name is written without lowered letters
    return ""
