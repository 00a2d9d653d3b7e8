"""BioASQ task B (Tsatsaronis et al. 2015, BMC Bioinform. 16:138): biomedical questions with exact answers.

Asked over the snippets that the experts chose, gathered by article.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from evals.public.found import ANSWERABLE, Found, Text, text_id, the_file
from evals.questions import Nugget, Question, Verdict

NAME = "BioASQ"
_VERDICTS: dict[str, Verdict] = {"yes": "yes", "no": "no"}


def find(path: Path) -> Path | None:
    """A training file, or the gold file of a batch."""
    return the_file(path, "*BioASQ*.json", "training*b.json", "*B*_golden.json", "*bioasq*.json")


def read(path: Path) -> Found:
    """Read the questions: an exact answer becomes a vital nugget, or the verdict of a yes-or-no question."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["questions"]
    return Found("bioasq", tuple(_question(row) for row in rows), partial(_texts, rows))


def _question(row: dict[str, Any]) -> Question:
    ideal = row.get("ideal_answer") or None
    return Question(
        id=row["id"],
        question=row["body"],
        outcome=ANSWERABLE,
        vital=_nuggets(row["type"], row.get("exact_answer")),
        sources={_article(url): 1 for url in row.get("documents") or ()},
        verdict=_VERDICTS.get(str(row.get("exact_answer")).casefold()) if row["type"] == "yesno" else None,
        reference=ideal[0] if isinstance(ideal, list) else ideal,
        tags=(row["type"],),
    )


def _nuggets(kind: str, exact: Any) -> tuple[Nugget, ...]:  # noqa: ANN401  (a string, a list, or lists)
    """Of a factoid any of the answers will do; of a list each is wanted, by any of its synonyms."""
    if kind not in ("factoid", "list") or not exact:
        return ()
    items = [
        [each] if isinstance(each, str) else each for each in ([exact] if isinstance(exact, str) else exact)
    ]
    groups = [[name for item in items for name in item]] if kind == "factoid" else items
    return tuple(Nugget(nugget=names[0], any=tuple(map(_pattern, names))) for names in groups if names)


def _pattern(name: str) -> str:
    return rf"(?<!\w){re.escape(name.strip())}(?!\w)"


def _article(url: str) -> str:
    return text_id(url.rstrip("/").rsplit("/", 1)[-1])


def _texts(rows: list[dict[str, Any]]) -> Iterator[Text]:
    articles: dict[str, tuple[str, dict[str, None]]] = {}
    for row in rows:
        for each in row.get("snippets") or ():
            _, snippets = articles.setdefault(_article(each["document"]), (each["document"], {}))
            snippets[each["text"].strip()] = None
    for id_, (url, snippets) in articles.items():
        yield Text(id_, url, "\n\n".join(snippets), url)
