"""MedicationQA (Ben Abacha et al. 2019, MedInfo): what people ask about medicines, as a spreadsheet.

Asked over the index that is served. Needs openpyxl (`pip install "citewell[eval]"`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evals.public.found import ANSWERABLE, Found, the_file
from evals.questions import Question, SetError

NAME = "MedicationQA"


def find(path: Path) -> Path | None:
    """The spreadsheet."""
    return the_file(path, "*QA-Medications*.xlsx", "*medicationqa*.xlsx")


def read(path: Path) -> Found:
    """Read the questions: columns Question, Focus (Drug), Question Type, Answer, Section Title, URL."""
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise SetError(f"{path} is a spreadsheet.", "Run: pip install 'citewell[eval]'") from error
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        header, *body = book.worksheets[0].iter_rows(values_only=True)
    finally:
        book.close()
    names = [str(each or "").strip() for each in header]
    rows = [dict(zip(names, row, strict=False)) for row in body]
    found = [
        _question(at, {name: str(cell or "").strip() for name, cell in row.items()})
        for at, row in enumerate(rows, start=2)
        if str(row["Question"] or "").strip()
    ]
    return Found("medicationqa", tuple(found))


def _question(at: int, row: dict[str, str]) -> Question:
    fields: dict[str, Any] = {"sources": {row["URL"]: 1} if row.get("URL") else {}}
    kind = row.get("Question Type", "").casefold()
    return Question(
        id=f"row-{at}",
        question=row["Question"],
        outcome=ANSWERABLE,
        reference=row.get("Answer") or None,
        tags=(kind,) if kind else (),
        **fields,
    )
