"""The corpus check: each bad record is caught, a good one and the shipped corpus pass."""

from pathlib import Path

import pytest

from corpus.check import check_corpus, check_facets, check_lexicon
from corpus.errors import RecordError
from corpus.facets import Facet, FacetId, FacetTable, load_facets
from corpus.files import CORPUS
from corpus.rules import LONGEST_BODY

RECORD = """\
---
id: doe2020
kind: trial
title: A trial of diazepam
authors: [Doe J]
doi: 10.1000/doe
pmid: '123456'
pmcid: PMC12345
url: https://example.org/doe
words: summary
recalled:
  year: 2020
---

## The study
Doe and colleagues gave diazepam or placebo to 40 adults.

## How well it works
Diazepam relieved anxiety more than placebo in 40 adults.
"""
LEDGER = """\
doe2020:
  doi: 10.1000/doe
  pmid: '123456'
  pmcid: PMC12345
  url: https://example.org/doe
  unverified: [year]
"""
FINDING = "Diazepam relieved anxiety more than placebo in 40 adults."


def folder_with(path: Path, record: str = RECORD, ledger: str | None = LEDGER, **others: str) -> Path:
    papers = path / "sources" / "papers"
    papers.mkdir(parents=True)
    (papers / "doe2020.md").write_text(record, encoding="utf-8")
    for name, text in others.items():
        (papers / f"{name}.md").write_text(text, encoding="utf-8")
    if ledger is not None:
        (path / "ledger.yaml").write_text(ledger, encoding="utf-8")
    return path


def problems_of(*args, **kwargs) -> list[str]:
    return [str(problem) for problem in check_corpus(folder_with(*args, **kwargs))]


def test_good_record_passes(tmp_path):
    assert problems_of(tmp_path) == []


def test_shipped_corpus_passes():
    assert [str(problem) for problem in check_corpus(CORPUS)] == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: trial", "kind: trail", "kind: Input should be"),
        ("kind: trial", "kind: trial\ncolour: red", "colour: Extra inputs are not permitted"),
        ("title: A trial of diazepam\n", "", "title: Field required"),
        ("id: doe2020", "id: [doe2020", "front matter is not valid YAML"),
        ("id: doe2020", "id: doe2021", "its id is 'doe2021'. Name the file doe2021.md"),
        ("doi: 10.1000/doe", "doi: doi.org/10.1000/doe", "doi: String should match pattern"),
        ("doi: 10.1000/doe", "doi: 10.1/doe", "doi: String should match pattern"),
        ("pmid: '123456'", "pmid: PM123456", "pmid: String should match pattern"),
        ("pmid: '123456'", "pmid: '0123'", "pmid: String should match pattern"),
        ("pmcid: PMC12345", "pmcid: '12345'", "pmcid: String should match pattern"),
        ("https://example.org/doe", "ftp://example.org/doe", "url: Value error"),
        ("doi: 10.1000/doe", "doi: 10.1000/dough", "was never verified: 10.1000/doe was seen"),
        ("recalled:\n  year: 2020", "year: 2020", "year stands as verified"),
        ("recalled:\n  year: 2020", "year: 2020\nrecalled:\n  year: 2020", "stands both as verified"),
        ("recalled:\n", "recalled:\n  doi: 10.1000/x\n", "doi"),
        ("words: summary", "words: summary\ndisputed_by: [roe1999]", "disputed_by names 'roe1999'"),
        ("words: summary", "words: summary\nsame_work_as: roe1999", "same_work_as names 'roe1999', which"),
        ("words: summary", "words: summary\nsame_work_as: doe2020", "same_work_as names the record itself"),
        ("words: summary", "words: summary\nsame_work_as: Roe 1999", "same_work_as: String should match"),
        ("## How well it works", "## Musings", "the heading 'Musings' is in no facet"),
        ("## How well it works", "## Limits of the evidence", "has no finding"),
        (f"\n{FINDING}\n", "\n", "nothing stands under 'How well it works'"),
        (f"\n{FINDING}\n", "\n", "has no finding"),
        ("## The study", "Diazepam was given to all.\n\n## The study", "before its first heading"),
        (FINDING, "Diazepam helped 40 adults.", "'Diazepam helped 40 adults. ...' has 4 words"),
        (FINDING, " ".join(["Diazepam", *["again"] * 59, "worked."]), "has 61 words"),
        (FINDING, "It relieved anxiety more than placebo in 40 adults.", "Name what 'It' stands for"),
        (FINDING, "Such people had less anxiety than on placebo.", "cannot be read alone. Name what 'Such'"),
        (FINDING, "“These” adults had less anxiety than on placebo.", "cannot be read alone"),
        (FINDING, f"{FINDING} They were also less tense than on placebo.", "Name what 'They'"),
        (FINDING, f"FINDING: {FINDING}", "line 19 holds the leftover 'FINDING:'"),
        (FINDING, f"FACT: {FINDING}", "the leftover 'FACT:'"),
        (FINDING, f"CHOOSE {FINDING}", "the leftover 'CHOOSE'"),
        (FINDING, f"{FINDING} [seen in a digest]", "the leftover '[seen in'"),
        ("title: A trial of diazepam", "title: A trial of diazepam TODO", "line 4 holds the leftover 'TODO'"),
        (FINDING, f"{FINDING}\n" * (LONGEST_BODY // len(FINDING)), "characters, the limit is 16,000"),
        (FINDING, f"{FINDING} [@roe1999]", "rests on 'roe1999', which is no record"),
        ("kind: trial", "kind: summary", "names no source"),
    ],
)  # fmt: skip
def test_bad_record_is_caught(tmp_path, old, new, expected):
    assert old in RECORD
    problems = problems_of(tmp_path, RECORD.replace(old, new))
    assert any(expected in problem for problem in problems), problems
    assert all(problem.startswith(("sources/papers/doe2020.md: ", "ledger.yaml: ")) for problem in problems)


@pytest.mark.parametrize(("words", "fine"), [(5, True), (60, True), (4, False), (61, False)])
def test_sentence_lengths_are_exact(tmp_path, words, fine):
    sentence = " ".join(["Diazepam", *["often"] * (words - 2), "helps."])
    assert (problems_of(tmp_path, RECORD.replace(FINDING, sentence)) == []) is fine


def test_two_lines_without_a_full_stop_are_one_sentence(tmp_path):
    line = "Diazepam relieved anxiety " + "and relieved it again " * 8
    assert any(
        "has 70 words" in each for each in problems_of(tmp_path, RECORD.replace(FINDING, f"{line}\n{line}"))
    )


def test_record_without_front_matter_or_text_is_caught(tmp_path):
    (without_text,) = problems_of(tmp_path / "a", RECORD.split("\n## ", maxsplit=1)[0] + "\n")[:1]
    assert "has no section" in without_text
    assert "has no front matter" in problems_of(tmp_path / "b", "## What it is\nDiazepam is a medicine.\n")[0]


def test_record_that_is_not_utf8_is_caught(tmp_path):
    folder = folder_with(tmp_path)
    (folder / "sources" / "papers" / "doe2020.md").write_bytes(b"---\nid: doe2020\ntitle: \xff\xfe\n---\n")
    (problem,) = check_corpus(folder)
    assert "cannot be read" in problem.what
    assert problem.remedy == "Save it as UTF-8 text."


def test_an_id_that_is_used_twice_is_caught(tmp_path):
    problems = problems_of(tmp_path, roe2021=RECORD)
    assert (
        "sources/papers/roe2021.md: its id 'doe2020' is that of sources/papers/doe2020.md. Give it another."
        in problems
    )


def test_disputed_by_a_record_that_exists_is_fine(tmp_path):
    disputed = RECORD.replace("words: summary", "words: summary\ndisputed_by: [roe2021]")
    other = (
        RECORD.split("doi:", maxsplit=1)[0].replace("doe2020", "roe2021")
        + f"---\n\n## What it is\n{FINDING}\n"
    )
    assert problems_of(tmp_path, disputed, LEDGER + "roe2021: {}\n", roe2021=other) == []


def copy_of(other: str, name: str) -> str:
    start = RECORD.split("doi:", maxsplit=1)[0].replace("doe2020", name)
    return f"{start}same_work_as: {other}\n---\n\n## What it is\n{FINDING}\n"


def test_another_copy_of_a_record_that_exists_is_fine(tmp_path):
    ledger = LEDGER + "roe2021: {}\n"
    assert problems_of(tmp_path, RECORD, ledger, roe2021=copy_of("doe2020", "roe2021")) == []


def test_a_copy_of_a_copy_is_caught(tmp_path):
    ledger = LEDGER + "poe2022: {}\nroe2021: {}\n"
    copies = {"roe2021": copy_of("doe2020", "roe2021"), "poe2022": copy_of("roe2021", "poe2022")}
    (problem,) = problems_of(tmp_path, RECORD, ledger, **copies)
    assert "poe2022.md: same_work_as names 'roe2021', which is itself the same work as 'doe2020'" in problem


def test_summary_with_keys_needs_no_ledger_entry(tmp_path):
    summary = (
        "---\nid: summary_x\nkind: summary\ntitle: Diazepam\nwords: summary\n---\n\n"
        "## What it is\nDiazepam is one of the benzodiazepines. [@doe2020; @doe2020]\n"
    )
    assert problems_of(tmp_path / "a", summary_x=summary) == []
    wrong = problems_of(tmp_path / "b", summary_x=summary.replace("; @doe2020", "; @roe1999"))
    assert len(wrong) == 1
    assert "rests on 'roe1999', which is no record" in wrong[0]


@pytest.mark.parametrize("name", ["doi", "pmid", "pmcid", "url"])
def test_identifier_that_the_ledger_lacks_is_caught(tmp_path, name):
    lines = [line for line in LEDGER.splitlines() if not line.startswith(f"  {name}:")]
    (problem,) = problems_of(tmp_path, ledger="\n".join(lines))
    assert f"{name} " in problem
    assert "was never verified. Leave it empty, or add to the ledger where it was seen." in problem


def test_identifier_that_is_left_empty_is_fine(tmp_path):
    assert problems_of(tmp_path, RECORD.replace("doi: 10.1000/doe\n", "")) == []


@pytest.mark.parametrize(
    ("ledger", "expected"),
    [
        ("", "has no entry in ledger.yaml"),
        (LEDGER + "roe1999: {}\n", "'roe1999' has no record"),
        (LEDGER + "doe2020: {}\n", "has 2 entries for 'doe2020'"),
        (LEDGER.replace("[year]", "[yaer]"), "a record has no field yaer"),
        (LEDGER.replace("10.1000/doe", "ten"), "doe2020: doi: String should match pattern"),
        (LEDGER.replace("pmcid:", "isbn:"), "doe2020: isbn: Extra inputs are not permitted"),
        ("doe2020: [", "is not valid YAML"),
        ("- doe2020", "is not made of 'id:' lines"),
    ],
)
def test_bad_ledger_is_caught(tmp_path, ledger, expected):
    problems = problems_of(tmp_path, ledger=ledger)
    assert any(expected in problem for problem in problems), problems


def test_folder_without_ledger_is_held_against_the_shipped_one(tmp_path):
    problems = problems_of(tmp_path, ledger=None)
    assert len([each for each in problems if "was never verified" in each]) == 4
    assert not any("has no record" in each or "has no entry" in each for each in problems)


def test_folder_that_is_missing_or_empty(tmp_path):
    with pytest.raises(RecordError, match="there is no such folder"):
        check_corpus(tmp_path / "nowhere")
    (problem,) = check_corpus(tmp_path)
    assert problem.what == "holds no record."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("entities: [{id: a, kind: drug, name: A}, {id: a, kind: drug, name: B}]", "the id a is used twice"),
        ("entities: [{id: a, kind: drug, name: A}, {id: b, kind: drug, name: a}]", "names both a and b"),
        ("entities: [{id: a, kind: drug, name: A, classes: [c]}]", "belongs to c, which is not listed"),
        ("entities: [{id: a, kind: potion, name: A}]", "a has the kind 'potion'. Use one of drug,"),
        ("entities: [{id: a, kind: drug}]", "cannot be read (KeyError: 'name')"),
        ("entities: [", "cannot be read (ParserError"),
        ("entities: []\nlay_terms: [{term: kick in, facet: nonsense}]", "means the facet nonsense"),
        ("entities: []\nlay_terms: [{term: kick in, entity: z}]", "means z, which is not listed"),
        ("entities: []\nlay_terms: [{term: kick in}]", "'kick in' means nothing"),
    ],
)
def test_bad_lexicon_is_caught(tmp_path, text, expected):
    path = tmp_path / "lexicon.yaml"
    path.write_text(text, encoding="utf-8")
    (problem,) = check_lexicon(path, load_facets())
    assert problem.file == "lexicon.yaml"
    assert expected in str(problem)


def test_bad_facets_are_caught():
    table = FacetTable(
        (
            Facet(FacetId("onset"), "Onset", "", ("onset", "start")),
            Facet(FacetId("onset"), "Dose", "", ("dose",)),
            Facet(FacetId("uses"), "Uses", "", ("uses", "start")),
        )
    )
    assert [problem.what for problem in check_facets(table)] == [
        "the id onset is used twice.",
        "the heading 'start' stands in onset and in uses.",
    ]
    assert check_facets(load_facets()) == []
