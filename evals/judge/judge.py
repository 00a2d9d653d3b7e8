"""Have a chat model judge a run: which nuggets its answers state, and which of two answers is better.

Each judgement is on disk before the next is asked for, and none is asked for twice; what the judge did not
clearly say is kept as unjudged and asked for again the next time. Not for what it comes to: see
`evals.judge.opinion`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from corpus.errors import CitewellError
from evals.judge.ask import Patience, ask, prompt_hash, read_labels, read_preference
from evals.judge.judgement import FILE, Judgement, NuggetJudgement, PreferenceJudgement, read_judgements
from evals.review.lines import append_line
from evals.review.pairs import Pair, pairs_of
from evals.review.ratings import Side
from evals.review.words import digest, words_of
from evals.score import said
from evals.store import Record, Run

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_AT_ONCE = 10  # nuggets in one question, as AutoNuggetizer has it (Pradeep et al. 2024, arXiv:2411.09607)
_GIVES_UP_AFTER = 5  # questions in a row without a reply
_NO_REPLY = frozenset({"absent", "down", "busy", "slow", "rejected"})
OnProgress = Callable[[str, int, int], None]


class JudgeError(CitewellError):
    """The judge does not reply any more; what it said before is kept."""


@dataclass(frozen=True)
class Judge:
    """Who judges.

    Attributes:
        name: As LangChain's 'provider:model'.
        parallel: How many questions are put to it at a time.
    """

    model: BaseChatModel
    name: str
    patience: Patience = field(default_factory=Patience)
    parallel: int = 4


Job = Callable[[], list[Judgement]]


def judge_run(
    judge: Judge, run: Run, against: Run | None = None, on_progress: OnProgress | None = None
) -> None:
    """Ask for every judgement of a run that is not there yet, and of its answers against another run's.

    Raises:
        JudgeError: The judge stopped replying.
        LineError: The run's file of judgements is broken.
    """
    kept = {key for key, each in read_judgements(run.folder).items() if each.is_judged}
    jobs = [*_nugget_jobs(judge, run, kept), *_preference_jobs(judge, run, against, kept)]
    silent = done = 0
    with ThreadPoolExecutor(judge.parallel, thread_name_prefix="judge") as pool:
        running: list[Future[list[Judgement]]] = [pool.submit(job) for job in jobs]
        try:
            for each in as_completed(running):
                judgements = each.result()
                for judgement in judgements:
                    append_line(run.folder / FILE, judgement)
                why = judgements[0].why
                silent = silent + 1 if why in _NO_REPLY else 0
                if silent == _GIVES_UP_AFTER:
                    raise JudgeError(
                        f"The judge '{judge.name}' gave no reply {silent} times in a row (the last: {why}).",
                        "When it replies again, run this again: it goes on where it stopped. "
                        "A model that rejects every question may want another --temperature.",
                    )
                done += 1
                if on_progress is not None:
                    on_progress("judging", done, len(jobs))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _nugget_jobs(judge: Judge, run: Run, kept: set[tuple[str, ...]]) -> Iterator[Job]:
    prompt = prompt_hash("nugget")
    for record in run.records:
        if not states_something(record):
            continue
        found = digest(record.answer)
        asked = [
            NuggetJudgement(
                set=record.set,
                id=record.id,
                model=judge.name,
                prompt=prompt,
                answer=found,
                nugget=each.nugget,
            )
            for each in (*record.question.vital, *record.question.okay)
        ]
        open_ = [each for each in asked if each.key not in kept]
        for at in range(0, len(open_), _AT_ONCE):
            yield partial(_judge_nuggets, judge, record, open_[at : at + _AT_ONCE])


def states_something(record: Record) -> bool:
    """Whether there is anything to judge: an answer that states nothing states no nugget."""
    return bool(said(record.answer))


def _judge_nuggets(judge: Judge, record: Record, asked: Sequence[NuggetJudgement]) -> list[Judgement]:
    data = {
        "question": record.question.question,
        "answer": words_of(record.answer),
        "nuggets": {str(number): each.nugget for number, each in enumerate(asked, start=1)},
    }
    reply = ask(judge.model, "nugget", data, read_labels(len(asked)), judge.patience)
    labels = reply.said or (None,) * len(asked)
    return [
        each.model_copy(update={"label": label, "why": reply.why})
        for each, label in zip(asked, labels, strict=True)
    ]


def _preference_jobs(
    judge: Judge, run: Run, against: Run | None, kept: set[tuple[str, ...]]
) -> Iterator[Job]:
    """Each pair in both orders. Answers that read the same are a tie that nobody needs to be asked about."""
    if against is None:
        return
    prompt = prompt_hash("preference")
    sides: tuple[Side, Side] = ("a", "b")
    for pair in pairs_of(run, against, only_changed=True):
        for first in sides:
            asked = PreferenceJudgement(
                set=pair.set, id=pair.id, model=judge.name, prompt=prompt, answers=pair.digests, first=first
            )
            if asked.key not in kept:
                yield partial(_judge_preference, judge, pair, asked)


def _judge_preference(judge: Judge, pair: Pair, asked: PreferenceJudgement) -> list[Judgement]:
    second: Side = "b" if asked.first == "a" else "a"
    data = {
        "question": pair.question,
        "asked before": list(pair.earlier),
        "first": words_of(pair.answers[asked.first]),
        "second": words_of(pair.answers[second]),
    }
    reply = ask(judge.model, "preference", data, read_preference, judge.patience)
    return [asked.model_copy(update={"preferred": reply.said, "why": reply.why})]
