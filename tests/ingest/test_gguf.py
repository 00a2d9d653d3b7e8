"""The packaged language model's file is read as the library of the format reads it."""

import numpy as np
import pytest
from gguf import GGUFReader, dequantize

from ingest import causal
from ingest.gguf import Gguf

PATH = causal.model_file()


@pytest.fixture(scope="module")
def read():
    return Gguf(PATH)


@pytest.fixture(scope="module")
def by_the_library():
    return GGUFReader(PATH)


def test_the_values_are_those_of_the_file(read, by_the_library):
    names = [name for name in by_the_library.fields if not name.startswith("GGUF.")]
    assert list(read.values) == names
    for name in names:
        assert read.values[name] == by_the_library.fields[name].contents(), name


def test_every_tensor_is_unpacked_alike(read, by_the_library):
    assert set(read.tensors) == {each.name for each in by_the_library.tensors}
    for each in by_the_library.tensors:
        rows = np.array([0, each.data.shape[0] - 1])
        expected = dequantize(each.data[rows], each.tensor_type)
        if each.data.ndim > 1:
            assert np.array_equal(read.numbers(each.name, rows), expected), each.name
        else:
            assert np.array_equal(read.numbers(each.name)[rows], expected), each.name


def test_another_format_is_refused(tmp_path):
    (tmp_path / "other").write_bytes(b"GGUF" + bytes(60))
    with pytest.raises(ValueError, match="version 3"):
        Gguf(tmp_path / "other")
