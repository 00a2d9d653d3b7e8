"""Merge a chat model's reply, as it comes, with the draft that was made without the model.

Whatever the model does, each statement of the draft is in the answer, unless a statement of the model that
rests on the same words says as much. Without a usable reply the draft is the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from retrieval.composing.compose import MOST_STATEMENTS, Chosen, says_the_same
from retrieval.model.admit import Bench, admit
from retrieval.model.reply import Proposed, ReplyReader
from retrieval.model.stream import ModelFailed, Why
from retrieval.present import load_messages
from retrieval.words import stems

_KEPT_OF_DRAFT = 0.6  # share of the words of a draft's statement with which another stands for it
_BEYOND = 2  # a full draft leaves room for sentences that sum it up
_MOST_PROPOSED = 5 * MOST_STATEMENTS  # a reply that goes on after these is not read to its end


@dataclass
class Report:
    """What came of asking the model.

    Attributes:
        used: How many statements of the answer are the model's, in its own words or in the sources'.
        worded: How many of them are in its own words.
        left_out: How many it proposed that the sources do not support.
        failed: Why its reply is not whole; None when it is.
        what: More of why, where the reader can do something about it.
    """

    used: int = 0
    worded: int = 0
    left_out: int = 0
    failed: Why | None = None
    what: str = ""

    def notes(self, model: str) -> tuple[str, ...]:
        """What the reader is told of it, in the words of `messages.yaml`."""
        said = load_messages()["model"]
        notes = []
        if self.worded:
            notes.append(said["worded"].format(model=model))
        if self.failed:
            why = said["why"][self.failed].format(what=self.what)
            notes.append(said["broke_off" if self.used else "fell_back"].format(model=model, why=why))
        if self.left_out:
            key = "left_out_one" if self.left_out == 1 else "left_out"
            notes.append(said[key].format(model=model, count=self.left_out))
        return tuple(notes)


@dataclass
class _Page:
    """The statements so far, in the order of the headings; what is on it is never taken back."""

    bench: Bench
    report: Report
    said: list[Chosen] = field(default_factory=list)
    taken: list[Chosen] = field(default_factory=list)  # of what is said, the model's
    at: int = 0

    def take(self, proposed: Proposed) -> Iterator[Chosen]:
        """Admit a proposal, after what the draft still has under the headings before its own."""
        statement = admit(proposed, self.bench)
        if statement is None:
            self.report.left_out += 1
            return
        place = self.bench.headings.index(statement.heading)
        # A heading that is complete stays so; and the rest of the draft must still find room.
        given = (*self.bench.warnings, *self.said)
        if place < self.at or any(says_the_same(statement.evidence, each.evidence) for each in given):
            return
        most = max(MOST_STATEMENTS, len(self.bench.draft)) + _BEYOND
        if len(self.said) + len(self._missing(statement)) >= most:
            return
        yield from self._complete(place)
        self.said.append(statement)
        self.taken.append(statement)
        self.report.used += 1
        self.report.worded += statement.by_model
        yield statement

    def finish(self) -> Iterator[Chosen]:
        """What is left of the draft."""
        yield from self._complete(len(self.bench.headings))

    def _complete(self, place: int) -> Iterator[Chosen]:
        headings = self.bench.headings[self.at : place]
        self.at = place
        for heading in headings:
            for each in self.bench.draft:
                if each.heading == heading and not any(_stands_for(one, each) for one in self.taken):
                    self.said.append(each)
                    yield each

    def _missing(self, statement: Chosen) -> list[Chosen]:
        """What of the draft would have to be added still."""
        ahead = set(self.bench.headings[self.at :])
        taken = (*self.taken, statement)
        return [
            each
            for each in self.bench.draft
            if each.heading in ahead and not any(_stands_for(one, each) for one in taken)
        ]


def merge(pieces: Iterable[str], bench: Bench, report: Report) -> Iterator[Chosen]:
    """Yield the statements of an answer, each as soon as it is verified.

    Args:
        pieces: The model's reply as it comes; raises `ModelFailed` where it breaks off.
        bench: The draft and the evidence that the model was given.
        report: Filled in on the way.
    """
    page, reader, proposed = _Page(bench, report), ReplyReader(), 0
    try:
        for piece in pieces:
            for each in reader.feed(piece):
                proposed += 1
                yield from page.take(each)
            if proposed >= _MOST_PROPOSED:
                raise ModelFailed("over_budget")
        if reader.unfinished or (not proposed and reader.refused):
            raise ModelFailed("malformed")
        if not proposed:
            raise ModelFailed("malformed" if reader.length else "empty")
        if not report.used:
            raise ModelFailed("unsupported")
    except ModelFailed as failed:
        report.failed = failed.why
    yield from page.finish()


def _stands_for(one: Chosen, other: Chosen) -> bool:
    """Whether a reader of one misses nothing of the other: the same words, or on its spans most of them."""
    if " ".join(one.evidence.text.split()) == " ".join(other.evidence.text.split()):
        return True
    shared = {each.key for each, _ in one.backing} & {each.key for each, _ in other.backing}
    words = stems(other.evidence.text)
    kept = len(words & stems(one.evidence.text)) >= _KEPT_OF_DRAFT * len(words)
    return bool(shared) and kept and other.evidence.entities <= one.evidence.entities
