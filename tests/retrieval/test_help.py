"""Every category has its help in every region, and every number shown stands in the data file."""

import re

import pytest
import yaml

from retrieval.safety.help import HELP, decline_for, help_for, load_help, reminder_for
from retrieval.safety.triage import Level, load_rules

DATA = yaml.safe_load(HELP.read_text(encoding="utf-8"))
REGIONS = ["general", "us", "uk", "ie", "eu", "ca", "au", "nz", "in"]
NUMBER = re.compile(r"\d[\d \-]*\d")


def numbers_of(region: str) -> set[str]:
    rows = (row for row in DATA["regions"][region].values() if isinstance(row, dict))
    return {number for row in rows for number in NUMBER.findall(str(row.get("number", "")))}


def categories(level: Level) -> set[str]:
    return {rule.category for rule in load_rules().rules if rule.level is level}


def test_has_text_for_exactly_the_categories_of_triage():
    assert set(load_help().emergency) == categories(Level.EMERGENCY)
    assert set(load_help().decline) == categories(Level.DECLINE)


def test_has_every_region():
    assert list(load_help().contacts) == REGIONS


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("category", sorted(load_help().emergency))
def test_first_line_says_whom_to_call(category, region):
    first, *rest = help_for(category, region)
    assert load_help().contacts[region]["emergency"] in first
    assert rest
    assert not any("{" in line or "}" in line for line in (first, *rest))


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("category", sorted(load_help().emergency))
def test_shows_no_digits_but_phone_numbers_of_the_region(category, region):
    text = " ".join(help_for(category, region))
    assert {each.strip() for each in NUMBER.findall(text)} <= numbers_of(region)
    assert not re.search(r"\d", NUMBER.sub("", text))


@pytest.mark.parametrize("region", REGIONS)
def test_suicidal_person_is_given_a_crisis_line(region):
    assert load_help().contacts[region]["crisis"] in help_for("suicidal", region)[0]


def test_region_without_poison_line_drops_the_sentence():
    assert len(help_for("overdose_or_poisoning", "eu")) == len(help_for("overdose_or_poisoning", "us")) - 1


@pytest.mark.parametrize("category", sorted(load_help().decline))
def test_declines_in_few_words_without_digits(category):
    for with_facts, is_named in ((True, True), (False, True), (False, False)):
        *lines, last = decline_for(category, with_facts, is_named)
        assert 1 <= len(lines) <= 2
        assert "cannot" in lines[0]
        assert ("Below" in last) is with_facts
        assert ("name the medicine" in last) is not (with_facts or is_named)
        assert not any(re.search(r"[\d{}]", line) for line in (*lines, last))


def test_rules_with_words_of_their_own_are_rules_of_the_triage():
    urgent = {rule.id for rule in load_rules().rules if rule.level is Level.EMERGENCY}
    assert set(load_help().by_rule) <= urgent


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("rule", sorted(load_help().by_rule))
def test_a_rule_with_words_of_its_own_names_whom_to_call_first(rule, region):
    first, *rest = help_for("overdose_or_poisoning", region, rule)
    assert load_help().contacts[region]["emergency"] in first
    assert first != help_for("overdose_or_poisoning", region)[0]
    assert rest
    assert not any("{" in line for line in (first, *rest))


def test_a_child_is_never_spoken_of_as_suicidal():
    assert "end a life" not in " ".join(help_for("overdose_or_poisoning", "us", "child-swallowed"))


def test_an_unknown_rule_gets_the_words_of_its_category():
    assert help_for("suicidal", "us", "semantic") == help_for("suicidal", "us")


def test_the_reminder_repeats_whom_to_call():
    assert "988" in reminder_for("suicidal", "us")
    assert "911" in reminder_for("overdose_or_poisoning", "us")


def test_every_contact_names_its_page():
    contacts = [
        row for region in DATA["regions"].values() for row in region.values() if isinstance(row, dict)
    ]
    assert all(row["url"].startswith("http") and row["checked"] for row in contacts if "number" in row)
    assert str(DATA["checked"]) == "2026-11-20"


def test_unknown_names_are_told():
    with pytest.raises(KeyError, match="no region 'mars'"):
        help_for("suicidal", "mars")
    with pytest.raises(KeyError, match="no emergency category 'boredom'"):
        help_for("boredom", "us")
    with pytest.raises(KeyError, match="no category of declining 'boredom'"):
        decline_for("boredom", True)
