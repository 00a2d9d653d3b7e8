"""Run question sets against a system: ask, score, keep each answer at once, gather the figures.

What is kept outlives a kill: the same command goes on where it was cut off. Equal runs give equal
`scores.json`, however many processes worked. Not for the files: see `evals.store`.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from evals.corpora import home_of
from evals.figures import figures
from evals.questions import Question
from evals.score import score
from evals.sets_io import QuestionSet
from evals.store import Record, Run, RunInfo, SetInfo, begin_run, end_run, keep, read_run
from evals.store import System as SystemName
from evals.systems import System, make_system
from ingest.document import digest
from ingest.generation import Manifest, current_folder, read_manifest
from ingest.report import OnProgress
from ingest.settings import Settings

# What decides on no answer: two machines that answer alike make equal runs.
_ASIDE = {"home", "host", "port", "audit_log", "email", "ncbi_api_key", "openfda_api_key", "places"}
_AT_ONCE = 4  # questions that a process is given at a time


@dataclass(frozen=True, slots=True)
class Task:
    """One question to be asked, and under which settings."""

    set: str
    question: Question
    settings: Settings
    system: SystemName


def run_sets(
    sets: Sequence[QuestionSet],
    out: Path,
    settings: Settings,
    system: SystemName = "citewell",
    workers: int = 1,
    on_progress: OnProgress = lambda *_: None,
) -> Run:
    """Ask every question of some sets, and write the run.

    Args:
        sets: What to ask.
        out: Folder of the run; what it holds of the same run already is not asked again.
        settings: With the index that sets without texts of their own are asked over.
        system: What answers.
        workers: Processes; 1 works in this one.
        on_progress: Called with the name of a step, how much of it is done, and of how much.

    Raises:
        RunError: The folder holds another run.
        CitewellError: An index cannot be opened or made.
    """
    started = time.perf_counter()
    homes = {each.name: home_of(each, settings, on_progress) for each in sets}
    done = begin_run(out, _info(sets, homes, settings, system))
    tasks = [
        Task(each.name, question, homes[each.name], system)
        for each in sets
        for question in each.questions
        if (each.name, question.id) not in done
    ]
    total = len(done) + len(tasks)
    for record in _answered(tasks, 1 if system == "langchain" else workers):
        keep(out, record)
        done[record.key] = record
        on_progress("questions", len(done), total)
    records = [done[each.name, question.id] for each in sets for question in each.questions]
    end_run(out, records, figures(records), _timings(records, settings, time.perf_counter() - started))
    return read_run(out)


def _answered(tasks: Sequence[Task], workers: int) -> Iterator[Record]:
    if workers == 1 or len(tasks) <= _AT_ONCE:
        systems = _Systems(make_system)
        yield from (systems.answer(task) for task in tasks)
        return
    # Spawned, not forked: a fork of a process whose model has threads may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin) as pool:
        yield from pool.map(_answer, tasks, chunksize=_AT_ONCE)


class _Systems:
    """The systems of a process, each opened with the first question for it."""

    def __init__(self, make: Callable[[SystemName, Settings], System]) -> None:
        self._make = make
        self._opened: dict[tuple[SystemName, Path], System] = {}

    def answer(self, task: Task) -> Record:
        """Ask a question and score the answer."""
        key = task.system, task.settings.home
        if key not in self._opened:
            self._opened[key] = self._make(task.system, task.settings)
        system = self._opened[key]
        begun = time.perf_counter()
        answer = system.ask(task.question)
        if not answer.receipt.took_ms:  # a baseline does not take its own time
            took = round((time.perf_counter() - begun) * 1000, 2)
            receipt = answer.receipt.model_copy(update={"took_ms": took})
            answer = answer.model_copy(update={"receipt": receipt})
        ranking = system.rank(task.question) if task.question.sources else ()
        scores = score(task.question, answer, system, ranking)
        return Record(id=task.question.id, set=task.set, question=task.question, answer=answer, scores=scores)


_here: list[_Systems] = []  # of a worker process


def _begin() -> None:
    import torch

    torch.set_num_threads(1)  # a process a core
    _here.append(_Systems(make_system))


def _answer(task: Task) -> Record:
    return _here[0].answer(task)


def _info(
    sets: Sequence[QuestionSet], homes: dict[str, Settings], settings: Settings, system: SystemName
) -> RunInfo:
    manifests = {each.name: _manifest(homes[each.name]) for each in sets}
    served = next((manifests[each.name] for each in sets if each.documents is None), None)
    any_of = next(iter(manifests.values()))
    return RunInfo(
        sets=tuple(
            SetInfo(
                name=each.name,
                sha256=each.sha256,
                questions=len(each.questions),
                index=None if each.documents is None else manifests[each.name].id,
            )
            for each in sets
        ),
        system=system,
        index=None if served is None else served.id,
        embedding_model=any_of.embedding_model,
        embedding_fingerprint=any_of.embedding_fingerprint,
        llm=settings.llm if system == "citewell" else None,
        settings=digest(str(sorted(settings.model_dump(mode="json", exclude=_ASIDE).items())), length=12),
        citewell_version=version("citewell"),
    )


def _manifest(settings: Settings) -> Manifest:
    return read_manifest(current_folder(settings.index_dir))


def _timings(records: Sequence[Record], settings: Settings, took_s: float) -> dict[str, object]:
    """Latency in milliseconds, and cost in US dollars: nothing without a chat model, not known with one."""
    took = sorted(each.answer.receipt.took_ms for each in records)
    return {
        "latency_ms": {
            "median": median(took) if took else None,
            "p95": took[int(0.95 * len(took))] if took else None,
            "by_question": {f"{each.set}/{each.id}": each.answer.receipt.took_ms for each in records},
        },
        "cost_usd": None if settings.llm else 0.0,
        "took_s": round(took_s, 1),
    }
