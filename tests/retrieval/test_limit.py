"""A finding is followed by the limit that its own work states."""

import pytest


@pytest.fixture
def answer(citewell):
    return citewell.ask("Is benzodiazepine use linked to Alzheimer's disease?")


def test_an_association_is_followed_by_its_limit(answer):
    texts = [each.text for each in answer.statements]
    linked = next(at for at, text in enumerate(texts) if "associated" in text and "Alzheimer" in text)
    assert any("proof" in text for text in texts[linked : linked + 2])


def test_a_limit_is_cited_from_the_work_that_it_limits(answer):
    [limit] = [each for each in answer.statements if "proof" in each.text][:1]
    assert {each.source_id for each in limit.citations} == {"billioti2014"}
