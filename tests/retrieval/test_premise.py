"""What a question takes for granted of a drug's class, and whether that holds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.lexicon import load_lexicon
from retrieval.question.premise import belongs, families_apart, find_premises

LEXICON = load_lexicon()


def premises(text):
    return find_premises(text, LEXICON.mentions(text), LEXICON)


@pytest.mark.parametrize(
    ("question", "drug", "claimed", "holds"),
    [
        ("since Valium is an SSRI, will it make me gain weight?", "diazepam", "ssris", False),
        ("because Prozac is a benzo should I worry about addiction", "fluoxetine", "benzodiazepines", False),
        (
            "given that buspirone is a type of benzodiazepine, is it addictive?",
            "buspirone",
            "benzodiazepines",
            False,
        ),
        ("Zoloft, an SNRI, gave me headaches. is that normal", "sertraline", "snris", False),
        ("do SSRIs like Valium cause weight gain", "diazepam", "ssris", False),
        ("is the opioid Xanax dangerous", "alprazolam", "opioids", False),
        ("do Xanax and other antidepressants interact with wine", "alprazolam", "antidepressants", False),
        ("as Buspar is basically a weak benzo, does it calm", "buspirone", "benzodiazepines", False),
        ("what makes Ambien a much stronger SSRI than Zoloft?", "zolpidem", "ssris", False),
        ("lithium is one of the benzos, so is it for short use?", "lithium", "benzodiazepines", False),
        ("since Xanax is a benzo, is it addictive", "alprazolam", "benzodiazepines", True),
        ("as Lexapro is an antidepressant, can I stop it", "escitalopram", "antidepressants", True),
        ("since Valium is a muscle relaxant, does it help my back", "diazepam", "muscle_relaxants", None),
    ],
)
def test_a_premise_is_found_and_judged(question, drug, claimed, holds):
    [found] = premises(question)
    assert (found.drug, found.claimed, found.is_asked) == (drug, claimed, False)
    if holds is None:
        assert found.holds is not False
    else:
        assert found.holds is holds


@pytest.mark.parametrize(
    "question", ["is Valium an SSRI?", "Valium is an SSRI, right?", "ok so is buspirone a kind of benzo"]
)
def test_a_question_whether_a_drug_belongs_to_a_class_is_no_premise(question):
    [found] = premises(question)
    assert found.is_asked
    assert found.holds is False


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("are benzos an opioid", False),
        ("are Z drugs benzos?", False),
        ("are SSRIs antidepressants", True),
        ("are antidepressants SSRIs", None),
    ],
)
def test_a_class_too_is_asked_to_belong_to_another(question, holds):
    [found] = premises(question)
    assert (found.is_asked, found.holds) == (True, holds)


@pytest.mark.parametrize(
    "question",
    [
        "why are benzos worse than opioids",
        "SSRIs and other antidepressants",
        "is Valium better than an SSRI",
        "why does Valium work when SSRIs didn't",
        "can I take Xanax with an opioid",
        "Prozac or a benzo for panic?",
        "switching from Valium to an SSRI",
        "is Ultram a risky SSRI combination",
        "Prozac is a good replacement for a benzo",
        "Ambien is a non benzo sleeper",
        "is Valium a quick SSRI alternative",
    ],
)
def test_two_names_side_by_side_are_no_premise(question):
    assert premises(question) == ()


def test_only_a_family_that_the_class_is_no_part_of_tells_a_drug_from_it():
    assert "benzodiazepines" in families_apart("diazepam", "ssris", LEXICON)
    assert "antidepressants" not in families_apart("trazodone", "ssris", LEXICON)


def test_what_a_drug_is_used_for_is_never_denied():
    assert belongs("sertraline", "sedatives", LEXICON) is None
    assert belongs("propranolol", "anxiolytics", LEXICON) is not False


@given(
    st.lists(
        st.sampled_from(["Valium", "SSRIs", "is", "an", "since", ",", "opioid", "like", "?", "benzo"]),
        max_size=12,
    )
)
@settings(deadline=None)
def test_what_is_found_lies_in_the_text(words):
    text = " ".join(words)
    for each in premises(text):
        assert 0 <= each.start < each.end <= len(text)
        assert each.written in text
