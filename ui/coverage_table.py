"""Show how well the sources cover each drug: as a table of lines, or as comma-separated values."""

from __future__ import annotations

import csv
import io

from corpus.facets import FacetTable
from ingest.coverage import Coverage


def render_table(found: Coverage, facets: FacetTable) -> str:
    """A table with a row for each name; the columns are numbered, and the numbers explained below it."""
    width = max((len(name) for name in found.names.values()), default=0)
    numbers = [f"{number:>3}" for number in range(1, len(found.facets) + 1)]
    lines = [" " * width + " " + "".join(numbers)]
    for entity, name in found.names.items():
        counts = (found.works.get((entity, facet), 0) for facet in found.facets)
        lines.append(f"{name:<{width}} " + "".join(f"{count or '·':>3}" for count in counts))
    lines.append("")
    lines += [f"{number:>3}  {facets[facet].heading}" for number, facet in enumerate(found.facets, start=1)]
    return "\n".join(lines)


def as_values(found: Coverage) -> str:
    """The same as comma-separated values, zeros included."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["name", *found.facets])
    for entity, name in found.names.items():
        writer.writerow([name, *(found.works.get((entity, facet), 0) for facet in found.facets)])
    return written.getvalue().rstrip("\n")
