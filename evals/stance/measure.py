"""Measure verdicts: on PubMedQA's expert-labelled abstracts, and on questions over the shipped corpus.

Usage: ``python -m evals.stance.measure [--data DIR] [--corpus] [--wrong]``. PubMedQA (Jin et al. 2019, EMNLP)
is not part of the project: DIR holds its ``pqal_dev.json``.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from corpus.lexicon import load_lexicon
from evals.stance.pubmedqa import Labelled, read_pubmedqa, verdict_of
from evals.stance.questions import SETS, read_asked
from ingest.settings import Settings
from retrieval.pipeline import Citewell

_LABELS = ("yes", "no", "maybe")
Row = tuple[str, tuple[str, ...], str | None, str]


def figures(rows: Sequence[tuple[str, str | None]]) -> dict[str, float | int | None]:
    """Score pairs of the expert's label and the stated one, None where nothing is stated.

    Accuracy and macro-F1 are of all questions, what is not stated counting as the commonest label.
    """
    commonest = Counter(label for label, _ in rows).most_common(1)[0][0]
    filled = [(label, said or commonest) for label, said in rows]
    stated = [(label, said) for label, said in rows if said]
    return {
        "questions": len(rows),
        "majority accuracy": _share([label == commonest for label, _ in rows]),
        "majority macro-F1": _macro_f1([(label, commonest) for label, _ in rows]),
        "accuracy": _share([label == said for label, said in filled]),
        "macro-F1": _macro_f1(filled),
        "coverage": _share([said is not None for _, said in rows]),
        "accuracy where stated": _share([label == said for label, said in stated]),
        **{f"stated {name}": sum(said == name for _, said in stated) for name in _LABELS},
        **{
            f"precision of {name}": _share([label == name for label, said in stated if said == name])
            for name in _LABELS
        },
    }


def _share(found: Sequence[bool]) -> float | None:
    return round(sum(found) / len(found), 3) if found else None


def _macro_f1(rows: Sequence[tuple[str, str]]) -> float:
    scores = []
    for name in _LABELS:
        right = sum(label == said == name for label, said in rows)
        total = sum(label == name for label, _ in rows) + sum(said == name for _, said in rows)
        scores.append(2 * right / total if total else 0.0)
    return round(sum(scores) / len(scores), 3)


def on_pubmedqa(rows: Sequence[Labelled]) -> list[tuple[str, str | None]]:
    """The expert's label and the stated one for each question."""
    lexicon = load_lexicon()
    return [(each.label, verdict_of(each, lexicon)) for each in rows]


def on_corpus(name: str, citewell: Citewell) -> list[Row]:
    """For each question of a set: the question, what is right, what was said, and the first statement."""
    found: list[Row] = []
    for each in read_asked(SETS[name]):
        answer = citewell.ask(each.question, each.earlier)
        first = next((part.text for part in answer.statements if part.citations), "")
        found.append((each.question, each.verdicts, answer.verdict, first))
    return found


def corpus_figures(rows: Sequence[Row]) -> Mapping[str, object]:
    """How many verdicts were stated, how many of these were right, and how many were missed."""
    stated = [said in right for _, right, said, _ in rows if said]
    due = [said is not None for _, right, said, _ in rows if "none" not in right]
    return {
        "questions": len(rows),
        "stated": len(stated),
        "right where stated": _share(stated),
        "stated where due": _share(due),
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/pubmedqa"))
    parser.add_argument("--corpus", action="store_true", help="ask the questions over the served index too")
    parser.add_argument("--wrong", action="store_true", help="show what was stated and is not right")
    given = parser.parse_args()
    path = given.data / "pqal_dev.json"
    report: dict[str, object] = {}
    if path.exists():
        labelled = read_pubmedqa(path)
        pairs = on_pubmedqa(labelled)
        report["pubmedqa"] = figures(pairs)
        if given.wrong:
            report["pubmedqa wrong"] = [
                [each.question, label, said]
                for each, (label, said) in zip(labelled, pairs, strict=True)
                if said not in {label, None}
            ]
    if given.corpus:
        citewell = Citewell(Settings())
        for name in SETS:
            rows = on_corpus(name, citewell)
            report[name] = corpus_figures(rows)
            if given.wrong:
                report[f"{name} wrong"] = [row for row in rows if row[2] and row[2] not in row[1]]
                report[f"{name} missed"] = [row for row in rows if not row[2] and "none" not in row[1]]
    print(json.dumps(report, indent=1, ensure_ascii=False))  # noqa: T201


if __name__ == "__main__":
    main()
