"""Judge a reply before anything of it is kept: its content type, that it is whole and well-formed, its root.

What is broken may have been cut off, and is asked for again; what is another thing altogether is refused.
No DTD is ever read and no entity declared. Not for sending requests: see `ingest.fetch.http`.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from corpus.errors import FetchError

# Servers that do not say what they send; what it is shows when it is read.
_UNSAID = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream"})
_DEEPEST = 200  # elements within each other; full texts reach 30


@dataclass(frozen=True)
class Reply:
    """A whole reply.

    Attributes:
        address: Where it came from, without the query.
        kind: Its content type, in lower case, without parameters.
        data: Its body, unpacked.
    """

    address: str
    status: int
    kind: str
    data: bytes


class BrokenReplyError(Exception):
    """A reply is not whole or not well-formed: it is asked for again."""


def xml_of(reply: Reply, roots: Collection[str]) -> Element:
    """The root element of an XML reply, prefixes taken off all tags.

    Raises:
        BrokenReplyError: It is not well-formed, as when it was cut off.
        FetchError: It is no XML, or its root is none of these.
    """
    _is_kind(reply, "xml")
    builder, depth, root = TreeBuilder(), 0, ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, root
        depth, root = depth + 1, root or _bare(tag)
        if depth > _DEEPEST:
            raise FetchError(f"{reply.address} answers with markup nested too deeply.", "Report it.")
        builder.start(_bare(tag), attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_bare(tag))

    def entity(*_: object) -> None:
        raise FetchError(
            f"{reply.address} answers with XML that declares entities.",
            "It may be no reply of that place: check the network and CITEWELL_PLACES.",
        )

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(reply.data, True)
    except expat.ExpatError as error:
        if root and root not in roots and root.casefold() == "html":
            _is_other(reply, "a web page", "xml")
        raise BrokenReplyError(f"the reply is broken XML ({error})") from error
    if root not in roots:
        _is_other(reply, f"XML of another kind (<{root[:40]}>)", "xml")
    found: Element = builder.close()
    return found


def json_of(reply: Reply) -> dict[str, Any]:
    """The object of a JSON reply.

    Raises:
        BrokenReplyError: It is not well-formed, as when it was cut off.
        FetchError: It is no JSON object.
    """
    _is_kind(reply, "json")
    try:
        found = json.loads(reply.data.decode("utf-8-sig"), strict=False)
    except (ValueError, RecursionError) as error:
        raise BrokenReplyError(f"the reply is broken JSON ({' '.join(str(error).split())[:80]})") from error
    if not isinstance(found, dict):
        _is_other(reply, "JSON that is no object", "json")
    return found


def _is_kind(reply: Reply, kind: str) -> None:
    subtype = reply.kind.rpartition("/")[2]
    if reply.kind not in _UNSAID and subtype != kind and not subtype.endswith(f"+{kind}"):
        _is_other(reply, f"'{reply.kind[:60]}'", kind)


def _is_other(reply: Reply, what: str, wanted: str) -> NoReturn:
    raise FetchError(
        f"{reply.address} answers with {what} instead of {wanted.upper()}.",
        "A login page or a proxy may stand between: open that address in a browser, then try again.",
    )


def _bare(tag: str) -> str:
    return tag.rpartition(":")[2]
