"""Open the templates of report and review, in which nothing from outside becomes markup.

Answers, sources and remarks are hostile until escaped: whatever a template prints passes `ui.markup.escaped`,
and no script runs but the page's own, whose hash its policy names. Not for what is shown: see the templates.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ui.markup import escaped

_EVALS = Path(__file__).parents[1]


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates by their path under `evals/`, such as 'report/report.html'."""
    made = Environment(
        loader=FileSystemLoader(_EVALS),
        autoescape=True,
        finalize=_finalised,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["decimals"] = decimals
    made.filters["signed"] = signed
    made.filters["by_number"] = lambda sources: {each.number: each for each in sources}
    return made


def _finalised(value: object) -> object:
    return value if isinstance(value, Markup) else Markup(escaped(str(value)))  # noqa: S704  (escaped)


def decimals(value: float | None, places: int = 3) -> str:
    """A number as people read it; a dash where there is none.

    >>> decimals(0.5), decimals(None), decimals(12.0), decimals(-0.0001)
    ('0.500', '–', '12.0', '0.000')
    """
    if value is None:
        return "–"
    shown = f"{value:.{places}f}" if abs(value) < 10 else f"{value:.1f}"
    return shown.removeprefix("-") if float(shown) == 0 else shown


def signed(value: float | None) -> str:
    """A difference as people read it.

    >>> signed(0.25), signed(-0.5), signed(0.0), signed(None)
    ('+0.250', '−0.500', '0.000', '–')
    """
    if value is None or float(decimals(value)) == 0:
        return decimals(value)
    return f"{'+' if value > 0 else '−'}{decimals(abs(value))}"


def inline(path: str) -> Markup:
    """A style sheet or script of ours, to stand in a page as it is."""
    return Markup((_EVALS / path).read_text(encoding="utf-8"))  # noqa: S704  (our own file)


def policy(style: str, script: str, *more: str) -> str:
    """The Content-Security-Policy of a page with one style sheet and one script, both its own."""
    rules = ["default-src 'none'", f"style-src '{_hash(style)}'", f"script-src '{_hash(script)}'"]
    return "; ".join([*rules, "img-src data:", "base-uri 'none'", *more])


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
