"""What `Citewell.stream` yields, in order: one Opening, a StatementReady for each statement, one Done.

A statement is verified before it is yielded; none is ever taken back, but by an answer that ends in an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.answer import Answer, Caution, SourceRef, Statement

if TYPE_CHECKING:  # a client of a running server reads events, and needs nothing of what makes them
    from retrieval.composing.compose import Chosen
    from retrieval.present import Numbering


@dataclass(frozen=True, slots=True)
class Opening:
    """The warnings of the answer that begins, with their sources. The outcome is not known yet."""

    warnings: tuple[Caution, ...] = ()
    sources: tuple[SourceRef, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementReady:
    """The next statement of the answer, with the sources that it is the first to cite."""

    statement: Statement
    sources: tuple[SourceRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer: the statements that were yielded, in that order, its notes and its disclaimer."""

    answer: Answer


Event = Opening | StatementReady | Done


def opening_of(warnings: Sequence[Chosen], numbering: Numbering) -> Opening:
    """The first event of an answer."""
    return Opening(tuple(numbering.caution(each) for each in warnings), numbering.listed())


def ready(chosen: Chosen, numbering: Numbering) -> StatementReady:
    """The event of a verified statement."""
    before = len(numbering.sources)
    return StatementReady(numbering.statement(chosen), numbering.listed(before))


def whole(answer: Answer) -> Iterator[Event]:
    """The events of an answer that is there at once and cites nothing."""
    yield Opening()
    for each in answer.statements:
        yield StatementReady(each)
    yield Done(answer)
