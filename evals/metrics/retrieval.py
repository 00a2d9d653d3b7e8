"""Retrieval metrics of one ranked list, computed by ir-measures (MacAvaney et al. 2022, ECIR)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpus.errors import CitewellError


def retrieval_scores(ranking: Sequence[str], relevant: Mapping[str, int], k: int = 10) -> dict[str, float]:
    """nDCG@k (Järvelin and Kekäläinen 2002, as trec_eval has it), recall@k and the reciprocal rank.

    Args:
        ranking: Ids of what was found, best first.
        relevant: Grade of each relevant id, 0 for one that was judged and is not relevant.
        k: How far down the list is read; the reciprocal rank reads all of it.

    Returns:
        Nothing where nothing is relevant: then there is nothing to find.

    Raises:
        CitewellError: ir-measures is not installed.

    >>> scores = retrieval_scores(["x", "a"], {"a": 1, "b": 1})
    >>> {name: round(value, 4) for name, value in sorted(scores.items())}
    {'mrr': 0.5, 'ndcg@10': 0.3869, 'recall@10': 0.5}
    """
    if not any(grade > 0 for grade in relevant.values()):
        return {}
    try:
        import ir_measures
    except ImportError as error:
        raise CitewellError(
            "Retrieval metrics need ir-measures.", "Run: pip install 'citewell[eval]'"
        ) from error
    names = {
        ir_measures.nDCG @ k: f"ndcg@{k}",
        ir_measures.R @ k: f"recall@{k}",
        ir_measures.RR: "mrr",
    }
    if not ranking:  # which trec_eval leaves out, and which found nothing
        return dict.fromkeys(names.values(), 0.0)
    # trec_eval orders equal scores by id, so each place gets a score of its own.
    run = {"q": {each: float(len(ranking) - at) for at, each in enumerate(ranking)}}
    found = ir_measures.calc_aggregate(list(names), {"q": dict(relevant)}, run)
    return {name: float(found[measure]) for measure, name in names.items()}
