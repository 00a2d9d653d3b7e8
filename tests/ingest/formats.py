# ruff: noqa: E501 - the samples stand as such files do
"""Small files in the true formats, made up for the tests, and reading them as ingest does."""

import gzip
from pathlib import Path

from ingest.document import Document, normalise
from ingest.find import SourceFile
from ingest.load import load

DATA = Path(__file__).parents[3] / "shared" / "data" / "formats"


def read(path: Path) -> tuple[list[Document], list[str]]:
    """The documents of a file and the remarks on it; checks what holds of every document."""
    remarks: list[str] = []
    file = SourceFile(path, path, path.name)
    documents = list(load(file, file.sha256(), remarks.append))
    for document in documents:
        assert document.text == normalise(document.text)
        assert document.text.strip()
        at = 0
        for section in document.sections:
            assert section.span.start == at < section.span.end
            at = section.span.end
        assert at == len(document.text)
    return documents, remarks


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    raw = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return path


def headings(document: Document) -> list[str]:
    return [" > ".join(section.path) for section in document.sections]


def says(document: Document) -> dict[str, str]:
    """The text under each heading."""
    return {
        " > ".join(section.path): " ".join(section.span.of(document.text).split())
        for section in document.sections
    }


ABSTRACT = (
    "<Abstract><AbstractText>Alpha lowered the score by 2 points. It was safe.</AbstractText></Abstract>"
)


def article(
    pmid: object = 1,
    title: str = "A study of alpha",
    abstract: str = ABSTRACT,
    types: str = "",
    citation: str = "",
    inside: str = "",
    data: str = "",
    date: str = "<Year>2001</Year><Month>Sep</Month>",
) -> str:
    return f"""<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID>
<Article PubModel="Print"><Journal><JournalIssue CitedMedium="Print"><Volume>7</Volume><Issue>2</Issue>
<PubDate>{date}</PubDate></JournalIssue><Title>Journal of tests</Title></Journal>
<ArticleTitle>{title}</ArticleTitle><Pagination><MedlinePgn>11-9</MedlinePgn></Pagination>{abstract}
<AuthorList><Author ValidYN="Y"><LastName>Roe</LastName><ForeName>Ann B</ForeName><Initials>AB</Initials></Author>
<Author ValidYN="N"><LastName>Row</LastName><Initials>A</Initials></Author>
<Author ValidYN="Y"><LastName>Doe</LastName><Initials>J</Initials><Suffix>Jr</Suffix></Author>
<Author ValidYN="Y"><CollectiveName>Alpha Study Group</CollectiveName></Author></AuthorList>{inside}
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>{types}</PublicationTypeList>
</Article>{citation}</MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId>
<ArticleId IdType="doi">10.1000/alpha.{pmid}</ArticleId></ArticleIdList>
<ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.1000/of-a-reference</ArticleId>
<ArticleId IdType="pmc">PMC999</ArticleId></ArticleIdList></Reference></ReferenceList>{data}
</PubmedData></PubmedArticle>"""


def article_set(*articles: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, '
        '1st January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
        f"<PubmedArticleSet>{''.join(articles)}<DeleteCitation><PMID>5</PMID></DeleteCitation></PubmedArticleSet>"
    )


BOOK = """<PubmedArticleSet><PubmedBookArticle><BookDocument><PMID Version="1">20301295</PMID>
<ArticleIdList><ArticleId IdType="bookaccession">NBK1116</ArticleId></ArticleIdList>
<Book><Publisher><PublisherName>University of Tests</PublisherName></Publisher><BookTitle>Handbook of alpha</BookTitle>
<PubDate><Year>1993</Year></PubDate><AuthorList Type="editors"><Author><LastName>Ed</LastName><Initials>I</Initials>
</Author></AuthorList></Book><ArticleTitle>Alpha deficiency</ArticleTitle><AuthorList Type="authors"><Author>
<LastName>Roe</LastName><Initials>A</Initials></Author></AuthorList><PublicationType>Review</PublicationType>
<Abstract><AbstractText Label="CLINICAL CHARACTERISTICS">Alpha deficiency is rare.</AbstractText>
<AbstractText Label="MANAGEMENT">Give alpha.</AbstractText></Abstract>
<ContributionDate><Year>1999</Year></ContributionDate><DateRevised><Year>2021</Year></DateRevised>
</BookDocument></PubmedBookArticle></PubmedArticleSet>"""

MEDLINE = """
PMID- 11
TI  - A randomised trial of alpha in
      adults.
AB  - BACKGROUND: Alpha is new. It may help. METHODS: We gave alpha (GABA: 2 mg) to
      40 adults. RESULTS: It helped in 12 of 20. CONCLUSIONS: Alpha helps.
FAU - Roe, Ann B
AU  - Roe AB
CN  - Alpha Study Group
DP  - 1998 Dec-1999 Jan
JT  - Journal of tests
VI  - 7
IP  - 2
PG  - 11-9
PT  - Journal Article
PT  - Retracted Publication
LID - 10.1000/alpha.11 [doi]
PMC - PMC77
MH  - *Alpha/therapeutic use
MH  - Animals

PMID- 12
TI  - Without an abstract.
DP  - 2001

PMID- 13
TI  - Another study of alpha.
AB  - Alpha did nothing.
DP  - 2003 Feb 4
ECI - J Tests. 2004;1:2
RIN - J Tests. 2005;1:2
"""

JATS = """<?xml version="1.0"?><!DOCTYPE article PUBLIC "-//NLM//DTD JATS v1.2//EN" "JATS-archivearticle1.dtd">
<article article-type="research-article"><front><journal-meta><journal-title-group><journal-title>Tests
</journal-title></journal-title-group><publisher><publisher-name>Test Press</publisher-name></publisher></journal-meta>
<article-meta><article-id pub-id-type="pmid">31</article-id><article-id pub-id-type="pmc">77</article-id>
<article-id pub-id-type="doi">10.1000/full.1</article-id><title-group><article-title>Alpha in
<italic>adults</italic><xref ref-type="fn" rid="f1">*</xref></article-title><subtitle>a randomized trial</subtitle>
</title-group><contrib-group><contrib contrib-type="author"><name><surname>Roe</surname><given-names>Ann-Beth C.
</given-names></name></contrib><contrib contrib-type="author"><collab>Alpha Group<contrib-group><contrib
contrib-type="author"><name><surname>Member</surname><given-names>M</given-names></name></contrib></contrib-group>
</collab></contrib><contrib contrib-type="editor"><name><surname>Ed</surname><given-names>I</given-names></name>
</contrib></contrib-group><pub-date pub-type="epub"><year>2012</year></pub-date><pub-date pub-type="ppub"><year>2013
</year></pub-date><volume>4</volume><issue>1</issue><fpage>7</fpage><lpage>9</lpage><permissions><license
xlink:href="https://creativecommons.org/licenses/by-nc-nd/4.0/"><license-p>Creative Commons.</license-p></license>
</permissions>{related}<abstract><sec><title>Background:</title><p>Alpha is&nbsp;new.</p></sec></abstract>
<abstract abstract-type="graphical"><p>A picture.</p></abstract>
<trans-abstract xml:lang="fr"><p>Alpha est nouveau.</p></trans-abstract></article-meta></front>
<body><p>Before any heading<xref ref-type="bibr" rid="r1">1</xref>&#x02013;<xref ref-type="bibr" rid="r4">4</xref>,
there is text [<xref ref-type="bibr" rid="r1">1</xref>, <xref ref-type="bibr" rid="r4">4</xref>]. As <xref
ref-type="bibr" rid="r2">Roe (2001)</xref> said.</p>
<sec><label>1.</label><title>Methods</title><sec><title>Patients</title><p>We saw 10<sup>6</sup> cells/m<sup>2</sup>
of GABA<sub>A</sub> and CO<sub>2</sub>, <italic>p</italic> &lt; 0.05.<table-wrap id="t1"><label>Table 1.</label><caption>
<p>Harms<sup>a</sup></p></caption><table><thead><tr><th rowspan="2">Harm</th><th colspan="2">Share</th></tr><tr>
<th>Alpha</th><th>Placebo</th></tr></thead><tbody><tr><td>Nausea</td><td>12%</td><td>5%</td></tr><tr><td colspan="3">
Severe</td></tr><tr><td>Rash</td><td/><td>1%</td></tr></tbody></table><table-wrap-foot><fn><p><sup>a</sup>In week 1.</p>
</fn></table-wrap-foot></table-wrap> The sentence goes on.</p><list><list-item><label>1</label><p>First.</p></list-item>
<list-item><p>Second.</p></list-item></list><fig><label>Figure 1</label><caption><title>Flow.</title><p>Of people.</p>
</caption><graphic xlink:href="f1.png"/></fig></sec></sec></body>
<back><ack><p>Thanks.</p></ack><ref-list><title>References</title><ref><mixed-citation>Roe A. A reference.
</mixed-citation></ref></ref-list></back></article>"""

_SECTION = """<component><section><id root="1"/><code codeSystem="2.16.840.1.113883.6.1" code="{code}"/>
<title>{title}</title><text>{text}</text>{inner}</section></component>"""


def section(code: str, title: str, text: str = "", inner: str = "") -> str:
    return _SECTION.format(code=code, title=title, text=text, inner=inner)


def label(*sections: str, code: str = "34391-3", set_id: str = "aaaaaaaa-0000-4000-8000-000000000001") -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet href="spl.xsl" type="text/xsl"?>
<document xmlns="urn:hl7-org:v3"><id root="x"/><code code="{code}" displayName="HUMAN PRESCRIPTION DRUG LABEL"/>
<title>These highlights do not include all the information needed to use ALPHAX</title>
<effectiveTime value="20190305"/><setId root="{set_id}"/><versionNumber value="3"/>
<author><assignedEntity><representedOrganization><name>Alpha Labs</name></representedOrganization></assignedEntity></author>
<component><structuredBody><component><section><code code="48780-1"/><subject><manufacturedProduct><manufacturedProduct>
<name>Alphax<suffix>XR</suffix></name><asEntityWithGeneric><genericMedicine><name>alphazolam</name></genericMedicine>
</asEntityWithGeneric><ingredient classCode="ACTIM"><ingredientSubstance><name>ALPHAZOLAM HYDROCHLORIDE</name>
<activeMoiety><activeMoiety><name>ALPHAZOLAM</name></activeMoiety></activeMoiety></ingredientSubstance></ingredient>
<ingredient classCode="IACT"><ingredientSubstance><name>TALC</name></ingredientSubstance></ingredient>
<part><partProduct><name>Swabs</name><asEntityWithGeneric><genericMedicine><name>alcohol</name></genericMedicine>
</asEntityWithGeneric></partProduct></part></manufacturedProduct></manufacturedProduct></subject></section></component>
{"".join(sections)}</structuredBody></component></document>"""


LABEL = label(
    section("34066-1", "WARNING: ADDICTION", "<paragraph>Alphax can cause <content>addiction</content>.</paragraph>"),
    section(
        "34067-9", "1 INDICATIONS AND USAGE",
        "<paragraph>Alphax is for anxiety.</paragraph><list><item>In adults.</item></list>",
        "<excerpt><highlight><text><paragraph>Said again.</paragraph></text></highlight></excerpt>",
    ),
    section(
        "34068-7", "2 DOSAGE AND ADMINISTRATION", "",
        section("42229-5", "2.1 Adults", "<paragraph>Take 2 mg.</paragraph>")
        + section("34066-1", "", "<paragraph>At most 4 mg.</paragraph>"),
    ),
    section("34080-2", "8.3 Nursing Mothers", "<paragraph>It passes into milk.</paragraph>"),
    section("51945-4", "PRINCIPAL DISPLAY PANEL", "<paragraph>NDC 1-2-3</paragraph>"),
)  # fmt: skip
