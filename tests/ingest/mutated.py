"""Damaged copies of a file, for hypothesis: cut, doubled, overwritten, shuffled."""

from collections.abc import Callable

from hypothesis import strategies as st

from corpus.errors import CitewellError

_HOSTILE = [
    b"<",
    b">",
    b"&",
    b'"',
    b"\x00",
    b"\xff\xfe",
    b"]]>",
    b"<!--",
    b"\n",
    b"{",
    b"[" * 400,
    b"<b>" * 400,
    b"9" * 40,
]


@st.composite
def mutated(draw, original: bytes) -> bytes:
    """The bytes of a file after one to six damages."""
    data = bytearray(original)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        length = draw(st.integers(1, 60))
        match draw(st.sampled_from(["cut", "drop", "double", "insert", "overwrite", "end"])):
            case "cut":
                del data[at : at + length]
            case "drop":
                del data[at : at + 8 * length]
            case "double":
                data[at:at] = data[at : at + length]
            case "insert":
                data[at:at] = draw(st.one_of(st.sampled_from(_HOSTILE), st.binary(max_size=20)))
            case "overwrite":
                data[at : at + 4] = draw(st.binary(min_size=4, max_size=4))
            case "end":
                del data[at:]
    return bytes(data)


def told_by(reading: Callable[[], object]) -> str | None:
    """What an error of ours says was wrong; None when all went well. Any other error is not caught."""
    try:
        reading()
    except CitewellError as error:
        return error.what
    return None
