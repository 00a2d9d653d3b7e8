# ruff: noqa: E501 - the samples stand as such replies do
"""The records that the places of the tests hold, in the true formats of the places.

All works in it are made up and say so: "Test article 1", "Testamine", DOIs below 10.5555, which is set aside for
tests. Nothing of it may leave the tests.
"""

from __future__ import annotations

from typing import Any

ABSTRACT = "Testamine number {n} eased test anxiety in 20 test persons within two weeks of the first dose."


def pubmed_set(bodies: str) -> str:
    return (
        '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
        '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
        f"<PubmedArticleSet>\n{bodies}\n</PubmedArticleSet>"
    )


def pubmed_article(number: int, with_abstract: bool = True) -> str:
    text = f"<AbstractText>{ABSTRACT.format(n=number)}</AbstractText>"
    abstract = f"<Abstract>{text}</Abstract>" if with_abstract else ""
    return f"""<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{number}</PMID>
<Article PubModel="Print"><Journal><JournalIssue CitedMedium="Print"><Volume>1</Volume><PubDate><Year>2020</Year>
</PubDate></JournalIssue><Title>Journal of tests</Title></Journal><ArticleTitle>Test article {number}.</ArticleTitle>
<ELocationID EIdType="doi" ValidYN="Y">10.5555/test.{number}</ELocationID>{abstract}
<AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Tester</LastName><Initials>A</Initials></Author></AuthorList>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList></Article>
</MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="pubmed">{number}</ArticleId></ArticleIdList>
</PubmedData></PubmedArticle>"""


def europepmc_article(number: int, core: bool) -> dict[str, Any]:
    lite = {
        "id": str(number), "source": "MED", "pmid": str(number), "doi": f"10.5555/test.{number}",
        "title": f"Test article {number}.", "authorString": "Tester A.", "pubYear": "2020",
        "isOpenAccess": "Y" if number % 2 else "N", "inEPMC": "Y",
    } | ({"pmcid": f"PMC{number}0{number}"} if number % 2 else {})  # fmt: skip
    if not core:
        return lite
    return lite | {
        "abstractText": f"<h4>Results</h4>{ABSTRACT.format(n=number)}", "license": "cc by",
        "authorList": {"author": [{"fullName": "Tester A", "firstName": "Anna", "lastName": "Tester"}]},
        "journalInfo": {"volume": "1", "issue": "2", "yearOfPublication": 2020, "journal": {"title": "Journal of tests"}},
        "pubTypeList": {"pubType": ["Journal Article"]},
    }  # fmt: skip


def jats(number: int) -> str:
    return f"""<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving DTD v1.2//EN" "JATS-archivearticle1.dtd">
<article article-type="research-article"><front><journal-meta><journal-title-group><journal-title>Journal of tests
</journal-title></journal-title-group></journal-meta><article-meta><article-id pub-id-type="pmcid">PMC{number}</article-id>
<title-group><article-title>Test full text {number}</article-title></title-group><pub-date pub-type="epub"><year>2020</year>
</pub-date></article-meta></front><body><sec><title>Results</title><p>{ABSTRACT.format(n=number)}</p></sec></body>
<back><ref-list><ref id="r1"><element-citation><pub-id pub-id-type="pmid">4</pub-id></element-citation></ref>
<ref id="r2"><mixed-citation>A test <pub-id pub-id-type="doi">10.5555/TEST.5</pub-id></mixed-citation></ref>
<ref id="r3"><mixed-citation>A book without any identifier</mixed-citation></ref></ref-list></back></article>"""


def set_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def spl(number: int) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?><document xmlns="urn:hl7-org:v3"><code code="34391-3"
displayName="HUMAN PRESCRIPTION DRUG LABEL"/><title>Testamine {number}</title><effectiveTime value="20200101"/>
<setId root="{set_id(number)}"/><versionNumber value="1"/><component><structuredBody><component><section>
<code code="34067-9" codeSystem="2.16.840.1.113883.6.1" displayName="INDICATIONS &amp; USAGE SECTION"/>
<title>INDICATIONS</title><text><paragraph>Testamine {number} is indicated for test anxiety.</paragraph></text>
</section></component></structuredBody></component></document>"""


def openfda_label(number: int) -> dict[str, Any]:
    return {
        "id": f"label-{number}", "set_id": set_id(number), "version": "1", "effective_time": "20200101",
        "indications_and_usage": [f"1 INDICATIONS AND USAGE Testamine {number} is indicated for test anxiety."],
        "openfda": {"generic_name": ["TESTAMINE"], "brand_name": [f"TESTAMINE {number}"],
                    "manufacturer_name": ["Test Works"], "product_type": ["HUMAN PRESCRIPTION DRUG"]},
    }  # fmt: skip


def topic(number: int) -> str:
    url = f"https://medlineplus.gov/testanxiety{number}.html"
    return (
        f'<document rank="{number}" url="{url}"><content name="healthTopic"><health-topic title="Test anxiety {number}" '
        f'url="{url}" id="{number}" language="English" date-created="02/19/1999"><full-summary>&lt;p&gt;Test anxiety '
        f"{number} makes people afraid of tests.&lt;/p&gt;</full-summary></health-topic></content></document>"
    )


def crossref_work(doi: str, title: str, family: str, year: int, **more: Any) -> dict[str, Any]:
    return {
        "DOI": doi, "title": [title], "author": [{"given": "A.", "family": family, "sequence": "first"}],
        "issued": {"date-parts": [[year, 2]]}, "published-online": {"date-parts": [[year - 1, 12, 3]]}, **more,
    }  # fmt: skip
