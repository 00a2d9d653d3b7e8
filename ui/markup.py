"""Write HTML in which nothing from outside becomes markup: the page shows what it is given, unsanitised.

So the rule is absolute: what comes from a source, a person or a model passes through `escaped`, in text and
attributes alike, and an address becomes a link only through `link`. Not for what is shown: see `ui.html`.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit


def escaped(value: str) -> str:
    """Escape text, for an element or an attribute in double quotes."""
    return escape(value, quote=True)


def link(address: str, text: str) -> str:
    """Render a link that opens beside the page and tells it nothing; plain text unless http or https."""
    if not _is_web(address):
        return escaped(text)
    return f'<a href="{escaped(address)}" target="_blank" rel="noopener noreferrer">{escaped(text)}</a>'


def list_html(items: Sequence[str], css_class: str = "") -> str:
    """Render a list of what is already safe HTML."""
    attribute = f' class="{css_class}"' if css_class else ""
    return f"<ul>{''.join(f'<li{attribute}>{each}</li>' for each in items)}</ul>"


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def host_of(address: str) -> str:
    """Name the site of an address, without 'www.'; the address itself where it is none of the web."""
    return urlsplit(address).netloc.removeprefix("www.") if _is_web(address) else address


def counted(number: int, thing: str) -> str:
    """Count things in words, as in '2 sources'."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
