"""`POST /v1/ask`: one question, one Answer, as JSON or as server-sent events.

An emergency is helped before anything else is looked at: no queue, no rate, no index keeps help back.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import Response, StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import TypeAdapter

from retrieval.answer import Answer, Outcome, Receipt
from retrieval.events import Done, Event, Opening, StatementReady, whole
from retrieval.present import present
from ui.api.describe import problems
from ui.api.problem import ProblemError, busy, not_ready
from ui.api.room import BusyError, Job
from ui.api.schemas import AskRequest
from ui.api.service import Client, Service, Serving

_STREAM = "text/event-stream"
_QUIET_S = 10.0  # a comment is sent when nothing else was for so long: proxies drop silent connections
_TOO_SLOW = "No answer was found within the time that this server gives to one. Ask again, or ask for less."
_NAMES = {Opening: "opening", StatementReady: "statement", Done: "done"}
_EVENT = TypeAdapter[Event](Event)

_EXAMPLE_STREAM = (
    'event: opening\ndata: {"warnings":[],"sources":[]}\n\nevent: statement\ndata: {"statement":...}\n\n'
)


def ask_router() -> APIRouter:
    """The route."""
    router = APIRouter(tags=["answers"])
    router.add_api_route(
        "/v1/ask",
        ask,
        methods=["POST"],
        response_model=Answer,
        responses={
            **problems(),
            200: {
                "description": "The Answer, or the events 'opening', 'statement' and 'done'.",
                "content": {_STREAM: {"schema": {"type": "string"}, "example": _EXAMPLE_STREAM}},
            },
        },
    )
    return router


async def ask(
    request: AskRequest, service: Serving, client: Client, accept: Annotated[str, Header()] = "*/*"
) -> Response:
    """Answer a question from the sources, each statement with its citations.

    Every answer carries the disclaimer, which is to be shown with it.
    """
    begun = time.perf_counter()
    as_stream = _STREAM in accept
    urgent = await service.help_at_once(request.question, request.earlier)
    if urgent is not None:
        service.metrics.answers.labels(urgent.outcome.value).inc()
        return _streamed(_said(urgent)) if as_stream else _json(urgent)
    service.count(client)
    filters = request.filters.filters()
    try:
        job = service.room.enter(lambda: service.citewell.stream(request.question, request.earlier, filters))
    except BusyError as error:
        service.metrics.refused.labels("busy").inc()
        raise busy(error.retry_after_s) from None
    reading = _Reading(service, job, request.question, begun)
    try:
        first = await reading.next()
        if isinstance(first, Done) and first.answer.outcome is Outcome.ERROR:
            raise _failure(service)
        if as_stream:
            return _streamed(reading.texts(first))
        while not isinstance(first, Done):
            first = await reading.next()
    except TimeoutError:
        job.stop()
        service.metrics.refused.labels("time").inc()
        raise ProblemError(503, _TOO_SLOW, {"Retry-After": "5"}) from None
    except asyncio.CancelledError:  # whoever asked has gone
        job.stop()
        raise
    if first.answer.outcome is Outcome.ERROR:
        raise _failure(service)
    return _json(first.answer)


class _Reading:
    """The events of one answer, within the time that it may take."""

    def __init__(self, service: Service, job: Job[Event], question: str, begun: float) -> None:
        self.service, self.job, self.question, self.begun = service, job, question, begun
        self._has_words = False

    @property
    def left_s(self) -> float:
        return self.service.settings.serve_timeout_s - (time.perf_counter() - self.begun)

    async def next(self, within_s: float | None = None) -> Event:
        """The next event.

        Raises:
            TimeoutError: It does not come in time.
        """
        within_s = self.left_s if within_s is None else min(within_s, self.left_s)
        event = await asyncio.wait_for(self.job.next(), max(0.0, within_s))
        if event is None:
            raise RuntimeError("an answer ended without its last event")
        metrics = self.service.metrics
        if not isinstance(event, Opening) and not self._has_words:
            self._has_words = True
            metrics.first_words.observe(time.perf_counter() - self.begun)
        if isinstance(event, Done):
            metrics.answers.labels(event.answer.outcome.value).inc()
        return event

    async def texts(self, event: Event) -> AsyncIterator[bytes]:
        """The events as they are sent, from this one on."""
        try:
            yield _text_of(event)
            while not isinstance(event, Done):
                try:
                    event = await self.next(_QUIET_S)
                except TimeoutError:
                    if self.left_s > 0:
                        yield format_sse_event(comment="still at it")
                        continue
                    self.service.metrics.refused.labels("time").inc()
                    event = Done(self._broken_off())
                yield _text_of(event)
        finally:
            self.job.stop()

    def _broken_off(self) -> Answer:
        settings = self.service.settings
        took_ms = round((time.perf_counter() - self.begun) * 1000, 2)
        receipt = Receipt(settings=settings.fingerprint, took_ms=took_ms)
        return present(self.question, Outcome.ERROR, settings.region, receipt, notes=[_TOO_SLOW])


def _failure(service: Service) -> ProblemError:
    if service.citewell.generation is None:
        return not_ready()
    return ProblemError(500, "The question could not be answered. The log tells more by the request's id.")


def _json(answer: Answer) -> Response:
    return Response(
        answer.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"}
    )


async def _said(answer: Answer) -> AsyncIterator[bytes]:
    for event in whole(answer):
        yield _text_of(event)


def _streamed(texts: AsyncIterator[bytes]) -> Response:
    # nginx would keep events back until there are enough of them.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(texts, media_type=_STREAM, headers=headers)


def _text_of(event: Event) -> bytes:
    data = _EVENT.dump_json(event).decode()
    return format_sse_event(event=_NAMES[type(event)], data_str=data)
