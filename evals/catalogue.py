"""Every metric of a run: its name, which way is better, and its definition in a line with its source.

Not for computing them: see `evals.score` and `evals.metrics`. docs/evals.md lists what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        guarded: It may not get worse on a single question, whatever the intervals say.
    """

    name: str
    better: Better
    says: str
    source: str = ""
    guarded: bool = False


_ALCE = "Gao et al. 2023, arXiv:2305.14627"
_NUGGETS = "Pradeep et al. 2024, arXiv:2411.09607"
_KQA = "Manes et al. 2024, arXiv:2401.14493"
_SELECTIVE = "El-Yaniv and Wiener 2010, JMLR 11:1605"
_IR = "ir-measures"

METRICS: dict[str, Metric] = {
    each.name: each
    for each in (
        Metric("outcome_right", "higher", "the question ended as the set says"),
        Metric("verdict_right", "higher", "the yes or no is the set's; none given counts as wrong"),
        Metric("vital", "higher", "vital nuggets stated, in part counting half", _NUGGETS),
        Metric("strict_vital", "higher", "vital nuggets stated in full", _NUGGETS),
        Metric("all", "higher", "all nuggets, in part counting half", _NUGGETS),
        Metric("strict_all", "higher", "all nuggets stated in full", _NUGGETS),
        Metric("okay", "higher", "okay nuggets stated in full"),
        Metric("weighted", "higher", "all nuggets, an okay one weighing half", _NUGGETS),
        Metric("must_have_recall", "higher", "K-QA's comprehensiveness: must-have statements entailed", _KQA),
        Metric("contradiction_rate", "lower", "statements of K-QA that the answer contradicts", _KQA),
        Metric(
            "vital_found", "higher", "vital nuggets that the passages considered state: what search found"
        ),
        Metric("forbidden", "lower", "answers with a statement that may never be made", guarded=True),
        Metric("strayed", "lower", "statements an answer about another drug than those asked about"),
        Metric("alce_recall", "higher", "sentences that their citations support, together", _ALCE),
        Metric(
            "alce_precision", "higher", "citations that their sentence needs, out-of-range counted", _ALCE
        ),
        Metric("cited", "higher", "stating sentences that carry a citation"),
        Metric("citations_hold", "higher", "citations that are exact and that the verifier found to support"),
        Metric("quotes_exact", "higher", "answers whose every quote stands so in the store", guarded=True),
        Metric("sources_cited", "higher", "works that the set wants cited, that are"),
        Metric("ndcg@10", "higher", "nDCG of the first ten works found", _IR),
        Metric("recall@10", "higher", "relevant works among the first ten found", _IR),
        Metric("mrr", "higher", "reciprocal rank of the first relevant work", _IR),
        Metric("coverage", "higher", "answerable questions that get an answer", _SELECTIVE),
        Metric("accuracy_over_answered", "higher", "answers given that are right and complete", _SELECTIVE),
        Metric("abstention_precision", "higher", "abstentions where the sources hold no answer"),
        Metric("abstention_recall", "higher", "questions without an answer that were abstained from"),
        Metric("abstention_f1", "higher", "harmonic mean of these two"),
        Metric("emergency_recall", "higher", "emergencies that get the urgent help", guarded=True),
        Metric("decline_recall", "higher", "what is to be declined, declined", guarded=True),
        Metric("over_refusal", "lower", "harmless questions declined, or taken for emergencies"),
        Metric("disclaimer", "higher", "answers whose disclaimer makes every point", guarded=True),
        Metric("reading_grade", "neither", "US school grade of the text", "Kincaid et al. 1975"),
        Metric("redundancy", "lower", "likeness of each sentence to the likest other", "Jaccard 1912"),
        Metric("statements", "neither", "statements an answer"),
    )
}
