"""Write what a chat model is asked: the draft and the evidence as quoted data, each sentence with a key.

The words stand in `prompts/`. Deterministic: the same evidence gives the same prompt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path

from corpus.record import Kind
from retrieval.composing.compose import MOST_STATEMENTS, Chosen
from retrieval.evidence.desk import Desk, Evidence
from retrieval.evidence.gather import Gathered
from retrieval.question.slot import IN_SHORT, Slot
from retrieval.question.understand import Understanding
from retrieval.safety.directive import is_directive

_PROMPTS = Path(__file__).parent / "prompts"
_KEY_DIGITS = 6  # more when two keys would be alike
_MARK_DIGITS = 16
_BEST_OF_SLOT = 4  # sentences beside the draft's, for each part of the answer
_LONGEST_QUESTION = 1000

Place = tuple[str, int]  # what makes a sentence one and the same: `Evidence.key`


@dataclass(frozen=True)
class Task:
    """What is to be worded: a question, the draft that answers it, and the evidence beside it.

    Attributes:
        question: As the person wrote it.
        asked: As it was understood.
        slots: The parts of the answer; `gathered.by_slot` has the evidence for each.
        draft: Verified statements in reading order, chosen without a model.
        warnings: Those that stand above the answer; they are never the model's.
    """

    question: str
    asked: Understanding
    slots: tuple[Slot, ...]
    gathered: Gathered
    draft: tuple[Chosen, ...]
    warnings: tuple[Chosen, ...]


@dataclass(frozen=True)
class Prompt:
    """What a model is asked, and what its reply may cite.

    Attributes:
        messages: Pairs of role and text.
        headings: The only headings that a reply may use, in reading order.
        offered: Each key that was given, and its sentence.
    """

    messages: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    offered: Mapping[str, Evidence]


def write_prompt(task: Task, desk: Desk, most_chars: int) -> Prompt:
    """Write the prompt for a task.

    Args:
        task: What is to be worded.
        desk: The names.
        most_chars: Most characters of evidence; the draft's own comes first.
    """
    headings = tuple(dict.fromkeys((IN_SHORT, *(each.heading for each in task.draft))))
    candidates = list(_candidates(task, headings))
    of_draft = [(each.heading, evidence) for each in task.draft for evidence, _ in each.backing]
    key_of = _keys([evidence for _, evidence in (*of_draft, *candidates)])
    offered: dict[str, Evidence] = {}
    lines: list[str] = []
    room = most_chars
    for line, new in _lines(task.draft, candidates, key_of):
        if len(line) > room:
            continue
        room -= len(line) + 1
        lines.append(line)
        offered |= new
    evidence = "\n".join(lines)
    names = [desk.lexicon.entities[each].name for each in (*task.asked.subjects, *task.asked.context)]
    user = _read("question.md").format(
        headings=json.dumps(headings),
        mark=hashlib.sha256(evidence.encode()).hexdigest()[:_MARK_DIGITS],
        evidence=evidence,
        subjects=json.dumps(names),
        question=_quoted(task.question[:_LONGEST_QUESTION]),
    )
    system = _read("system.md").replace("{most}", str(MOST_STATEMENTS))
    return Prompt((("system", system), ("user", user)), headings, offered)


def _candidates(task: Task, headings: Sequence[str]) -> Iterator[tuple[str, Evidence]]:
    """The next best sentences of each part, best of every part first; a summary is never cited itself."""
    best = [
        [
            (slot.heading if slot.heading in headings else IN_SHORT, each)
            for each in found
            if each.source.kind is not Kind.SUMMARY and not is_directive(each.text)
        ][:_BEST_OF_SLOT]
        for slot, found in zip(task.slots, task.gathered.by_slot, strict=True)
    ]
    for rank in zip_longest(*best):
        yield from (each for each in rank if each is not None)


def _keys(sentences: Sequence[Evidence]) -> dict[Place, str]:
    """A key for each sentence, made of what it is and where it stands, never of its rank."""
    named = {each.key: f"{each.passage.id}\0{each.span.start}\0{each.span.end}" for each in sentences}
    full = {place: hashlib.sha256(name.encode()).hexdigest() for place, name in named.items()}
    digits = _KEY_DIGITS
    while len({each[:digits] for each in full.values()}) < len(full):
        digits += 1
    return {place: f"p-{each[:digits]}" for place, each in full.items()}


def _lines(
    draft: Sequence[Chosen], candidates: Sequence[tuple[str, Evidence]], key_of: Mapping[Place, str]
) -> Iterator[tuple[str, dict[str, Evidence]]]:
    """The lines of the evidence, each with the keys that are new in it."""
    given: set[Place] = set()
    for each in draft:
        new = {key_of[one.key]: one for one, _ in each.backing if one.key not in given}
        cites = [key_of[one.key] for one, _ in each.backing]
        rows = [_row(each.heading, key, one) for key, one in new.items()]
        rows.append(_quoted({"draft": each.evidence.text, "heading": each.heading, "cites": cites}))
        given |= {one.key for one, _ in each.backing}
        yield "\n".join(rows), new  # whole or not at all
    for heading, one in candidates:
        if one.key not in given:
            given.add(one.key)
            yield _row(heading, key_of[one.key], one), {key_of[one.key]: one}


def _row(heading: str, key: str, one: Evidence) -> str:
    source = one.source
    return _quoted(
        {
            "key": key,
            "heading": heading,
            "quote": one.text,
            "kind": " ".join(filter(None, (source.kind.value, source.study_type))),
            "year": source.year,
            "section": " > ".join(one.passage.section),
        }
    )


def _quoted(value: object) -> str:
    """A value as JSON on one line, in which no mark of the prompt's can stand."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(f"\\u{ord(char):04x}" if char in "<>\u2028\u2029\x85" else char for char in text)


@lru_cache(maxsize=4)
def _read(name: str) -> str:
    return (_PROMPTS / name).read_text(encoding="utf-8")
