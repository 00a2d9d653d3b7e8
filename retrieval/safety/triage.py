"""Triage a question: who is in danger, what is to be declined, which warnings belong to the answer.

Comes before everything else and needs nothing else: only the rules of `triage.yaml`. Not for answering:
what is then said stands in `help.yaml`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from corpus.errors import RecordError
from corpus.lexicon import EntityId, load_lexicon

RULES = Path(__file__).with_name("triage.yaml")

# A long text is read block by block, for the time that patterns take grows faster than the text. What is
# longer than all blocks (some 30 pages) loses its middle: people put the danger first or last.
_BLOCK, _OVERLAP = 4000, 400
_FIRST_BLOCKS, _LAST_BLOCKS = 10, 10
# Signs and their cause are often told in sentences that follow each other, seldom farther apart.
_WINDOW = 3
_LONGEST_NAME = 4  # words
# What tells of ordinary use: so many characters at most, and none but these (a skull says something too).
_LONGEST_TOLD, _PLAINLY_TOLD = 200, re.compile(r"[\w\s.,'’]*")

_REFERENCE = re.compile(r"<([a-z_]+)>")
_GAP = r" (?:\S+ ){0,6}"
_INVISIBLE = re.compile(r"[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_APOSTROPHE = re.compile(r"['’‘ʼ`´′]")
_CONTRACTED = re.compile(r"(?<=[a-z])'(ll|re|ve|m)\b")
_CONTRACTIONS = {"ll": " will", "re": " are", "ve": " have", "m": " am"}
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_SENTENCE_END = re.compile(r"[.!?;]+(?:\s|$)|[\r\n]+|\s(?:but|however)\s|\s[-–—]+\s|:\s")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+")


class Level(StrEnum):
    """What a question asks of the system, the most urgent first."""

    EMERGENCY = "emergency"
    DECLINE = "decline"
    CAUTION = "caution"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Triage:
    """What was found.

    Attributes:
        category: The category of the rule that fired; None below the level of declining.
        rule: The id of that rule, for the receipt and for review.
        cautions: Tags of the warnings that belong to any answer, in the order of the file.
        earlier_emergency: An earlier question of the same conversation was an emergency.
        earlier_category: The category of the latest of those; where there is none, of one that hardly was.
        perhaps: The category of an emergency that this hardly is: help stands before its answer.
    """

    level: Level
    category: str | None
    rule: str | None
    cautions: tuple[str, ...]
    earlier_emergency: bool = False
    earlier_category: str | None = None
    perhaps: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the file, compiled, with the examples that it must and must not catch."""

    id: str
    level: Level
    category: str
    why: str
    wanted: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    unless_anywhere: re.Pattern[str] | None
    own_danger: re.Pattern[str] | None
    matches: tuple[str, ...]
    spares: tuple[str, ...]

    def fires(self, text: PlainText) -> bool:
        """Whether the rule holds for a sentence, or for neighbouring ones where it has several parts."""
        if not all(pattern.search(text.whole) for pattern in self.wanted):
            return False
        units = text.sentences if len(self.wanted) == 1 else text.windows
        is_told = self.unless_anywhere is not None and self.unless_anywhere.search(text.whole) is not None
        return any(self._holds(unit) and not (is_told and self._is_of_others(unit)) for unit in units)

    def _is_of_others(self, unit: str) -> bool:
        """Whether a sentence belongs to the novel or the study of which the question speaks."""
        if self.own_danger is None or self.unless_anywhere is None or self.unless_anywhere.search(unit):
            return True
        return self.own_danger.search(unit) is None

    def _holds(self, unit: str) -> bool:
        return all(pattern.search(unit) for pattern in self.wanted) and not (
            self.unless is not None and self.unless.search(unit)
        )


@dataclass(frozen=True, slots=True)
class PlainText:
    """A question in plain form: its sentences, runs of neighbouring sentences, and everything as one line."""

    sentences: tuple[str, ...]
    windows: tuple[str, ...]
    whole: str


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules in their order of urgency, and what is needed to read a question as they do."""

    rules: tuple[Rule, ...]
    cautions: Mapping[str, re.Pattern[str]]
    spellings: Mapping[str, str]
    misspelt: re.Pattern[str]
    names: Mapping[tuple[str, ...], str]
    set_aside: re.Pattern[str]
    ordinary_use: re.Pattern[str]

    def is_ordinary_use(self, question: str) -> bool:
        """Whether it tells that somebody takes a medicine as people do, and nothing else."""
        if len(question) > _LONGEST_TOLD or not _PLAINLY_TOLD.fullmatch(question):
            return False
        said = [_TOKEN.findall(part) for part in _SENTENCE_END.split(_folded(question))]
        sentences = [" ".join(words) for words in said if words]
        return len(sentences) == 1 and self.ordinary_use.fullmatch(sentences[0]) is not None

    def read(self, question: str) -> PlainText:
        """Bring a question into the plain form in which the patterns are written."""
        sentences = tuple(
            filter(None, (self._plain(part) for part in _SENTENCE_END.split(_folded(question))))
        )
        windows = (
            " ".join(sentences[at : at + size])
            for size in range(1, _WINDOW + 1)
            for at in range(max(1, len(sentences) - size + 1))
        )
        # Joined by line breaks, so that no pattern for the whole reaches over the end of a sentence.
        return PlainText(sentences, tuple(dict.fromkeys(windows)), "\n".join(sentences))

    def _plain(self, sentence: str) -> str:
        words = " ".join(_TOKEN.findall(sentence))
        mended = self.misspelt.sub(lambda found: self.spellings[found.group()], words)
        return " ".join(self.set_aside.sub(" ", self._with_known_names(mended)).split())

    def without_denials(self, question: str) -> str:
        """Give the question in plain form without what is denied in it; unchanged where nothing is."""
        sentences = [" ".join(_TOKEN.findall(part)) for part in _SENTENCE_END.split(_folded(question))]
        mended = [self.misspelt.sub(lambda found: self.spellings[found.group()], each) for each in sentences]
        if not any(self.set_aside.search(each) for each in mended):
            return question
        return ". ".join(filter(None, (" ".join(self.set_aside.sub(" ", each).split()) for each in mended)))

    def _with_known_names(self, sentence: str) -> str:
        """Put a name that the lists hold in the place of each that only the lexicon holds."""
        words, kept, at = sentence.split(), [], 0
        while at < len(words):
            sizes = range(min(_LONGEST_NAME, len(words) - at), 0, -1)
            size = next((size for size in sizes if tuple(words[at : at + size]) in self.names), 0)
            kept.append(self.names[tuple(words[at : at + size])] if size else words[at])
            at += size or 1
        return " ".join(kept)


def triage(question: str, earlier: Sequence[str] = ()) -> Triage:
    """Triage one question of a conversation.

    Args:
        question: What is asked now.
        earlier: What the same person asked before, oldest first. An emergency there does not change the
            level of this question; it is reported beside it, so that the help is not forgotten.
    """
    book = load_rules()
    found = _triage_alone(question, book)
    dangers = (rule.category for past in reversed(earlier) if (rule := _emergency(past, book)))
    category = next(dangers, None)
    if category is None:
        return found
    return Triage(found.level, found.category, found.rule, found.cautions, True, category)


def rules_that_fire(question: str) -> tuple[Rule, ...]:
    """Every rule that holds for a question, emergencies first; `triage` goes by the first of them."""
    book = load_rules()
    texts = [book.read(block) for block in _blocks(question)]
    return tuple(rule for rule in book.rules if any(rule.fires(text) for text in texts))


def _triage_alone(question: str, book: RuleBook) -> Triage:
    texts = [book.read(block) for block in _blocks(question)]
    cautions = tuple(
        tag for tag, pattern in book.cautions.items() if any(pattern.search(text.whole) for text in texts)
    )
    for rule in book.rules:
        if any(rule.fires(text) for text in texts):
            return Triage(rule.level, rule.category, rule.id, cautions)
    return Triage(Level.CAUTION if cautions else Level.NONE, None, None, cautions)


def _emergency(question: str, book: RuleBook) -> Rule | None:
    texts = [book.read(block) for block in _blocks(question)]
    urgent = (rule for rule in book.rules if rule.level is Level.EMERGENCY)
    return next((rule for rule in urgent if any(rule.fires(text) for text in texts)), None)


def _blocks(question: str) -> list[str]:
    """Give a long question in overlapping blocks."""
    step = _BLOCK - _OVERLAP
    blocks = [question[at : at + _BLOCK] for at in range(0, max(1, len(question) - _OVERLAP), step)]
    if len(blocks) > _FIRST_BLOCKS + _LAST_BLOCKS:
        return blocks[:_FIRST_BLOCKS] + blocks[-_LAST_BLOCKS:]
    return blocks


def _folded(question: str) -> str:
    """Small letters without accents, apostrophes or invisible characters."""
    letters = unicodedata.normalize("NFKC", _INVISIBLE.sub("", question)).casefold()
    bare = "".join(each for each in unicodedata.normalize("NFD", letters) if not unicodedata.combining(each))
    straight = _APOSTROPHE.sub("'", bare)
    # Before the apostrophes go: without it "I'll" could not be told from "ill".
    spelt_out = _CONTRACTED.sub(lambda found: _CONTRACTIONS[found.group(1)], straight)
    return _STRETCHED.sub(r"\1", spelt_out.replace("'", ""))


@lru_cache(maxsize=1)
def load_rules() -> RuleBook:
    """Read and compile the shipped rules; they never change while the program runs."""
    return read_rules(RULES)


def read_rules(path: Path) -> RuleBook:
    """Read and compile a file of rules.

    Raises:
        RecordError: A rule lacks a field, refers to a list that is not there, or is no valid pattern.
    """
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        words = {name: tuple(str(entry) for entry in entries) for name, entries in data["words"].items()}
        spellings = {
            str(variant): str(word) for word, variants in data["spellings"].items() for variant in variants
        }
        own_danger = _compile(data["own_danger"], words)
        listed = _compile([entry for entries in words.values() for entry in entries], words)
        rules = tuple(_rule(row, words, own_danger) for row in data["rules"])
        return RuleBook(
            # Emergencies come first wherever they stand in the file; the sort keeps the order in a level.
            rules=tuple(sorted(rules, key=lambda rule: rule.level is not Level.EMERGENCY)),
            cautions={tag: _compile(patterns, words) for tag, patterns in data["cautions"].items()},
            spellings=spellings,
            misspelt=_compile(sorted(spellings, key=len, reverse=True), {}),
            names=_names(data["names"], data["without_danger"], listed),
            set_aside=_compile(data["set_aside"], words),
            ordinary_use=_compile(data["ordinary_use"], words),
        )
    except (KeyError, TypeError, AttributeError, ValueError, re.error) as error:
        raise RecordError(
            f"{path.name}: {' '.join(str(error).split())}.",
            "The head of the file says how a rule is written.",
        ) from error


def _names(
    classes: Mapping[str, Sequence[str]], harmless: Sequence[str], listed: re.Pattern[str]
) -> dict[tuple[str, ...], str]:
    """Every name of a medicine or class in the lexicon that no list holds, and the word that stands for it.

    Args:
        classes: For each such word, the classes whose members it stands for; an empty list means the rest.
        harmless: Medicines and classes that are left as they are.
        listed: Matches what the lists hold.
    """
    lexicon = load_lexicon()
    found: dict[tuple[str, ...], str] = {}
    for word, of in classes.items():
        wanted = {EntityId(each) for each in of}
        for entity in lexicon.entities.values():
            near = {entity.id, *lexicon.ancestors(entity.id)}
            if entity.kind not in ("drug", "class") or near & set(harmless) or (wanted and not near & wanted):
                continue
            for surface in entity.surfaces:
                name = tuple(_TOKEN.findall(_folded(surface)))
                if name and len(name) <= _LONGEST_NAME and not listed.fullmatch(" ".join(name)):
                    found.setdefault(name, word)
    return found


def _rule(row: Mapping[str, Any], words: Mapping[str, tuple[str, ...]], own_danger: re.Pattern[str]) -> Rule:
    level = Level(row["level"])
    groups = [row["any"]] if "any" in row else []
    groups += row.get("all", [])
    if not groups:
        raise ValueError(f"rule {row['id']} has neither 'any' nor 'all'")
    return Rule(
        id=str(row["id"]),
        level=level,
        category=str(row["category"]),
        why=str(row["why"]),
        wanted=tuple(_compile(group, words) for group in groups),
        unless=_compile(row["unless"], words) if row.get("unless") else None,
        unless_anywhere=_compile(row["unless_anywhere"], words) if row.get("unless_anywhere") else None,
        # What is declined is declined for its aim; a novel takes that away, a danger it does not.
        own_danger=own_danger if level is Level.EMERGENCY else None,
        matches=tuple(row["matches"]),
        spares=tuple(row["spares"]),
    )


def _compile(patterns: Sequence[str], words: Mapping[str, tuple[str, ...]]) -> re.Pattern[str]:
    """One pattern out of many, each of whole words. Gaps are bounded, so that matching cannot run away."""
    expanded = "|".join(_expanded(str(pattern), words) for pattern in patterns)
    return re.compile(rf"(?<!\w)(?:{expanded})(?!\w)", re.MULTILINE)


def _expanded(pattern: str, words: Mapping[str, tuple[str, ...]]) -> str:
    def listed(reference: re.Match[str]) -> str:
        return f"(?:{'|'.join(_expanded(entry, words) for entry in words[reference.group(1)])})"

    plain = re.sub(r"\((?!\?)", "(?:", pattern)
    return _REFERENCE.sub(listed, plain.replace(" ... ", _GAP))
