"""Read the pages of a PDF as lines of text with their places and sizes, by PDFium.

Not for what the lines mean together: see `ingest.pdf_text`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from statistics import median
from typing import Any

from corpus.errors import SourceUnreadableError

_MOST_CHARS = 200_000  # of a page: what has more is a drawing made of letters
_LINE_END_HYPHEN = ("\x02", "\ufffe")  # as PDFium gives a hyphen at the end of a line
_STREAM = re.compile(rb"\bstream\r?\n(?=[\x08-\x78][\x01\x5e\x9c\xda])")  # where one packed by zlib begins
_BLOCK = 1 << 20  # bytes; of a packed stream, so much is looked at: a bomb inflates a thousandfold
_LARGEST_STREAM = 48 << 20  # bytes: a page has a few million at most, a picture of one seldom more than 30
_SMALLEST, _STEEPEST = 0.5, 0.1  # points, radians: what is smaller or steeper is not read as a line


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of text on one base line, with nothing beside it that is as near as a word.

    Attributes:
        left: In points from the left edge of the page; `right` likewise.
        bottom: In points from the lower edge of the page; `top` likewise.
        size: Height of its characters from the deepest to the highest of its font, in points.
        bold: Whether all of it is in bold type.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its lines in the order in which the file has them, and its height in points."""

    number: int
    height: float
    lines: tuple[Line, ...]


class PdfFile:
    """An open PDF.

    Raises:
        SourceUnreadableError: It is locked, or no PDF.
    """

    def __init__(self, path: Path, name: str) -> None:
        from pypdfium2 import PdfDocument, PdfiumError

        self._name = name
        try:
            _refuse_bombs(path, name)
            self._file = PdfDocument(path)
        except (PdfiumError, OSError) as error:
            if "password" in str(error).casefold():
                raise SourceUnreadableError(
                    f"{name}: is protected by a password.", "Save a copy without the password."
                ) from error
            raise self._unreadable(error) from error

    def about(self) -> Mapping[str, str]:
        """What the file says of itself (Title, Subject, ...)."""
        return dict(self._file.get_metadata_dict())

    def pages(self) -> Iterator[Page]:
        """Yield the pages in order; one that is damaged has no lines.

        Raises:
            SourceUnreadableError: None of them can be read.
        """
        from pypdfium2 import PdfiumError

        count, damaged = len(self._file), 0
        for at in range(count):
            try:
                with closing(self._file[at]) as page, closing(page.get_textpage()) as text:
                    yield Page(at + 1, page.get_height(), tuple(_lines(text)))
            except PdfiumError as error:
                damaged += 1
                if damaged == count:
                    raise self._unreadable(error) from error
                yield Page(at + 1, 0.0, ())

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _unreadable(self, error: Exception) -> SourceUnreadableError:
        return SourceUnreadableError(
            f"{self._name}: is not a readable PDF ({' '.join(str(error).split())[:200]}).",
            "Open it and save it again as PDF, or export its text.",
        )


def _refuse_bombs(path: Path, name: str) -> None:
    """Refuse a file with a small stream that inflates to a huge one: PDFium would hold all of it.

    Raises:
        SourceUnreadableError: There is one.
        OSError: The file cannot be read.
    """
    if not path.stat().st_size:
        return
    with path.open("rb") as file, closing(mmap(file.fileno(), 0, access=ACCESS_READ)) as raw:
        for stream in _STREAM.finditer(raw):
            inflate, size = zlib.decompressobj(), 0
            packed = raw[stream.end() : stream.end() + _BLOCK]
            try:
                while size <= _LARGEST_STREAM and (block := inflate.decompress(packed, _BLOCK)):
                    size += len(block)
                    packed = inflate.unconsumed_tail
            except zlib.error:
                continue  # another filter, or damage, which is for PDFium to judge
            if size > _LARGEST_STREAM:
                raise SourceUnreadableError(
                    f"{name}: holds a part that unpacks to more than {_LARGEST_STREAM >> 20} MB.",
                    "If you trust where it comes from, save it again, or export its text.",
                )


@dataclass(frozen=True, slots=True)
class _Glyph:
    char: str
    at: int
    left: float
    right: float
    bottom: float
    top: float

    @property
    def size(self) -> float:
        return self.top - self.bottom

    def follows(self, other: _Glyph) -> bool:
        """Whether it stands beside the other, as near as the next word; letters of a ligature share a box."""
        size = max(self.size, other.size)
        is_level = min(self.top, other.top) - max(self.bottom, other.bottom) > 0.4 * min(
            self.size, other.size
        )
        return is_level and -size < self.left - other.right < 1.2 * size


def _lines(page: Any) -> Iterator[Line]:  # noqa: ANN401 - pypdfium2 has no types
    line: list[_Glyph] = []
    is_after_space = False
    for glyph in _glyphs(page):
        if glyph.char.isspace():
            is_after_space = True
            continue
        if line and not glyph.follows(line[-1]):
            yield _line(page, line)
            line = []
        elif line and is_after_space:
            line.append(_Glyph(" ", glyph.at, line[-1].right, glyph.left, glyph.bottom, glyph.top))
        line.append(glyph)
        is_after_space = False
    if line:
        yield _line(page, line)


def _glyphs(page: Any) -> Iterator[_Glyph]:  # noqa: ANN401
    """All characters that stand upright, and white space wherever PDFium saw some."""
    from ctypes import byref

    from pypdfium2 import raw

    box = raw.FS_RECTF()
    for at in range(min(page.count_chars(), _MOST_CHARS)):
        code = raw.FPDFText_GetUnicode(page, at)
        char = "-" if chr(code) in _LINE_END_HYPHEN else chr(code)
        if char.isspace():
            yield _Glyph(" ", at, 0, 0, 0, 0)
        elif raw.FPDFText_GetLooseCharBox(page, at, byref(box)):
            glyph = _Glyph(char, at, box.left, box.right, box.bottom, box.top)
            tilt = raw.FPDFText_GetCharAngle(page, at)  # text up the margin is no part of the page's lines
            if glyph.size > _SMALLEST and (tilt < _STEEPEST or tilt > 6.283 - _STEEPEST):
                yield glyph


def _line(page: Any, glyphs: list[_Glyph]) -> Line:  # noqa: ANN401
    drawn = [glyph for glyph in glyphs if glyph.char != " "]
    size = median(glyph.size for glyph in drawn)
    return Line(
        text="".join(glyph.char for glyph in glyphs),
        left=glyphs[0].left,
        right=glyphs[-1].right,
        bottom=median(glyph.bottom for glyph in drawn),
        top=median(glyph.top for glyph in drawn),
        size=size,
        bold=all(_is_bold(page, glyph.at) for glyph in (drawn[0], drawn[-1])),
    )


def _is_bold(page: Any, at: int) -> bool:  # noqa: ANN401
    from ctypes import c_int, create_string_buffer

    from pypdfium2 import raw

    name = create_string_buffer(128)
    raw.FPDFText_GetFontInfo(page, at, name, len(name), c_int())
    return any(
        word in name.value.decode("utf-8", "replace").casefold() for word in ("bold", "black", "heavy")
    )
