"""A report as one HTML file that needs nothing else: no network, no script but its own, no style but its own.

Not for what stands in it: see `evals.report.gather`.
"""

from __future__ import annotations

from evals.catalogue import METRICS
from evals.report import charts
from evals.report.gather import Report
from evals.report.templates import environment, inline, policy


def to_html(report: Report) -> str:
    """Render the report; the same runs give the same bytes."""
    style, script = inline("report/report.css"), inline("report/report.js")
    rows = charts.metric_rows(report)
    return environment().get_template("report/report.html").render(
        report=report,
        catalogue=METRICS,
        style=style,
        script=script,
        policy=policy(style, script),
        rows=rows,
        rows_height=sum(row.height for row in rows),
        bars=charts.outcome_bars(report),
        comparisons=[(each, *charts.shifts(each)) for each in report.comparisons],
        place=charts.place,
        width=charts.WIDTH,
        labels=charts.LABELS,
        tags=sorted({tag for each in report.asked for tag in each.tags}),
    )  # fmt: skip
