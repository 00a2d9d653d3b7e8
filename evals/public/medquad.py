"""MedQuAD (Ben Abacha and Demner-Fushman 2019, BMC Bioinform. 20:511): its XML files, or one object a line.

It is asked over the index that is served: ingest it first (`citewell ingest FOLDER`); an answer should then
cite the page that the question was made from.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.public.found import ANSWERABLE, Found, apart, first_object, json_lines, open_text, the_file
from evals.questions import Question
from ingest.xml import parse, records, words_at

NAME = "MedQuAD"


def find(path: Path) -> Path | None:
    """The JSON lines, or the folder of XML files; the collections may stand in folders of their own."""
    lines = the_file(path, "*medquad*.jsonl", "*medquad*.jsonl.gz")
    if lines is not None:
        return lines if {"question", "answer", "qtype"} <= first_object(lines).keys() else None
    if not path.is_dir():
        return None
    first = next(iter(path.rglob("*.xml")), None)
    return path if first is not None and "<QAPair" in first.read_text(encoding="utf-8")[:20000] else None


def read(path: Path) -> Found:
    """Read the questions that have an answer: the publishers removed those of three collections."""
    rows = _from_xml(path) if path.is_dir() else _from_lines(path)
    return Found("medquad", apart(rows))


def _from_lines(path: Path) -> Iterator[Question]:
    for row in json_lines(path):
        if str(row.get("answer") or "").strip():
            # An id counts within its collection.
            id_ = f"{row['collection']}/{row['id']}"
            yield _question(id_, row["question"], row["answer"], row["url"], row["qtype"])


def _from_xml(folder: Path) -> Iterator[Question]:
    for path in sorted(folder.rglob("*.xml")):
        with open_text(path) as text:
            for record in records(text, ["Document"]):
                root = parse(record)
                for pair in root.iter("QAPair"):
                    asked = pair.find("Question")
                    answer = words_at(pair, "Answer")
                    if asked is not None and answer:
                        name = f"{path.parent.name}/{path.stem}/{asked.get('qid', '')}"
                        kind = asked.get("qtype", "")
                        yield _question(name, words_at(asked), answer, root.get("url", ""), kind)


def _question(id_: str, question: str, answer: str, url: str, kind: str) -> Question:
    fields: dict[str, Any] = {"sources": {url: 1} if url else {}, "tags": (kind,) if kind else ()}
    return Question(
        id=id_, question=" ".join(question.split()), outcome=ANSWERABLE, reference=answer, **fields
    )
