"""What of a file was not read, or not wholly, and why: counted, with a few names each, however large it is.

Not for what became of the file as a whole: see `ingest.report`.
"""

from __future__ import annotations

from collections import Counter

_NAMED = 5  # records that a remark names; of the others it gives the number
_MOST_REASONS = 8  # what comes after them is counted together


class Remarks:
    """Collects what is to be said of the records of one file."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._names: dict[tuple[str, str], list[str]] = {}

    def leave_out(self, reason: str, which: str) -> None:
        """Note a record that gives no document, or a part of one that has no text.

        Args:
            reason: As it reads after "left out: ", such as "without an abstract".
            which: How people find the record, such as "PMID 12".
        """
        self._note("left out", reason, which)

    def read_in_part(self, reason: str, which: str) -> None:
        """Note a record of which only a part is in the document."""
        self._note("read in part", reason, which)

    def _note(self, fate: str, reason: str, which: str) -> None:
        key = (fate, reason)
        if key not in self._counts and len(self._counts) >= _MOST_REASONS:
            key = (fate, "for other reasons")
        self._counts[key] += 1
        if self._counts[key] <= _NAMED:
            self._names.setdefault(key, []).append(which)

    def told(self, name: str) -> str:
        """All of it in one sentence that names the file; empty when there is nothing to tell."""
        fates = dict.fromkeys(fate for fate, _ in self._counts)
        told = "; ".join(self._fate(fate) for fate in fates)
        return f"{name}: {told}." if told else ""

    def _fate(self, fate: str) -> str:
        counts = {reason: count for (each, reason), count in self._counts.items() if each == fate}
        total = sum(counts.values())
        reasons = "; ".join(
            f"{reason} ({', '.join(self._names[fate, reason])}"
            f"{f' and {count - _NAMED:,} more' if count > _NAMED else ''})"
            for reason, count in counts.items()
        )
        return f"{total:,} {fate}: {reasons}"
