"""Make text of a PDF's lines: paragraphs that flow, under the headings that its type shows, page by page.

Not for reading the file (`ingest.pdf_lines`), nor for the order of the lines (`ingest.pdf_order`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from ingest.document import Section, normalise
from ingest.pdf_lines import Line, Page
from ingest.pdf_order import in_reading_order, paragraphs, without_running_lines
from ingest.writer import Writer

# A hyphen, hard or soft, at the end of a line inside a word.
_BROKEN_WORD = re.compile(r"(?<=(\w))[-\u2010\u00ad] ?\n ?(?=(\w))")
_LINE_END = re.compile(r"(?<!\n) ?\n(?!\n) ?")
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*$")
_FIRST_SENTENCE = re.compile(r".*?[.!?][\"'”’)\]]*(?=\s+[A-Z\d]|\s*$)", re.DOTALL)

_LARGER = 1.12  # times the size of the running text: a heading
_SMALLER = 0.92  # times the size of the running text: a note or a caption
_TITLE = 1.25  # times the size of the running text, on the first page: the title
_LONGEST_HEADING = 120  # characters
_LONGEST_BOLD = 80  # characters of a bold line that is a heading, and no paragraph with emphasis
_LONG_PARAGRAPH = 150  # characters: running text, under the title
_TITLE_CHARS = range(8, 300)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a heading.

    Attributes:
        size: Of its type, in points, to the half.
        level: Of a heading, 1 the highest; 0 is a paragraph.
    """

    text: str
    page: int
    size: float
    bold: bool
    level: int = 0


def read_blocks(pages: Sequence[Page]) -> list[Block]:
    """Paragraphs and headings of a PDF, in reading order."""
    blocks = [
        Block(text, page.number, _size(group), all(line.bold for line in group))
        for page in without_running_lines(pages)
        for column in in_reading_order(page.lines)
        for group in paragraphs(column)
        if (text := flowing_text("\n".join(line.text for line in group)))
    ]
    if not blocks:
        return []
    body = _body(blocks)
    return list(_with_whole_sentences(_with_levels(blocks, body), body.size))


def shown_title(blocks: Sequence[Block]) -> str:
    """What stands in the largest type on the first page before its text; empty where no type stands out."""
    if not blocks:
        return ""
    body = _body(blocks)
    above = takewhile(lambda block: block.level or len(block.text) < _LONG_PARAGRAPH, blocks)
    first = [block for block in above if block.page == blocks[0].page and len(block.text) in _TITLE_CHARS]
    largest = max(first, key=lambda block: block.size, default=body)
    return largest.text if largest.size >= _TITLE * body.size else ""


def written(blocks: Sequence[Block], title: str) -> tuple[str, tuple[Section, ...]]:
    """The text, and its sections, each on one page; the title, which is in the record, is not repeated."""
    writer = Writer()
    kept = [block for block in blocks if not block.level or _alike(block.text) != _alike(title)]
    for block, following in zip(kept, [*kept[1:], None], strict=True):
        if block.page != writer.page:
            writer.turn_to(block.page)
        # Large type with nothing under it is no heading: authors, the rows of a table, a poster.
        if block.level and following is not None and not 0 < following.level <= block.level:
            writer.heading(block.level, block.text)
        else:
            writer.add(block.text)
    writer.close()
    return writer.text, tuple(writer.sections)


def flowing_text(lines: str) -> str:
    """Turn lines into running text: broken words are joined, paragraphs stay apart."""
    # Before `normalise`, which takes soft hyphens away and with them the sign that the word goes on.
    joined = normalise(_BROKEN_WORD.sub(_join, lines.replace("\r\n", "\n")))
    return _LINE_END.sub(" ", joined).strip()


def _join(match: re.Match[str]) -> str:
    # "anxi-/ety" is one word; the hyphen of "5-/HT" or "GABA-/A" belongs to the name.
    is_word = match[1].islower() and match[2].islower()
    return "" if is_word or "\u00ad" in match[0] else "-"


def _size(lines: Sequence[Line]) -> float:
    return round(max(lines, key=lambda line: len(line.text)).size * 2) / 2


def _body(blocks: Sequence[Block]) -> Block:
    """A block of the type that most of the text is set in."""
    chars: Counter[tuple[float, bool]] = Counter()
    for block in blocks:
        chars[block.size, block.bold] += len(block.text)
    size, bold = max(chars, key=lambda each: (chars[each], -each[0]))
    return Block("", 0, size, bold)


def _with_levels(blocks: Sequence[Block], body: Block) -> list[Block]:
    """Find the headings: larger type than the text, the largest highest; below them short bold lines."""
    larger = sorted({block.size for block in blocks if _is_larger(block, body)}, reverse=True)
    return [
        replace(block, level=1 + larger.index(block.size)) if _is_larger(block, body)
        else replace(block, level=1 + len(larger)) if _is_bold_heading(block, body)
        else block
        for block in blocks
    ]  # fmt: skip


def _is_larger(block: Block, body: Block) -> bool:
    words = any(char.isalpha() for char in block.text)
    return block.size >= _LARGER * body.size and words and len(block.text) <= _LONGEST_HEADING


def _is_bold_heading(block: Block, body: Block) -> bool:
    is_apart = block.bold and not body.bold and block.size >= _SMALLER * body.size
    begins = block.text[0].isupper() or block.text[0].isdigit()
    return is_apart and begins and len(block.text) <= _LONGEST_BOLD and not _SENTENCE_END.search(block.text)


def _with_whole_sentences(blocks: Sequence[Block], body_size: float) -> Iterator[Block]:
    """Bring together what a new column or page has cut: a passage never spans two pages, its sentences may.

    A paragraph that goes on in the next column is joined to it; of one that goes on overleaf, the sentence
    that was cut stands on the page where it begins.
    """
    waiting: list[Block] = []  # a paragraph that may go on, and the notes at the foot of its page
    for block in blocks:
        begun = waiting[0] if waiting else None
        is_note = not block.level and block.size < _SMALLER * body_size
        if begun is not None and is_note:
            waiting.append(block)
            continue
        if begun is not None and _goes_on(begun, block):
            cut = block.text if block.page == begun.page else _first_sentence(block.text)
            waiting[0] = replace(begun, text=flowing_text(f"{begun.text}\n{cut}"))
            rest = block.text[len(cut) :].strip()
            if not rest:
                continue
            block = replace(block, text=rest)  # noqa: PLW2901 - what is left of it
        yield from waiting
        waiting = [block]
    yield from waiting


def _goes_on(begun: Block, block: Block) -> bool:
    is_cut = not (begun.level or block.level) and not _SENTENCE_END.search(begun.text)
    return is_cut and block.text[0].islower() and block.page - begun.page in {0, 1}


def _first_sentence(text: str) -> str:
    found = _FIRST_SENTENCE.match(text)
    return found[0] if found else text


def _alike(text: str) -> str:
    return " ".join(text.casefold().split())
