"""Reading a corpus file, and that the shipped records claim nothing that was not seen."""

from pathlib import Path
from typing import get_args

import pytest
import yaml

from corpus.errors import RecordError
from corpus.files import CORPUS, SOURCES, parse, source_of
from corpus.record import Kind, Source

BIBLIOGRAPHY = CORPUS.parent.parent / "shared" / "bibliography.yaml"
OVERVIEWS = {
    "seed1_source": "valium_mechanism_overview",
    "seed3_source": "valium_and_antidepressants_overview",
}
IDENTIFIERS = ("doi", "pmid", "pmcid", "url")
RECORD = {"id": "doe2020", "kind": "trial", "title": "A trial"}


def shipped() -> dict[str, dict]:
    return {
        path.stem: dict(parse(path.read_text(encoding="utf-8"), path.name)[0])
        for path in SOURCES.rglob("*.md")
    }


def bibliography() -> dict[str, dict]:
    if not BIBLIOGRAPHY.exists():
        pytest.skip(f"the bibliography that the records were made from is not at {BIBLIOGRAPHY}")
    rows = yaml.safe_load(BIBLIOGRAPHY.read_text(encoding="utf-8"))
    return {OVERVIEWS.get(row["key"], row["key"]): row for row in rows}


def test_parse_takes_front_matter_and_body_apart():
    front_matter, body = parse("---\nid: doe2020\nyear: 2020\n---\n\n## What it is\nText.\n", "doe2020.md")
    assert front_matter == {"id": "doe2020", "year": 2020}
    assert body == "## What it is\nText."
    assert parse("Only text.", "notes.md") == ({}, "Only text.")


def test_front_matter_that_is_no_yaml_names_the_file():
    with pytest.raises(RecordError, match=r"^notes\.md: the front matter is not valid YAML") as caught:
        parse("---\nid: [\n---\nText.", "notes.md")
    assert "Mend the lines" in caught.value.remedy


@pytest.mark.parametrize("front_matter", ["- id: doe2020\n- year: 2020", "Only words", "42", "7: seven"])
def test_front_matter_that_is_no_mapping_names_the_file(front_matter):
    with pytest.raises(RecordError, match=r"^notes\.md: the front matter is not made of") as caught:
        parse(f"---\n{front_matter}\n---\nText.", "notes.md")
    assert "Mend the lines" in caught.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "doe2020"}\n\nText.',
        "{\n  braces\n}\n\nText.",
        '+++\nid = "doe2020"\n+++\nText.',
        "---\n\nA ruled-off text.",
        "Text.\n\n---\n\nid: doe2020\n\n---",
    ],
)
def test_what_is_no_yaml_front_matter_is_text(text):
    assert parse(text, "notes.md") == ({}, text)


def test_empty_front_matter_is_none():
    assert parse("---\n---\nText.", "notes.md") == ({}, "Text.")


def test_recalled_fields_are_filled_in_and_named():
    source = source_of({**RECORD, "recalled": {"year": 1999, "authors": ["Doe J"]}}, "doe2020.md")
    assert (source.year, source.authors) == (1999, ("Doe J",))
    assert source.unverified == ("authors", "year")
    assert source_of(RECORD, "doe2020.md").unverified == ()


@pytest.mark.parametrize("name", IDENTIFIERS)
def test_identifiers_are_never_recalled(name):
    with pytest.raises(RecordError, match=f"{name} may not be recalled"):
        source_of({**RECORD, "recalled": {name: "10.1000/doe"}}, "doe2020.md")


def test_a_field_is_verified_or_recalled_but_not_both():
    with pytest.raises(RecordError, match="year stands both as verified and under 'recalled'"):
        source_of({**RECORD, "year": 1999, "recalled": {"year": 1999}}, "doe2020.md")
    with pytest.raises(RecordError, match="'recalled' is not a mapping"):
        source_of({**RECORD, "recalled": ["year"]}, "doe2020.md")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "poem"),
        ("year", 99),
        ("doi", "doi:10.1000/x"),
        ("pmid", "0"),
        ("url", "https://x.org/a b"),
        ("x", 1),
    ],
)
def test_bad_value_is_refused_with_file_and_field(field, value):
    with pytest.raises(RecordError, match=rf"^doe2020\.md: {field}: ") as caught:
        source_of({**RECORD, field: value}, "doe2020.md")
    assert "corpus/README.md" in caught.value.remedy


def test_the_same_work_is_named_by_records_that_exist():
    records = shipped()
    copies = {name: record["same_work_as"] for name, record in records.items() if "same_work_as" in record}
    assert copies["valium_label"] == "diazepam_valium_us_label"
    assert set(copies.values()) <= records.keys() - copies.keys()


def test_no_paper_has_an_identifier_that_the_bibliography_lacks():
    works, records = bibliography(), shipped()
    common = works.keys() & records.keys()
    assert len(common) >= 80
    different = [
        f"{name}.{field}: {records[name].get(field)} is not {works[name].get(field)}"
        for name in sorted(common)
        for field in IDENTIFIERS
        if records[name].get(field) != works[name].get(field)
    ]
    assert different == []
    papers = {path.stem for path in (SOURCES / "papers").glob("*.md")}
    assert papers - works.keys() == set()


def test_no_field_that_was_not_seen_is_given_as_verified():
    works, records = bibliography(), shipped()
    unseen = [
        (name, field)
        for name in sorted(works.keys() & records.keys())
        for field in works[name].get("unseen_fields", ())
    ]
    assert len(unseen) > 20
    assert [(name, field) for name, field in unseen if field in records[name]] == []


def test_readme_lists_every_field_and_kind():
    text = (CORPUS / "README.md").read_text(encoding="utf-8")
    for field in Source.model_fields:
        assert f"`{field}`" in text, field
    for kind in (*Kind, *get_args(get_args(Source.model_fields["strength"].annotation)[0])):
        assert f"`{kind}`" in text, kind


def test_corpus_folder_is_beside_the_code():
    assert SOURCES.is_dir()
    assert Path(__file__).parents[2] / "corpus" == CORPUS
