"""What a question is read as: names, facets, shape, typos, follow-ups."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.lexicon import load_lexicon
from retrieval.prepare import understood
from retrieval.question.hear import spelt_out
from retrieval.question.mend import nearest_name
from retrieval.question.understand import understand
from retrieval.words import is_compared, is_inflected, ordinary_words

LEXICON = load_lexicon()
OF_THE_SOURCES = {"addictive", "libido", "diarrhoea"}


def is_word(word):
    return word in ordinary_words() or word in OF_THE_SOURCES


def read(question, *earlier):
    before = []
    for each in (*earlier, question):
        before.append(understand(each, LEXICON, is_word, before))
    return before[-1]


@pytest.mark.parametrize(
    ("question", "subjects"),
    [
        ("how does Valium work", ("diazepam",)),
        ("how does valum work", ("diazepam",)),
        ("is diazapem the same as vallium", ("diazepam",)),
        ("are benzos addictive", ("benzodiazepines",)),
        ("Zoloft or Xanax for panic?", ("sertraline", "alprazolam")),
        ("escitalopran and lorazepan", ("escitalopram", "lorazepam")),
        ("what is the capital of France", ()),
        ("my value is valid and the volume is valuable", ()),
    ],
)
def test_names_are_found_also_when_misspelled(question, subjects):
    assert read(question).subjects == subjects


def test_a_typo_is_reported_so_that_the_reader_can_object():
    [correction] = read("how does escitalaprom work").corrections
    assert (correction.written, correction.entity) == ("escitalaprom", "escitalopram")


@pytest.mark.parametrize("word", ["loprazolam", "metformin", "lisinopril", "pantoprazole", "aspartame"])
def test_another_drug_or_word_is_not_taken_for_a_misspelling(word):
    assert nearest_name(word, LEXICON) is None or word in LEXICON.entities


@pytest.mark.parametrize(
    ("question", "facet"),
    [
        ("how fast does diazepam work", "onset"),
        ("how long does zoloft take to kick in", "onset"),
        ("how long does valium stay in your system", "duration"),
        ("how does sertraline work", "mechanism"),
        ("is xanax addictive", "dependence"),
        ("what happens if I stop ativan cold turkey", "stopping"),
        ("can I drink on klonopin", "alcohol"),
        ("is prozac safe in pregnancy", "pregnancy"),
        ("can gran take temazepam", "older_people"),
        ("does lexapro lower libido", "sexual"),
        ("is diazepam a controlled drug", "legal"),
        ("side effects of citalopram", "side_effects"),
        ("does sertraline interact with tramadol", "interactions"),
        ("what is buspirone used for", "uses"),
    ],
)
def test_the_wording_says_which_facet_is_asked_for(question, facet):
    assert facet in read(question).facets


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("why does Valium work when SSRIs didn't", "contrast"),
        ("Ativan calms me but Lexapro did nothing, why?", "contrast"),
        ("zoloft never helped me and xanax does, how come", "contrast"),
        ("difference between buspirone and benzos", "compare"),
        ("is sertraline better than fluoxetine", "compare"),
        ("is xanax addictive", "yes_no"),
        ("tell me about clonazepam", "overview"),
        ("what class is diazepam", "naming"),
        ("what is serotonin syndrome", "definition"),
    ],
)
def test_the_shape_of_a_question(question, kind):
    assert read(question).kind == kind


def test_a_comparative_is_no_misspelt_name(citewell):
    """Nobody who is sleepier asks about Sleepio."""
    asked = understood("Is it a myth that zolpidem makes women sleepier the next day", (), citewell.desk)
    assert asked.corrections == ()
    assert asked.subjects == ("zolpidem",)


def test_forms_of_rare_words_are_told_from_names():
    words = ("confounded", "sleepwalkers", "colchicine", "ramipril", "ritalin", "levothyroxine")
    assert [each for each in words if is_inflected(each)] == ["confounded", "sleepwalkers"]


@pytest.mark.parametrize(
    ("question", "subjects"),
    [
        ("SJW + COC", {"st_johns_wort", "hormonal_contraceptives"}),
        ("zopi or mirt for sleep", {"zopiclone", "mirtazapine"}),
        ("DZP 5 mg prn plus PGB", {"diazepam", "pregabalin"}),
    ],
)
def test_the_short_forms_of_prescriptions_are_known(question, subjects, citewell):
    assert set(understood(question, (), citewell.desk).subjects) == subjects


def test_comparatives_are_told_from_other_words():
    words = ("sleepier", "calmest", "safer", "xanaxer", "valium")
    assert [each for each in words if is_compared(each)] == ["sleepier", "calmest", "safer"]


@pytest.mark.parametrize(
    ("question", "is_dose"),
    [
        ("bupropion is called the happy drug. how much of that holds up?", False),
        ("how much of the effect of antidepressants is placebo", False),
        ("how much of a difference between the two was there", False),
        ("how much of it can I take", True),
        ("how much of this stuff is too much", True),
        ("how much of the syrup to take", True),
    ],
)
def test_how_much_of_a_claim_is_true_is_no_dose(question, is_dose):
    assert ("dose" in read(question).facets) is is_dose


def test_a_misspelled_word_is_read_as_the_word():
    assert "stopping" in read("how long does benzo withdrawl last").facets
    assert read("whats the diffrence between Lexapro and Celexa").kind == "compare"


def test_words_that_nothing_accounts_for_are_kept_as_what_must_be_spoken_of():
    assert read("does diazepam cause ringing ears").terms == ("ringing", "ears")
    assert read("can i drink 1 beer on 5mg diazepam").terms == ()


def test_what_exactly_is_meant_within_a_facet_is_kept():
    asked = read("does lexapro make you gain weight")
    assert (asked.facets, asked.points) == (("side_effects",), (("side_effects", "weight"),))
    assert read("side effects of lexapro").points == ()


def test_what_a_drug_is_taken_for_is_not_asked_about():
    assert read("is quetiapine licensed as a stand-alone antidepressant").subjects == ("quetiapine",)
    assert "antidepressants" in read("is quetiapine as good as an antidepressant").subjects
    assert read("what is used as an antidepressant").subjects == ("antidepressants",)


def test_a_failed_test_is_no_failed_treatment():
    assert "response" not in read("failed a drug test for benzos on sertraline").facets
    assert "response" in read("sertraline failed for me, why").facets


def test_what_a_question_takes_for_granted_is_set_aside():
    asked = read("since Valium is an SSRI, will it make me drowsy?")
    assert asked.subjects == ("diazepam",)
    assert asked.facets == ("side_effects",)
    assert asked.kind == "yes_no"
    assert [each.holds for each in asked.premises] == [False]


def test_a_class_that_says_of_what_kind_an_effect_is_is_no_subject():
    assert read("what mediates the sedative and anxiolytic effects of diazepam").subjects == ("diazepam",)
    assert read("how do sedatives work").subjects == ("sedatives",)


def test_stopping_a_drug_is_not_a_drug_that_stops_something():
    assert "stopping" not in read("why would Klonopin stop my panic").facets
    assert "stopping" in read("can I stop Klonopin").facets


def test_shorthand_is_read_as_the_words_it_stands_for():
    assert read("can u take zoloft n xanax 2gether").subjects == ("sertraline", "alprazolam")
    assert read("r benzos bad 4 old ppl").text == "are benzos bad 4 old people"
    assert read("vitamin N or n-acetylcysteine").text.startswith("vitamin N or")


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("mirtaz", "mirtazapine"),
        ("escital", "escitalopram"),
        ("venlaf", "venlafaxine"),
        ("ser", None),
        ("benzo", None),
    ],
)
def test_a_name_cut_short_is_known_where_only_one_begins_so(word, name):
    found = nearest_name(word, LEXICON)
    assert found == name or (name is None and found != "sertraline")


def test_the_pill_is_contraception_and_the_pills_are_any():
    assert "contraceptives" in str(read("does sertraline affect the pill"))
    assert "contraceptives" not in str(read("do the pills for anxiety work"))


def test_what_it_is_only_likened_to_is_not_asked_about():
    assert read("does buspirone cause sexual problems like SSRIs do").subjects == ("buspirone",)
    assert read("is buspirone like SSRIs").subjects == ("buspirone", "ssris")


def test_only_what_is_asked_of_many_is_put_in_order():
    assert read("which benzo lasts longest").extreme == "most"
    assert read("how long does diazepam last").extreme is None


def test_juice_is_no_alcohol():
    assert "alcohol" not in read("can I drink grapefruit juice on buspirone").context
    assert "alcohol" not in read("can I drink grapefruit juice on buspirone").facets
    assert "alcohol" in (*read("can I drink on buspirone").context, *read("can I drink on buspirone").facets)


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_read(question):
    asked = read(question)
    assert set(asked.subjects) <= set(LEXICON.entities)


@pytest.mark.parametrize(
    ("question", "is_advice"),
    [
        ("i had 4 beers and it was nice to sleep, can i take valium", False),
        ("nice! and how long does valium last", False),
        ("my nice doctor gave me valium, is it addictive", False),
        ("what does NICE put first for generalised anxiety", True),
        ("So NICE says no benzos for anxiety?", True),
        ("what do NICE and the FDA say about benzos", True),
        ("are benzos on the Beers list", True),
    ],
)
def test_nice_people_and_four_beers_recommend_nothing(question, is_advice):
    assert ("recommendation" in read(question).facets) is is_advice


def test_a_blocked_heart_asks_for_no_mechanism():
    assert "mechanism" not in read("Is amitriptyline safe with heart block?").facets
    assert "mechanism" in read("how is Cymbalta different from Zoloft in what it blocks").facets


@pytest.mark.parametrize(
    ("text", "courtesy"),
    [
        ("thanks", "thanks"),
        ("thx, you've been great", "thanks"),
        ("ok cheers that helps", "thanks"),
        ("Hello there!", "greeting"),
        ("where did you get that", "sources"),
        ("what's your source for that?", "sources"),
        ("where did you get that idea about zoloft", None),
        ("what is the evidence for that", None),
        ("thank you, what about zoloft", None),
        ("ok is it safe", None),
        ("right, so no then?", None),
        ("good for anxiety", None),
        ("thanks " * 40, None),
        ("", None),
    ],
)
def test_a_courtesy_asks_nothing(text, courtesy):
    assert read(text).courtesy == courtesy


@pytest.mark.parametrize("word", ["anxiolysis", "hypnosis"])
def test_what_medicines_do_is_no_misspelt_name(word):
    assert read(f"what does {word} mean").corrections == ()


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("valium t1/2 in cirrhosis", "valium half-life in cirrhosis"),
        (
            "AWS: total BZD + duration of tx",
            "alcohol withdrawal: total benzodiazepine + duration of treatment",
        ),
        ("Henssler: ADs, d/c sx", "Henssler: antidepressants, discontinuation symptoms"),
        ("pt on Zoloft, UDS +ve", "patient on Zoloft, urine drug screen positive"),
        ("desipramine w/ Cipralex", "desipramine with Cipralex"),
        ("the ad said it helps", "the ad said it helps"),  # only in just these letters
        ("HOW DO I GET RID OF BRAIN ZAPS", "HOW DO I GET RID OF BRAIN ZAPS"),
        ("T3 augmentation in depression", "T3 augmentation in depression"),  # a hormone, or a trimester
        ("apt-based care, w/out it", "apt-based care, w/out it"),
    ],
)
def test_what_clinicians_write_for_short_is_read_in_full(written, read_as):
    assert spelt_out(written) == read_as


@pytest.mark.parametrize(
    ("question", "facet"),
    [
        ("how big is the fall in plasma concentration of trazodone", "older_people"),
        ("how big is the fall in plasma concentration of trazodone", "memory"),
        ("why do people fall back asleep after flumazenil", "older_people"),
        ("which stops more attacks, sertraline or alprazolam", "stopping"),
        ("what are the numbers for sertraline", "side_effects"),
    ],
)
def test_words_that_only_sound_like_a_facet_ask_for_none(question, facet):
    assert facet not in read(question).facets


@pytest.mark.parametrize(
    ("question", "entity"),
    [
        ("is there an antidote for xanax", "flumazenil"),
        ("old style antidepressants or benzos for panic", "tricyclics"),
        ("do medicines for depression make children suicidal", "antidepressants"),
        ("does thiamine help", "thiamine"),
        ("she lost the baby on lorazepam", "miscarriage"),
        ("IM Versed or Ativan", "midazolam"),
    ],
)
def test_everyday_names_are_known(question, entity):
    asked = read(question)
    assert entity in (*asked.subjects, *asked.context)


def test_a_hangover_of_a_sleeping_pill_is_no_alcohol():
    assert "alcohol" not in read("zopiclone hangover next morning").context
    assert "alcohol" in read("can i take valium for a hangover").context
