import pytest

from corpus.errors import SourceUnreadableError
from corpus.facets import load_facets
from ingest.licence import licence_in
from tests.ingest.formats import JATS, headings, read, says, write

WHOLE = JATS.replace("{related}", "")
TABLE = "Methods > Patients > Table 1. Harms^a"


def one(tmp_path, content=WHOLE):
    (document,), remarks = read(write(tmp_path, "full.nxml", content))
    assert not remarks
    return document


def test_the_record_of_an_article(tmp_path):
    source = one(tmp_path).source
    assert (source.id, source.same_work_as) == ("pmc-77", "pmid-31")
    assert source.title == "Alpha in adults: a randomized trial"
    assert source.authors == ("Roe ABC", "Alpha Group")
    assert (source.kind, source.study_type, source.year) == ("trial", "randomised trial", 2013)
    assert (source.journal, source.publisher, source.volume, source.issue, source.pages) == (
        "Tests", "Test Press", "4", "1", "7-9",
    )  # fmt: skip
    assert (source.doi, source.pmid, source.pmcid) == ("10.1000/full.1", "31", "PMC77")
    assert (source.licence, source.open_access) == ("CC BY-NC-ND 4.0", True)


def test_sections_tables_and_captions(tmp_path):
    document = one(tmp_path)
    assert headings(document) == [
        "Abstract > Background",
        "",
        "Methods > Patients",
        TABLE,
        "Methods > Patients",
    ]
    text = says(document)
    assert text["Abstract > Background"] == "Alpha is new."
    assert text[""] == "Before any heading, there is text. As Roe (2001) said."
    assert text[TABLE] == (
        "Table 1. Harms^a Harm: Nausea; Share, Alpha: 12%; Share, Placebo: 5% Severe "
        "Harm: Rash; Share, Placebo: 1% a In week 1."
    )
    assert "We saw 10^6 cells/m2 of GABA-A and CO2, p < 0.05. The sentence goes on." in document.text
    assert "\n\nFirst.\n\nSecond.\n\n" in document.text
    assert "Figure 1. Flow. Of people." in document.text
    for left_out in ("Thanks", "A reference", "A picture", "est nouveau", "Member"):
        assert left_out not in document.text


@pytest.mark.parametrize(
    ("related", "article_type", "retracted", "kind"),
    [
        ('<related-article related-article-type="retraction-forward"/>', "research-article", True, "trial"),
        ('<related-article related-article-type="retracted-article"/>', "retraction", False, "commentary"),
        ("", "review-article", False, "trial"),
        ("", "editorial", False, "commentary"),
    ],
)
def test_retractions_and_article_types(tmp_path, related, article_type, retracted, kind):
    content = JATS.replace("{related}", related).replace("research-article", article_type)
    source = one(tmp_path, content).source
    assert (source.retracted, source.kind) == (retracted, kind)


def test_a_set_gives_each_article(tmp_path):
    second = WHOLE.replace(">77<", ">78<").replace(">31<", ">32<")
    bodies = [each[each.index("<article ") :] for each in (WHOLE, second)]
    documents, _ = read(write(tmp_path, "set.xml", f"<pmc-articleset>{''.join(bodies)}</pmc-articleset>"))
    assert [each.source.id for each in documents] == ["pmc-77", "pmc-78"]


def test_an_article_that_breaks_off_keeps_its_whole_paragraphs(tmp_path):
    cut = WHOLE[: WHOLE.index("First.") + 3]
    (document,), (remark,) = read(write(tmp_path, "full.xml", cut))
    assert "The sentence goes on." in document.text
    assert "Fir" not in document.text
    assert "1 read in part: up to where the file ends in it (PMID 31)" in remark
    crossed = WHOLE.replace("<p>Second.</p>", "<p>Second.</b>")
    (document,), (remark,) = read(write(tmp_path, "full.xml", crossed))
    assert "Second." not in document.text
    assert "its markup is broken" in remark


def test_undeclared_prefixes_and_other_namespaces_do_no_harm(tmp_path):
    content = WHOLE.replace("<article ", '<j:article xmlns:j="urn:x" ').replace("</article>", "</j:article>")
    assert one(tmp_path, content).source.id == "pmc-77"


def test_without_any_text_or_record_it_says_so(tmp_path):
    empty = "<article><front><article-meta/></front></article>"
    with pytest.raises(SourceUnreadableError, match=r"full\.xml: 1 left out: without text"):
        read(write(tmp_path, "full.xml", empty))
    none = "<article><front/><body><p>Words.</p></body></article>"
    with pytest.raises(SourceUnreadableError, match="without a record of what it is"):
        read(write(tmp_path, "full.xml", none))
    with pytest.raises(SourceUnreadableError, match="holds no articles"):
        read(write(tmp_path, "full.xml", "<pmc-articleset/>"))


@pytest.mark.parametrize(
    ("statement", "licence"),
    [
        ("http://creativecommons.org/licenses/by/2.0", "CC BY 2.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/legalcode", "CC BY-NC-SA 4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
        ("the Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 License", "CC BY-NC-ND 4.0"),
        ("terms of the Creative Commons Attribution License, which permits", "CC BY"),
        ("This work is in the public domain.", "public domain"),
        ("All rights reserved. No commercial use is permitted.", None),
    ],
)  # fmt: skip
def test_licences(statement, licence):
    assert licence_in(statement) == licence


@pytest.mark.parametrize(
    ("heading", "facet"),
    [("Materials and Methods", "study"), ("2. Methods", "study"), ("8.2 Lactation", "breastfeeding"),
     ("Patients and methods", "study"), ("Study limitations", "limits"), ("OBJECTIVES", "study")],
)  # fmt: skip
def test_headings_of_papers_have_their_facets(heading, facet):
    assert load_facets().for_heading(heading) == facet
