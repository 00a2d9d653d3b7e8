"""A BEIR folder (Thakur et al. 2021, NeurIPS): corpus.jsonl, queries.jsonl and qrels/*.tsv."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from evals.public.found import Found, Text, json_lines, text_id
from evals.questions import Question

NAME = "BEIR"
_CORPUS, _QUERIES, _QRELS = "corpus.jsonl", "queries.jsonl", "qrels"


def find(path: Path) -> Path | None:
    """The qrels file: the one that is named, else the folder's only one, else its test or dev part."""
    if path.suffix == ".tsv" and path.parent.name == _QRELS:
        return path if (path.parents[1] / _QUERIES).is_file() else None
    if not (path / _CORPUS).is_file() or not (path / _QUERIES).is_file():
        return None
    files = {file.stem: file for file in sorted((path / _QRELS).glob("*.tsv"))}
    if len(files) == 1:
        return next(iter(files.values()))
    return files.get("test") or files.get("dev")


def read(path: Path) -> Found:
    """Read the queries that have judgements, over the folder's corpus.

    Args:
        path: One qrels file of the folder; its columns are query, document and grade.
    """
    folder = path.parents[1]
    judged = read_qrels(path)
    questions = tuple(
        Question(id=row["_id"], question=row["text"], sources=judged[row["_id"]], tags=(path.stem,))
        for row in json_lines(folder / _QUERIES)
        if row["_id"] in judged
    )
    return Found(folder.name, questions, partial(_texts, folder))


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read the grade of each judged document, by query."""
    judged: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for query, document, grade in list(csv.reader(lines, delimiter="\t"))[1:]:
            judged.setdefault(query, {})[text_id(document)] = int(grade)
    return judged


def _texts(folder: Path) -> Iterator[Text]:
    for row in json_lines(folder / _CORPUS):
        yield Text(text_id(row["_id"]), row.get("title") or "", row["text"])
