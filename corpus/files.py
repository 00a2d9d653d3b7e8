"""Read one corpus file: YAML front matter for the record, Markdown for the text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import frontmatter
import yaml
from pydantic import ValidationError

from corpus.errors import RecordError
from corpus.record import Source

CORPUS = Path(__file__).parent
SOURCES = CORPUS / "sources"


def parse(text: str, name: str) -> tuple[Mapping[str, Any], str]:
    """Split a file's text into its front matter (empty when there is none) and its Markdown body.

    Raises:
        RecordError: The front matter is not a YAML mapping.
    """
    try:
        post = frontmatter.loads(text)
    except (yaml.YAMLError, TypeError, ValueError) as error:
        problem = " ".join(str(error).split())
        raise RecordError(
            f"{name}: the front matter is not valid YAML ({problem}).",
            "Mend the lines between the two '---', or remove them.",
        ) from error
    return post.metadata, post.content


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
