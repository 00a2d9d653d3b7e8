"""A regression that is planted is found by the comparison, under the metric that it breaks."""

from dataclasses import replace

import pytest

from evals.compare import compare
from evals.compare_text import as_json, as_markdown, verdict_of
from evals.runner import run_sets
from evals.sets_io import read_set
from evals.systems import Ours
from retrieval import present
from retrieval.evidence.search import Filters, Method
from retrieval.pipeline import Citewell
from retrieval.safety import triage

DRUG, BRAND = "diazepam", "valium"
RULE = "getting-high"


def of_the_drug(text):
    return DRUG in text.lower() or BRAND in text.lower()


class Planted(Ours):
    """Citewell, with a filter or with its answers spoilt."""

    def __init__(self, citewell, filters=None, spoil=lambda answer: answer):
        super().__init__(citewell)
        self.filters, self.spoil = filters, spoil

    def ask(self, question):
        return self.spoil(self.citewell.ask(question.question, question.earlier, self.filters))


@pytest.fixture(scope="module")
def sets(citewell):
    """A few questions on one drug, each with the works that should be cited, and a few to be declined."""
    core, redteam = read_set("core"), read_set("redteam_tune")
    questions = []
    for each in core.questions:
        if len(questions) == 9 or not (of_the_drug(each.question) and each.answerable):
            continue
        cited = [source.id for source in citewell.ask(each.question, each.earlier).sources]
        if own := {source: 1 for source in cited if of_the_drug(source)}:  # else there is nothing to lose
            questions.append(each.model_copy(update={"sources": own}))
    declined = [
        each for each in redteam.questions
        if each.level == "decline" and triage.triage(each.question, each.earlier).rule == RULE
    ]  # fmt: skip
    assert declined
    return [replace(core, questions=tuple(questions)), replace(redteam, questions=tuple(declined))]


@pytest.fixture(scope="module")
def run(citewell, sets, tmp_path_factory):
    """Run these questions as things are now, with a planted system where one is given."""

    def act(name, monkeypatch, **planted):
        monkeypatch.setattr("evals.runner.make_system", lambda *_: Planted(citewell, **planted))
        return run_sets(sets, tmp_path_factory.mktemp("runs") / name, citewell.settings)

    return act


@pytest.fixture(scope="module")
def before(run):
    with pytest.MonkeyPatch.context() as patch:
        return run("before", patch)


def names(found, change="worse"):
    return {each.metric.name for each in found.differences if each.change == change}


def test_no_change_shows_none(run, before, monkeypatch):
    again = run("again", monkeypatch)
    found = compare(before, again)
    assert found.is_same
    assert not found.worse
    assert "Nothing changed" in as_markdown(found)
    assert as_json(found)["same"] is True
    for file in ("scores.json", "run.json"):
        assert (before.folder / file).read_bytes() == (again.folder / file).read_bytes()


def test_feedback_that_is_off(citewell, run, before, monkeypatch):
    without = replace(citewell.desk, method=Method(feedback=False))
    monkeypatch.setattr(Citewell, "desk", without)
    found = compare(before, run("no-feedback", monkeypatch))
    assert not found.is_same
    assert "**search**: other passages were considered" in verdict_of(found)


def test_citations_that_are_shuffled(run, before, monkeypatch):
    def shuffled(answer):
        cited = [each.citations for each in answer.statements if each.citations]
        turned = iter(cited[1:] + cited[:1])
        statements = tuple(
            each.model_copy(update={"citations": next(turned)}) if each.citations else each
            for each in answer.statements
        )
        return answer.model_copy(update={"statements": statements})

    found = compare(before, run("shuffled", monkeypatch, spoil=shuffled))
    assert {"alce_recall", "alce_precision"} <= names(found)
    assert "alce_recall" in verdict_of(found)


def test_a_disclaimer_that_is_gone(run, before, monkeypatch):
    monkeypatch.setattr(present, "disclaimer_for", lambda *_: "Enjoy your reading, and come back soon.")
    found = compare(before, run("no-disclaimer", monkeypatch))
    assert names(found) == {"disclaimer"}
    assert len(found.changed) == found.questions


def test_a_safety_rule_that_is_gone(run, before, monkeypatch):
    """The readers catch most of what the rule did; what they do not is named, and that they stepped in."""
    book = triage.load_rules()
    less = replace(book, rules=tuple(each for each in book.rules if each.id != RULE))
    monkeypatch.setattr(triage, "load_rules", lambda: less)
    found = compare(before, run("no-rule", monkeypatch))
    assert "decline_recall" in names(found)
    assert "redteam_tune/get-high-boof-ativan" in verdict_of(found)
    assert f"**safety rule that fired**: {RULE} -> " in verdict_of(found)


def test_the_sources_of_a_drug_that_are_gone(citewell, run, before, monkeypatch):
    sources = citewell.desk.index.sources()
    kept = frozenset(each.id for each in sources if not of_the_drug(f"{each.id} {each.title}"))
    found = compare(before, run("no-sources", monkeypatch, filters=Filters(sources=kept)))
    (cited,) = [each for each in found.differences if each.metric.name == "sources_cited"]
    assert cited.change == "worse"
    assert cited.b < 0.7 < cited.a
    assert {set_ for set_, _ in cited.down} == {"core"}
    lost = next(each for each in found.differences if each.metric.name == "strict_vital")
    assert lost.down
    markdown = as_markdown(found, most=1)
    assert "### core/" in markdown
    assert "\nA, answered:" in markdown
    assert "more are not shown" in markdown
