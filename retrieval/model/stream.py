"""Stream a chat model's reply as text, within a time and a length that hold whatever the server does.

Everything that can go wrong is a `ModelFailed` with one of a few reasons. Not for what the text says.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

_log = logging.getLogger(__name__)

Why = Literal[
    "absent", "down", "busy", "slow", "malformed", "empty", "over_budget", "rejected", "unsupported"
]

_TRIES = 2
_PAUSE_S = 0.5  # before the second try, where the server does not say
_CLOSING_S = 2.0  # waited for a cancelled request to close its connection
_TOO_MANY = 429
_SERVER_ERROR = 500
_CLIENT_ERROR = 400
# The name under which each provider says why a reply ended, and what it calls an end for want of room.
_ENDINGS = ("finish_reason", "stop_reason", "done_reason")
_CUT_SHORT = frozenset({"length", "max_tokens", "model_length"})


class ModelFailed(Exception):  # noqa: N818  (an outcome that is expected and handled, never shown)
    """The model gave no whole reply.

    Args:
        why: The reason, as `messages.yaml` explains it.
    """

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reply may take: seconds in all, a second try included, and characters."""

    seconds: float
    characters: int


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    """The event loop of all requests, in one daemon thread of its own, started with the first.

    One for the program: providers' packages keep one pool of connections each, which belongs to the loop that
    it was first used in. An event loop, because a request in it can be cancelled at any byte.
    """
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="citewell-model", daemon=True).start()
    return loop


@dataclass(frozen=True, slots=True)
class _End:
    """The last thing that a request puts into its queue."""

    failure: ModelFailed | None


@dataclass(frozen=True)
class _Request:
    """One request as the loop's thread works on it, and as the reader's thread waits for it.

    Attributes:
        until: When its time is over, by the monotonic clock.
        pieces: What was received, and at last an end.
        given_up: Set when nobody reads any more.
        closed: Set when nothing of it is left.
    """

    model: BaseChatModel
    messages: Sequence[tuple[str, str]]
    most: int
    until: float
    pieces: SimpleQueue[str | _End] = field(default_factory=SimpleQueue)
    given_up: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds_left(self) -> float:
        return self.until - time.monotonic()


def stream(model: BaseChatModel, messages: Sequence[tuple[str, str]], limits: Limits) -> Generator[str]:
    """Yield the reply piece by piece.

    Closing the iterator early, or an interrupt while it waits, closes the connection.

    Args:
        model: The chat model.
        messages: Pairs of role and text.
        limits: What the reply may take.

    Raises:
        ModelFailed: The model could not be reached, was too slow, broke off, or said too much.
    """
    request = _Request(model, messages, limits.characters, time.monotonic() + limits.seconds)
    running = asyncio.run_coroutine_threadsafe(_work(request), _loop())
    try:
        while True:
            piece = _next(request)
            if isinstance(piece, _End):
                if piece.failure is not None:
                    raise piece.failure
                return
            yield piece
    finally:
        request.given_up.set()
        running.cancel()
        request.closed.wait(_CLOSING_S)


def _next(request: _Request) -> str | _End:
    try:
        return request.pieces.get(timeout=max(0.0, request.seconds_left) + _CLOSING_S)
    except Empty:  # a provider's code blocks the loop, so that its own clock stands still
        raise ModelFailed("slow") from None


async def _work(request: _Request) -> None:
    """Put the pieces of a reply into the queue, and at last, whatever happens, an end."""
    failure: ModelFailed | None = None
    try:
        async with asyncio.timeout(request.seconds_left):
            await _receive(request)
    except ModelFailed as failed:
        failure = failed
    except TimeoutError:
        failure = ModelFailed("slow")
    except Exception as error:
        # Never the message: a provider's may quote the key or the question.
        _log.warning("the chat model failed: %s, status %s", type(error).__name__, _status(error))
        failure = ModelFailed(_reason(error))
    finally:
        request.pieces.put(_End(failure))
        request.closed.set()


async def _receive(request: _Request) -> None:
    for tries_left in reversed(range(_TRIES)):
        begun = False
        try:
            async with aclosing(_texts(request)) as texts:
                async for piece in texts:
                    begun = True
                    request.pieces.put(piece)
        except Exception as error:
            pause = _pause(error)
            if begun or not tries_left or pause is None or pause >= request.seconds_left:
                raise
            await asyncio.sleep(pause)
        else:
            return


async def _texts(request: _Request) -> AsyncGenerator[str]:
    """The text of a reply; it must end as replies end, neither cut off nor cut short."""
    length, ending = 0, None
    chunks = cast("AsyncGenerator[AIMessageChunk]", request.model.astream(list(request.messages)))
    async with aclosing(chunks):
        async for chunk in chunks:
            # A cancellation that meets an arriving chunk is lost in asyncio.wait_for (before Python 3.12),
            # which providers use: so the time is looked at here as well.
            if request.given_up.is_set() or request.seconds_left <= 0:
                raise ModelFailed("slow")
            ending = next((each for name in _ENDINGS if (each := chunk.response_metadata.get(name))), ending)
            text = str(chunk.text)
            length += len(text)
            if length > request.most:
                raise ModelFailed("over_budget")
            if text:
                yield text
    if ending in _CUT_SHORT:
        raise ModelFailed("over_budget")
    if ending is None:
        raise ModelFailed("down" if length else "malformed")


def _pause(error: BaseException) -> float | None:
    """Seconds to wait before a request is worth repeating; None when it is not."""
    status = _status(error)
    if status is None or not (status == _TOO_MANY or status >= _SERVER_ERROR):
        return None
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    return _seconds(str(headers.get("retry-after") or ""))


def _seconds(retry_after: str) -> float:
    """Seconds of a `Retry-After` header, which holds a number or a date (RFC 9110, 10.2.3)."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return _PAUSE_S
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) and status >= _CLIENT_ERROR else None


def _reason(error: BaseException) -> Why:
    """Why a request failed; providers share no class of errors, but they share statuses and names."""
    status = _status(error)
    if status is not None:
        if status == _TOO_MANY:
            return "busy"
        return "down" if status >= _SERVER_ERROR else "rejected"
    names = " ".join(type(each).__name__ for each in _chain(error))
    if "Timeout" in names:
        return "slow"
    if isinstance(error, (ValueError, TypeError, LookupError, AttributeError)):
        return "malformed"
    return "down"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
