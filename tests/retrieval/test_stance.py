"""Whether a sentence answers a yes-or-no question: precision first, so most tests are of what must be silent."""
# ruff: noqa: E501  (a question and its sentence stand on one line)

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from corpus.lexicon import load_lexicon
from retrieval.question.premise import find_premises
from retrieval.question.understand import understand
from retrieval.verdict.proposition import read_proposition
from retrieval.verdict.stance import Side, stance
from retrieval.verdict.stance_words import STANCE, load_stance_words

LEXICON = load_lexicon()
AFFIRMS, DENIES, MIXED, SILENT = Side.AFFIRMS, Side.DENIES, Side.MIXED, Side.SILENT


def taken(question, sentence):
    return stance(understand(question, LEXICON, lambda _: True), sentence, LEXICON)


@pytest.mark.parametrize(
    ("question", "sentence", "side", "lead"),
    [
        ("Is Xanax a benzodiazepine?", "Alprazolam, sold as Xanax, is a benzodiazepine.", AFFIRMS, "yes"),
        ("Is Valium an SSRI?", "Diazepam is a benzodiazepine.", DENIES, "no"),
        ("Is zolpidem a benzodiazepine?", "Zolpidem is a sleeping pill, not a benzodiazepine.", DENIES, "no"),
        ("Is pregabalin effective for anxiety?", "In anxiety disorders, pregabalin worked better than placebo.", AFFIRMS, "yes"),
        ("Does pregabalin help anxiety?", "Pregabalin may help: it may have improved anxiety.", AFFIRMS, "possibly"),
        ("Is diazepam effective for back pain?", "Diazepam was no better than placebo in low back pain.", DENIES, "not_shown"),
        ("Does St John's wort work for depression?", "St John's wort was better than placebo in depression in one review, but it is not proven to help, an agency says.", MIXED, "mixed"),
        ("Can sertraline cause nausea?", "Nausea is a common side effect of sertraline.", AFFIRMS, "yes"),
        ("Can sertraline cause nausea?", "Sertraline did not cause nausea.", DENIES, "no"),
        ("Will sertraline make me sick?", "Sickness is a common side effect of sertraline.", AFFIRMS, "in_some_cases"),
        ("Are benzodiazepines linked to dementia?", "Benzodiazepines were associated with dementia.", AFFIRMS, "linked"),
        ("Are benzodiazepines linked to dementia?", "Benzodiazepines were not associated with dementia.", DENIES, "no_link"),
        ("Do benzodiazepines work faster than SSRIs?", "Benzodiazepines act faster than SSRIs.", AFFIRMS, "yes"),
        ("Do SSRIs work faster than benzodiazepines?", "Benzodiazepines act faster than SSRIs.", DENIES, "no"),
        ("Are SSRIs slower than benzodiazepines?", "Benzodiazepines act faster than SSRIs.", AFFIRMS, "yes"),
        ("Is St John's wort as good as an SSRI?", "St John's wort did not differ from SSRIs.", AFFIRMS, "yes"),
        ("Can I drink alcohol on Valium?", "The NHS advises against alcohol with diazepam.", DENIES, "against"),
        ("Is it safe to take Valium with alcohol?", "Alcohol raises the risk of sedation with diazepam.", DENIES, "caution"),
        ("Is alprazolam a controlled substance in the US?", "In the United States, alprazolam is a controlled substance.", AFFIRMS, "yes"),
        ("Does NICE recommend benzodiazepines for generalised anxiety disorder?", "NICE says that benzodiazepines should not be offered for generalised anxiety disorder except in a crisis.", DENIES, "no_but"),
    ],
)  # fmt: skip
def test_what_a_sentence_clearly_says_is_read(question, sentence, side, lead):
    found = taken(question, sentence)
    assert (found.side, found.lead) == (side, lead), found.reason


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Is Valium safe and effective?", "Diazepam is effective and safe."),  # two questions
        ("Isn't Xanax addictive?", "Alprazolam is addictive."),  # "yes" would be unclear
        ("Do SSRIs or benzodiazepines cause falls?", "Benzodiazepines cause falls."),
        ("Do all antidepressants help depression?", "Antidepressants are effective in depression."),
        ("Are antidepressants just placebo?", "Antidepressants worked better than placebo."),
        ("Why does Valium help?", "Diazepam is effective."),
        ("Can sertraline cause nausea?", "Stopping sertraline can cause nausea."),  # another situation
        ("Can sertraline cause nausea?", "Sertraline relieved nausea caused by chemotherapy."),
        ("Can sertraline cause nausea?", "Sertraline can cause headaches."),
        ("Can sertraline cause nausea?", "In mice, sertraline caused nausea."),
        ("Can sertraline cause nausea?", "Fluoxetine can cause nausea."),
        ("Does mirtazapine cause weight gain?", "Some antidepressants cause weight gain."),
        ("Is buspirone as effective as benzodiazepines?", "Buspirone is not superior to benzodiazepines."),
        ("Is diazepam effective for depression?", "In depression, antidepressants worked better than placebo, whereas diazepam was studied less."),
        ("Is sertraline better than placebo for depression?", "In depression, 35% of people given placebo improved in sertraline trials."),
        ("Does diazepam help anxiety?", "Diazepam becomes less effective for anxiety with time."),
        ("Does diazepam help anxiety?", "This study aimed to assess whether diazepam is effective in anxiety."),
        ("Is alprazolam a controlled substance in the UK?", "In the United States, alprazolam is a controlled substance."),
        ("Is diazepam stronger than alprazolam?", "Diazepam lasts longer than alprazolam."),
        ("Does NICE recommend benzodiazepines for panic disorder?", "A minority view against NICE is that benzodiazepines can be a first-line treatment in panic disorder."),
        ("Does zuranolone work for major depression?", "In postpartum depression, zuranolone lowered the Hamilton depression score more than placebo."),
        ("Will sertraline make me sick?", "Sertraline did not cause sickness."),  # a promise
        ("Can I take diazepam while breastfeeding?", "Diazepam can be used while breastfeeding."),  # a permission
        ("Should lorazepam be given for seizures?", "Lorazepam was effective in seizures."),  # asks for advice
    ],
)  # fmt: skip
def test_what_is_in_doubt_is_silent(question, sentence):
    found = taken(question, sentence)
    assert found.side is SILENT, (found.lead, found.reason)


def test_safe_only_where_a_source_says_so_in_so_many_words():
    question = "Is sertraline safe while breastfeeding?"
    assert taken(question, "Sertraline is compatible with breastfeeding.").lead == "can_be_used"
    assert taken(question, "Sertraline is preferred while breastfeeding.").lead == ""


@pytest.mark.parametrize("question", ["Can I drink on Valium?", "Is it ok to stop Paxil suddenly?", "May I drive on diazepam?"])  # fmt: skip
@pytest.mark.parametrize("words", ["is safe", "can be taken", "is compatible", "did not impair", "is dangerous", "should be avoided"])  # fmt: skip
def test_a_personal_question_never_gets_a_yes_or_no(question, words):
    sentence = f"Alcohol, driving and stopping suddenly with diazepam or paroxetine {words}."
    assert taken(question, sentence).lead in {"", "caution", "against"}


def test_every_lead_that_can_be_given_stands_in_the_closed_list():
    leads = load_stance_words().leads
    assert {"yes", "no", "mixed", "against", "caution"} <= leads.keys()
    assert all(isinstance(key, str) and text.endswith(".") for key, text in leads.items())
    assert yaml.safe_load(STANCE.read_text(encoding="utf-8"))["leads"] == leads


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_read_and_what_is_no_question_is_no_proposition(question, sentence):
    found = taken(question, sentence)
    assert found.side is SILENT or found.lead in load_stance_words().leads
    assert read_proposition(understand("tell me about diazepam", LEXICON, lambda _: True), LEXICON) is None


def test_a_question_that_takes_a_wrong_class_for_granted_is_not_for_yes_or_no():
    text = "Since Valium is an SSRI, does it cause nausea?"
    assert find_premises(text, LEXICON.mentions(text), LEXICON)[0].holds is False
    assert taken(text, "Diazepam can cause nausea.").side is SILENT
