"""Errors as problem+json (RFC 9457), with the disclaimer wherever a question was asked.

A problem never repeats what was asked: it may be logged by whoever gets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from corpus.errors import CitewellError
from ingest.settings import Settings
from retrieval.safety.disclaimer import disclaimer_for
from ui.api.room import BusyError

MEDIA_TYPE = "application/problem+json"
ASKING = ("/v1/ask", "/v1/search")


class Flaw(BaseModel):
    """One thing that is wrong with a request: where it stands, and what is wrong with it."""

    at: str = Field(examples=["body.question"])
    what: str = Field(examples=["String should have at least 1 character"])


class Problem(BaseModel):
    """Why a request was not answered (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str = "about:blank"
    title: str = Field(examples=["Too Many Requests"])
    status: int = Field(ge=400, le=599, examples=[429])
    detail: str = Field(examples=["This client may ask again in 3 seconds."])
    request_id: str = Field(description="The same as in the header X-Request-ID and in the log.")
    flaws: tuple[Flaw, ...] = Field(default=(), description="What is wrong with the request, if that is why.")
    disclaimer: str | None = Field(
        default=None, description="To be shown with it, wherever a question was asked."
    )


class ProblemError(Exception):
    """A request that is not answered, and why.

    Args:
        status: Of HTTP, 400 to 599.
        detail: What is wrong and what helps, without the question.
        headers: To be sent with it.
    """

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status}: {detail}")
        self.status, self.detail, self.headers = status, detail, dict(headers or {})


def busy(seconds: int) -> ProblemError:
    """Too many are asking at the same time."""
    after = {"Retry-After": str(seconds)}
    return ProblemError(503, f"Too many questions are being answered. Ask again in {seconds} seconds.", after)


def too_many(seconds: int) -> ProblemError:
    """This client asks too often."""
    after = {"Retry-After": str(seconds)}
    return ProblemError(429, f"This client may ask again in {seconds} seconds.", after)


def problem_response(
    problem: ProblemError, path: str, request_id: str, region: str, flaws: tuple[Flaw, ...] = ()
) -> Response:
    """The reply that tells of a problem."""
    said = Problem(
        title=HTTPStatus(problem.status).phrase,
        status=problem.status,
        detail=problem.detail,
        request_id=request_id,
        flaws=flaws,
        disclaimer=disclaimer_for("error", region) if path in ASKING else None,
    )
    body = said.model_dump_json(exclude_defaults=False, exclude_none=True)
    headers = {**problem.headers, "Cache-Control": "no-store"}
    return Response(body, problem.status, headers, MEDIA_TYPE)


def handle_problems(app: FastAPI, settings: Settings) -> None:
    """Let every error of the app end as a problem."""

    def reply(request: Request, problem: ProblemError, flaws: tuple[Flaw, ...] = ()) -> Response:
        request_id = str(request.state.request_id)
        return problem_response(problem, request.url.path, request_id, settings.region, flaws)

    @app.exception_handler(ProblemError)
    async def told(request: Request, error: ProblemError) -> Response:
        return reply(request, error)

    @app.exception_handler(BusyError)
    async def no_room(request: Request, error: BusyError) -> Response:
        return reply(request, busy(error.retry_after_s))

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        # Where and what, but not the value: that is the question.
        flaws = tuple(
            Flaw(at=".".join(str(part) for part in each["loc"]), what=each["msg"]) for each in error.errors()
        )
        return reply(request, ProblemError(422, "The request is not as /openapi.json describes it."), flaws)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        return reply(request, ProblemError(error.status_code, _said(error), error.headers))

    @app.exception_handler(CitewellError)
    async def cannot(request: Request, error: CitewellError) -> Response:  # noqa: ARG001
        # Its own words name folders of this machine: they are for the operator, and stand in /readyz's log.
        return reply(request, not_ready())


def not_ready() -> ProblemError:
    """There is no index that can be answered from."""
    return ProblemError(503, "There is no index to answer from yet: see /readyz.", {"Retry-After": "10"})


def _said(error: HTTPException) -> str:
    return {
        404: "There is nothing at this address, or it takes another method.",
        408: "The request was not sent within the time that this server waits for it.",
        405: "This address takes another method.",
        413: "The request is longer than this server takes.",
    }.get(error.status_code, "The request could not be read.")
