import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.document import normalise
from ingest.sentences import sentence_spans
from tests.ingest.wild import texts


@settings(max_examples=400, deadline=None)
@given(texts, st.sampled_from([1, 7, 80, 1200]))
def test_every_character_lies_in_exactly_one_sentence(text, longest):
    text = normalise(text)
    covered = [0] * len(text)
    spans = sentence_spans(text, longest)
    for span in spans:
        sentence = span.of(text)
        assert sentence == sentence.strip() != ""
        assert len(sentence) <= longest
        for at in range(span.start, span.end):
            covered[at] += 1
    assert all(count == 1 for char, count in zip(text, covered, strict=True) if not char.isspace())
    assert max(covered, default=0) <= 1
    assert spans == sorted(spans, key=lambda span: span.start)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It helps. It harms.", ["It helps.", "It harms."]),
        ("Dr. Smith gave 5.5 mg. It helped.", ["Dr. Smith gave 5.5 mg.", "It helped."]),
        ("A heading\n\nA sentence.", ["A heading", "A sentence."]),
        ("Vitamin K\u00a0. Next one.", ["Vitamin K\u00a0.", "Next one."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text, expected):
    assert [span.of(text) for span in sentence_spans(text, 1200)] == expected


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2028", "\u3000", "\u2009"])
def test_a_white_space_of_several_bytes_does_not_kill_the_segmenter(space):
    text = f"X A{space}.y Z"
    assert "".join("".join(span.of(text).split()) for span in sentence_spans(text, 99)) == "XA.yZ"


def test_what_is_too_long_is_cut_where_it_hurts_least():
    text = "one; two, three four"
    assert [span.of(text) for span in sentence_spans(text, 12)] == ["one;", "two,", "three four"]
    assert [span.of("a" * 25) for span in sentence_spans("a" * 25, 10)] == ["a" * 10, "a" * 10, "a" * 5]


@pytest.mark.parametrize("text", ["a. " * 20000, "(" * 20000, "\n" * 20000, "\n x" * 20000, "Dr. " * 20000])
def test_a_long_text_takes_no_long_time(text):
    started = time.perf_counter()
    sentence_spans(text, 1200)
    assert time.perf_counter() - started < 5
