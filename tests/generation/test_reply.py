"""A reply is read alike however it is cut, in any dress, and never raises."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from retrieval.model.reply import Proposed, ReplyReader

WORDS = st.text(max_size=60)
KEYS = st.lists(st.text(alphabet="p-0123456789abcdef", min_size=1, max_size=9), max_size=4)
PROPOSED = st.builds(
    lambda text, heading, cites: Proposed(text=text, heading=heading, cites=tuple(cites)), WORDS, WORDS, KEYS
)
ROWS = st.lists(PROPOSED, max_size=5)


def read(*pieces):
    reader = ReplyReader()
    return [each for piece in pieces for each in reader.feed(piece)], reader


def as_json(each, **how):
    return json.dumps({"heading": each.heading, "text": each.text, "cites": list(each.cites)}, **how)


def cut(text, places):
    ends = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[start:end] for start, end in pairwise(ends)]


@given(ROWS, st.booleans(), st.lists(st.integers(0, 10**6), max_size=20))
def test_what_is_written_as_json_lines_is_read_however_it_is_cut(rows, ascii_only, places):
    text = "".join(as_json(each, ensure_ascii=ascii_only) + "\n" for each in rows)
    found, reader = read(*cut(text, places))
    assert found == rows
    assert not reader.unfinished
    assert reader.refused == 0


@given(ROWS, st.sampled_from([None, 2]))
def test_a_list_or_an_object_around_statements_makes_no_difference(rows, indent):
    objects = [{"heading": each.heading, "text": each.text, "cites": list(each.cites)} for each in rows]
    for whole in (objects, {"statements": objects}):
        found, reader = read("```json\n" + json.dumps(whole, indent=indent) + "\n```")
        assert found == rows
        assert reader.refused == 0


@given(
    st.text(alphabet='{}[]":,\\ \nabtexciu0123', max_size=200), st.lists(st.integers(0, 10**6), max_size=10)
)
def test_nonsense_never_raises_and_is_read_alike_however_it_is_cut(text, places):
    whole, first = read(text)
    parts, second = read(*cut(text, places))
    assert whole == parts
    assert (first.refused, first.unfinished, first.length) == (
        second.refused,
        second.unfinished,
        second.length,
    )


@given(st.text(alphabet=st.characters(exclude_characters="{}"), max_size=80), PROPOSED)
def test_prose_with_quotation_marks_hides_no_statement(prose, row):
    assert read(prose + as_json(row) + prose)[0] == [row]


def test_what_is_no_statement_is_counted():
    reader = ReplyReader()
    wrong = [
        '{"text": 3}',
        '{"heading": "x"}',
        '{"text": "a", "cites": [1]}',
        "{broken}",
        '{"text": "a", "cites": 7}',
    ]
    assert [found for each in wrong for found in reader.feed(each)] == []
    assert reader.refused == len(wrong)


def test_a_brace_in_prose_does_not_swallow_what_follows():
    found, _ = read('Use {braces and "quotes\n{"heading": "h", "text": "t", "cites": ["p-1"]}')
    assert found == [Proposed(heading="h", text="t", cites=("p-1",))]
