"""What the sources say of two together is said, where only one of the two would be spoken of."""

from retrieval.answer import Outcome


def test_of_two_that_are_named_none_is_denied_that_a_sentence_names_with_the_other(citewell):
    answer = citewell.ask("fluvoxamine CYP1A2 inhibition tizanidine")
    assert not any("tizanidine" in note for note in answer.notes)
    told = [each for each in answer.statements if "tizanidine" in each.text]
    assert told
    assert all(each.citations for each in told)


def test_of_a_medicine_taken_for_another_only_the_correction_is_told(citewell):
    answer = citewell.ask("Given that sertraline is a benzodiazepine, what flumazenil dose reverses it?")
    assert all("ertraline" in each.text for each in answer.statements)
    assert any("counts sertraline among the benzodiazepines" in note for note in answer.notes)


def test_help_is_not_taken_back_by_an_abstention(citewell):
    told = ["i have taken 30 zopiclone with wine"]
    assert citewell.ask(told[0]).outcome is Outcome.EMERGENCY
    assert citewell.ask("should i go to a&e", told).outcome is Outcome.EMERGENCY
    # What names something of its own asks about that, as before.
    assert citewell.ask("what does naloxone do", told).outcome is not Outcome.EMERGENCY
