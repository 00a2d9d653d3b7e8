# ruff: noqa: E501, W293 - the samples stand as such files do
import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.errors import SourceUnreadableError
from corpus.facets import load_facets
from ingest.find import SourceFile
from ingest.load import load
from tests.ingest.formats import DATA, headings, read, says, write
from tests.ingest.mutated import mutated, told_by

MEDQUAD = DATA.parent / "medquad" / "medquad.jsonl.gz"

PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<Document id="0000007" source="GARD" url="https://example.org/alphitis">
<Focus>Alphitis</Focus><FocusAnnotations><UMLS><SemanticGroup>Disorders</SemanticGroup></UMLS>
<Synonyms><Synonym>Alpha's disease</Synonym></Synonyms></FocusAnnotations>
<QAPairs>
<QAPair pid="1"><Question qid="1-1" qtype="information">What is (are) Alphitis ?</Question>
<Answer>Alphitis is a disease.    It comes with       -  Itching     -  Spots      It is rare.
                
It was   found in the       United States   . See also:  -   Rash   Betitis</Answer></QAPair>
<QAPair pid="2"><Question qid="1-2" qtype="exams and tests">How to diagnose Alphitis ?</Question><Answer>By its spots.</Answer></QAPair>
<QAPair pid="3"><Question qid="1-3" qtype="treatment">What are the treatments for Alphitis ?</Question><Answer/></QAPair>
</QAPairs></Document>"""


def row(
    qtype="information", answer="Alphitis is rare.", focus="Alphitis", question="What is Alphitis ?", **other
):
    given = {"id": "1", "doc_id": "01", "source": "CDC", "url": "https://example.org/a", "focus": focus}
    return json.dumps({**given, "qtype": qtype, "question": question, "answer": answer, **other})


def lines(*rows):
    return "\n".join(rows)


def test_a_page_has_a_section_a_type_of_question(tmp_path):
    (document,), remarks = read(write(tmp_path, "a.xml", PAGE))
    record = document.source
    assert remarks == []
    assert (record.id, record.title, record.kind) == (
        "medquad-gard-0000007-alphitis",
        "Alphitis",
        "reference-page",
    )
    assert (record.names, record.names_kind) == (("Alphitis", "Alpha's disease"), "condition")
    assert record.publisher == "Genetic and Rare Diseases Information Center, National Institutes of Health"
    assert (record.url, record.licence) == ("https://example.org/alphitis", "CC BY 4.0")
    assert headings(document) == ["Information", "Exams and tests"]


def test_white_space_that_stood_for_paragraphs_and_lists_makes_paragraphs(tmp_path):
    (document,), _ = read(write(tmp_path, "a.xml", PAGE))
    assert document.sections[0].span.of(document.text).split("\n\n")[:-1] == [
        "Alphitis is a disease.", "It comes with", "Itching", "Spots", "It is rare.", "It was found in the United States . See also:", "Rash", "Betitis",
    ]  # fmt: skip


def test_a_page_whose_answers_were_removed_is_told(tmp_path):
    bare = (
        PAGE.replace("By its spots.", "").partition("<Answer>Alph")[0]
        + "<Answer/></QAPair></QAPairs></Document>"
    )
    with pytest.raises(SourceUnreadableError, match=r"without an answer.*\(Alphitis\)"):
        read(write(tmp_path, "a.xml", bare))


def test_rows_of_one_page_make_one_document_and_a_bad_row_loses_none_of_the_others(tmp_path):
    rows = lines(row(), row("symptoms", "Spots."), "{broken", row(focus="Betitis"), row(answer=""), "[1]")
    documents, remarks = read(write(tmp_path, "medquad.jsonl.gz", rows))
    assert [document.source.title for document in documents] == ["Alphitis", "Betitis"]
    assert says(documents[0]) == {"Information": "Alphitis is rare.", "Symptoms": "Spots."}
    assert "not valid JSON (line 3)" in remarks[0]
    assert "(line 5)" in remarks[0]
    assert "(line 6)" in remarks[0]


def test_answers_of_one_type_stand_together_each_once_and_under_questions_that_differ(tmp_path):
    rows = lines(row(answer="One."), row(answer="Two."), row(answer="One."), row("prevention", "Soap."))
    (document,), _ = read(write(tmp_path, "a.jsonl", rows))
    assert says(document) == {"Information": "One. Two.", "Prevention": "Soap."}
    rows = lines(row(answer="One."), row(answer="Two.", question="How is it spelt?"))
    (document,), _ = read(write(tmp_path, "a.jsonl", rows))
    assert headings(document) == ["Information > What is Alphitis ?", "Information > How is it spelt?"]


def test_a_page_that_comes_again_later_keeps_its_answers(tmp_path):
    rows = lines(row(answer="One."), row(answer="Else.", focus="Betitis"), row(answer="Two."))
    documents, _ = read(write(tmp_path, "a.jsonl", rows))
    assert len({document.source.id for document in documents}) == 3
    assert [document.text.strip() for document in documents] == ["One.", "Else.", "Two."]


def test_a_page_without_a_focus_is_named_by_a_question_that_someone_asked(tmp_path):
    rows = lines(
        row(focus="", question="What is (are)  ?"), row("causes", "Bad luck.", "", "why does it happen?")
    )
    (document,), _ = read(write(tmp_path, "a.jsonl", rows))
    assert document.source.title == "why does it happen?"
    assert document.source.names == ()


def test_each_type_of_question_has_a_facet():
    types = (
        "information", "symptoms", "treatment", "inheritance", "frequency", "genetic changes", "causes",
        "exams and tests", "research", "outlook", "susceptibility", "considerations", "prevention", "stages",
        "complications", "support groups", "usage", "dose", "side effects", "precautions", "brand names",
    )  # fmt: skip
    assert [name for name in types if load_facets().for_heading(name) is None] == []


@pytest.mark.skipif(not MEDQUAD.is_file(), reason="the data sets are not here")
def test_every_answer_of_the_whole_set_is_in_the_text_of_its_page():
    texts: dict[tuple[str, str], str] = {}
    remarks: list[str] = []
    file = SourceFile(MEDQUAD, MEDQUAD, MEDQUAD.name)
    facets = load_facets()
    for document in load(file, file.sha256(), remarks.append):
        key = (str(document.source.url), document.source.names[0] if document.source.names else "")
        texts[key] = texts.get(key, "") + _squeezed(document.text)
        assert all(facets.for_heading(section.path[0]) for section in document.sections)
    assert remarks == []
    with gzip.open(MEDQUAD, "rt", encoding="utf-8") as whole:
        rows = [json.loads(line) for line in whole]
    assert len(rows) == 16407
    lost = [
        each["id"]
        for each in rows
        if _squeezed(each["answer"]) not in texts[each["url"], _line(each["focus"])]
    ]
    assert lost == []


def _line(text):
    return " ".join(text.split())


def _squeezed(text):
    # All but letters and digits: a list's dashes and white space are not kept.
    return "".join(char for char in text if char.isalnum() and char.isascii())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_does_more_than_lose_answers(tmp_path, data):
    name, base = data.draw(
        st.sampled_from([("a.xml", PAGE), ("a.jsonl", lines(row(), row("causes"), row()))])
    )
    told = told_by(lambda: read(write(tmp_path, name, data.draw(mutated(base.encode())))))
    assert told is None or name in told
