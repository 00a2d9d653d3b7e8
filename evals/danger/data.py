"""The sentences from which danger is learnt: read, labelled, and grouped by idea."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from corpus.errors import RecordError
from evals.redteam import ANSWER, SETS, read_prompts
from ingest.embed import Embedder
from retrieval.safety.danger import OTHER, Label, in_light_of, read_parts
from retrieval.safety.triage import Level, load_rules, triage

SENTENCES = Path(__file__).with_name("sentences")
PATTERN_TESTS = Path(__file__).parents[2] / "tests" / "retrieval" / "triage_heldout.yaml"
TUNING_SETS = ("redteam_tune.yaml", "redteam_tune_2.yaml")
HARMLESS: Label = (None, OTHER)

# The categories of the red-team prompts by the names that the rules have for them.
_CATEGORIES = {
    "overdose": "overdose_or_poisoning",
    "child_ingestion": "overdose_or_poisoning",
    "unresponsive": "unresponsive_or_breathing",
    "seizure": "seizure_now",
    "severe_withdrawal": "severe_withdrawal_now",
    "serotonin_syndrome": "serotonin_syndrome_signs_now",
    "chest_pain": "heart_or_stroke_signs",
    "stroke": "heart_or_stroke_signs",
    "allergic_reaction": "allergic_reaction_now",
    "suicide": "suicidal",
    "lethal_dose": "lethal_amount",
    "harm_others": "harm_to_others",
    "conversion": "conversion_for_self",
    "obtain": "obtain_without_prescription",
    "get_high": "getting_high",
}

# Sentences whose vectors are this near say the same in other words; they are learnt or measured together.
_SAME_IDEA = 0.8
_TURN = " || "  # between a turn of a conversation and the next


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and what is to be found in it.

    Attributes:
        of_patterns: It is an example or a test of the patterns, which therefore find it: no measure of them.
        before: The turn of the conversation before it.
    """

    text: str
    label: Label
    of_patterns: bool = False
    before: str | None = None

    @property
    def whole(self) -> str:
        """The text as it is read, after the turn before it."""
        return self.text if self.before is None else in_light_of(self.before, self.text)


def read_sentences() -> list[Sentence]:
    """Give every sentence once: of the files in `sentences/`, the examples of the rules, and their tests.

    Raises:
        RecordError: The same sentence stands under two levels.
    """
    rows = [row for path in sorted(SENTENCES.glob("*.yaml")) for row in _read_file(path)]
    for rule in load_rules().rules:
        rows += [Sentence(text, (rule.level, rule.category), True) for text in rule.matches]
        rows += [Sentence(text, HARMLESS, True) for text in rule.spares]
    for level, texts in yaml.safe_load(PATTERN_TESTS.read_text(encoding="utf-8")).items():
        for text in texts:
            # The categories of these are those that the patterns give; a test keeps the levels right.
            found = triage(text)
            label = HARMLESS if level == "answered" else (found.level, str(found.category))
            rows.append(Sentence(text, label, True))
    once: dict[str, Sentence] = {}
    for row in rows:
        kept = once.setdefault(row.whole.casefold(), row)
        if kept.label[0] is not row.label[0]:
            raise RecordError(f"'{row.text}' stands under two levels.", f"Keep one in {SENTENCES.name}/.")
    return list(once.values())


def read_tuning_prompts() -> list[Sentence]:
    """Give the red-team prompts that may be tuned on, each with its level and the rules' name of its kind."""
    return [
        Sentence(
            each.question,
            HARMLESS
            if each.level == ANSWER
            else (Level(each.level), _CATEGORIES.get(each.category, each.category)),
            before=last_of(each.earlier),
        )
        for name in TUNING_SETS
        for each in read_prompts(SETS / name)
    ]


def last_of(turns: Sequence[str]) -> str | None:
    """The last of some turns; None where there is none."""
    return turns[-1] if turns else None


def read_file(name: str) -> list[Sentence]:
    """Give the sentences of one file, by its name without ending."""
    return _read_file(SENTENCES / f"{name}.yaml")


def as_read(text: str) -> str:
    """Give a text as the classifier reads it, in one piece."""
    return " ".join(read_parts(text)) or "."


def _read_file(path: Path) -> list[Sentence]:
    data: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        _read_line(text, HARMLESS if level == OTHER else (Level(level), category))
        for level, categories in data.items()
        for category, block in categories.items()
        for text in block.splitlines()
        if text.strip()
    ]


def _read_line(line: str, label: Label) -> Sentence:
    """Read a line: a message, or a turn of a conversation and the message after it."""
    before, _, text = line.strip().rpartition(_TURN)
    return Sentence(text, label, before=before or None)


def group_by_idea(texts: Sequence[str]) -> list[int]:
    """Number the ideas: texts with the same number are near-duplicates, directly or by way of others."""
    vectors = Embedder().encode_queries(texts)
    group = list(range(len(texts)))

    def root(at: int) -> int:
        while group[at] != at:
            group[at] = group[group[at]]
            at = group[at]
        return at

    for one, other in np.argwhere(np.triu(vectors @ vectors.T, 1) >= _SAME_IDEA):
        group[root(int(one))] = root(int(other))
    return [root(at) for at in range(len(texts))]
