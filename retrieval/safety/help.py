"""The fixed sentences for somebody in danger, and for what Citewell declines; nothing here is generated.

The words and the contacts stand in `help.yaml`. Not for deciding when: see `retrieval.safety.triage`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import yaml

HELP = Path(__file__).with_name("help.yaml")

T = TypeVar("T")

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class HelpTexts:
    """What the file holds, as far as it is shown.

    Attributes:
        checked: The day on which the contacts were last seen on their pages.
        contacts: For each region, how each of its contacts reads inside a sentence.
        by_rule: Sentences for rules of the triage that say more than their category does.
        reminder: Opens what is said after an emergency.
        in_case: Opens what is said to what may be one.
    """

    checked: str
    contacts: Mapping[str, Mapping[str, str]]
    emergency: Mapping[str, tuple[str, ...]]
    by_rule: Mapping[str, tuple[str, ...]]
    reminder: str
    in_case: str
    decline: Mapping[str, tuple[str, ...]]
    decline_ends: Mapping[str, str]


def help_for(category: str, region: str, rule: str | None = None) -> tuple[str, ...]:
    """Give the sentences for an emergency; the first one is what to do now and whom to call.

    Args:
        category: What it is.
        region: Whose numbers are given.
        rule: The rule of the triage that found it; some have sentences of their own.

    Raises:
        KeyError: There is no such category or region.
    """
    texts = load_help()
    contacts = contacts_of(region)
    sentences = texts.by_rule.get(rule or "") or _named(texts.emergency, category, "emergency category")
    return tuple(_filled(each, contacts) for each in sentences if _can_fill(each, contacts))


def reminder_for(category: str, region: str) -> str:
    """Give what opens an answer when something before it in the conversation was an emergency.

    Raises:
        KeyError: There is no such category or region.
    """
    return f"{load_help().reminder} {help_for(category, region)[0]}"


def in_case_of(category: str, region: str, rule: str | None = None) -> str:
    """Give what opens an answer to what may be an emergency, and hardly is.

    Raises:
        KeyError: There is no such category or region.
    """
    return f"{load_help().in_case} {help_for(category, region, rule)[0]}"


def decline_for(category: str, with_facts: bool, is_named: bool = False) -> tuple[str, ...]:
    """Give the sentences that say what Citewell cannot do, and why.

    Args:
        category: What is declined.
        with_facts: Whether facts from the sources follow.
        is_named: Whether the request names a medicine; then nobody is asked to name it.

    Raises:
        KeyError: There is no such category.
    """
    texts = load_help()
    end = texts.decline_ends["with_facts" if with_facts else "nothing_on_it" if is_named else "without_facts"]
    return (*_named(texts.decline, category, "category of declining"), end)


def contacts_of(region: str) -> Mapping[str, str]:
    """Say how the contacts of a region read inside a sentence, by placeholder.

    Raises:
        KeyError: There is no such region.
    """
    return _named(load_help().contacts, region, "region")


@lru_cache(maxsize=1)
def load_help() -> HelpTexts:
    """Read `help.yaml`; it never changes while the program runs."""
    data = yaml.safe_load(HELP.read_text(encoding="utf-8"))
    return HelpTexts(
        checked=str(data["checked"]),
        contacts={
            region: {kind: contact["say"] for kind, contact in row.items() if kind != "name"}
            for region, row in data["regions"].items()
        },
        emergency={category: tuple(sentences) for category, sentences in data["emergency"].items()},
        by_rule={rule: tuple(sentences) for rule, sentences in data["emergency_by_rule"].items()},
        reminder=str(data["reminder"]),
        in_case=str(data["in_case"]),
        decline={category: tuple(sentences) for category, sentences in data["decline"].items()},
        decline_ends=dict(data["decline_ends"]),
    )


def _named(table: Mapping[str, T], name: str, what: str) -> T:
    if name not in table:
        raise KeyError(f"There is no {what} '{name}' in {HELP.name}; it has {', '.join(table)}.")
    return table[name]


def _can_fill(sentence: str, contacts: Mapping[str, str]) -> bool:
    return all(name in contacts for name in _PLACEHOLDER.findall(sentence))


def _filled(sentence: str, contacts: Mapping[str, str]) -> str:
    # Not str.format: a brace that an editor types by mistake must never keep help from being shown.
    return _PLACEHOLDER.sub(lambda name: contacts[name.group(1)], sentence)
