"""The main job with the real model and the shipped corpus: what is asked, what is answered, what backs it."""

import re

import pytest

from corpus.record import PAPER_KINDS, Kind
from evals.questions import read_questions
from evals.run import run, scores, spans_are_exact
from ingest.settings import load_settings
from retrieval.answer import Outcome
from retrieval.composing.compose import MOST_STATEMENTS
from retrieval.evidence.search import Filters
from retrieval.pipeline import Citewell

MAIN = "why does Valium work when SSRIs didn't"
# What the answer to the main question must say, in whatever words.
NUGGETS = {
    "diazepam enhances inhibition by GABA": r"(diazepam|benzodiazepine).*(strengthen|enhanc|easier).*GABA",
    "SSRIs act on serotonin reuptake": r"SSRIs?.*reuptake.*serotonin|SSRIs?.*serotonin.*reuptake",
    "the problem may be anxiety": r"main problem.*anxiety",
    "benzodiazepines act fast": r"(benzodiazepines?|diazepam).*(faster|first week|few hours)",
    "SSRIs take weeks": r"SSRIs?.*weeks",
    "people differ": r"(people|persons?).*(respond|differ)",
    "dependence is a risk": r"dependence|addict",
}


@pytest.fixture(scope="module")
def results(citewell):
    """The answers to every other question that may be tuned on: the rest is for `make eval`."""
    return run([each for each in read_questions() if each.split == "tune"][::2], citewell)


def sentences(answer):
    return [each.text for each in answer.statements]


def test_the_main_question_is_answered_from_papers_and_labels(citewell):
    answer = citewell.ask(MAIN)
    assert answer.outcome is Outcome.ANSWERED
    for nugget, pattern in NUGGETS.items():
        assert any(re.search(pattern, each, re.IGNORECASE) for each in sentences(answer)), nugget
    assert len(answer.sources) >= 4
    assert sum(source.kind in PAPER_KINDS for source in answer.sources) >= 2
    assert "not medical advice" in answer.disclaimer


@pytest.mark.parametrize(
    ("question", "patterns"),
    [
        (
            "Ativan calms me down but Lexapro did nothing, how come?",
            ["lorazepam|benzodiazepine", "escitalopram|SSRI"],
        ),
        (
            "how come xanax helped my panic attacks and zoloft never did",
            ["alprazolam|benzodiazepine", "sertraline|SSRI"],
        ),
        (
            "Explain why klonopin helps me while citalopram failed.",
            ["clonazepam|benzodiazepine", "citalopram|SSRI"],
        ),
    ],
)
def test_the_same_for_other_words_and_other_drugs(citewell, question, patterns):
    answer = citewell.ask(question)
    assert answer.outcome in {Outcome.ANSWERED, Outcome.PARTIAL}
    text = " ".join(sentences(answer))
    for pattern in [*patterns, "GABA", "serotonin"]:
        assert re.search(pattern, text, re.IGNORECASE), pattern
    assert len(answer.sources) >= 4


@pytest.mark.parametrize(
    "question",
    ["what is the capital of France", "how is metformin dosed in kidney disease", "", "?!", "hello there"],
)
def test_what_the_sources_do_not_hold_is_not_answered(citewell, question):
    answer = citewell.ask(question)
    assert answer.outcome is Outcome.ABSTAINED
    assert answer.sources == ()
    assert all(each.citations == () for each in answer.statements)
    assert answer.notes
    assert answer.disclaimer


def test_every_quote_of_every_answer_is_what_the_stored_passage_says(results, citewell):
    assert sum(len(each.answer.statements) for each in results) > 300
    assert [each.question.id for each in results if not spans_are_exact(each.answer, citewell)] == []


def test_every_statement_is_cited_and_in_the_words_of_its_source_or_marked(results):
    for result in results:
        for each in result.answer.statements:
            if not each.citations:
                assert result.answer.outcome in {Outcome.ABSTAINED, Outcome.DECLINED, Outcome.EMERGENCY}
            elif each.worded_by == "source":
                assert each.sentence == each.citations[0].quote
                assert each.citations[0].support == 1.0
            else:
                assert min(citation.support for citation in each.citations) >= 0.55


def test_a_summary_is_never_cited_itself(results):
    cited = {source.kind for each in results for source in each.answer.sources}
    assert Kind.SUMMARY not in cited
    assert len(cited) > 5


def test_answers_are_short_enough_and_say_nothing_twice(results):
    for result in results:
        texts = sentences(result.answer)
        assert len(texts) == len(set(texts))
        assert len(texts) <= MOST_STATEMENTS + 2  # a declined request opens with two fixed sentences


def test_the_disclaimer_and_the_receipt_are_on_every_answer(results):
    for result in results:
        assert len(result.answer.disclaimer) > 60
        assert result.answer.receipt.settings
        if result.answer.outcome is not Outcome.EMERGENCY:
            assert result.answer.receipt.index
            assert result.answer.receipt.embedding_fingerprint


def test_answers_are_as_good_as_they_were(results, citewell):
    """Floors a little under what was measured. The held-out questions are for `citewell eval`, and seldom."""
    figures = scores(results, citewell)
    assert figures["vital nuggets stated"] >= 0.83
    assert figures["outcome is right"] >= 0.94
    assert figures["abstention F1"] >= 0.9
    assert figures["citation precision"] == figures["citation recall"] == 1.0
    assert figures["answers with inexact quotes"] == 0


def test_an_answer_survives_json(citewell):
    answer = citewell.ask(MAIN)
    assert type(answer).model_validate_json(answer.model_dump_json()) == answer


def test_the_same_question_gets_the_same_answer(citewell):
    first, second = citewell.ask(MAIN), citewell.ask(MAIN)
    assert first.model_dump(exclude={"receipt"}) == second.model_dump(exclude={"receipt"})


def test_filters_hold(citewell):
    answer = citewell.ask("is diazepam addictive", filters=Filters(kinds=frozenset({Kind.LABEL})))
    assert {source.kind for source in answer.sources} == {Kind.LABEL}


def test_an_emergency_needs_neither_index_nor_model(tmp_path):
    answer = Citewell(load_settings(home=tmp_path)).ask("i took 30 xanax and feel weird")
    assert answer.outcome is Outcome.EMERGENCY
    assert answer.sources == ()
    assert answer.disclaimer


def test_a_missing_index_is_an_answer_that_says_what_helps(tmp_path):
    answer = Citewell(load_settings(home=tmp_path)).ask("how does diazepam work")
    assert answer.outcome is Outcome.ERROR
    assert "citewell ingest" in answer.notes[0]
    assert answer.disclaimer


def test_langchain_seams(citewell):
    from retrieval.evidence.retriever import CitewellRetriever

    assert citewell.as_runnable().invoke("how does sertraline work").outcome is Outcome.ANSWERED
    found = CitewellRetriever(desk=citewell.desk, k=3).invoke("how does sertraline work")
    assert len(found) == 3
    assert any("serotonin" in each.page_content for each in found)
    assert found[0].metadata["source"]["title"]


@pytest.mark.parametrize(
    ("turns", "said"),
    [
        (["why do benzos stop working after a while"], "tolerance"),  # in no word of the sources
        (["what is buspirone", "can i take it with sertraline"], "buspirone.*serotonin syndrome"),
        (["what is insomnia", "how common is it"], "insomnia affects"),
        (["how long does lexapro take to work for anxiety"], "4 to 6 weeks"),
    ],
)
def test_a_lay_wording_and_a_follow_up_reach_the_sentence_that_answers_them(citewell, turns, said):
    first = citewell.ask(turns[-1], turns[:-1]).statements[0]
    assert first.citations
    assert re.search(said, first.text, re.IGNORECASE), first.text


@pytest.mark.parametrize(
    "question",
    [
        "why does Valium smell of almonds",
        "what does a private course of CBT cost in Leeds",
        "Nardil or Parnate for ringing ears",
        "is sertraline sold in blister packs made of paper",
    ],
)
def test_what_only_sounds_like_an_answer_is_not_given(citewell, question):
    answer = citewell.ask(question)
    assert answer.outcome.value == "abstained"
    assert not answer.sources


def test_a_follow_up_in_odd_words_is_read_in_the_light_of_what_it_leans_on(citewell):
    question = "and the long acting ones, worse I suppose"
    answer = citewell.ask(question, ["lorazepam breastfeeding"])
    assert any("long-acting ones can accumulate" in each.text for each in answer.statements)
    assert not citewell.ask(question).sources


def test_thanks_are_answered_in_kind_and_a_talk_goes_on_behind_them(citewell):
    thanked = citewell.ask("thx, you've been great", ["is xanax addictive"])
    assert (thanked.outcome.value, thanked.notes, thanked.sources) == ("abstained", (), ())
    assert thanked.disclaimer
    after = citewell.ask("and with alcohol?", ["is xanax addictive", "ok thanks"])
    assert any("alcohol" in each.text.lower() for each in after.statements)
