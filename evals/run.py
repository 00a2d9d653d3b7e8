"""Run a question set through the pipeline and gather the figures.

Not for printing them: see `python -m evals`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from corpus.lexicon import load_lexicon
from evals.metrics import abstention_f1, average, nugget_recall, outcome_is_right, said, share
from evals.questions import Question
from ingest.document import PassageId
from retrieval.answer import Answer, Citation
from retrieval.pipeline import Citewell
from retrieval.support.verify import LEAST_SUPPORT

_DRUGS = frozenset({"drug", "class"})


@dataclass(frozen=True, slots=True)
class Result:
    """A question with its answer."""

    question: Question
    answer: Answer

    @property
    def missed(self) -> list[str]:
        """Vital nuggets that the answer does not state."""
        return [each.nugget for each in self.question.vital if not each.stated_in(said(self.answer))]

    @property
    def forbidden(self) -> list[str]:
        """Statements that must never be made here."""
        return [
            text
            for text in said(self.answer)
            if any(re.search(pattern, text, re.IGNORECASE) for pattern in self.question.never)
        ]

    @property
    def strayed(self) -> list[str]:
        """Statements that name drugs, and none that was asked about, nor its class, nor a member of it."""
        lexicon = load_lexicon()
        asked = lexicon.entities_in(" ".join([*self.question.earlier, self.question.question]))
        near = asked.union(*(lexicon.ancestors(each) | lexicon.members(each) for each in asked))
        if not any(lexicon.entities[each].kind in _DRUGS for each in asked):
            return []
        drugs = (
            (text, {each for each in lexicon.entities_in(text) if lexicon.entities[each].kind in _DRUGS})
            for text in said(self.answer)
        )
        return [text for text, named in drugs if named and not named & near]


def run(questions: Sequence[Question], citewell: Citewell) -> list[Result]:
    """Answer every question, in order."""
    return [Result(each, citewell.ask(each.question, each.earlier)) for each in questions]


def spans_are_exact(answer: Answer, citewell: Citewell) -> bool:
    """Whether every quote is, character for character, what its stored passage says."""
    return all(_is_exact(each, citewell) for citations in cited(answer) for each in citations)


def _is_exact(citation: Citation, citewell: Citewell) -> bool:
    row = citewell.desk.index.row_of(PassageId(citation.passage_id))
    if row is None:
        return False
    return citewell.desk.index.passage(row).text[citation.start : citation.end] == citation.quote


def cited(answer: Answer) -> list[tuple[Citation, ...]]:
    """The citations of each sentence of an answer that states something."""
    stated = [part.citations for part in answer.statements if part.heading]
    return stated + [part.citations for part in answer.warnings]


def citation_recall(answer: Answer) -> float | None:
    """Share of the sentences that state something which carry a citation."""
    return share([bool(citations) for citations in cited(answer)])


def citation_precision(answer: Answer, citewell: Citewell) -> float | None:
    """Share of the citations whose quote stands in the store and supports its sentence, or a part of it."""
    return share(
        [
            _is_exact(each, citewell) and each.support >= LEAST_SUPPORT
            for citations in cited(answer)
            for each in citations
        ]
    )


def scores(results: Sequence[Result], citewell: Citewell) -> dict[str, float | int | None]:
    """The figures of a run."""
    answerable = [each for each in results if each.question.answerable]
    took = [each.answer.receipt.took_ms for each in results]
    return {
        "questions": len(results),
        "outcome is right": share([outcome_is_right(each.question, each.answer) for each in results]),
        "vital nuggets stated": average(
            [nugget_recall(each.question.vital, each.answer) for each in answerable]
        ),
        "okay nuggets stated": average(
            [nugget_recall(each.question.okay, each.answer) for each in answerable]
        ),
        "abstention F1": abstention_f1(
            [each.question for each in results], [each.answer for each in results]
        ),
        "citation recall": average(
            [share([bool(citations) for citations in cited(each.answer)]) for each in results]
        ),
        "citation precision": average([citation_precision(each.answer, citewell) for each in results]),
        "statements about another drug": sum(len(each.strayed) for each in results),
        "answers with a forbidden statement": sum(bool(each.forbidden) for each in results),
        "answers with inexact quotes": sum(not spans_are_exact(each.answer, citewell) for each in results),
        "statements an answer": average([float(len(said(each.answer))) for each in answerable]),
        "milliseconds, median": median(took) if took else None,
    }


def by_tag(results: Sequence[Result]) -> dict[str, tuple[int, float | None, float | None]]:
    """For each tag: questions, share of right outcomes, vital nuggets stated."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for each in results:
        for tag in each.question.tags:
            groups[tag].append(each)
    return {
        tag: (
            len(group),
            share([outcome_is_right(each.question, each.answer) for each in group]),
            average([nugget_recall(each.question.vital, each.answer) for each in group]),
        )
        for tag, group in sorted(groups.items())
    }
