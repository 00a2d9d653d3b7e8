"""Question sets: our own schema, and public sets in the form in which they are published."""

import csv
import gzip
import json
from pathlib import Path

import pytest
import yaml

from evals.public.kqa import read_judged
from evals.questions import CORE, Nugget, Question, SetError, read_questions, read_rows
from evals.sets_io import own_sets, public_sets, read_set, read_sets

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the public sets are not here")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def lines(rows):
    return "".join(json.dumps(each) + "\n" for each in rows)


def one(path):
    found = read_set(str(path))
    return found, found.questions[0]


def test_our_own_sets_are_all_read_and_told_apart():
    assert {"core", "redteam_tune"} <= own_sets().keys()
    for name in own_sets():
        found = read_set(name)
        assert found.is_held == ("_held" in name)
        assert all(each.outcome for each in found.questions)
    assert len(read_sets(["all", "core"])) == len(own_sets())


def test_a_new_set_is_one_file(tmp_path):
    rows = [
        {"id": "a", "turns": ["does it help?", "and sleep?"], "outcome": "answered", "sources": ["10.1000/x"],
         "vital": [{"nugget": "it helps", "any": ["help"]}], "okay": [{"nugget": "in hours"}],
         "never": ["cure"], "verdict": "yes", "tags": ["lay"]},
        {"id": "b", "question": "I took forty of them", "level": "emergency"},
        {"id": "c", "question": "what is it", "level": "answer"},
    ]  # fmt: skip
    found = read_set(str(write(tmp_path / "mine.yaml", yaml.safe_dump(rows))))
    first, second, third = found.questions
    assert (found.name, found.kind, found.documents) == ("mine", "own", None)
    assert (first.question, first.earlier, first.outcome) == ("and sleep?", ("does it help?",), ("answered",))
    assert first.sources == {"10.1000/x": 1}
    assert first.forbids("a CURE for it")
    assert (first.triage_level, second.triage_level, third.triage_level) == ("answer", "emergency", "answer")
    assert second.outcome == ("emergency",)
    assert "abstained" in third.outcome
    assert read_set(str(write(tmp_path / "x_held.yaml", yaml.safe_dump(rows)))).is_held


@pytest.mark.parametrize(
    "text",
    ["", "[]", "questions: 1", "- {id: a}", "- {id: a, question: q, outcome: maybe}", "- 1",
     "- {id: a, question: q, never: ['(']}", "- {id: a, question: q, vital: [{nugget: n, any: ['[']}]}",
     "- {id: a, question: q}\n- {id: a, question: r}", "- {id: a, question: q, turns: [r]}", "{",
     "- {id: a, q: 1}"],
)  # fmt: skip
def test_a_broken_set_is_named_with_a_remedy(tmp_path, text):
    with pytest.raises(SetError, match=r"mine\.yaml"):
        read_rows(write(tmp_path / "mine.yaml", text))


def test_a_set_that_is_not_there():
    with pytest.raises(SetError, match="no set 'nowhere'"):
        read_set("nowhere")


def test_a_folder_that_is_no_set(tmp_path):
    with pytest.raises(SetError, match="no question set that is known"):
        read_set(str(tmp_path))


def test_the_core_set_reads_as_before():
    rows = {each.id: each for each in read_rows(CORE)}
    assert len(rows) == 160
    assert all(nugget.any for each in rows.values() for nugget in each.vital)
    assert {each.id for each in read_questions(CORE)} == rows.keys()


def beir(folder):
    write(folder / "corpus.jsonl", lines([{"_id": "D1", "title": "", "text": "Zinc."},
                                          {"_id": "d2", "title": "Iron", "text": "Iron."}]))  # fmt: skip
    write(folder / "queries.jsonl", lines([{"_id": "q1", "text": "zinc?"}, {"_id": "q2", "text": "?"}]))
    head = "query-id\tcorpus-id\tscore\n"
    write(folder / "qrels" / "test.tsv", head + "q1\tD1\t2\nq1\td2\t0\n")
    write(folder / "qrels" / "dev.tsv", head + "q2\td2\t1\n")
    return folder


def test_beir(tmp_path):
    found, question = one(beir(tmp_path / "tiny"))
    texts = {each.id: each for each in found.documents()}
    assert (found.name, found.kind, len(found.questions)) == ("tiny", "BEIR", 1)
    assert sorted(question.sources.values()) == [0, 2]
    assert question.sources.keys() == texts.keys()
    assert question.outcome == ()
    assert one(tmp_path / "tiny" / "qrels" / "dev.tsv")[1].id == "q2"


def test_scifact_as_released(tmp_path):
    write(
        tmp_path / "corpus.jsonl",
        lines([{"doc_id": 7, "title": "T", "abstract": ["One.", "Two."], "structured": False}]),
    )
    claims = [
        {"id": 1, "claim": "it does", "evidence": {"7": [{"sentences": [0], "label": "SUPPORT"}]},
         "cited_doc_ids": [7]},
        {"id": 2, "claim": "no", "evidence": {"7": [{"sentences": [1], "label": "CONTRADICT"}]},
         "cited_doc_ids": [7]},
        {"id": 3, "claim": "open", "evidence": {}, "cited_doc_ids": [7]},
    ]  # fmt: skip
    path = write(tmp_path / "claims_dev.jsonl", lines(claims))
    found = read_set(str(path))
    assert [each.verdict for each in found.questions] == ["yes", "no", None]
    assert [each.text for each in found.documents()] == ["One. Two."]
    assert found.questions[2].sources.keys() == {each.id for each in found.documents()}


def test_scifact_in_the_layout_of_beir(tmp_path):
    beir(tmp_path)
    write(tmp_path / "test_labels.tsv", "claim-id\tdoc-id\tlabel\nq1\tD1\tCONTRADICT\n")
    found, question = one(tmp_path)
    assert (found.kind, question.verdict) == ("SciFact", "no")


MEDQUAD = """<?xml version="1.0" encoding="UTF-8"?>
<Document id="0000001" source="S" url="https://example.org/a1c"><Focus>A1C</Focus><QAPairs>
<QAPair pid="1"><Question qid="0000001-1" qtype="information">What is
A1C ?</Question><Answer>A test &amp; more.</Answer></QAPair>
<QAPair pid="2"><Question qid="0000001-2" qtype="usage">Why?</Question><Answer></Answer></QAPair>
</QAPairs></Document>"""


def test_medquad_as_xml(tmp_path):
    write(tmp_path / "1_A_QA" / "0000001.xml", MEDQUAD)
    found, question = one(tmp_path)
    assert (found.kind, len(found.questions)) == ("MedQuAD", 1)  # one answer was removed by its publishers
    assert (question.question, question.reference) == ("What is A1C ?", "A test & more.")
    assert question.sources == {"https://example.org/a1c": 1}
    assert question.tags == ("information",)


def test_medquad_as_lines_keeps_questions_apart_that_share_an_id(tmp_path):
    row = {"id": "1", "collection": "c", "url": "u", "qtype": "usage", "question": "q", "answer": "a"}
    path = tmp_path / "medquad.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(lines([row, {**row, "question": "r"}, {**row, "answer": " "}]))
    assert [each.id for each in read_set(str(path)).questions] == ["c/1", "c/1#2"]


def test_pubmedqa(tmp_path):
    row = {"QUESTION": "Does it?", "CONTEXTS": ["Aim.", "Result."], "LABELS": ["A", "R"],
           "final_decision": "maybe", "LONG_ANSWER": "Perhaps."}  # fmt: skip
    found, question = one(write(tmp_path / "ori_pqal.json", json.dumps({"123": row})))
    (text,) = found.documents()
    assert (question.id, question.verdict, question.reference) == ("123", "maybe", "Perhaps.")
    assert text.text == "Aim.\n\nResult."
    assert question.sources == {text.id: 1}


def test_medicationqa(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "DrugQA"
    book.active.append(["Question", "Focus (Drug)", "Question Type", "Answer", "Section Title", "URL"])
    book.active.append(
        [
            "how does rivatigmine interact",
            "rivastigmine",
            "Interaction",
            "It does.",
            "S",
            "https://example.org",
        ]
    )
    book.active.append([None, None, None, None, None, None])
    path = tmp_path / "MedInfo2019-QA-Medications.xlsx"
    book.save(path)
    found, question = one(path)
    assert (found.kind, len(found.questions)) == ("MedicationQA", 1)
    assert (question.tags, question.reference) == (("interaction",), "It does.")
    assert question.sources == {"https://example.org": 1}


def test_kqa_questions(tmp_path):
    row = {"Question": "Is it safe?", "Free_form_answer": "Yes.", "Must_have": ["It is safe."],
           "Nice_to_have": ["At night."], "Sources": "s", "ICD_10_diag": "d"}  # fmt: skip
    found, question = one(write(tmp_path / "questions_w_answers.jsonl", lines([row])))
    assert (found.kind, question.reference) == ("K-QA", "Yes.")
    assert (question.vital, question.okay) == ((Nugget(nugget="It is safe."),), (Nugget(nugget="At night."),))


def test_kqa_clinicians(tmp_path):
    head = [
        "",
        "Question",
        "llm_x",
        "answer",
        "claim",
        "category_x",
        "majority_label",
        "label_0",
        "label_1",
        "label_2",
    ]
    path = tmp_path / "NLI_medical_annotator.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(head)
        for at, (kind, label) in enumerate([("Must_have", "Entailment"), ("Nice_to_have", "Neutral")]):
            table.writerow([at, "q?", "m", "An answer.", f"claim {at}", kind, label, label, label, "Neutral"])
    _, question = one(path)
    nuggets = [[each.nugget for each in part] for part in (question.vital, question.okay)]
    assert nuggets == [["claim 0"], ["claim 1"]]
    assert read_judged(path)[0].labels == ("Entailment", "Entailment", "Neutral")


LIVEQA = """<?xml version="1.0" encoding="UTF-8"?><LiveQA2017-Medical>
<NLM-QUESTION qid="TQ1"><Original-Question qfile="1.xml"><SUBJECT>ibuprofen</SUBJECT>
<MESSAGE>Can I take it
daily?</MESSAGE></Original-Question><NIST-PARAPHRASE>Daily ibuprofen?</NIST-PARAPHRASE>
<ANNOTATIONS><FOCUS fid="F1" fcategory="Drug">ibuprofen</FOCUS>
<TYPE tid="T1" hasFocus="F1">USAGE</TYPE></ANNOTATIONS>
<ReferenceAnswers><{tag} aid="TQ1.1"><ANSWER>Ask first.</ANSWER><AnswerURL>https://example.org/i</AnswerURL>
<COMMENT></COMMENT></{tag}></ReferenceAnswers></NLM-QUESTION></LiveQA2017-Medical>"""


@pytest.mark.parametrize("tag", ["RefAnswer", "ReferenceAnswer"])
def test_liveqa(tmp_path, tag):
    path = write(tmp_path / "TREC-2017-LiveQA-Medical-Test.xml", LIVEQA.format(tag=tag))
    found, question = one(path)
    assert (found.kind, question.id, question.tags) == ("LiveQA-Med", "TQ1", ("usage",))
    assert question.question == "ibuprofen: Can I take it daily?"
    assert (question.reference, question.sources) == ("Ask first.", {"https://example.org/i": 1})


def test_bioasq(tmp_path):
    url = "http://www.ncbi.nlm.nih.gov/pubmed/34687634"
    base = {
        "documents": [url],
        "snippets": [{"document": url, "text": "Losartan did not.", "beginSection": "abstract"}],
    }
    rows = [
        {**base, "id": "1", "body": "Does it?", "type": "yesno", "exact_answer": "no",
         "ideal_answer": ["No."]},
        {**base, "id": "2", "body": "Which?", "type": "factoid",
         "exact_answer": [["GLP-1", "glucagon-like peptide 1"]]},
        {**base, "id": "3", "body": "Which two?", "type": "list", "exact_answer": [["a"], ["b", "beta"]]},
        {**base, "id": "4", "body": "Tell.", "type": "summary", "ideal_answer": "Told."},
    ]  # fmt: skip
    found = read_set(str(write(tmp_path / "BioASQ-training11b.json", json.dumps({"questions": rows}))))
    yes, factoid, listed, summary = found.questions
    (text,) = found.documents()
    assert (yes.verdict, yes.reference, yes.vital) == ("no", "No.", ())
    assert [each.stated_in(["By glucagon-like peptide 1."]) for each in factoid.vital] == [True]
    assert [each.stated_in(["beta, not alpha"]) for each in listed.vital] == [False, True]
    assert (summary.vital, summary.reference) == ((), "Told.")
    assert (text.text, {text.id: 1}) == ("Losartan did not.", yes.sources)


@pytest.mark.parametrize("name", ["ori_pqal.json", "BioASQ-x.json", "questions_w_answers.jsonl"])
def test_a_public_set_that_is_cut_off_is_named(tmp_path, name):
    text = '{"Question": "q", "Must_have": 1}\n{"Que' if name.endswith("l") else '{"a": {"QUESTION"'
    with pytest.raises(SetError, match=name):
        read_set(str(write(tmp_path / name, text)))


@needs_data
def test_the_public_sets_that_are_here_are_read_whole():
    found = {each.kind: each for each in public_sets(DATA)}
    assert {kind: len(each.questions) for kind, each in found.items()} == {
        "K-QA": 50, "MedQuAD": 16407, "BEIR": 324, "PubMedQA": 500, "SciFact": 809,
    }  # fmt: skip
    assert sum(len(each.vital) + len(each.okay) for each in found["K-QA"].questions) > 350
    assert {each.verdict for each in found["SciFact"].questions} >= {"yes", "no"}
    assert {each.verdict for each in found["PubMedQA"].questions} == {"yes", "no", "maybe"}


@needs_data
def test_the_xml_of_medquad_that_is_here_is_read_whole():
    found = read_set(str(DATA / "medquad" / "xml_sample"))
    assert len(found.questions) >= 24
    assert all(each.reference and each.sources for each in found.questions)


def test_a_question_without_an_id_or_words_is_refused():
    with pytest.raises(ValueError, match="id"):
        Question(id="", question="q")
