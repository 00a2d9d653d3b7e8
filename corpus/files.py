"""Read one corpus file: YAML front matter for the record, Markdown for the text.

Not for taking the Markdown apart (`ingest.plain_text`), nor for whether a record is right (`corpus.check`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from frontmatter import YAMLHandler
from pydantic import ValidationError

from corpus.errors import RecordError
from corpus.record import Source

CORPUS = Path(__file__).parent
SOURCES = CORPUS / "sources"

_YAML = YAMLHandler()  # alone: with its other handlers, a text that begins with '{' would be read as JSON
_MEND = "Mend the lines between the two '---', or remove them."


def parse(text: str, name: str) -> tuple[Mapping[str, Any], str]:
    """Split a file's text into its front matter (empty when there is none) and its Markdown body.

    Raises:
        RecordError: The front matter is not a YAML mapping.
    """
    front_matter, body = _apart(text.strip())
    try:
        fields = _YAML.load(front_matter) or {}
    except (yaml.YAMLError, TypeError, ValueError) as error:
        problem = " ".join(str(error).split())
        raise RecordError(f"{name}: the front matter is not valid YAML ({problem}).", _MEND) from error
    if not isinstance(fields, dict) or not all(isinstance(field, str) for field in fields):
        raise RecordError(f"{name}: the front matter is not made of 'field: value' lines.", _MEND)
    return fields, body.strip()


def _apart(text: str) -> tuple[str, str]:
    """Cut at the lines of '---' around the front matter, which is empty unless the text begins with one."""
    try:
        return _YAML.split(text) if _YAML.detect(text) else ("", text)
    except ValueError:  # only one line of '---': it rules off the text
        return "", text


def source_of(metadata: Mapping[str, Any], name: str) -> Source:
    """Build the record of a source from its front matter.

    Values under ``recalled`` were not seen in public text: they are filled in to be shown, and every such
    field is named in ``unverified``.

    Raises:
        RecordError: A field is missing, unknown, or has a value that its schema refuses.
    """
    fields = dict(metadata)
    recalled = fields.pop("recalled", None) or {}
    if not isinstance(recalled, Mapping):
        raise RecordError(f"{name}: 'recalled' is not a mapping.", "Write it as 'field: value' lines.")
    both = sorted(set(recalled) & set(fields))
    if both:
        raise RecordError(
            f"{name}: {', '.join(both)} stands both as verified and under 'recalled'.",
            "Keep it under 'recalled' until a look-up has confirmed it.",
        )
    identifiers = sorted({"doi", "pmid", "pmcid", "url"} & set(recalled))
    if identifiers:
        raise RecordError(
            f"{name}: {', '.join(identifiers)} may not be recalled.",
            "Leave an identifier empty until it has been seen.",
        )
    try:
        return Source.model_validate({**fields, **recalled, "unverified": tuple(sorted(recalled))})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "record"
        raise RecordError(
            f"{name}: {where}: {first['msg']}.", "See corpus/README.md for the fields of a record."
        ) from error
