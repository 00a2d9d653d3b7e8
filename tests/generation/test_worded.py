"""A model that behaves is used: what it words from the sources stands in the answer."""

import json

import pytest

from tests.generation.check import check
from tests.generation.scripts import FELL_BACK, QUESTION, draft_lines, quote, shortens
from tests.generation.server import line

LEFT_OUT = "left out because the sources did not support"


def joins(call):
    strong, ssri = quote(call, "GABA-A receptor, where"), quote(call, "potent inhibitors")
    first = strong["quote"].partition(", where")[0]
    return line(f"{first}, whereas {ssri['quote']}", strong["key"], ssri["key"]) + draft_lines(call)


@pytest.mark.parametrize("script", [shortens, joins])
def test_a_model_that_keeps_to_the_sources_is_believed_and_named(script, with_model, plain, citewell):
    with with_model(lambda call: call.say(script(call))) as (worded, server):
        answer = worded.ask(QUESTION)
    check(answer, citewell, plain)
    first = answer.statements[0]
    assert first.worded_by == "model"
    assert first.heading == "In short"
    assert "GABA-A receptor" in first.text
    assert len(first.citations) == (2 if script is joins else 1)
    assert any("worded by openai:scripted" in note for note in answer.notes)
    assert not any(LEFT_OUT in note or FELL_BACK in note for note in answer.notes)
    assert answer.receipt.llm == "openai:scripted"
    assert len(server.calls) == 1


@pytest.mark.parametrize(
    "wrap",
    [
        lambda lines: f"```json\n{lines}```",
        lambda lines: f'Here\'s the answer you "asked" for:\n\n{lines}\nHope this helps!',
        lambda lines: json.dumps([json.loads(each) for each in lines.splitlines()], indent=2),
        lambda lines: json.dumps({"statements": [json.loads(each) for each in lines.splitlines()]}),
    ],
    ids=["fenced", "prose", "list", "object"],
)
def test_a_reply_is_read_in_any_dress_that_is_clear(wrap, with_model, plain, citewell):
    with with_model(lambda call: call.say(wrap(shortens(call)))) as (worded, _):
        answer = worded.ask(QUESTION)
    check(answer, citewell, plain)
    assert answer.statements[0].worded_by == "model"
    assert not any(FELL_BACK in note for note in answer.notes)


def test_what_the_model_leaves_out_of_the_draft_is_put_back_in_order(with_model, plain, citewell):
    with with_model(lambda call: call.say(shortens(call).splitlines()[0])) as (worded, _):
        answer = worded.ask(QUESTION)
    check(answer, citewell, plain)
    assert answer.statements[0].worded_by == "model"
    assert [each.text for each in answer.statements[1:]] == [each.text for each in plain.statements]


def test_a_reply_cut_short_for_length_keeps_what_was_verified(with_model, plain, citewell):
    with with_model(lambda call: call.say(shortens(call), finish="length")) as (worded, _):
        answer = worded.ask(QUESTION)
    check(answer, citewell, plain)
    assert answer.statements[0].worded_by == "model"
    assert any("broke off" in note and "more text" in note for note in answer.notes)


def test_two_hundred_statements_make_no_longer_answer(with_model, plain, citewell):
    def script(call):
        rows = [line(each["quote"], each["key"]) for each in call.quotes]
        call.say("".join(rows * (200 // len(rows) + 1)), step=500)

    with with_model(script, llm_max_tokens=30000) as (worded, _):
        answer = worded.ask(QUESTION)
    check(answer, citewell, plain)
    texts = [each.text for each in answer.statements]
    assert len(texts) == len(set(texts))
    assert len(texts) <= max(12, len(plain.statements)) + 2
