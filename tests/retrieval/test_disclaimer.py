"""Every outcome has its disclaimer in every region, short and complete."""

import pytest

from retrieval.safety.disclaimer import disclaimer_for, load_disclaimers
from retrieval.safety.help import load_help

OUTCOMES = ["answered", "partial", "abstained", "declined", "emergency", "error"]


def test_has_every_outcome():
    assert list(load_disclaimers()) == OUTCOMES


@pytest.mark.parametrize("region", sorted(load_help().contacts))
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_says_all_that_it_must(outcome, region):
    text = disclaimer_for(outcome, region)
    assert len(text.split()) <= 45
    assert "medical advice" in text
    assert "start, stop or change a medicine" in text
    assert "doctor" in text
    assert "pharmacist" in text
    assert f"all {load_help().contacts[region]['emergency']}" in text
    assert "{" not in text


def test_no_two_outcomes_share_their_words():
    assert len(set(load_disclaimers().values())) == len(OUTCOMES)


def test_unknown_names_are_told():
    with pytest.raises(KeyError, match="no outcome 'triumph'"):
        disclaimer_for("triumph", "us")
    with pytest.raises(KeyError, match="no region 'mars'"):
        disclaimer_for("answered", "mars")
