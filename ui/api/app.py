"""The app: the API, and the page mounted on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from ingest.settings import Settings
from retrieval.pipeline import Citewell
from ui.api.ask import ask_router
from ui.api.describe import describe_problems
from ui.api.guard import Guard
from ui.api.health import health_router, program_version
from ui.api.keys import Keys
from ui.api.look_up import look_up_router
from ui.api.metrics import Metrics
from ui.api.page_guard import TIMES_THE_RATE, PageGuard
from ui.api.problem import handle_problems
from ui.api.rate import Rate
from ui.api.room import Room
from ui.api.service import Service
from ui.api.watch import Watch

_URGENT = 2  # threads that look for emergencies, in no more than milliseconds each
_URGENT_WAITING = 10_000
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
_DESCRIPTION = """
Answers to medical questions, made only of statements that a source supports, each with its citation.
Every reply to a question carries a disclaimer, which is to be shown with it.
"""


def make_app(citewell: Citewell, settings: Settings, with_page: bool = True) -> FastAPI:
    """Make the app.

    Args:
        citewell: What answers.
        settings: Limits, keys and what else is to be served.
        with_page: Whether the page stands at `/`.
    """
    app = FastAPI(
        title="Citewell",
        description=_DESCRIPTION,
        version=program_version(),
        docs_url=None,  # both pages load scripts from other hosts
        redoc_url=None,
        # FastAPI's own would tell of malformed requests in their words, which are the question's.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=_lifespan,
    )
    room = Room(settings.serve_at_once * settings.serve_workers, settings.serve_waiting)
    watch = Watch(citewell)
    metrics = Metrics(lambda: room.inside, lambda: citewell.generation)
    app.state.ending = asyncio.Event()
    app.state.service = Service(
        settings=settings,
        citewell=citewell,
        helper=Citewell(settings),
        watch=watch,
        room=room,
        urgent=Room(_URGENT, _URGENT_WAITING),
        metrics=metrics,
        keys=Keys.of(settings.serve_api_keys),
        rate=Rate(settings.serve_rate),
    )
    handle_problems(app, settings)
    describe_problems(app)
    for router in (ask_router(), look_up_router(), health_router()):
        app.include_router(router)
    if with_page:
        _mount_page(app, citewell)
        app.add_middleware(
            PageGuard,
            metrics=metrics,
            rate=Rate(settings.serve_rate * TIMES_THE_RATE),
            upload_mb=settings.serve_upload_mb,
            region=settings.region,
        )
    app.add_middleware(
        Guard,
        metrics=metrics,
        region=settings.region,
        longest=settings.serve_body_bytes,
        ending=app.state.ending,
    )
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    service.watch.start()
    yield
    # Off the loop: the threads that are waited for still have events to give to it.
    await asyncio.to_thread(service.room.close)
    await asyncio.to_thread(service.urgent.close)
    await asyncio.to_thread(service.watch.close)


async def _nothing() -> None:
    raise HTTPException(404)


def _mount_page(app: FastAPI, citewell: Citewell) -> None:
    import gradio as gr

    from ui.page import build_page, look

    # The page takes every address that is left: those below the API's must not be answered by it.
    app.add_api_route("/v1/{rest:path}", _nothing, methods=list(_METHODS), include_in_schema=False)
    gr.mount_gradio_app(app, build_page(citewell, app.state.service.rate), path="/", **look())
