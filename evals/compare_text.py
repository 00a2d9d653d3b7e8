"""A comparison as text or Markdown, and as JSON. Not for making it: see `evals.compare`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from evals.compare import Changed, Comparison, Difference
from evals.store import Record

_SHOWN = 20  # changed questions whose answers are shown, unless all are asked for
_NAMED = 8  # questions named behind a metric


def as_markdown(found: Comparison, most: int = _SHOWN, with_held: bool = False) -> str:
    """The comparison as Markdown that also reads well in a terminal.

    Args:
        found: The comparison.
        most: Changed questions whose answers are shown side by side.
        with_held: Whether questions that are held out are shown too, and not only named.
    """
    return "\n".join(_lines(found, most, with_held)) + "\n"


def _lines(found: Comparison, most: int, with_held: bool) -> Iterator[str]:
    yield f"# {found.a} -> {found.b}: {found.questions} questions"
    if found.only_a or found.only_b:
        yield f"\nNot compared: {found.only_a} only in {found.a}, {found.only_b} only in {found.b}."
    yield from (f"\n- {line}" for line in found.setup)
    if found.is_same:
        yield "\nNothing changed: every answer is the same to the letter."
        return
    yield f"\n{verdict_of(found)}"
    moved = [each for each in found.differences if each.change != "same"]
    yield "\n| metric | A | B | B - A, 95 % | rose | fell | verdict |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    yield from (_row(each) for each in moved)
    yield from _tags(found)
    yield f"\n## Changed answers: {len(found.changed)}"
    shown = [each for each in found.changed if with_held or each.a.question.split != "held"]
    for each in shown[:most]:
        yield from _side_by_side(each)
    if len(shown) < len(found.changed):
        yield f"\n{len(found.changed) - len(shown)} of them are held out and not shown."
    if len(shown) > most:
        yield f"\n{len(shown) - most} more are not shown."


def verdict_of(found: Comparison) -> str:
    """In a line, what got worse and what better for sure, the questions with it."""
    parts = []
    for change in ("worse", "better"):
        named = [_named(each) for each in found.differences if each.change == change]
        if named:
            parts.append(f"**{change}**: {'; '.join(named)}")
    unsure = [
        f"{each.metric.name} {_number(each.a)} -> {_number(each.b)} "
        f"(rose on {len(each.up)}, fell on {len(each.down)})"
        for each in found.differences
        if each.change == "unsure"
    ]
    if unsure:
        parts.append(f"**within noise**: {'; '.join(unsure)}")
    considered = [
        each for each in found.changed if each.a.answer.receipt.passages != each.b.answer.receipt.passages
    ]
    if considered:
        parts.append(f"**search**: other passages were considered on {len(considered)} questions")
    if rules := _rules_moved(found):
        parts.append(f"**safety rule that fired**: {rules}")
    return ". ".join(parts) + "." if parts else "Answers changed, and no metric moved."


def _rules_moved(found: Comparison) -> str:
    """Where another rule fires now, or none, even if the outcome is the same: another net caught it."""
    fired = [(each.a.answer.receipt.triage, each.b.answer.receipt.triage) for each in found.changed]
    moved = Counter((str(one), str(two)) for one, two in fired if one != two)
    return "; ".join(f"{one} -> {two} ({count})" for (one, two), count in sorted(moved.items()))


def _named(each: Difference) -> str:
    wrong = each.down if each.metric.better == "higher" else each.up
    right = each.up if each.metric.better == "higher" else each.down
    keys = [f"{set_}/{id_}" for set_, id_ in (wrong if each.change == "worse" else right)]
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    where = f" on {', '.join(keys[:_NAMED])}{more}" if keys else ""
    return f"{each.metric.name} ({each.metric.says}) {_number(each.a)} -> {_number(each.b)}{where}"


def _row(each: Difference) -> str:
    interval = "" if each.low is None or each.high is None else f"{each.low:+.3f} to {each.high:+.3f}"
    cells = [
        each.metric.name, _number(each.a), _number(each.b), interval, str(len(each.up)), str(len(each.down)),
        each.change,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _tags(found: Comparison) -> Iterator[str]:
    moved = {tag: each for tag, each in found.tags.items() if each.won or each.lost}
    if moved:
        yield "\n| tag | won by B | lost | even |\n| --- | --- | --- | --- |"
        for tag, each in sorted(moved.items(), key=lambda row: (row[1].won - row[1].lost, row[0])):
            yield f"| {tag} | {each.won} | {each.lost} | {each.even} |"


def _side_by_side(changed: Changed) -> Iterator[str]:
    question = changed.a.question
    yield f"\n### {changed.a.set}/{changed.a.id}: {' / '.join([*question.earlier, question.question])}"
    for name in changed.metrics:
        a, b = changed.a.scores.get(name), changed.b.scores.get(name)
        yield f"- {name}: {_number(a)} -> {_number(b)}"
    for label, record, other in (("A", changed.a, changed.b), ("B", changed.b, changed.a)):
        yield f"\n{label}, {record.answer.outcome.value}:"
        yield from _said(record, other)


def _said(record: Record, other: Record) -> Iterator[str]:
    """Each sentence with its sources; what the other answer does not have is marked."""
    theirs = {_sentence(*each) for each in _sentences(other)}
    for text, sources in _sentences(record):
        yield f"  {' ' if _sentence(text, sources) in theirs else '*'} {_sentence(text, sources)}"
    if record.answer.disclaimer != other.answer.disclaimer:
        yield f"  * disclaimer: {record.answer.disclaimer}"


def _sentence(text: str, sources: tuple[str, ...]) -> str:
    return f"{text} ({', '.join(sources)})" if sources else text


def _sentences(record: Record) -> list[tuple[str, tuple[str, ...]]]:
    answer = record.answer
    parts = [(each.text, each.citations) for each in answer.warnings]
    parts += [(each.text, each.citations) for each in answer.statements]
    return [(text, tuple(one.source_id for one in citations)) for text, citations in parts]


def as_json(found: Comparison) -> dict[str, object]:
    """The comparison as JSON can hold it; of changed questions only ids, metrics and outcomes."""
    return {
        "a": found.a,
        "b": found.b,
        "setup": list(found.setup),
        "questions": found.questions,
        "only_a": found.only_a,
        "only_b": found.only_b,
        "same": found.is_same,
        "metrics": {
            each.metric.name: {
                "a": each.a, "b": each.b, "low": each.low, "high": each.high, "change": each.change,
                "rose": ["/".join(key) for key in each.up], "fell": ["/".join(key) for key in each.down],
            }
            for each in found.differences
        },
        "tags": {
            tag: {"won": each.won, "lost": each.lost, "even": each.even} for tag, each in found.tags.items()
        },
        "changed": [
            {
                "set": each.a.set, "id": each.a.id, "metrics": list(each.metrics),
                "outcomes": [each.a.answer.outcome.value, each.b.answer.outcome.value],
            }
            for each in found.changed
        ],
    }  # fmt: skip
