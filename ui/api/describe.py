"""The API's description of itself (OpenAPI), with problems under the media type that they are sent with."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from ui.api.problem import MEDIA_TYPE, Problem

_WHAT = {
    400: "The body is no JSON.",
    401: "A key is needed.",
    408: "The request was not sent in time.",
    413: "The request is too long.",
    422: "The request is not as described here.",
    429: "This client asks too often; see Retry-After.",
    503: "Too many ask, or there is no index yet; see Retry-After.",
}


def problems(*more: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may end in: those of all routes, and some more by their status."""
    what = {**_WHAT, **dict.fromkeys(more, "There is no such thing in the index.")}
    return {
        status: {"model": Problem, "description": text, "content": {MEDIA_TYPE: {}}}
        for status, text in sorted(what.items())
    }


def describe_problems(app: FastAPI) -> None:
    """Let the description name the media type of problems: FastAPI names that of the route's replies too."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        schema = describe()
        for operations in schema["paths"].values():
            for operation in operations.values():
                for reply in operation["responses"].values():
                    content = reply.get("content", {})
                    if MEDIA_TYPE in content and "application/json" in content:
                        content[MEDIA_TYPE] = content.pop("application/json")
        return schema

    app.openapi = described  # type: ignore[method-assign]  # as FastAPI's documentation has it
