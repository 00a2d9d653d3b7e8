"""K-QA (Manes et al. 2024, BioNLP): patients' questions with what physicians say an answer must hold.

Either its questions with answers (JSON lines), or the table in which three clinicians judged claims against
answers of models; `read_judged` gives that table's labels, to calibrate with.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evals.public.found import ANSWERABLE, Found, first_object, json_lines, the_file
from evals.questions import Nugget, Question
from ingest.document import digest

NAME = "K-QA"

Label = Literal["Entailment", "Neutral", "Contradiction"]


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claim and an answer, with what each of three clinicians and their majority say of the two."""

    question: str
    claim: str
    answer: str
    is_vital: bool
    label: Label
    labels: tuple[Label, Label, Label]


def find(path: Path) -> Path | None:
    """The questions with answers, else the clinicians' table."""
    lines = the_file(path, "questions_w_answers*.jsonl", "*kqa*.jsonl")
    if lines is not None:
        return lines if "Must_have" in first_object(lines) else None
    return the_file(path, "NLI_medical_annotator*.csv")


def read(path: Path) -> Found:
    """Read the questions; must-have statements are vital, nice-to-have ones okay."""
    questions = _from_table(path) if path.suffix == ".csv" else _from_lines(path)
    return Found("kqa", tuple(questions))


def _from_lines(path: Path) -> list[Question]:
    return [
        _question(
            row["Question"], row["Must_have"], row.get("Nice_to_have") or [], row.get("Free_form_answer")
        )
        for row in json_lines(path)
    ]


def _from_table(path: Path) -> list[Question]:
    asked: dict[str, dict[bool, dict[str, None]]] = {}
    for each in read_judged(path):
        asked.setdefault(each.question, {True: {}, False: {}})[each.is_vital][each.claim] = None
    return [_question(text, list(claims[True]), list(claims[False]), None) for text, claims in asked.items()]


def read_judged(path: Path) -> list[JudgedClaim]:
    """Read the clinicians' table."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            JudgedClaim(
                row["Question"],
                row["claim"],
                row["answer"],
                row["category_x"] == "Must_have",
                row["majority_label"],  # type: ignore[arg-type]
                (row["label_0"], row["label_1"], row["label_2"]),  # type: ignore[arg-type]
            )
            for row in csv.DictReader(file)
        ]


def _question(text: str, must: list[str], nice: list[str], answer: str | None) -> Question:
    return Question(
        id=digest(text, length=10),
        question=text,
        outcome=ANSWERABLE,
        vital=tuple(Nugget(nugget=each) for each in must),
        okay=tuple(Nugget(nugget=each) for each in nice),
        reference=answer,
    )
