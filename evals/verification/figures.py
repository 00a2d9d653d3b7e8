"""The figures that verification is measured with. Pure functions of predictions and labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

_BINS = 10


def precision_recall(found: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> tuple[float, float]:
    """Precision and recall of what was found; precision is nan when nothing was.

    >>> precision_recall(np.array([True, True, False]), np.array([True, False, True]))
    (0.5, 0.5)
    """
    right = float((found & wanted).sum())
    precision = right / float(found.sum()) if found.any() else float("nan")
    return precision, right / float(wanted.sum()) if wanted.any() else float("nan")


def f1(precision: float, recall: float) -> float:
    """Harmonic mean of precision and recall; 0 when both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0


def area(scores: Sequence[float] | NDArray[np.float64], wanted: NDArray[np.float64]) -> float:
    """Area under the ROC curve; nan when all labels are the same."""
    return float(roc_auc_score(wanted, scores)) if len(set(wanted.tolist())) > 1 else float("nan")


def calibration_error(scores: NDArray[np.float64], wanted: NDArray[np.float64]) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al. 2015, AAAI).

    >>> calibration_error(np.array([0.75, 0.75, 0.75, 0.75]), np.array([1.0, 1.0, 1.0, 0.0]))
    0.0
    """
    bins = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    gaps = [
        (bins == each).mean() * abs(scores[bins == each].mean() - wanted[bins == each].mean())
        for each in range(_BINS)
        if (bins == each).any()
    ]
    return float(sum(gaps))
