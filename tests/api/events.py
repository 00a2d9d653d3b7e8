"""Server-sent events, read with the parser of another project."""

import json

from httpx_sse import EventSource


def events_of(reply):
    """Name and data of each event of a reply."""
    return [(each.event, json.loads(each.data)) for each in EventSource(reply).iter_sse()]
