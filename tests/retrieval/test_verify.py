"""A span supports a statement only with every number, name, denial and direction of it."""

import pytest

from corpus.lexicon import load_lexicon
from retrieval.verify import support_together, supports

LEXICON = load_lexicon()
SPAN = "In 230 patients, diazepam improved anxiety more than placebo in the first two weeks."


def test_the_same_words_support_fully():
    assert supports(SPAN, SPAN, 0.2, LEXICON).score == 1.0


@pytest.mark.parametrize(
    "changed",
    [
        SPAN.replace("230", "320"),
        SPAN.replace("diazepam", "lorazepam"),
        SPAN.replace("improved", "did not improve"),
    ],
)
def test_a_changed_number_name_or_denial_is_not_supported(changed):
    assert supports(changed, SPAN, 0.99, LEXICON).score == 0.0


def test_the_opposite_direction_is_not_supported():
    span = "Omeprazole lowered the clearance of diazepam."
    assert supports("Omeprazole increased the clearance of diazepam.", span, 0.99, LEXICON).score == 0.0


def test_a_hedge_of_the_source_may_not_be_dropped():
    span = "Diazepam may harm the unborn child."
    assert supports("Diazepam harms the unborn child.", span, 0.99, LEXICON).score == 0.0


def test_a_near_paraphrase_holds_and_an_unrelated_sentence_does_not():
    statement = "Stopping diazepam suddenly can cause seizures."
    assert supports(
        statement, "Stopping diazepam suddenly can cause seizures and confusion.", 0.9, LEXICON
    ).holds
    assert not supports(statement, "Diazepam can be given for seizures.", 0.6, LEXICON).holds


def test_several_spans_may_carry_a_statement_together_but_none_may_be_missing():
    statement = "Benzodiazepines strengthen GABA, whereas SSRIs block the reuptake of serotonin."
    first = ("Benzodiazepines strengthen the effect of GABA.", 0.7)
    second = ("SSRIs are potent inhibitors of serotonin reuptake.", 0.7)
    assert support_together(statement, [first, second], LEXICON) is not None
    assert support_together(statement, [first], LEXICON) is None
    assert support_together(statement, [first, (second[0], 0.3)], LEXICON) is None
    assert support_together("In 99 people " + statement, [first, second], LEXICON) is None
