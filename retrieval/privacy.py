"""Say where a question goes, and keep questions out of log messages.

Not for the audit log itself: see `retrieval.audit`. All of it for people: docs/privacy.md.
"""

from __future__ import annotations

import traceback
from urllib.parse import urlsplit

from ingest.settings import Settings


def privacy_lines(settings: Settings) -> list[str]:
    """What somebody must know before typing a question; empty where it stays on this machine, unrecorded."""
    lines = []
    if settings.llm:
        provider, _, model = settings.llm.partition(":")
        where = _host_of(settings.llm_base_url) if settings.llm_base_url else provider
        lines.append(f"Answers are worded by {model} at {where}: your question is sent there.")
    if settings.audit_log is not None:
        lines.append("Questions are recorded: the operator of this copy keeps an audit log.")
    return lines


def whereabouts(error: BaseException) -> str:
    """What kind of error it was and where it arose, without its message, which may hold the question."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{each.filename}:{each.lineno} in {each.name}" for each in frames]
    return " <- ".join([type(error).__name__, *reversed(places)])


def _host_of(address: str) -> str:
    """Host and port of an address; what else stands in it may be a secret."""
    parts = urlsplit(address)
    return parts.netloc.rpartition("@")[2] or parts.path
