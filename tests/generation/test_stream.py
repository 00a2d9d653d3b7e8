"""Time and length of a reply hold whatever the provider's own code does."""

import asyncio

import pytest
from langchain_core.messages import AIMessageChunk

from retrieval.model.stream import Limits, ModelFailed, stream


class Stubborn:
    """A chat model whose code loses cancellations, as asyncio.wait_for may before Python 3.12."""

    def __init__(self):
        self.ended = False

    async def astream(self, messages):
        try:
            while True:
                try:
                    await asyncio.sleep(0.01)
                except asyncio.CancelledError:
                    await asyncio.sleep(0.01)
                yield AIMessageChunk(content=" ")
        finally:
            self.ended = True


def test_a_lost_cancellation_does_not_lose_the_time_limit():
    model = Stubborn()
    with pytest.raises(ModelFailed) as raised:
        list(stream(model, [("user", "q")], Limits(0.2, 10**9)))
    assert raised.value.why == "slow"
    assert model.ended


def test_a_lost_cancellation_does_not_outlive_the_reader():
    model = Stubborn()
    pieces = stream(model, [("user", "q")], Limits(3600, 10**9))
    assert next(pieces) == " "
    pieces.close()
    assert model.ended


def test_a_reply_in_a_running_event_loop():
    """As in a notebook, where the caller's thread has a loop of its own."""

    class Brief:
        async def astream(self, messages):
            yield AIMessageChunk(
                content=[{"type": "text", "text": "ab"}, {"type": "reasoning", "reasoning": "x"}]
            )
            yield AIMessageChunk(content="c", response_metadata={"stop_reason": "end_turn"})

    async def inside():
        return "".join(stream(Brief(), [("user", "q")], Limits(20, 100)))

    assert asyncio.run(inside()) == "abc"
