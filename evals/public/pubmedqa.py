"""PubMedQA (Jin et al. 2019, EMNLP): yes-no-maybe questions, each over the abstract that it was made from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from evals.public.found import Found, Text, text_id, the_file
from evals.questions import Question

NAME = "PubMedQA"


def find(path: Path) -> Path | None:
    """One of its JSON files: ori_pqal.json, or a part of it."""
    return the_file(path, "*pqal*.json", "*pqaa*.json", "*pqau*.json")


def read(path: Path) -> Found:
    """Read the questions; the abstracts come without their conclusion, as they are published."""
    rows: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    questions = tuple(
        Question(
            id=pmid,
            question=row["QUESTION"],
            sources={text_id(pmid): 1},
            verdict=row.get("final_decision"),
            reference=row.get("LONG_ANSWER"),
            tags=tuple(filter(None, (row.get("final_decision"),))),
        )
        for pmid, row in rows.items()
    )
    return Found("pubmedqa", questions, partial(_texts, rows))


def _texts(rows: dict[str, dict[str, Any]]) -> Iterator[Text]:
    for pmid, row in rows.items():
        yield Text(text_id(pmid), row["QUESTION"], "\n\n".join(row["CONTEXTS"]))
