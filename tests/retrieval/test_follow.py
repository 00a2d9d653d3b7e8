"""Follow-ups: what a question leaves unsaid is what was spoken of before."""

import pytest

from retrieval.question.follow import in_full
from tests.retrieval.test_understand import read


def test_a_follow_up_is_about_what_was_asked_before():
    asked = read("and with alcohol?", "how does diazepam work")
    assert asked.inherited
    assert asked.subjects == ("diazepam",)
    assert asked.context == ("alcohol",)
    assert read("is it addictive", "tell me about xanax").subjects == ("alprazolam",)


@pytest.mark.parametrize(
    ("earlier", "question", "subjects"),
    [
        (["Xanax or Valium for panic?"], "and the other one?", ("diazepam",)),
        (["Xanax or Valium for panic?", "is Xanax addictive"], "and the other one?", ("diazepam",)),
        (["Xanax or Valium for panic?", "is Valium addictive"], "what about the first one?", ("alprazolam",)),
        (["tell me about Zoloft"], "how does it compare with Lexapro", ("sertraline", "escitalopram")),
    ],
)
def test_the_other_one_is_the_one_that_is_not_spoken_of(earlier, question, subjects):
    assert read(question, *earlier).subjects == subjects


def test_what_goes_on_is_the_withdrawal_or_the_side_effect_that_was_spoken_of():
    asked = read("can it drag on for months?", "when does benzo withdrawal start")
    assert asked.facets == ("stopping", "duration")
    assert asked.wording == "can withdrawal from this medicine drag on for months?"
    asked = read("does it go away", "does sertraline cause nausea")
    assert asked.wording == "does nausea from this medicine go away"
    assert (
        read("how long does it last", "how does diazepam work").wording == "how long does this medicine last"
    )


def test_what_if_asks_the_same_in_another_case():
    asked = read("what if its prescribed to you", "uk drug drive limit for diazepam?")
    assert asked.facets == ("driving",)
    assert asked.wording.startswith("uk drug drive limit for this medicine")
    for question, facet in (("what if I am pregnant", "pregnancy"), ("what if I drink on it", "alcohol")):
        assert facet in read(question, "how long does sertraline take to work").facets


def test_a_question_about_other_people_asks_the_same_of_them():
    asked = read("what about older people?", "what dose does the temazepam label give")
    assert asked.facets == ("older_people", "dose")


def test_a_body_named_before_is_still_meant():
    asked = read("what does it recommend instead?", "does NICE support benzodiazepines for GAD?")
    assert asked.points == (("recommendation", "nice"),)


def test_a_new_subject_is_not_overruled_by_an_old_one():
    assert read("how does sertraline work", "is xanax addictive").subjects == ("sertraline",)


def test_a_pair_is_kept_where_a_follow_up_names_one():
    together = "can I take sertraline with ibuprofen"
    assert read("and tramadol?", together).subjects == ("sertraline", "tramadol")
    assert read("how long should I wait", "how do I switch from Prozac to Nardil").subjects == (
        "fluoxetine",
        "phenelzine",
    )
    # Two that were compared are no pair, and what asks for something else is about the one named.
    assert read("and tramadol?", "is sertraline better than fluoxetine").subjects == ("tramadol",)
    assert read("is tramadol addictive", together).subjects == ("tramadol",)


def test_the_other_one_is_said_in_full():
    asked = read("and what are the serious risks of the other one?", "Remeron or trazodone for sleep?")
    assert asked.subjects == ("trazodone",)
    assert asked.wording == "and what are the serious risks of this medicine?"


def test_a_follow_up_that_says_what_it_wants_does_not_want_what_was_asked_before():
    asked = read("is it addictive", "does sertraline cause nausea")
    assert asked.facets == ("dependence",)
    assert asked.points == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("why is it not always given", "why is this medicine not always given"),
        ("how long does it take to wear off", "how long does it take to wear off"),
        ("is it safe to drive on it", "is it safe to drive on this medicine"),
    ],
)
def test_what_it_means_is_said_in_full_where_it_means_something(text, said):
    assert in_full(text, "this medicine") == said


@pytest.mark.parametrize(
    ("question", "earlier", "subjects", "context"),
    [
        (
            "magnesium?",
            "can I take escitalopram with melatonin",
            ("escitalopram", "melatonin"),
            ("magnesium",),
        ),
        (
            "more than tramadol?",
            "can duloxetine help back pain",
            ("duloxetine", "tramadol"),
            ("low_back_pain",),
        ),
        ("I have maybe 4 beers a night", "can duloxetine hurt the liver", ("duloxetine",), ("alcohol",)),
        ("forklift too?", "can I drive on zopiclone", ("zopiclone",), ()),
        ("stretches for plantar fasciitis", "how does diazepam work", (), ()),
        ("alcohol withdrawal symptoms", "how does sertraline work", (), ("alcohol_withdrawal",)),
        ("I want to know about panic disorder", "how does sertraline work", (), ("panic_disorder",)),
        ("my son has OCD, explain the options", "how does sertraline work", (), ("ocd",)),
        ("more than 4 weeks on zopiclone?", "can duloxetine help back pain", ("zopiclone",), ()),
    ],
)
def test_a_fragment_goes_on_with_the_talk(question, earlier, subjects, context):
    asked = read(question, earlier)
    assert asked.subjects == subjects
    assert asked.context == context


@pytest.mark.parametrize("question", ["forklift too?", "what about a forklift?"])
def test_a_fragment_asks_what_was_asked(question):
    assert read(question, "can I drive on zopiclone").facets == ("driving",)


@pytest.mark.parametrize(
    ("question", "measured"),
    [
        ("more than tramadol?", "more than this medicine?"),
        ("is it any better than tramadol?", "better than this medicine?"),
    ],
)
def test_what_is_held_against_another_is_what_was_asked(question, measured):
    asked = read(question, "can duloxetine help back pain")
    assert asked.kind == "compare"
    assert "efficacy" in asked.facets
    assert asked.wording == f"can this medicine help back pain {measured}"


def test_why_that_is_different_is_asked_of_what_was_asked():
    asked = read("why is that different from paroxetine then", "can you stop fluoxetine without tapering")
    assert asked.subjects == ("fluoxetine", "paroxetine")
    assert asked.facets == ("stopping", "comparison")
    assert read("how does it compare with Lexapro", "tell me about Zoloft").facets == ("comparison",)


def test_a_name_alone_asks_the_same_of_another():
    asked = read("paroxetine?", "can you breastfeed on sertraline")
    assert asked.subjects == ("paroxetine",)
    assert asked.facets == ("breastfeeding",)
    assert asked.wording == "can you breastfeed on this medicine"
    assert not read("tell me about paroxetine", "can you breastfeed on sertraline").leans_on


@pytest.mark.parametrize(
    ("told", "question", "subjects", "context"),
    [
        ("i am on zoloft", "is ibuprofen ok", ("ibuprofen", "sertraline"), ()),
        ("i am on zoloft", "is it ok to take ibuprofen", ("ibuprofen", "sertraline"), ()),
        ("i take diazepam at night", "and melatonin?", ("melatonin", "diazepam"), ()),
        ("just started prozac 20mg", "can i smoke weed", ("fluoxetine",), ("cannabis",)),
        ("my mum takes temazepam", "is she ok to have a sherry", ("temazepam",), ("alcohol",)),
        ("how does lexapro work", "can i have a glass of wine", ("escitalopram",), ("alcohol",)),
        ("does diazepam help back pain", "can i take ibuprofen too", ("ibuprofen", "diazepam"), ()),
    ],
)
def test_what_may_be_had_is_asked_beside_what_is_taken(told, question, subjects, context):
    asked = read(question, told)
    assert (asked.subjects, asked.context) == (subjects, context)
    assert "interactions" in asked.facets
    assert asked.wording.endswith("with this medicine")
    assert asked.leans_on == (told,)


def test_what_is_taken_is_remembered_and_asked_of_nothing_else():
    told = "i take sertraline"
    assert read("can i have a beer", told, "how long does diazepam last").subjects == ("sertraline",)
    for question, subject in (
        ("tell me about mirtazapine", "mirtazapine"),
        ("how long does diazepam last", "diazepam"),
        ("can i take mirtazapine instead", "mirtazapine"),
    ):
        assert subject in read(question, told).subjects
        assert "interactions" not in read(question, told).facets
    assert read("can i take ibuprofen", "how does lexapro work").subjects == ("ibuprofen",)
    both = read("is ibuprofen ok", "i'm on lithium", "i also take zoloft")
    assert both.subjects == ("ibuprofen", "sertraline", "lithium")
    assert read("is it ok to take ibuprofen", "my mum is on temazepam").subjects == ("ibuprofen", "temazepam")


@pytest.mark.parametrize(
    ("told", "question"),
    [
        ("i stopped taking zoloft", "is ibuprofen ok"),
        ("im not on zoloft", "is ibuprofen ok"),
        ("sertraline on an empty stomach", "is ibuprofen ok"),
        ("i am on zoloft", "who makes xanax"),
        ("i am on zoloft", "i took ibuprofen"),
        ("i am on zoloft", "is alcohol harmful"),
        ("i am on zoloft", "explain xanax"),
    ],
)
def test_what_is_not_taken_and_what_is_not_to_be_had_stand_alone(told, question):
    assert "interactions" not in read(question, told).facets
    assert "with this medicine" not in read(question, told).wording


def test_what_is_told_of_a_person_is_added_to_what_the_talk_is_about():
    asked = read("i had a seizure when i was 12", "wellbutrin for anxiety does it work")
    assert asked.subjects == ("bupropion",)
    assert asked.context == ("anxiety_disorders", "seizures")
    asked = read("so what else could i ask for", "wellbutrin for anxiety does it work", asked.text)
    assert asked.subjects == ("bupropion",)
    assert set(asked.context) == {"anxiety_disorders", "seizures"}


def test_what_was_tried_in_vain_is_not_what_is_asked_for_then():
    asked = read("what would a doctor do first", "i cant sleep", "tried nytol, does nothing")
    assert asked.subjects == ()
    assert asked.context == ("insomnia",)


@pytest.mark.parametrize(
    ("question", "subjects"),
    [
        ("actually go back to the bupropion, can i drink on it", ("bupropion",)),
        ("and trazodone, can i take it with it", ("trazodone", "bupropion")),
    ],
)
def test_it_is_what_was_just_named_unless_both_are_meant(question, subjects):
    asked = read(question, "im on bupropion", "can i add trazodone")
    assert set(asked.subjects) == set(subjects)


def test_whether_another_counts_too_is_asked_of_the_same_condition():
    asked = read("Does buspirone count?", "what is serotonin syndrome", "which combinations cause it?")
    assert (asked.subjects, asked.context) == (("buspirone",), ("serotonin_syndrome",))


def test_adults_after_teenagers_are_asked_about_alone():
    turns = ["does escitalopram have a boxed warning", "is that the same for teens"]
    assert read("what about adults over 65", *turns).facets == ("older_people", "boxed_warning")


def test_a_wish_is_for_what_was_asked_before():
    asked = read("dont want anything addictive", "im having panic attacks", "what works for them")
    assert "efficacy" in asked.facets
    assert asked.context == ("panic_disorder",)


@pytest.mark.parametrize(
    ("earlier", "question"),
    [
        (
            ["does sertraline make you sick", "it has also killed my sex drive"],
            "is there one that doesnt do that",
        ),
        (["paroxetine has killed my sex life"], "which ones dont then"),
    ],
)
def test_another_without_that_effect_is_one_of_its_class(earlier, question):
    asked = read(question, *earlier)
    assert asked.subjects == ("antidepressants",)
    assert asked.facets == ("sexual",)
    assert "do not cause" in asked.text


def test_what_was_taken_too_is_asked_beside_what_was_spoken_of():
    asked = read("what if they have taken tricyclics as well", "what reverses a benzodiazepine overdose")
    assert asked.subjects == ("benzodiazepines", "tricyclics")


def test_a_question_that_only_points_is_read_by_name():
    asked = read("and the other one", "I am nursing, sertraline or escitalopram?", "is the first one fine")
    assert asked.text == "and escitalopram"
    assert asked.subjects == ("escitalopram",)


def test_how_fast_it_comes_is_asked_of_the_withdrawal_and_not_of_the_medicine():
    assert read("how soon does withdrawal from lorazepam begin").facets == ("stopping",)
    assert "onset" in read("how soon does sertraline work after stopping paroxetine").facets
