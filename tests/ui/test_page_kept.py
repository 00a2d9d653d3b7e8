"""What the browser keeps and sends: shown again as it was, or refused in words, whatever it holds."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.record import Kind
from tests.ui.replies import kept
from ui.page_request import TURNS_KEPT, Asked, RequestError, load_groups, read_kept

keys = st.sampled_from(["number", "question", "answer", "x"])
json_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=20),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(keys, part, max_size=4),
)


def test_a_kept_conversation_comes_back_as_it_was(replies, answered):
    html = replies.kept(json.dumps([kept(answered, narrowed="trials")]))
    again = replies.html(answered).replace('data-state="done"', 'data-state="kept"')
    assert html.replace('<p class="cw-narrowed">Only: trials</p>', "").replace(
        "&quot;narrowed&quot;: &quot;trials&quot;", "&quot;narrowed&quot;: &quot;&quot;"
    ) == again  # fmt: skip


def test_a_forged_citation_shows_no_other_words_as_the_passage(replies, answered):
    forged = json.loads(json.dumps(kept(answered)))
    for part in forged["answer"]["statements"]:
        for each in part["citations"]:
            each["quote"] = "<img src=x onerror=alert(1)>"
    html = replies.kept(json.dumps([forged]))
    assert "<img" not in html
    assert "<mark>&lt;img src=x onerror=alert(1)&gt;</mark></blockquote>" in html


@pytest.mark.parametrize(
    "text", ["", "null", "{", "[1, null, {}]", '[{"number": 1}]', "[" * 100_000, "9" * 5_000_000]
)
def test_what_cannot_be_read_is_left_out(replies, text):
    turns, _ = read_kept(text)
    assert turns == []
    replies.kept(text)


@settings(max_examples=60, deadline=None)
@given(json_values)
def test_any_json_is_read_without_an_error(value):
    read_kept(json.dumps(value))


def test_one_broken_turn_costs_no_other_and_is_counted(replies, answered):
    rows = [kept(answered), {"number": 9}, kept(answered, number=5)]
    turns, lost = read_kept(json.dumps(rows))
    assert ([each.number for each in turns], lost) == ([4, 5], 1)
    assert "1 of the earlier answers could not be shown again" in replies.kept(json.dumps(rows))
    many = [kept(answered, number=number) for number in range(1, 60)]
    assert len(read_kept(json.dumps(many))[0]) == TURNS_KEPT
    twice = [kept(answered), kept(answered)]
    assert len(read_kept(json.dumps(twice))[0]) == 1, "ids in the page would repeat"


@pytest.mark.parametrize(
    "sent",
    [
        "x",
        '{"groups": ["everything"]}',
        '{"since": 2020, "until": 2000}',
        '{"since": 12}',
        '{"earlier": 5}',
        '{"who": 1}',
        json.dumps({"earlier": ["x"] * 30}),
    ],
)
def test_a_request_that_the_page_does_not_send_is_refused_in_words(replies, sent):
    with pytest.raises(RequestError):
        Asked.read(sent)
    ((html, box),) = replies.reply("how does diazepam work", sent)
    assert 'data-outcome="error"' in html
    assert "nothing shown here is medical advice" in html
    assert box == ""


def test_every_kind_can_be_chosen_and_stands_in_one_group():
    kinds = [kind for group in load_groups() for kind in group.kinds]
    assert sorted(kinds) == sorted(Kind)
