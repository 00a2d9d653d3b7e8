"""An answer that is worded as it streams: shown as it is verified, kept where the model breaks off."""

import threading

import pytest

from retrieval.events import Done, Opening, StatementReady
from tests.generation.check import check
from tests.generation.scripts import QUESTION, shortens


def test_statements_are_streamed_as_they_are_verified_and_make_the_answer(with_model, plain, citewell):
    seen = threading.Event()

    def script(call):
        first, *rest = shortens(call).splitlines(keepends=True)
        call.head()
        call.chunk(first)
        assert seen.wait(20)  # the reply goes on only after the first statement was shown
        call.chunk("".join(rest), "stop")

    with with_model(script) as (worded, _):
        events = []
        for each in worded.stream(QUESTION):
            events.append(each)
            if isinstance(each, StatementReady):
                seen.set()
    assert isinstance(events[0], Opening)
    answer = events[-1].answer
    assert isinstance(events[-1], Done)
    shown = tuple(each.statement for each in events if isinstance(each, StatementReady))
    assert shown == answer.statements
    assert shown[0].worded_by == "model"
    listed = [*events[0].sources, *(one for each in events[1:-1] for one in each.sources)]
    assert tuple(listed) == answer.sources
    check(answer, citewell, plain)


@pytest.mark.parametrize(
    "question",
    [
        QUESTION,
        "is diazepam addictive",
        "what is the capital of France",
        "i took 30 xanax",
        "how much diazepam should I take",
    ],
)
def test_without_a_model_the_stream_is_the_answer_too(question, citewell):
    events = list(citewell.stream(question))
    answer = citewell.ask(question)
    assert isinstance(events[0], Opening)
    assert events[0].warnings == answer.warnings
    assert tuple(each.statement for each in events[1:-1]) == answer.statements
    assert events[-1].answer.statements == answer.statements
    assert answer.receipt.llm is None


def test_a_reader_who_leaves_closes_the_connection(with_model):
    def script(call):
        call.head()
        call.chunk(shortens(call).splitlines(keepends=True)[0])
        call.wait_for_hang_up()

    with with_model(script) as (worded, server):
        events = worded.stream(QUESTION)
        while not isinstance(next(events), StatementReady):
            pass
        events.close()
        assert server.hung_up.wait(10)


def dies(call):
    reply = shortens(call)
    call.head()
    call.chunk(reply[: len(reply.splitlines()[0]) + 30])


def test_a_model_that_dies_in_mid_stream_keeps_what_was_verified(with_model, plain, citewell):
    with with_model(dies) as (worded, server):
        answer = worded.ask(QUESTION)
    check(answer, citewell, plain)
    assert answer.statements[0].worded_by == "model"
    assert len(answer.statements) >= len(plain.statements)
    assert any("broke off" in note for note in answer.notes)
    assert len(server.calls) == 1  # what was begun is not asked for again
