"""What an answer to a yes-or-no question begins with, and how disagreement is shown."""
# ruff: noqa: E501  (a question and its sentence stand on one line)

import numpy as np
import pytest

from corpus.lexicon import load_lexicon
from corpus.record import Kind, Source
from evals.stance.questions import SETS, read_asked
from ingest.document import Passage, Span
from retrieval.answer import Outcome, Receipt
from retrieval.composing.compose import Chosen
from retrieval.evidence.answering import Reading
from retrieval.evidence.desk import Evidence
from retrieval.present import present
from retrieval.question.slot import CORRECTION, IN_SHORT
from retrieval.question.understand import understand
from retrieval.support.verify import Support
from retrieval.verdict.differ import SOURCES_DIFFER, together
from retrieval.verdict.proposition import read_proposition
from retrieval.verdict.stance import Side, Stance
from retrieval.verdict.stance_read import stance_as_read
from retrieval.verdict.stance_words import load_stance_words
from retrieval.verdict.verdict import decide

LEXICON = load_lexicon()
HELPS = "In depression, zuranolone worked better than placebo."
DOES_NOT = "In depression, zuranolone was no better than placebo."
QUESTION = "Does zuranolone work for depression?"


def chosen(text, source="a", heading="How well it works", vector=(1.0, 0.0), facet="efficacy", **fields):
    record = {name: fields.pop(name) for name in ("disputed_by", "same_work_as") if name in fields}
    span = Span(0, len(text))
    passage = Passage(f"p-{source}", source, ("x",), facet, text, span, None, "", ())
    work = Source(id=source, kind=Kind.TRIAL, title=f"Work {source}", **record)
    each = Evidence(0, passage, work, span, text, np.array(vector), LEXICON.entities_in(text), 0.0)
    return Chosen(heading, each, ((each, Support(1.0, "")),), **fields)


def decided(question, *statements):
    return decide(understand(question, LEXICON, lambda _: True), statements, (), LEXICON)


def test_the_statement_that_bears_the_verdict_comes_first_with_the_lead_and_its_exact_quote():
    other = "Zuranolone is taken once a day in the evening."
    laid, kind = decided(QUESTION, chosen(other, "b"), chosen(HELPS))
    assert kind == "yes"
    assert [each.evidence.text for each in laid] == [HELPS, other]
    answer = present(QUESTION, Outcome.ANSWERED, "uk", Receipt(settings="t", took_ms=1.0), laid, verdict=kind)
    first = answer.statements[0]
    assert (answer.verdict, first.heading, first.lead) == ("yes", IN_SHORT, "Yes.")
    assert first.text == f"Yes. {HELPS}"
    assert first.sentence == first.citations[0].quote == HELPS
    assert answer.statements[1].lead == ""


def test_two_works_that_disagree_stand_together_under_a_heading_of_their_own():
    laid, kind = decided(QUESTION, chosen(HELPS), chosen("Zuranolone is new.", "c"), chosen(DOES_NOT, "b"))
    assert kind == "mixed"
    assert [(each.heading, each.evidence.source.id) for each in laid[:2]] == [(SOURCES_DIFFER, "a"), (SOURCES_DIFFER, "b")]  # fmt: skip
    assert [each.lead for each in laid] == [load_stance_words().leads["mixed"], "", ""]


def test_one_work_does_not_disagree_with_itself_nor_with_a_finding_in_other_people():
    assert decided(QUESTION, chosen(HELPS), chosen(DOES_NOT, "b", same_work_as="a"))[1] is None
    assert decided(QUESTION, chosen(HELPS), chosen(f"{DOES_NOT[:-1]} in older adults.", "b"))[1] == "yes"


def test_a_warning_outweighs_a_word_of_safety_and_the_plainest_comes_first():
    safe = "Diazepam can be used with alcohol."
    warns, forbids = "Alcohol raises the risk of harm with diazepam.", "Avoid alcohol with diazepam."
    laid, kind = decided(
        "Is Valium safe with alcohol?", chosen(warns), chosen(forbids, "b"), chosen(safe, "c")
    )
    assert (kind, laid[0].evidence.text) == ("caution", forbids)
    assert decided("Can I drink alcohol on Valium?", chosen(safe))[1] is None


def test_what_a_model_worded_bears_no_verdict_and_a_correction_stays_first():
    assert decided(QUESTION, chosen(HELPS, by_model=True))[1] is None
    laid, kind = decided(QUESTION, chosen("Zuranolone is a steroid.", "b", CORRECTION), chosen(HELPS))
    assert (kind, [each.heading for each in laid]) == ("yes", [CORRECTION, IN_SHORT])


RISES = "Omeprazole raised the level of diazepam in the blood."
FALLS = "Omeprazole lowered the level of diazepam in the blood."


@pytest.mark.parametrize("disputed", [(), ("b",)])
def test_contradicting_statements_stand_together_outside_of_yes_or_no_questions_too(disputed):
    between = chosen("Diazepam is a benzodiazepine.", "c", vector=(0.0, 1.0))
    vector = (0.65, 0.76) if disputed else (0.9, 0.1)  # less alike is enough where a record says so
    pair = chosen(RISES, "a", disputed_by=disputed), chosen(FALLS, "b", vector=vector)
    laid, kind = decided("What does omeprazole do to diazepam?", pair[0], between, pair[1])
    assert kind is None
    assert [each.heading for each in laid].count(SOURCES_DIFFER) == 2
    places = [at for at, each in enumerate(laid) if each.heading == SOURCES_DIFFER]
    assert places[1] == places[0] + 1
    assert sorted(each.evidence.source.id for each in laid) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "other",
    [
        chosen(RISES, "b"),
        chosen(FALLS, "b", vector=(0.0, 1.0)),
        chosen(FALLS, "b", facet="onset"),
        chosen(FALLS, "b", same_work_as="a"),
        chosen("Omeprazole lowered the level of citalopram in the blood.", "b"),
        chosen(f"In children, {FALLS}", "b"),
    ],
)
def test_statements_on_other_things_or_other_people_do_not_contradict(other):
    laid = together([chosen(RISES), other], LEXICON)
    assert SOURCES_DIFFER not in {each.heading for each in laid}


def test_on_the_shipped_corpus_what_is_stated_first_is_right(citewell):
    stated = due = 0
    for each in [*read_asked(SETS["core"]), *read_asked(SETS["own"])]:
        answer = citewell.ask(each.question, each.earlier)
        assert answer.verdict is None or answer.verdict in each.verdicts, each.question
        stated += answer.verdict is not None
        due += "none" not in each.verdicts
    assert stated >= 0.6 * due


@pytest.mark.parametrize(
    ("question", "begins", "is_noted"),
    [
        ("is Valium an SSRI", "No. Diazepam", False),
        # That it is an antidepressant, as SSRIs are, tells nothing: the sources only count it elsewhere.
        ("is trazodone an SSRI", "Trazodone is an antidepressant", True),
        ("is buspirone a benzo", "No. Buspirone is an azapirone", False),
        ("is sertraline an SSRI", "Yes. Sertraline", False),
    ],
)
def test_a_class_is_denied_by_another_and_else_it_is_said_that_nothing_counts_it_there(
    question, begins, is_noted, citewell
):
    answer = citewell.ask(question)
    assert answer.statements[0].text.startswith(begins)
    assert any("do not count" in note for note in answer.notes) is is_noted


def test_a_word_that_shares_its_stem_with_an_idle_one_must_be_spoken_of(citewell):
    """What antidepressants do to a personality is not told by what they change in how feelings are read."""
    answer = citewell.ask("do antidepressants change your personality")
    assert not any(each.text.startswith("Yes.") for each in answer.statements)


def test_whether_a_class_belongs_to_another_is_answered_by_what_it_is(citewell):
    denied = citewell.ask("are Z drugs benzos?")
    assert denied.statements[0].text.startswith("No. Z-drugs")
    told = citewell.ask("are benzos an opioid")
    assert told.statements[0].text.startswith("Benzodiazepines are ")
    assert "opioid" not in " ".join(each.text for each in told.statements)


def test_a_warning_is_found_in_the_words_of_the_question_that_was_expected(citewell, monkeypatch):
    question = "can i have a glass of wine with my mirtazapine of an evening"
    answer = citewell.ask(question)
    assert answer.verdict == "caution"
    assert "alcohol" in answer.statements[0].text.casefold()
    monkeypatch.setattr("retrieval.verdict.verdict.is_sure", lambda each: False)
    monkeypatch.setattr("retrieval.verdict.verdict.stance_as_read", lambda *_: Stance(Side.SILENT, ""))
    assert citewell.ask(question).verdict is None


@pytest.mark.parametrize(
    ("question", "sentence", "reading", "side"),
    [
        (
            "Does zopiclone leave a bitter taste?",
            "A bitter taste is its most common side effect, with zopiclone.",
            (0.9, 0.95, 0.02, 0.02),
            Side.AFFIRMS,
        ),
        (
            "Does zopiclone leave a bitter taste?",
            "A bitter taste is its most common side effect, with zopiclone.",
            (0.9, 0.6, 0.2, 0.2),
            Side.SILENT,
        ),
        (
            "Does zopiclone leave a bitter taste?",
            "A bitter taste is its most common side effect, with zopiclone.",
            (0.2, 0.95, 0.02, 0.02),
            Side.SILENT,
        ),
        (
            "Does zopiclone leave a bitter taste?",
            "A bitter taste is common with diazepam.",
            (0.9, 0.95, 0.02, 0.02),
            Side.SILENT,
        ),
        (
            "Does zopiclone leave a bitter taste?",
            "A bitter taste is its most common side effect, with zopiclone.",
            (0.9, 0.02, 0.95, 0.02),
            Side.SILENT,
        ),
        (
            "Do you have to take zopiclone with food?",
            "Zopiclone can be taken with food.",
            (0.9, 0.95, 0.02, 0.02),
            Side.SILENT,
        ),
        (
            "Can I drink wine with zopiclone?",
            "Zopiclone and alcohol are common.",
            (0.9, 0.95, 0.02, 0.02),
            Side.SILENT,
        ),
        (
            "Do long-acting benzodiazepines cause less withdrawal?",
            "A review lists anxiety among the withdrawal symptoms of benzodiazepines.",
            (0.9, 0.95, 0.02, 0.02),
            Side.SILENT,
        ),
        (
            "Is zopiclone better than zolpidem?",
            "Zopiclone and zolpidem were compared.",
            (0.9, 0.95, 0.02, 0.02),
            Side.SILENT,
        ),
    ],
)
def test_a_reading_speaks_where_words_do_not_but_never_allows_nor_compares(question, sentence, reading, side):
    asked = understand(question, LEXICON, lambda _: True)
    proposition = read_proposition(asked, LEXICON)
    assert proposition is not None
    assert stance_as_read(proposition, asked, sentence, Reading(*reading), LEXICON).side is side


def test_the_finding_that_says_the_contrary_stands_beside_the_first(citewell):
    answer = citewell.ask("Does zuranolone work for major depression?")
    assert answer.verdict == "mixed"
    texts = [each.text for each in answer.statements]
    assert any("phase 2" in each for each in texts)
    assert any("phase 3" in each for each in texts)


@pytest.mark.parametrize(
    "question",
    [
        "do antidepressants work for depression",
        "does prozac increase diazepam",
        "are benzos effective for anxiety",
        "does zoloft late in pregnancy cause pphn",
    ],
)
def test_what_is_about_others_or_said_already_is_no_other_side(citewell, question):
    answer = citewell.ask(question)
    texts = [each.text.removeprefix("The evidence is mixed. ") for each in answer.statements]
    assert len(texts) == len(set(texts))
    assert answer.verdict != "mixed" or "disagree" in texts[0]


@pytest.mark.parametrize(
    "question",
    [
        "can a 70 year old take 20 mg of escitalopram",
        "is 60 mg of buspar a day too much",
        "is losing interest in everything depression",
        "is it true zoloft is half gone in about a day",
        "do i need to halve trintellix with bupropion",
    ],
)
def test_amounts_and_single_cases_get_no_plain_yes_or_no(citewell, question):
    assert citewell.ask(question).verdict not in {"yes", "no"}


def test_a_sentence_must_say_the_same_to_the_question_and_to_the_one_it_was_expected_to_answer(citewell):
    assert citewell.ask("does it put your blood pressure up", ["tell me about venlafaxine"]).verdict == "yes"
    # Much like "can sexual side effects last after stopping", to which the same sentence says yes.
    assert citewell.ask("do the sexual side effects of prozac go away once you stop it").verdict != "yes"


@pytest.mark.parametrize(
    "question",
    [
        "wtf is a partial agonist and is buspiron one",
        "someone in my support group said seroquel is approved for insomnia. it isnt, is it?",
        "Is driving on diazepam comparable to a certain blood alcohol level",
        "does sertraline thin your blood like warfarin",
    ],
)
def test_what_is_asked_at_the_end_is_said_yes_to_only_with_all_before_it(citewell, question):
    assert citewell.ask(question).verdict is None


def test_a_yes_by_reading_needs_a_sentence_that_was_expected_to_answer_it(citewell, monkeypatch):
    question = "can mirtazapine wipe out your white cells"
    assert citewell.ask(question).verdict is not None
    monkeypatch.setattr("retrieval.verdict.verdict.is_sure", lambda each: False)
    monkeypatch.setattr(
        "retrieval.verdict.verdict.stance_as_expected", lambda *_: Stance(Side.SILENT, "not asked here")
    )
    assert citewell.ask(question).verdict is None


@pytest.mark.parametrize(
    "question",
    [
        "can insomnia kill you",  # insomnia stands among the side effects of a medicine
        "can i get pregnant on prozac",  # what it may do late in pregnancy
        "is mirtazapine stronger",  # than what is not said
    ],
)
def test_words_say_yes_only_where_the_sentence_is_read_to_say_so(citewell, question):
    assert citewell.ask(question).verdict is None
