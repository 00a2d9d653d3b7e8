"""`/healthz`, `/readyz` and `/metrics`: for load balancers, clients on the same machine, and Prometheus."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response

from retrieval.privacy import privacy_lines
from ui.api.describe import problems
from ui.api.schemas import Health, Ready
from ui.api.service import Serving, admitted

_NO_INDEX = (
    "There is no index that can be opened; the server's log tells why. Emergencies are helped all the same."
)


def health_router() -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["operation"])
    router.add_api_route("/healthz", healthz, methods=["GET"])
    not_ready: dict[int | str, dict[str, Any]] = {503: {"model": Ready, "description": "Not yet, and why."}}
    router.add_api_route("/readyz", readyz, methods=["GET"], response_model=Ready, responses=not_ready)
    router.add_api_route(
        "/metrics",
        metrics,
        methods=["GET"],
        response_class=Response,
        dependencies=[Depends(admitted)],
        responses={
            **{status: each for status, each in problems().items() if status == 401},
            200: {"description": "Prometheus' text format.", "content": {"text/plain": {}}},
        },
    )
    return router


async def healthz(service: Serving) -> Health:
    """Whether the server is up, and what it serves; also without an index."""
    settings = service.settings
    return Health(
        version=program_version(),
        home=settings.home_id,
        index=service.citewell.generation,
        settings=settings.fingerprint,
        privacy=tuple(privacy_lines(settings)),
    )


async def readyz(service: Serving) -> Response:
    """Whether questions can be answered. Emergencies are helped even when it is not ready."""
    is_ready = service.watch.is_ready
    reply = Ready(ready=is_ready, index=service.citewell.generation, why=None if is_ready else _NO_INDEX)
    return JSONResponse(reply.model_dump(), 200 if is_ready else 503)


async def metrics(service: Serving) -> Response:
    """Figures for Prometheus; with a key where the API wants one."""
    return Response(service.metrics.text(), media_type=service.metrics.content_type)


def program_version() -> str:
    """The version of the program; empty where it runs from a copy of the source that is not installed."""
    try:
        return version("citewell")
    except PackageNotFoundError:
        return ""
