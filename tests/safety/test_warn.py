"""The warnings: the boxed warning of the drug asked about, from a label or a regulator, read first."""

import re

import pytest

from retrieval.answer import Outcome
from retrieval.question.slot import IN_SHORT
from retrieval.safety.triage import load_rules
from retrieval.safety.warn import load_warnings

BOXED = [
    ("can I take xanax with oxycodone", "(?=.*alprazolam).*pioid.*death"),
    ("is klonopin with codeine dangerous", "pioids.*death"),
    ("what happens when benzodiazepines are taken with opioids", "pioids.*death"),
    ("is it dangerous to stop lorazepam suddenly", "lorazepam.*withdrawal.*life-threatening"),
    ("what happens if I stop diazepam abruptly", "diazepam.*withdrawal.*life-threatening"),
    ("is Xanax addictive", "lprazolam.*abuse, misuse and addiction"),
    ("can my 15 year old take fluoxetine", "suicidal.*under 18.*fluoxetine"),
    ("can teenagers take sertraline", "suicidal.*under 18.*sertraline"),
    ("are antidepressants safe for children", "antidepressants.*suicidal.*young"),
    ("can I drive on zolpidem", "zolpidem.*sleep-walking"),
]


@pytest.mark.parametrize(("question", "pattern"), BOXED)
def test_the_boxed_warning_of_what_is_asked_about_comes_first(question, pattern, citewell):
    answer = citewell.ask(question)
    assert answer.outcome in {Outcome.ANSWERED, Outcome.PARTIAL}
    kinds = {each.number: each.kind for each in answer.sources}
    found = [each for each in answer.warnings if re.search(pattern, each.text)]
    assert found, [each.text for each in answer.warnings]
    assert {kinds[each.number] for each in found[0].citations} <= {"label", "regulator"}
    assert found[0].citations[0].number == 1 or len(answer.warnings) > 1
    assert found[0].text not in [each.text for each in answer.statements]
    assert answer.statements


@pytest.mark.parametrize(
    "question",
    [
        "how does diazepam work",
        "how long does sertraline take to work",
        "can I take ibuprofen with oxycodone",
        "can a mother on paroxetine breastfeed her baby",
    ],
)
def test_no_boxed_warning_where_none_belongs(question, citewell):
    warned = " ".join(each.text for each in citewell.ask(question).warnings)
    assert "boxed warning" not in warned


def test_an_answer_keeps_its_opening_and_its_statements(citewell):
    answer = citewell.ask("can I take xanax with oxycodone")
    assert answer.statements[0].heading == IN_SHORT
    assert len({each.text for each in (*answer.warnings, *answer.statements)}) == len(answer.warnings) + len(
        answer.statements
    )


def test_every_rule_names_what_there_is(citewell):
    tags, lexicon, facets = set(load_rules().cautions), citewell.lexicon, citewell.desk.facets
    assert load_warnings()
    for rule in load_warnings():
        assert rule.cautions <= tags
        assert rule.cautions | rule.asked
        assert all(each in lexicon.entities for each in (*rule.of, *rule.also, *rule.beside))
        assert all(facets[each] for each in (*rule.facets, *rule.asked))
    assert {tag for rule in load_warnings() for tag in rule.cautions} == tags
