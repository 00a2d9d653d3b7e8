"""Write HTML in which nothing from outside becomes markup: the page shows what it is given, unsanitised.

So the rule is absolute: what comes from a source, a person or a model passes through `escaped`, in text and
attributes alike, and an address becomes a link only through `link`. Not for what is shown: see `ui.html`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

# Control characters and lone surrogates show as a sign. What turns the order of letters about, or hides them,
# is left out: it would reach beyond the text that holds it.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff]")
_INVISIBLE = re.compile(
    r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_TAGS = re.compile(r"[\U000e0000-\U000e007f]")


def escaped(value: str) -> str:
    """Escape text, for an element or an attribute in double quotes."""
    return escape(visible(value), quote=True)


def visible(value: str) -> str:
    """Text without what turns letters about or hides them; control characters show as a sign."""
    shown = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", value)
    return _TAGS.sub("", _INVISIBLE.sub("", shown))


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
