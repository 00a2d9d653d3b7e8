"""What "this condition" is, said in brackets; and words that stand on every page alike."""

import json

import pytest

from corpus.record import Kind, Source
from ingest.pipeline import ingest
from ingest.settings import load_settings
from retrieval.evidence.resolve import resolved
from retrieval.evidence.standing import stands_alone
from retrieval.pipeline import Citewell

PAGE = Source(
    id="page", kind=Kind.REFERENCE_PAGE, title="Keratoconus", names=("Keratoconus",), names_kind="condition"
)


def test_what_a_page_is_about_is_put_in_brackets():
    text, inserted = resolved("This condition is inherited in some families.", PAGE)
    assert text == "This condition [Keratoconus] is inherited in some families."
    assert text.replace(inserted, "", 1) == "This condition is inherited in some families."
    assert stands_alone(text)
    assert not stands_alone("This condition is inherited in some families.")


@pytest.mark.parametrize(
    "text",
    [
        "It is inherited in some families.",
        "This treatment helps most people.",
        "Keratoconus thins the cornea.",
    ],
)
def test_nothing_is_put_in_where_something_else_may_be_meant(text):
    assert resolved(text, PAGE) == (text, "")


def test_a_page_that_does_not_say_what_it_is_about_resolves_nothing():
    unnamed = PAGE.model_copy(update={"names": (), "names_kind": None})
    assert resolved("This condition is rare in children.", unnamed)[1] == ""


PARTS = ("hands", "feet", "nose", "ears", "knees", "toes")


@pytest.fixture(scope="module")
def encyclopedia(tmp_path_factory):
    """Pages about six made-up conditions, all with one sentence alike."""
    folder = tmp_path_factory.mktemp("encyclopedia")
    names = ["Alphosis", "Betosis", "Gammosis", "Deltosis", "Epsilosis", "Zetosis"]
    rows = [
        {
            "id": f"{at}-1", "doc_id": str(at), "collection": "GARD", "source": "GARD",
            "url": f"https://example.org/{at}", "focus": name, "qtype": "symptoms",
            "question": f"What are the symptoms of {name} ?",
            "answer": f"The main symptoms are itching of the {part} and a dry cough. "
            "The list of symptoms comes from a database that is kept up to date by volunteers. "
            f"This condition is seen mostly in people who live near {part} rivers.",
        }
        for at, (name, part) in enumerate(zip(names, PARTS, strict=True))
    ]  # fmt: skip
    (folder / "pages.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    settings = load_settings(home=tmp_path_factory.mktemp("home"))
    report = ingest([folder], settings)
    assert report.sources == len(names), report.outcomes
    return Citewell(settings)


def test_a_collection_can_be_asked_about_what_the_lexicon_does_not_know(encyclopedia):
    answer = encyclopedia.ask("what are the symptoms of gammosis")
    texts = [each.text for each in answer.statements if each.citations]
    assert any("nose" in text for text in texts)
    assert not any(part in text for text in texts for part in ("hands", "feet", "ears", "knees", "toes"))


def test_what_stands_on_every_page_says_nothing_about_any(encyclopedia):
    answer = encyclopedia.ask("what are the symptoms of gammosis")
    assert not any("volunteers" in each.text for each in answer.statements)


def test_a_resolved_statement_quotes_the_words_as_they_stand(encyclopedia):
    answer = encyclopedia.ask("who gets deltosis, where do people with deltosis live")
    resolved_ = [each for each in answer.statements if "[Deltosis]" in each.text]
    for each in resolved_:
        assert each.citations[0].quote == each.text.replace(" [Deltosis]", "")
