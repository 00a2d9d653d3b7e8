"""The lexicon: names are found exactly where they stand, and classes know their members."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import RecordError
from corpus.lexicon import load_lexicon, read_lexicon, tokens

SMALL = """\
entities:
- {id: sedatives, kind: class, name: sedatives, aliases: [sleeping pill]}
- {id: benzos, kind: class, name: benzodiazepines, aliases: [benzos], classes: [sedatives]}
- {id: diazepam, kind: drug, name: diazepam, brands: [Valium], misspellings: [diazapam], street: [blue v],
   classes: [benzos]}
- {id: cbt, kind: therapy, name: cognitive behavioural therapy, aliases: [CBT, cognitive therapy]}
- {id: wort, kind: substance, name: St John's wort}
lay_terms:
- {term: kick in, facet: onset}
- {term: the shakes, entity: diazepam}
"""


@pytest.fixture
def lexicon(tmp_path):
    return read(tmp_path, SMALL)


def read(tmp_path, text):
    path = tmp_path / "lexicon.yaml"
    path.write_text(text, encoding="utf-8")
    return read_lexicon(path)


def found(lexicon, text):
    return [(mention.entity, text[mention.start : mention.end]) for mention in lexicon.mentions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Is VALIUM safe?", [("diazepam", "VALIUM")]),
        ("diazapam/CBT", [("diazepam", "diazapam"), ("cbt", "CBT")]),
        ("two sleeping pills", [("sedatives", "sleeping pills")]),
        ("sleeping-pill use", [("sedatives", "sleeping-pill")]),
        ("cognitive behavioural therapy", [("cbt", "cognitive behavioural therapy")]),
        ("behavioural therapy", []),
        ("St Johns wort or St John’s wort", [("wort", "St Johns wort"), ("wort", "St John’s wort")]),
        ("Valium’s effect", [("diazepam", "Valium’s")]),
        ("valiumlike", []),
        ("", []),
    ],
)
def test_mentions_are_exact_and_longest(lexicon, text, expected):
    assert found(lexicon, text) == expected


def test_entities_in(lexicon):
    assert lexicon.entities_in("Valium and diazepam with CBT") == {"diazepam", "cbt"}


def test_classes_know_their_members(lexicon):
    assert lexicon.ancestors("diazepam") == {"benzos", "sedatives"}
    assert lexicon.ancestors("cbt") == frozenset()
    assert lexicon.members("sedatives") == {"benzos", "diazepam"}


def test_lay_terms_mean_a_facet_or_an_entity(lexicon):
    kick_in, shakes = lexicon.lay_terms
    assert (kick_in.phrase, kick_in.facet, kick_in.entity) == (("kick", "in"), "onset", None)
    assert (shakes.facet, shakes.entity) == (None, "diazepam")


def test_generic_name_comes_first(lexicon):
    assert lexicon.entities["diazepam"].surfaces == ("diazepam", "Valium", "diazapam", "blue v")
    assert lexicon.entities["diazepam"].brands == ("Valium",)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("brands: [Valium]", "brands: [BENZOS]", "'BENZOS' names both benzos and diazepam"),
        ("id: cbt", "id: diazepam", "the id diazepam is used twice"),
        ("classes: [benzos]", "classes: [opioids]", "diazepam belongs to opioids, which is not listed"),
        ("entity: diazepam", "entity: coffee", "'the shakes' means coffee, which is not listed"),
    ],
)
def test_contradictions_are_refused(tmp_path, old, new, message):
    with pytest.raises(RecordError, match=message):
        read(tmp_path, SMALL.replace(old, new))


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("Valium", "diazepam"),
        ("Zoloft", "sertraline"),
        ("Prozac", "fluoxetine"),
        ("Cipralex", "escitalopram"),
    ],
)
def test_shipped_lexicon_knows_brands(name, entity):
    assert load_lexicon().entities_in(f"what about {name}?") == {entity}


def test_shipped_classes_hold_their_drugs():
    lexicon = load_lexicon()
    assert {"diazepam", "lorazepam", "alprazolam"} <= lexicon.members("benzodiazepines")
    assert {"sertraline", "fluoxetine", "citalopram", "escitalopram", "paroxetine"} <= lexicon.members(
        "ssris"
    )


@given(
    st.lists(
        st.sampled_from(["valium", "Zoloft", "and", "ssris", "’", "sleeping pills", "é", "-", "\n"]),
        max_size=12,
    )
)
def test_mentions_never_overlap_and_cover_whole_words(words):
    text = " ".join(words)
    edges = {edge for token in tokens(text) for edge in (token.start, token.end)}
    last = 0
    for mention in load_lexicon().mentions(text):
        assert last <= mention.start < mention.end <= len(text)
        assert {mention.start, mention.end} <= edges
        last = mention.end
