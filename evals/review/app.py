"""The page on which reviewers rate answers blind: it never says which run an answer is from.

Plain forms: each question is a page, saving it leads to the next, and everything that was saved is on disk.
Not for serving it: see `evals.review.serve`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote

from pydantic import TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from evals.report.templates import environment, inline, policy
from evals.review.lines import append_line, read_lines
from evals.review.pairs import Pair
from evals.review.ratings import SCALE, Better, Name, Rating, Side, latest, load_scales

HOSTS = ["127.0.0.1", "localhost"]
_LONGEST = 64_000  # bytes of a form
# How the sides are called to a reviewer, with one answer and with two.
_PLACES: dict[int, tuple[str, ...]] = {1: ("left",), 2: ("left", "right")}
_PREFERENCES = {
    "left": "The left one",
    "right": "The right one",
    "both": "Both the same",
    "neither": "Neither",
}
_name: TypeAdapter[str] = TypeAdapter(Name)


@dataclass(frozen=True)
class Review:
    """What is rated, and where the ratings go.

    Attributes:
        names: The runs' names by side, for the file alone.
        path: The file of ratings, added to and never rewritten.
        seed: Draws which answer stands on the left.
        token: Stands in each form, so that no other site can send one.
    """

    pairs: list[Pair]
    names: dict[Side, str]
    path: Path
    seed: int
    token: str = field(default_factory=secrets.token_urlsafe)

    def rated(self, rater: str) -> dict[tuple[str, ...], Rating]:
        """What a rater has said so far, by what it was said of."""
        rows = latest(each for each in read_lines(self.path, Rating) if each.rater == rater)
        return {each.subject: each for each in rows}

    def progress(self) -> dict[str, int]:
        """How many of these questions each rater has rated."""
        subjects = {subject_of(each) for each in self.pairs}
        rows = [each for each in latest(read_lines(self.path, Rating)) if each.subject in subjects]
        raters = sorted({each.rater for each in rows})
        return {rater: sum(each.rater == rater for each in rows) for rater in raters}


def subject_of(pair: Pair) -> tuple[str, ...]:
    """What `Rating.subject` is of a rating of this pair."""
    return (pair.set, pair.id, *(pair.digests[side] for side in sorted(pair.answers)))


def make_app(review: Review) -> Starlette:
    """The page as an ASGI application; it answers on loopback names alone."""
    style, script = inline("review/review.css"), inline("review/review.js")
    headers = {
        "Content-Security-Policy": policy(style, script, "form-action 'self'", "frame-ancestors 'none'"),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }

    def page(template: str, status: int = 200, **values: object) -> HTMLResponse:
        text = environment().get_template(f"review/{template}")
        shown = text.render(style=style, script=script, review=review, **values)
        # What no encoding can hold was replaced when it was escaped.
        return HTMLResponse(shown, status, headers)

    async def start(request: Request) -> Response:
        if "rater" not in request.query_params:
            return page("start.html", progress=await run_in_threadpool(review.progress), wrong="")
        try:
            rater = _name.validate_python(request.query_params["rater"])
        except ValidationError:
            wrong = "A name has 1 to 40 letters, digits, spaces or . ' -"
            return page("start.html", 422, progress=await run_in_threadpool(review.progress), wrong=wrong)
        return _to(rater, "next")

    async def onwards(request: Request) -> Response:
        rater = _rater(request)
        said = await run_in_threadpool(review.rated, rater)
        left = (n for n, each in enumerate(review.pairs, start=1) if subject_of(each) not in said)
        number = next(left, None)
        return _to(rater, str(number)) if number else page("done.html", rater=rater)

    async def question(request: Request) -> Response:
        rater, number = _rater(request), _number(request, review)
        pair = review.pairs[number - 1]
        said = await run_in_threadpool(review.rated, rater)
        earlier = said.get(subject_of(pair))
        left = earlier.left if earlier else pair.left(rater, review.seed)
        given = _fields(earlier, left) if earlier else {}
        wrong, status = "", 200
        if request.method == "POST":
            given = await _form(request, review.token)
            rating = _rating(review, pair, rater, left, given)
            if rating is not None:
                await run_in_threadpool(append_line, review.path, rating)
                return _to(rater, "next")
            wrong, status = "Something is still to be rated.", 422
        sides = _sides(left)
        return page(
            "question.html", status, rater=rater, number=number, pair=pair, given=given, wrong=wrong,
            rated=len({subject_of(each) for each in review.pairs} & said.keys()),
            places=[(place, pair.answers[sides[place]]) for place in _PLACES[len(pair.answers)]],
            scales=load_scales(), marks=list(SCALE), preferences=_PREFERENCES,
        )  # fmt: skip

    return Starlette(
        routes=[
            Route("/", start),
            Route("/rate/{rater}/next", onwards),
            Route("/rate/{rater}/{number:int}", question, methods=["GET", "POST"]),
        ],
        # A page elsewhere that names this address as its own (DNS rebinding) is turned away.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)],
    )


def _to(rater: str, where: str) -> Response:
    return RedirectResponse(f"/rate/{quote(rater, safe='')}/{where}", 303)


def _rater(request: Request) -> str:
    try:
        return _name.validate_python(request.path_params["rater"])
    except ValidationError:
        raise HTTPException(404) from None


def _number(request: Request, review: Review) -> int:
    number: int = request.path_params["number"]
    if not 1 <= number <= len(review.pairs):
        raise HTTPException(404)
    return number


async def _form(request: Request, token: str) -> dict[str, str]:
    """The fields of a form that this page sent; of a field that comes twice, the last."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST:
            raise HTTPException(413)
    given = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if not secrets.compare_digest(given.pop("token", "").encode(), token.encode()):
        raise HTTPException(403, "This form is from an earlier start of the review: load the page again.")
    return given


def _sides(left: Side) -> dict[str, Side]:
    """Which side stands where."""
    return {"left": left, "right": "b" if left == "a" else "a"}


def _rating(review: Review, pair: Pair, rater: str, left: Side, given: Mapping[str, str]) -> Rating | None:
    """The rating that a form holds; None while something in it is missing or out of range."""
    sides = _sides(left)
    places = _PLACES[len(pair.answers)]
    try:
        preferred = given.get("better", "")
        better = {**sides, "both": "both", "neither": "neither"}[preferred] if len(places) > 1 else None
        marks = {
            sides[place]: {scale: int(given[f"{place}-{scale}"]) for scale in load_scales()}
            for place in places
        }
        return Rating.model_validate(
            {
                "set": pair.set, "id": pair.id, "rater": rater, "a": review.names["a"],
                "b": review.names.get("b"), "left": left, "seed": review.seed, "answers": pair.digests,
                "better": better, "ratings": marks, "remark": given.get("remark", "").strip(),
            }
        )  # fmt: skip
    except (KeyError, ValueError):
        return None


def _fields(rating: Rating, left: Side) -> dict[str, str]:
    """The form as the rater left it."""
    places: dict[Side | Better, str] = {side: place for place, side in _sides(left).items()}
    marks = {
        f"{places[side]}-{scale}": str(mark)
        for side, row in rating.ratings.items()
        for scale, mark in row.items()
    }
    better = {"better": places.get(rating.better, rating.better)} if rating.better else {}
    return {**marks, **better, "remark": rating.remark}
