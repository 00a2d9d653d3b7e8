"""How well matching without a judge agrees with clinicians (K-QA), and the thresholds that follow.

Three clinicians judged whether a model's answer entails, contradicts or leaves open a statement (Manes et
al. 2024). For a fifth of the questions at a time, the weights of support are learnt and the threshold is
chosen on the other questions: nothing is judged by what it was learnt from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from corpus.lexicon import load_lexicon
from evals.match import THRESHOLDS, Likeness, contradicts, likeness
from evals.metrics.basic import f1
from evals.public.kqa import JudgedClaim, find, read_judged
from evals.questions import Nugget, SetError
from evals.review.agreement import cohen_kappa
from evals.support import Verifier
from evals.verification.data import Pair, read_kqa
from evals.verification.train import fit, passing
from ingest.embed import Embedder
from ingest.sentences import sentence_spans
from retrieval.support.likeness import Combiner, load_combiner

Flags = NDArray[np.bool_]
Values = NDArray[np.float64]
_Answer = tuple[Sequence[str], Verifier]

_FOLDS = 5
_GRID = np.round(np.arange(0.05, 0.96, 0.01), 2)
_LONGEST = 1000  # characters of a sentence


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the command reports.

    Attributes:
        entailment: Kappa of matching with the clinicians' majority on 'entailed or not'.
        precision: Of what is matched, the share that the majority calls entailed; `recall` likewise.
        clinicians: Kappa of each two clinicians on the same.
        contradiction: Kappa on 'contradicted or not'; `contradicted` counts what the majority calls so, and
            `flagged` what is flagged.
        threshold: The one that all claims together give.
        partial: Half of them are still entailed at it.
    """

    claims: int
    questions: int
    entailment: float | None
    precision: float
    recall: float
    f1: float | None
    clinicians: tuple[float, ...]
    contradiction: float | None
    contradicted: int
    flagged: int
    threshold: float


def measure(folder: Path, embedder: Embedder) -> Agreement:
    """Measure agreement on the clinicians' table in a folder.

    Raises:
        SetError: It is not there.
    """
    path = folder / "kqa" if (folder / "kqa").is_dir() else folder
    table = find(path)
    if table is None or table.suffix != ".csv":
        raise SetError(f"{folder} holds no table of clinicians' labels.", "It is part of K-QA's repository.")
    judged = read_judged(table)
    wanted = np.array([each.label == "Entailment" for each in judged])
    answers = [_read(each, embedder) for each in judged]
    alike = [likeness(each.claim, *answer) for each, answer in zip(judged, answers, strict=True)]
    found = _by_fold(judged, alike, read_kqa(table.parents[1], embedder), wanted)
    flagged = [
        contradicts(Nugget(nugget=each.claim), sentences, verifier)
        for each, (sentences, verifier) in zip(judged, answers, strict=True)
    ]
    contrary = [each.label == "Contradiction" for each in judged]
    right = int((found & wanted).sum())
    return Agreement(
        claims=len(judged),
        questions=len({each.question for each in judged}),
        entailment=cohen_kappa(list(zip(found.tolist(), wanted.tolist(), strict=True))),
        precision=right / max(1, int(found.sum())),
        recall=right / max(1, int(wanted.sum())),
        f1=f1(right, int(found.sum()), int(wanted.sum())),
        clinicians=tuple(_between(judged, one, two) for one, two in ((0, 1), (0, 2), (1, 2))),
        contradiction=cohen_kappa(list(zip(flagged, contrary, strict=True))),
        contradicted=sum(contrary),
        flagged=sum(flagged),
        threshold=best_threshold(_scores(alike, load_combiner()), wanted),
    )


def _read(judged: JudgedClaim, embedder: Embedder) -> _Answer:
    """The sentences of an answer, and a verifier that has their vectors and that of the statement."""
    sentences = [span.of(judged.answer) for span in sentence_spans(judged.answer, _LONGEST)] or [
        judged.answer
    ]
    return sentences, Verifier([judged.claim, *sentences], embedder, load_lexicon())


def _scores(alike: Sequence[Likeness], combiner: Combiner) -> Values:
    return np.array([each.score(combiner) for each in alike])


def _by_fold(
    judged: Sequence[JudgedClaim], alike: Sequence[Likeness], pairs: Sequence[Pair], wanted: Flags
) -> Flags:
    """What is matched, each question by the weights and the threshold that the others give."""
    found = np.zeros(len(judged), dtype=bool)
    groups = [each.question for each in judged]
    for known, new in GroupKFold(_FOLDS).split(wanted, wanted, groups):
        kept, inputs = passing([pairs[at] for at in known], load_lexicon())
        weights = fit(inputs, np.array([pair.supported for pair in kept], dtype=float))
        shipped = load_combiner()
        learnt = Combiner(tuple(weights[:-1]), float(weights[-1]), shipped.supported, shipped.together)
        scores = _scores(alike, learnt)
        found[new] = scores[new] >= best_threshold(scores[known], wanted[known])
    return found


def best_threshold(scores: Values, wanted: Flags) -> float:
    """The threshold from which taking a pair for entailed agrees best with people, by kappa."""
    labels = wanted.tolist()

    def agreement(least: float) -> float:
        return cohen_kappa(list(zip((scores >= least).tolist(), labels, strict=True))) or 0.0

    return float(max(_GRID, key=agreement))


def _between(judged: Sequence[JudgedClaim], one: int, two: int) -> float:
    labels = [[each.labels[at] == "Entailment" for each in judged] for at in (one, two)]
    return cohen_kappa(list(zip(*labels, strict=True))) or 0.0


def write_threshold(found: Agreement) -> None:
    """Put the threshold into `match.yaml`; all else in it stays."""
    lines = THRESHOLDS.read_text(encoding="utf-8").splitlines(keepends=True)
    mended = [f"support: {found.threshold}\n" if line.startswith("support:") else line for line in lines]
    THRESHOLDS.write_text("".join(mended), encoding="utf-8")
