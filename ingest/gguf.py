"""Read a GGUF file (version 3): its values, and its tensors in the three kinds that the packaged model has.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. The library `gguf`, which the tests
hold this against, reads more of it and takes three seconds longer to open a vocabulary, of the ten that a
cold answer may take.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float32]

_MAGIC, _VERSION, _ALIGNMENT = b"GGUF", 3, 32
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_BLOCK = 32  # numbers that share a scale
# Of each kind of tensor, how a block of it is stored: in Q4_1 a byte holds a number of each half of it.
_F32, _Q4_1, _Q8_0 = 0, 3, 8
_STORED = {
    _F32: np.dtype([("numbers", "<f4", 1)]),
    _Q4_1: np.dtype([("scale", "<f2"), ("least", "<f2"), ("halves", "u1", _BLOCK // 2)]),
    _Q8_0: np.dtype([("scale", "<f2"), ("numbers", "i1", _BLOCK)]),
}


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor lies.

    Attributes:
        shape: The last axis is that along which blocks lie.
        kind: How it is stored.
        at: Byte in the file.
    """

    shape: tuple[int, ...]
    kind: int
    at: int


class Gguf:
    """A file, opened: `values` and `tensors` by name.

    Raises:
        OSError: It cannot be read.
        ValueError: It is of another format or version.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._at = 0
        magic, version, tensors, values = self._take("4sIQQ")
        if (magic, version) != (_MAGIC, _VERSION):
            raise ValueError(f"{path.name} is not a GGUF file of version {_VERSION}")
        self.values: dict[str, Any] = {self._string(): self._value(self._take("I")[0]) for _ in range(values)}
        infos = [self._info() for _ in range(tensors)]
        start = self._at + -self._at % self.values.get("general.alignment", _ALIGNMENT)
        self.tensors = {name: Tensor(shape, kind, start + at) for name, shape, kind, at in infos}

    def numbers(self, name: str, rows: NDArray[np.intp] | None = None) -> Numbers:
        """A tensor, or some rows of it, unpacked.

        Raises:
            KeyError: There is none of that name, or it is of a kind that is not known here.
        """
        tensor = self.tensors[name]
        stored = _STORED[tensor.kind]
        holds = 1 if tensor.kind == _F32 else _BLOCK
        shape = (*tensor.shape[:-1], tensor.shape[-1] // holds)
        blocks = np.frombuffer(self._data, stored, int(np.prod(shape)), tensor.at).reshape(shape)
        if rows is not None:
            blocks = blocks[rows]
        return _unpacked(blocks, tensor.kind).reshape(*blocks.shape[:-1], -1)

    def _info(self) -> tuple[str, tuple[int, ...], int, int]:
        name = self._string()
        lengths = self._take(f"{self._take('I')[0]}Q")  # the axis along which it lies first
        kind, at = self._take("IQ")
        return name, lengths[::-1], kind, at

    def _value(self, kind: int) -> Any:  # noqa: ANN401  (as the file has it)
        if kind == _STRING:
            return self._string()
        if kind != _ARRAY:
            return self._take(_SCALARS[kind])[0]
        kind, count = self._take("IQ")
        if kind == _STRING:
            return [self._string() for _ in range(count)]
        return list(self._take(f"{count}{_SCALARS[kind]}"))

    def _string(self) -> str:
        start = self._at + 8
        self._at = start + int.from_bytes(self._data[self._at : start], "little")
        return self._data[start : self._at].decode("utf-8")

    def _take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{form}", self._data, self._at)
        self._at += struct.calcsize(f"<{form}")
        return found


def _unpacked(blocks: NDArray[np.void], kind: int) -> Numbers:
    """The numbers of some blocks, shape (..., blocks, numbers of a block)."""
    if kind == _Q4_1:
        halves = blocks["halves"]
        packed = np.concatenate([halves & 0x0F, halves >> 4], axis=-1).astype(np.float32)
        scale, least = (blocks[each].astype(np.float32)[..., None] for each in ("scale", "least"))
        found: Numbers = packed * scale + least
        return found
    numbers: Numbers = blocks["numbers"].astype(np.float32)
    return numbers if kind == _F32 else numbers * blocks["scale"].astype(np.float32)[..., None]
