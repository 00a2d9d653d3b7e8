# ruff: noqa: E501 - the samples stand as such files do
import pytest

from corpus.errors import SourceUnreadableError
from tests.ingest.formats import ABSTRACT, BOOK, article, article_set, headings, read, says, write


def one(tmp_path, **parts):
    (document,), _ = read(write(tmp_path, "set.xml", article_set(article(**parts))))
    return document


def test_the_record_of_an_article(tmp_path):
    source = one(tmp_path).source
    assert source.id == "pmid-1"
    assert source.title == "A study of alpha"
    assert source.authors == ("Roe AB", "Doe J Jr", "Alpha Study Group")
    assert (source.year, source.journal, source.volume, source.issue, source.pages) == (
        2001, "Journal of tests", "7", "2", "11-9",
    )  # fmt: skip
    assert (source.doi, source.pmcid, source.dated) == ("10.1000/alpha.1", None, None)  # not of a reference


@pytest.mark.parametrize(
    ("types", "subjects", "kind", "study_type"),
    [
        (["Review", "Meta-Analysis"], [], "meta-analysis", "meta-analysis"),
        (["Review", "Systematic Review"], [], "systematic-review", "systematic review"),
        (
            ["Randomized Controlled Trial", "Clinical Trial, Phase III"],
            [],
            "trial",
            "randomised controlled trial",
        ),
        (["Practice Guideline"], [], "guideline", "practice guideline"),
        (["Review"], ["Animals"], "review", "review"),
        (["Case Reports"], ["Humans"], "human-study", "case report"),
        (["Observational Study"], ["Humans"], "human-study", "observational study"),
        (["Observational Study"], ["Humans", "Cohort Studies"], "cohort", "cohort study"),
        ([], ["Animals"], "animal-study", "animal study"),
        ([], ["Animals", "Humans"], "document", "journal article"),
        ([], ["In Vitro Techniques"], "in-vitro", "laboratory study"),
        ([], ["Cross-Sectional Studies", "Humans"], "cross-sectional", "cross-sectional study"),
        (["Retraction of Publication"], [], "commentary", "notice of a retraction"),
        (["Letter", "Comment"], ["Humans"], "commentary", "letter"),
        ([], [], "document", "journal article"),
    ],
)
def test_publication_types_and_subjects_give_the_kind(tmp_path, types, subjects, kind, study_type):
    listed = "".join(f"<PublicationType>{each}</PublicationType>" for each in types)
    mesh = "".join(f"<MeshHeading><DescriptorName>{each}</DescriptorName></MeshHeading>" for each in subjects)
    source = one(tmp_path, types=listed, citation=f"<MeshHeadingList>{mesh}</MeshHeadingList>").source
    assert (source.kind, source.study_type) == (kind, study_type)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Alpha for anxiety: a systematic review and meta-analysis", "meta-analysis"),
        ("Alpha: protocol for a systematic review", "document"),
        ("A randomised, double-blind trial of alpha", "trial"),
        ("Comment on a randomised trial of alpha", "commentary"),
    ],
)
def test_a_title_makes_the_kind_more_precise(tmp_path, title, kind):
    assert one(tmp_path, title=title).source.kind == kind


@pytest.mark.parametrize(
    ("parts", "retracted", "concern"),
    [
        ({"types": "<PublicationType>Retracted Publication</PublicationType>"}, True, False),
        ({"citation": "RetractionIn"}, True, False),
        ({"citation": "RetractedandRepublishedIn"}, True, False),
        ({"citation": "ExpressionOfConcernIn"}, False, True),
        ({"title": "RETRACTED: A study of alpha"}, True, False),
        ({"types": "<PublicationType>Retraction of Publication</PublicationType>", "citation": "RetractionOf"},
         False, False),
        ({"citation": "CommentIn"}, False, False),
        ({"title": "How often are retracted: papers cited?"}, False, False),
    ],
)  # fmt: skip
def test_retractions_and_concerns(tmp_path, parts, retracted, concern):
    if "citation" in parts:
        notice = f'<CommentsCorrections RefType="{parts["citation"]}"><PMID>9</PMID></CommentsCorrections>'
        parts = {**parts, "citation": f"<CommentsCorrectionsList>{notice}</CommentsCorrectionsList>"}
    source = one(tmp_path, **parts).source
    assert (source.retracted, source.concern) == (retracted, concern)


def test_a_labelled_abstract_has_sections_and_no_markup(tmp_path):
    abstract = (
        '<Abstract><AbstractText Label="METHODS" NlmCategory="METHODS">We gave <i>alpha</i> to 10<sup>6</sup> '
        'cells.</AbstractText><AbstractText Label="UNLABELLED">It rose by 5 &lt; 6 &nbsp;(<u>&gt;</u>2).</AbstractText>'
        "</Abstract>"
    )
    document = one(tmp_path, abstract=abstract)
    assert says(document) == {
        "METHODS": "We gave alpha to 10^6 cells.", "": "It rose by 5 < 6 (≥2).",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("date", "year", "dated"),
    [
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", 1998, "1998 Dec-1999 Jan"),
        ("<MedlineDate>Spring</MedlineDate>", 2000, "Spring"),
        ("<Year>2001</Year><Season>Spring</Season>", 2001, None),
    ],
)
def test_dates(tmp_path, date, year, dated):
    electronic = "<ArticleDate><Year>2000</Year></ArticleDate>"
    source = one(tmp_path, date=date, inside=electronic).source
    assert (source.year, source.dated) == (year, dated)


@pytest.mark.parametrize(
    ("title", "inside", "expected"),
    [
        ("[A translated title].", "<VernacularTitle>Ein Titel</VernacularTitle>", "A translated title."),
        ("[Not Available].", "<VernacularTitle>Ein Titel</VernacularTitle>", "Ein Titel"),
        ("", "", "PMID 1"),
        ("x" * 900, "", "x" * 400),
    ],
)
def test_titles(tmp_path, title, inside, expected):
    assert one(tmp_path, title=title, inside=inside).source.title == expected


def test_what_is_no_identifier_is_left_out_of_the_record(tmp_path):
    source = one(tmp_path, inside='<ELocationID EIdType="doi" ValidYN="Y">see journal</ELocationID>').source
    assert source.doi is None


def test_a_summary_in_plain_language_is_read_and_one_in_another_language_is_not(tmp_path):
    others = (
        '<OtherAbstract Type="plain-language-summary" Language="eng"><AbstractText>In short.</AbstractText>'
        '</OtherAbstract><OtherAbstract Type="Publisher" Language="fre"><AbstractText>En bref.</AbstractText>'
        "</OtherAbstract>"
    )
    document = one(tmp_path, citation=others)
    assert headings(document) == ["", "Plain language summary"]
    assert "En bref" not in document.text


def test_a_chapter_of_a_book(tmp_path):
    (document,), _ = read(write(tmp_path, "book.xml", BOOK))
    source = document.source
    assert (source.id, source.kind, source.study_type) == ("pmid-20301295", "review", "review (book chapter)")
    assert (source.title, source.journal, source.publisher) == (
        "Alpha deficiency", "Handbook of alpha", "University of Tests",
    )  # fmt: skip
    assert (source.authors, source.year) == (("Roe A",), 2021)
    assert source.url == "https://www.ncbi.nlm.nih.gov/books/NBK1116/"
    assert headings(document) == ["CLINICAL CHARACTERISTICS", "MANAGEMENT"]


def test_records_without_an_abstract_are_counted_and_named(tmp_path):
    many = [article(pmid, abstract="") for pmid in range(10, 20)]
    documents, (remark,) = read(write(tmp_path, "set.xml.gz", article_set(article(1), *many)))
    assert [each.source.id for each in documents] == ["pmid-1"]
    assert "10 left out: without an abstract" in remark
    assert "(PMID 10, PMID 11, PMID 12, PMID 13, PMID 14 and 5 more)" in remark


def test_one_broken_record_loses_none_of_the_others(tmp_path):
    whole = article_set(article(1), article(2), article(3), article(4), article(5))
    broken = (
        whole.replace("study of alpha</ArticleTitle>", "study</ArticleTitle", 1)  # in the first
        .replace("</PubmedArticle>", "", 2)  # the first and the second have no end
        .replace("<PMID Version=\"1\">4</PMID>", "<PMID Version=\"1\">four</PMID>")
    )  # fmt: skip
    documents, (remark,) = read(write(tmp_path, "set.xml", broken))
    assert [each.source.id for each in documents] == ["pmid-3", "pmid-5"]
    assert "3 left out" in remark
    assert "PMID 1" in remark
    assert "PMID 2" in remark


def test_a_file_that_is_cut_off_keeps_what_came_before(tmp_path):
    whole = article_set(*map(article, range(1, 5)))
    documents, (remark,) = read(write(tmp_path, "set.xml", whole[: int(len(whole) * 0.6)]))
    assert [each.source.id for each in documents] == ["pmid-1", "pmid-2"]
    assert "the file ends in it (PMID 3)" in remark
    path = write(tmp_path, "set.xml.gz", "".join([whole[:-20], *(article(each) for each in range(9, 400))]))
    path.write_bytes(path.read_bytes()[:-3000])
    documents, remarks = read(path)
    assert len(documents) > 4
    assert "set.xml.gz: is cut off or damaged" in remarks[0]


def test_stray_signs_in_a_text_are_read_as_they_stand(tmp_path):
    document = one(
        tmp_path, abstract="<Abstract><AbstractText>p<0.05 & 3 < 4 &foo; &#1;</AbstractText></Abstract>"
    )
    assert document.text.strip() == "p<0.05 & 3 < 4 &foo;"


@pytest.mark.parametrize("root", ["eSearchResult", "eSummaryResult"])
def test_a_reply_with_ids_alone_says_so(tmp_path, root):
    path = write(tmp_path, "reply.xml", f'<?xml version="1.0"?><{root}><IdList><Id>1</Id></IdList></{root}>')
    with pytest.raises(SourceUnreadableError, match=r"reply\.xml: .*holds no articles, only ids"):
        read(path)


@pytest.mark.parametrize("content", ["<PubmedArticleSet></PubmedArticleSet>", "<PubmedArticleSet>"])
def test_an_empty_set_says_so(tmp_path, content):
    with pytest.raises(SourceUnreadableError, match=r"set\.xml: holds no articles"):
        read(write(tmp_path, "set.xml", content))
    with pytest.raises(SourceUnreadableError, match=r"set\.xml: 1 left out: without an abstract"):
        read(write(tmp_path, "set.xml", article_set(article(abstract=ABSTRACT.replace("Text>", "Other>")))))
