"""Read a file block by block, gzipped or not, and decode it; nothing is held but the block at hand.

A small file that unpacks to a huge one is refused. Not for what the text means: see the loaders.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import SourceUnreadableError

_BLOCK = 1 << 18  # bytes
_GZIP = b"\x1f\x8b"
# Text compresses about tenfold, tables of it perhaps fiftyfold; deflate itself ends at 1032.
_MOST_TIMES_LARGER = 200
_ALWAYS_ALLOWED = 16 << 20  # bytes: so much does no harm, however small the file is
_LARGEST = 64 << 30  # bytes that one file may unpack to

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_TEXT_ENCODINGS = re.compile(
    r"utf_?(8|16)|(iso)?_?8859_\d+|latin_?1|l1|(windows_|cp)125\d|(us_)?ascii", re.IGNORECASE
)
_STRAY_BYTES = "citewell-stray-bytes"


def is_gzipped(path: Path) -> bool:
    """Whether a file is gzipped, by its first bytes.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return file.read(2) == _GZIP


def blocks(path: Path, name: str, size: int | None = None) -> Iterator[bytes]:
    """Yield the bytes of a file, unpacked, in pieces of `size` bytes and a last one.

    Raises:
        SourceUnreadableError: It cannot be read, is cut off or damaged, or unpacks to too much; what came
            before was yielded.
    """
    size = size or _BLOCK
    held = b""
    try:
        most = _most(path)
        read = 0
        with gzip.open(path) if is_gzipped(path) else path.open("rb") as file:
            # By single reads: one that meets the damaged place would take with it what it had before.
            while piece := file.read1(size):
                held += piece
                read += len(piece)
                if read > most:
                    raise SourceUnreadableError(
                        f"{name}: unpacks to more than {most >> 20:,} MB.",
                        "Unpack it and split it, if you trust where it comes from.",
                    )
                if len(held) >= size:
                    yield held[:size]
                    held = held[size:]
        yield from _if_any(held)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield from _if_any(held)
        raise SourceUnreadableError(
            f"{name}: is cut off or damaged ({error}).", "Download or copy it again."
        ) from error
    except OSError as error:
        raise SourceUnreadableError(
            f"{name}: cannot be opened ({error.strerror}).",
            "Check that it exists and that you may read it.",
        ) from error


def _most(path: Path) -> int:
    """How many bytes a file may unpack to."""
    if not is_gzipped(path):
        return _LARGEST
    return min(_LARGEST, max(_ALWAYS_ALLOWED, path.stat().st_size * _MOST_TIMES_LARGER))


def _if_any(block: bytes) -> Iterator[bytes]:
    if block:
        yield block


def texts(path: Path, name: str) -> Iterator[str]:
    """Yield the decoded text of a file, block by block: by its mark, its XML declaration, else as UTF-8.

    Bytes that the encoding does not know are read as Windows-1252, as old exports hold them.

    Raises:
        SourceUnreadableError: As `blocks`.
    """
    decoder: codecs.IncrementalDecoder | None = None
    for block in blocks(path, name):
        if decoder is None:
            decoder = _decoder(block)
        if text := decoder.decode(block):
            yield text
    if decoder is not None and (text := decoder.decode(b"", final=True)):
        yield text


def decode(start: bytes) -> str:
    """Decode the start of a file as `texts` does; a character that is cut at its end is left out."""
    return _decoder(start).decode(start)


def _decoder(start: bytes) -> codecs.IncrementalDecoder:
    codecs.register_error(_STRAY_BYTES, _as_windows_1252)
    encoding = next((name for mark, name in _MARKS if start.startswith(mark)), "")
    if not encoding and (declared := _DECLARED.match(start)):
        encoding = declared[1].decode("ascii")
        is_two_bytes = encoding.casefold().startswith("utf-16")  # cannot be: the declaration was readable
        if is_two_bytes or not _TEXT_ENCODINGS.fullmatch(encoding.replace("-", "_")):
            encoding = ""
    try:
        return codecs.getincrementaldecoder(encoding or "utf-8")(_STRAY_BYTES)
    except LookupError:
        return codecs.getincrementaldecoder("utf-8")(_STRAY_BYTES)


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", "replace"), error.end
