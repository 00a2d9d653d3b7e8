"""Small runs, made by hand and written as `citewell eval run` writes them."""

from pathlib import Path

from corpus.record import Kind
from evals.questions import Nugget, Question
from evals.store import Figure, Record, Run, RunInfo, Scores, SetInfo, begin_run, end_run, read_run
from retrieval.answer import Answer, Caution, Citation, Receipt, SourceRef, Statement

HOSTILE = (
    "</textarea></script><script>window.harmed=1</script><img src=x onerror=window.harmed=1> "
    "{{7*7}} ${window.harmed=1} \u202eturned\u0000 ]]> --> </style> javascript:window.harmed=1"
)


def answer(
    *sentences: str, outcome: str = "answered", quote: str | None = None, title: str = "A trial"
) -> Answer:
    """An answer of these sentences, each citing one work in its own words (or in those of `quote`)."""
    statements = [
        Statement(heading="In short", text=each, citations=(_citation(quote or each),)) for each in sentences
    ]
    source = SourceRef(number=1, id="trial", kind=Kind("trial"), title=title, year=1999)
    return Answer(
        question="?",
        outcome=outcome,
        statements=tuple(statements),
        warnings=(Caution(text=f"Warning of {sentences[0]}", citations=(_citation("w"),)),)
        if sentences
        else (),
        sources=(source,) if sentences else (),
        disclaimer="This is no medical advice at all.",
        receipt=Receipt(settings="s", took_ms=1.0),
    )


def _citation(quote: str) -> Citation:
    return Citation(
        number=1, source_id="trial", passage_id="p", start=0, end=len(quote), quote=quote, support=1.0
    )


def record(
    id_: str, given: Answer, scores: dict[str, float | None] | None = None, **question: object
) -> Record:
    """One question with its answer."""
    asked = {"id": id_, "question": f"What of {id_}?", "outcome": ["answered"], **question}
    return Record(
        id=id_, set="core", question=Question.model_validate(asked), answer=given, scores=scores or {}
    )


def nugget(text: str, *patterns: str) -> Nugget:
    return Nugget(nugget=text, any=patterns or (text,))


def write(folder: Path, *records: Record, scores: Scores | None = None, system: str = "citewell") -> Run:
    """Write a run with figures that are the means of its records' scores."""
    info = RunInfo(
        sets=(SetInfo(name="core", sha256="0" * 64, questions=len(records)),), system=system, index="g-1",
        embedding_model="mini", embedding_fingerprint="f", llm=None, settings="s-1", citewell_version="0.1.0",
    )  # fmt: skip
    begin_run(folder, info)
    end_run(folder, records, scores or _means(records), {})
    return read_run(folder)


def _means(records: tuple[Record, ...]) -> Scores:
    tags = sorted({tag for each in records for tag in each.tags})
    return Scores(
        metrics=_figures(records),
        tags={tag: _figures(tuple(each for each in records if tag in each.tags)) for tag in tags},
    )


def _figures(records: tuple[Record, ...]) -> dict[str, Figure]:
    found = {}
    for name in dict.fromkeys(name for each in records for name in each.scores):
        values = [value for each in records if (value := each.scores.get(name)) is not None]
        mean = sum(values) / len(values) if values else None
        ends = (None, None) if mean is None else (max(0.0, mean - 0.1), min(1.0, mean + 0.1))
        found[name] = Figure(value=mean, n=len(values), low=ends[0], high=ends[1])
    return found
