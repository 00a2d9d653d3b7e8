"""The names that sources bring: a collection can be asked about things that the lexicon does not know."""

from corpus.lexicon import load_lexicon
from retrieval.question.names import learn_names

LEXICON = load_lexicon()


def meant(lexicon, text):
    return [lexicon.entities[each.entity].name for each in lexicon.mentions(text)]


def test_what_a_page_is_about_can_be_named_by_any_of_its_names():
    learnt = learn_names(LEXICON, [(("Keratoconus", "Conical cornea", "KTCN"), "condition")])
    assert meant(learnt, "how is conical cornea treated") == ["Keratoconus"]
    assert meant(LEXICON, "how is conical cornea treated") == []


def test_a_name_that_is_known_keeps_its_meaning_and_gains_others():
    learnt = learn_names(LEXICON, [(("Diazepam", "Zepadin"), "drug"), (("Zoloft", "Zepadin"), "drug")])
    [entity] = {each.entity for each in learnt.mentions("zepadin")}
    assert entity == "diazepam"
    assert learnt.entities["diazepam"].name == LEXICON.entities["diazepam"].name


def test_plain_words_and_long_titles_are_no_names():
    named = [
        (("Other", "It", "MS"), "condition"),
        (("What to do when nothing else that you have tried has helped",), "topic"),
    ]
    assert learn_names(LEXICON, named) is LEXICON


def test_two_things_with_like_names_stay_two():
    learnt = learn_names(
        LEXICON, [(("Wilson's disease",), "condition"), (("Wilsons-disease B",), "condition")]
    )
    assert len(learnt.entities) == len(LEXICON.entities) + 2
