"""What a judge's judgements come to: first how far it agrees with others, then its figures, never alone.

Not for asking it: see `evals.judge.judge`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import fsum
from typing import Literal

from evals.judge.ask import Topic, prompt_hash
from evals.judge.judge import states_something
from evals.judge.judgement import Judgement, Label, NuggetJudgement, PreferenceJudgement, read_judgements
from evals.metrics.intervals import bootstrap, wilson
from evals.metrics.nuggets import Assignment, nugget_scores
from evals.questions import Nugget
from evals.review.agreement import cohen_kappa
from evals.review.lines import read_lines
from evals.review.pairs import Pair, pairs_of
from evals.review.ratings import FILE as RATINGS
from evals.review.ratings import Agreement, Rating, latest
from evals.review.words import digest
from evals.score import said
from evals.store import Figure, Record, Run

Winner = Literal["a", "b", "tie"]
KAPPA = "Cohen's kappa"
_ASSIGNED: dict[Label, Assignment] = {
    "support": "support",
    "partial": "partial_support",
    "none": "not_support",
}
_SCORES = ("vital", "strict_vital", "all", "strict_all")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one judge says of one thing.

    Attributes:
        topic: What it was asked.
        model: The judge.
        agreements: How far it agrees, and with whom.
        figures: Its figures; empty where nothing can be said of its agreement, since they count for nothing.
        judged: How many judgements there are, and `unjudged` how many the judge was asked for in vain.
        remarks: What else is to be known.
    """

    topic: Topic
    model: str
    agreements: tuple[Agreement, ...]
    figures: dict[str, Figure] = field(default_factory=dict)
    judged: int = 0
    unjudged: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether its agreement is known, so that its figures may be shown."""
        return any(each.n for each in self.agreements)


def opinions(run: Run, against: Run | None = None) -> list[Opinion]:
    """What each judge said of a run, and of its answers against another's.

    Judgements of other answers, or by an earlier wording of the prompt, do not count.
    """
    made = read_judgements(run.folder).values()
    found = []
    for model in sorted({each.model for each in made}):
        said_ = [each for each in made if each.model == model and each.prompt == prompt_hash(each.kind)]
        nuggets = _on_nuggets(run, model, said_)
        found += [nuggets] if nuggets.judged or nuggets.unjudged else []
        if against is not None:
            preference = _on_preference(run, against, model, said_)
            found += [preference] if preference.judged or preference.unjudged else []
    return found


def _on_nuggets(run: Run, model: str, judgements: Sequence[Judgement]) -> Opinion:
    rows = {
        (each.set, each.id, each.answer, each.nugget): each
        for each in judgements
        if isinstance(each, NuggetJudgement)
    }
    pairs: list[tuple[bool, bool]] = []
    scores: dict[str, list[float]] = {name: [] for name in _SCORES}
    judged = unjudged = 0
    for record in run.records:
        labels = [
            rows.get((*record.key, digest(record.answer), each.nugget))
            for each in (*record.question.vital, *record.question.okay)
        ]
        judged += sum(each is not None and each.is_judged for each in labels)
        unjudged += sum(each is not None and not each.is_judged for each in labels)
        pairs += _beside_patterns(record, labels)
        for name, value in _scored(record, labels).items():
            scores[name].append(value)
    agreement = Agreement("nuggets stated, with the metric", KAPPA, cohen_kappa(pairs), len(pairs))
    opinion = Opinion("nugget", model, (agreement,), {}, judged, unjudged)
    return _with_figures(opinion, {name: _figure(values) for name, values in scores.items()})


def _beside_patterns(record: Record, labels: Sequence[NuggetJudgement | None]) -> Iterator[tuple[bool, bool]]:
    """For each nugget that has patterns and a label: stated in full by the judge, and by the patterns."""
    nuggets = (*record.question.vital, *record.question.okay)
    sentences = said(record.answer)
    for nugget, judgement in zip(nuggets, labels, strict=True):
        if nugget.any and judgement is not None and judgement.is_judged:
            yield judgement.label == "support", nugget.stated_in(sentences)


def _scored(record: Record, labels: Sequence[NuggetJudgement | None]) -> dict[str, float]:
    """AutoNuggetizer's scores from a judge's labels; nothing where one of the labels is missing."""
    question = record.question
    if not question.answerable or not labels:
        return {}
    assigned: list[Assignment] = []
    for each in labels:
        if not states_something(record):
            assigned.append("not_support")
        elif each is None or each.label is None:
            return {}
        else:
            assigned.append(_ASSIGNED[each.label])
    vital = len(question.vital)
    scores = nugget_scores(assigned[:vital], assigned[vital:])
    return {name: value for name in _SCORES if (value := getattr(scores, name)) is not None}


def _on_preference(run: Run, against: Run, model: str, judgements: Sequence[Judgement]) -> Opinion:
    rows: dict[tuple[str, ...], list[PreferenceJudgement]] = {}
    for each in judgements:
        if isinstance(each, PreferenceJudgement):
            rows.setdefault((each.set, each.id, each.answers["a"], each.answers["b"]), []).append(each)
    winners: dict[tuple[str, ...], Winner] = {}
    asked: list[PreferenceJudgement] = []
    same = 0
    pairs = pairs_of(run, against)
    for pair in pairs:
        key = _key(pair)
        if len(set(pair.digests.values())) == 1:
            winners[key] = "tie"
            same += 1
        elif found := rows.get(key):
            asked += found
            if (winner := settled(found)) is not None:
                winners[key] = winner
    opinion = Opinion(
        topic="preference",
        model=model,
        agreements=tuple(_preference_agreements(run, against, pairs, {
            key: winner for key, winner in winners.items() if key in rows
        })),
        judged=sum(each.is_judged for each in asked),
        unjudged=sum(not each.is_judged for each in asked),
        remarks=(_of_positions(asked), f"{same} questions whose two answers read the same count as ties."),
    )  # fmt: skip
    wins: dict[Winner, str] = {"a": "this run preferred", "b": "the other preferred", "tie": "neither"}
    return _with_figures(
        opinion,
        {name: _figure([float(each == side) for each in winners.values()]) for side, name in wins.items()},
    )


def settled(found: Sequence[PreferenceJudgement]) -> Winner | None:
    """Who wins: a preference counts only where it holds in both orders; None where one was not judged.

    The rule of Zheng et al. 2023 (arXiv:2306.05685) against judges that like a place.
    """
    by_order = {each.first: each.winner for each in found if each.is_judged}
    if len(by_order) < 2:
        return None
    winner = by_order["a"]
    return winner if winner is not None and winner == by_order["b"] else "tie"


def _preference_agreements(
    run: Run, against: Run, pairs: Sequence[Pair], winners: dict[tuple[str, ...], Winner]
) -> Iterator[Agreement]:
    one, other = run.by_key(), against.by_key()
    beside: list[tuple[Winner, Winner]] = []
    for pair in pairs:
        metric = _by_metric(one[pair.set, pair.id], other[pair.set, pair.id])
        if _key(pair) in winners and metric is not None:
            beside.append((winners[_key(pair)], metric))
    yield Agreement("preference, with the vital nuggets stated", KAPPA, cohen_kappa(beside), len(beside))
    as_winner: dict[str, Winner] = {"a": "a", "b": "b", "both": "tie", "neither": "tie"}
    people = [
        (winners[each.subject], as_winner[each.better])
        for each in latest(read_lines(run.folder / RATINGS, Rating))
        if each.better is not None and each.subject in winners
    ]
    yield Agreement("preference, with people", KAPPA, cohen_kappa(people), len(people))


def _by_metric(one: Record, other: Record) -> Winner | None:
    """Who states more of the vital nuggets; None where there are none with patterns."""
    vital: list[Nugget] = [each for each in one.question.vital if each.any]
    if not vital:
        return None
    stated = [sum(each.stated_in(said(record.answer)) for each in vital) for record in (one, other)]
    if stated[0] == stated[1]:
        return "tie"
    return "a" if stated[0] > stated[1] else "b"


def _of_positions(asked: Sequence[PreferenceJudgement]) -> str:
    """How often the judge took what stood first: far from half means that it looks at the place."""
    counts = Counter(each.preferred for each in asked if each.is_judged)
    first, second = counts["first"], counts["second"]
    return f"Of {counts.total()} replies, {first} took the first answer and {second} the second."


def _key(pair: Pair) -> tuple[str, ...]:
    """As `Rating.subject` has it."""
    return (pair.set, pair.id, *(pair.digests[side] for side in sorted(pair.answers)))


def _figure(values: Sequence[float]) -> Figure:
    is_share = set(values) <= {0.0, 1.0}
    ends = (wilson(int(sum(values)), len(values)) if is_share else bootstrap(values)) or (None, None)
    mean = fsum(values) / len(values) if values else None
    return Figure(value=mean, n=len(values), low=ends[0], high=ends[1])


def _with_figures(opinion: Opinion, figures: dict[str, Figure]) -> Opinion:
    """The opinion with its figures, if its agreement is known."""
    return replace(opinion, figures=figures) if opinion.counts else opinion
