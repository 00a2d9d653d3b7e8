"""A conversation to take along: as plain text, as Markdown, and as one page that prints well.

Each carries every reference and the disclaimer of every answer. Not for the page itself: see `ui.html`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from retrieval.answer import Answer, Caution, Citation, Outcome, Statement
from ui.markup import escaped, link, list_html, visible
from ui.reference import agreement_of, reference_of

_WORDED = {"citewell": "*", "model": "†"}
_MEANS = {
    "*": "in words written for Citewell, from the sources that are cited",
    "†": "in words that a chat model shortened, checked against the sources that are cited",
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!]|&(?=#?\w+;))")
# What would begin a list, a quotation, a rule or a heading if it began a line.
_LINE_START = re.compile(r"^([-+=]|\d+(?=[.)]))")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, and what the sources were narrowed to, in words."""

    question: str
    answer: Answer
    narrowed: str = ""


def answer_text(question: str, answer: Answer) -> str:
    """Write one question and its answer as plain text, with references and disclaimer."""
    return "\n\n".join(_Writer(marked_up=False).blocks(Exchange(question, answer)))


def conversation_markdown(exchanges: Sequence[Exchange], at: datetime) -> str:
    """Write a conversation as Markdown.

    Args:
        exchanges: Oldest first.
        at: When it is exported.
    """
    writer = _Writer(marked_up=True)
    blocks = ["# Citewell: a conversation", f"Exported {at:%Y-%m-%d %H:%M}."]
    blocks += [block for each in exchanges for block in writer.blocks(each)]
    return "\n\n".join(blocks) + "\n"


def conversation_page(exchanges: Sequence[Exchange], at: datetime) -> str:
    """Write a conversation as one HTML page without script, made to be printed.

    Args:
        exchanges: Oldest first.
        at: When it is exported.
    """
    body = "".join(_exchange_html(each) for each in exchanges)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Citewell: a conversation</title>'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_style()}</style></head><body><header><h1>Citewell</h1>"
        f"<p>A conversation, exported {at:%Y-%m-%d %H:%M}. Every sentence names its source.</p></header>"
        f"<main>{body}</main></body></html>\n"
    )


@lru_cache(maxsize=1)
def _style() -> str:
    return (Path(__file__).parent / "export.css").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes an exchange in blocks, as Markdown or as plain text."""

    marked_up: bool

    def blocks(self, exchange: Exchange) -> list[str]:
        answer = exchange.answer
        blocks = [f"{'## ' if self.marked_up else ''}{self.said(exchange.question)}"]
        if exchange.narrowed:
            blocks.append(f"Only: {self.said(exchange.narrowed)}")
        opening, groups = _opening_and_groups(answer)
        blocks += [self.sentence(each) for each in opening]
        quoted = "> " if self.marked_up else ""
        blocks += [
            f"{quoted}{self.bold('Warning:')} {self.said(each.text)}{self.numbers(each)}"
            for each in answer.warnings
        ]
        for heading, statements in groups:
            blocks.append(self.bold(self.said(heading)))
            blocks.append("\n".join(f"- {self.sentence(each)}" for each in statements))
        blocks += [f"{self.said(mark)} {_MEANS[mark]}." for mark in _marks_used(answer)]
        blocks += [self.said(note) for note in answer.notes]
        if answer.sources:
            blocks.append(self.bold("References"))
            lines = [f"{each.number}. {self.said(str(reference_of(each)))}" for each in answer.sources]
            blocks.append("\n".join(lines))
        disclaimer = self.said(answer.disclaimer)
        return [*blocks, f"_{disclaimer}_" if self.marked_up else disclaimer]

    def sentence(self, statement: Statement) -> str:
        mark = self.said(_WORDED.get(statement.worded_by, ""))
        agree = f" ({self.said(agreement)})" if (agreement := agreement_of(statement)) else ""
        return f"{self.said(statement.text)}{mark}{self.numbers(statement)}{agree}"

    def numbers(self, said: Statement | Caution) -> str:
        numbers = "".join(f"[{each}]" for each in _numbered(said.citations))
        return f" {self.said(numbers)}" if numbers else ""

    def bold(self, safe: str) -> str:
        return f"**{safe}**" if self.marked_up else safe

    def said(self, text: str) -> str:
        """Text in one line, in which nothing is markup."""
        line = " ".join(visible(text).split())
        return _LINE_START.sub(r"\\\1", _SPECIAL.sub(r"\\\1", line)) if self.marked_up else line


def _opening_and_groups(
    answer: Answer,
) -> tuple[list[Statement], list[tuple[str, list[Statement]]]]:
    """The product's own opening, which has no heading, and what stands under each heading after it."""
    runs = groupby(answer.statements, key=lambda each: each.heading)
    groups = [(heading, list(statements)) for heading, statements in runs]
    opening = groups.pop(0)[1] if groups and not groups[0][0] else []
    return opening, groups


def _marks_used(answer: Answer) -> list[str]:
    used = dict.fromkeys(each.worded_by for each in answer.statements)
    return [_WORDED[each] for each in used if each in _WORDED]


def _numbered(citations: Sequence[Citation]) -> list[int]:
    return list(dict.fromkeys(each.number for each in citations))


def _exchange_html(exchange: Exchange) -> str:
    answer = exchange.answer
    tone = "emergency" if answer.outcome is Outcome.EMERGENCY else "answer"
    opening, groups = _opening_and_groups(answer)
    first = "".join(f'<p class="said">{_sentence_html(each)}</p>' for each in opening)
    warnings = "".join(
        f"<p><b>Warning:</b> {escaped(each.text)}{_marks(each)}</p>" for each in answer.warnings
    )
    shown = "".join(
        f"<h3>{escaped(heading)}</h3>{list_html([_sentence_html(each) for each in statements])}"
        for heading, statements in groups
    )
    notes = [*(f"{mark} {_MEANS[mark]}." for mark in _marks_used(answer)), *answer.notes]
    notes_html = "".join(f"<p>{escaped(note)}</p>" for note in notes)
    narrowed = f"<p>Only: {escaped(exchange.narrowed)}</p>" if exchange.narrowed else ""
    return (
        f'<article class="{tone}"><h2>{escaped(exchange.question)}</h2>{narrowed}{first}'
        f"{f'<aside>{warnings}</aside>' if warnings else ''}{shown}"
        f'<div class="notes">{notes_html}</div>{_references_html(answer)}'
        f"<footer>{escaped(answer.disclaimer)}</footer></article>"
    )


def _sentence_html(statement: Statement) -> str:
    agree = f" <small>({escaped(agreement)})</small>" if (agreement := agreement_of(statement)) else ""
    return f"{escaped(statement.text)}{_WORDED.get(statement.worded_by, '')}{_marks(statement)}{agree}"


def _marks(said: Statement | Caution) -> str:
    return "".join(f"<sup>[{each}]</sup>" for each in _numbered(said.citations))


def _references_html(answer: Answer) -> str:
    if not answer.sources:
        return ""
    parts: list[Statement | Caution] = [*answer.warnings, *answer.statements]
    citations = [cited for part in parts for cited in part.citations]
    items = ""
    for each in answer.sources:
        found = reference_of(each)
        where = f" {link(found.link, found.link)}" if found.link else ""
        quotes = dict.fromkeys(cited.quote for cited in citations if cited.number == each.number)
        quoted = "".join(f"<q>{escaped(quote)}</q>" for quote in quotes)
        marks = f"<small>({escaped('; '.join(found.marks))})</small>"
        items += f'<li value="{each.number}">{escaped(found.text)}{where} {marks}{quoted}</li>'
    return f"<h3>References, with the words that are cited</h3><ol>{items}</ol>"
