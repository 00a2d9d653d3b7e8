# ruff: noqa: E501 - the samples stand as such files do
import pytest

from corpus.errors import SourceUnreadableError
from corpus.facets import load_facets
from ingest.label import load_sections
from tests.ingest.formats import LABEL, headings, label, read, says, section, write


def one(tmp_path, content=LABEL):
    (document,), remarks = read(write(tmp_path, "label.xml", content))
    assert not remarks
    return document


def test_the_record_of_a_label(tmp_path):
    source = one(tmp_path).source
    assert (source.id, source.set_id) == (f"label-{source.set_id}", "aaaaaaaa-0000-4000-8000-000000000001")
    assert (source.kind, source.title) == ("label", "Alphax (alphazolam) drug label")
    assert (source.names, source.names_kind) == (
        ("alphazolam", "ALPHAZOLAM HYDROCHLORIDE", "Alphax"), "drug",
    )  # fmt: skip
    assert (source.version, source.year, source.dated, source.publisher) == (
        "3",
        2019,
        "2019-03-05",
        "Alpha Labs",
    )
    assert source.study_type == "human prescription drug label"


def test_sections_stand_under_what_their_codes_mean(tmp_path):
    document = one(tmp_path)
    assert headings(document) == [
        "Boxed warning > WARNING: ADDICTION", "Indications and usage",
        "Dosage and administration > 2.1 Adults", "Dosage and administration", "Nursing mothers",
    ]  # fmt: skip
    text = says(document)
    assert text["Boxed warning > WARNING: ADDICTION"] == "Alphax can cause addiction."
    assert text["Indications and usage"] == "Alphax is for anxiety. In adults."
    # A box within the doses is no boxed warning.
    assert text["Dosage and administration"] == "At most 4 mg."
    assert "Said again" not in document.text  # the highlights
    assert "NDC" not in document.text


def test_a_box_in_a_label_over_the_counter_is_no_boxed_warning(tmp_path):
    seal = section("34066-1", "", "<paragraph>Do not use if the seal is broken.</paragraph>")
    assert headings(one(tmp_path, label(seal, code="34390-5"))) == [""]
    assert headings(one(tmp_path, label(seal))) == ["Boxed warning"]


def test_a_label_of_several_ingredients_is_not_named_by_one_of_them(tmp_path):
    second = '<ingredient classCode="ACTIB"><ingredientSubstance><name>BETAZINE</name></ingredientSubstance></ingredient>'
    content = LABEL.replace("<part>", second + "<part>")
    assert one(tmp_path, content).source.names == ("alphazolam", "Alphax")
    without = content.replace("<name>alphazolam</name>", "")
    assert one(tmp_path, without).source.names == ("ALPHAZOLAM, BETAZINE", "Alphax")


def test_a_label_without_products_has_its_own_title(tmp_path):
    content = LABEL.replace("manufacturedProduct", "other")
    source = one(tmp_path, content).source
    assert source.title.startswith("These highlights do not include")
    assert source.set_id in source.title
    assert source.names == ()
    assert source.names_kind is None


def test_tables_of_a_label_are_lines(tmp_path):
    table = (
        "<table><caption>Table 1: Harms</caption><thead><tr><th>Harm</th><th>Alphax<br/>(N = 10)</th></tr></thead>"
        "<tbody><tr><td>Nausea</td><td>3<sup>a</sup></td></tr></tbody><tfoot><tr><td colspan='2'>a: mild</td></tr>"
        "</tfoot></table>"
    )
    document = one(tmp_path, label(section("34084-4", "6 ADVERSE REACTIONS", table)))
    assert says(document) == {
        "Adverse reactions": "Table 1: Harms Harm: Nausea; Alphax (N = 10): 3^a a: mild"
    }


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (('<setId root="aaaaaaaa-0000-4000-8000-000000000001"/>', ""), "without a set id"),
        (("<text>", "<other>"), "its markup is broken"),
        (("text>", "other>"), "without text"),
    ],
)
def test_a_label_that_cannot_be_used_says_why(tmp_path, change, why):
    content = LABEL.replace(*change)
    if why == "its markup is broken":
        content = content[: content.index("<other>")]
        why = "the file ends in it"
    with pytest.raises(SourceUnreadableError, match=rf"label\.xml: 1 left out: {why}"):
        read(write(tmp_path, "label.xml", content))


def test_a_label_that_breaks_off_keeps_what_is_whole(tmp_path):
    (document,), (remark,) = read(write(tmp_path, "label.xml", LABEL[: LABEL.index("passes into")]))
    assert "Take 2 mg." in document.text
    assert "It " not in document.text
    assert "read in part" in remark


def test_the_table_of_codes_and_the_facets_hold_together():
    facets = load_facets()
    sections = load_sections()
    assert len({each.code for each in sections}) == len({each.field for each in sections}) == len(sections)
    found = {each.heading: facets.for_heading(each.heading) for each in sections if each.read}
    assert found == {each.heading: each.facet for each in sections if each.read}
