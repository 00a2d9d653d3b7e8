"""Asked which medicines do NOT bring an effect, the answer names those, and not the ones that do."""

import pytest


@pytest.mark.parametrize(
    ("question", "told", "reverse"),
    [
        (
            "Which antidepressants do not cause sexual side effects?",
            "bupropion",
            "commoner than on placebo with",
        ),
        ("which antidepressants dont cause weight gain", "weight-neutral", "more drowsiness and weight gain"),
        ("which antidepressants cause sexual side effects", "commoner than on placebo", "did not differ"),
    ],
)
def test_what_spares_the_effect_is_told_and_what_brings_it_is_not(question, told, reverse, citewell):
    said = " ".join(each.text for each in citewell.ask(question).statements if each.citations)
    assert told in said
    assert reverse not in said
