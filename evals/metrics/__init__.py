"""The metrics: pure functions, each with its definition, its source and a worked example.

What has nothing to count is None, never NaN and never zero. Not for asking questions: see `evals.runner`.
"""

from evals.metrics.basic import average, f1, share

__all__ = ["average", "f1", "share"]
