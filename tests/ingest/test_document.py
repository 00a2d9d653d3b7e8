import unicodedata

import pytest
from hypothesis import given, settings

from ingest.document import Span, digest, normalise
from tests.ingest.wild import texts


@settings(max_examples=300, deadline=None)
@given(texts)
def test_normalising_again_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)


@settings(max_examples=200, deadline=None)
@given(texts)
def test_nothing_hidden_stays(text):
    once = normalise(text)
    assert not [
        char
        for char in once
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"} and char not in "\n\t\u200c\u200d"
    ]
    once.encode("utf-8")  # no lone surrogates


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("end.\x0cNext", "end.\nNext"),
        ("a\x85b\x0bc", "a\nb\nc"),
        ("e\u0301", "é"),
        ("e\u200b\u0301", "é"),
        ("\ufeffa\u202eb\x00", "ab"),
        ("👩\u200d👧", "👩\u200d👧"),
    ],
)
def test_what_is_kept(given, kept):
    assert normalise(given) == kept


def test_a_digest_keeps_its_parts_apart():
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("\ud800")
    assert len(digest("a", length=12)) == 12


def test_a_span_is_half_open():
    assert Span(1, 3).of("abcd") == "bc"
