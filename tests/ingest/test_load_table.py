import json

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.errors import SourceUnreadableError
from ingest.find import SourceFile, find_files
from ingest.rows import csv_rows
from ingest.table_map import make_map, map_path, write_map
from tests.ingest.formats import DATA, headings, read, says, write
from tests.ingest.mutated import mutated, told_by

CSV = """Title,Abstract,Year,Authors,DOI,Link
Alpha study,"Alpha helps.

It is ""safe"".",2001,Roe A; Doe J,https://doi.org/10.1000/a.1,https://example.org/1
Beta study,Beta does not.,n.d.,,,no address
,,,,,
Gamma study,,2003,,,
"""


def test_columns_are_known_by_their_names(tmp_path):
    (alpha, beta), remarks = read(write(tmp_path, "papers.csv", CSV))
    record = alpha.source
    assert (record.title, record.year, record.authors) == ("Alpha study", 2001, ("Roe A", "Doe J"))
    assert (record.doi, record.url, record.kind) == ("10.1000/a.1", "https://example.org/1", "document")
    assert alpha.text == 'Alpha helps.\n\nIt is "safe".\n\n'
    assert (beta.source.year, beta.source.url) == (None, None)
    assert "no valid url, year (line 5)" in remarks[0]
    assert "without text (line 7)" in remarks[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv", "title\ttext\nT one\tHalf, or a quarter.\n"),
        ("a.csv", "title;text\nT one;Half, or a quarter.\n"),
        ("a.csv", '\ufefftitle,text\r\nT one,"Half, or a quarter."\r\n'),
        ("a.csv.gz", 'title,text\nT one,"Half, or a quarter."'),
        ("a.csv", 'title,text\nT one,"Half, or a quarter."'.encode("utf-16")),
        ("a.jsonl", '{"_id": "1", "title": "T one", "text": "Half, or a quarter.", "metadata": {}}'),
        ("a.data", '{"title": "T one", "text": "Half, or a quarter."}\n{"title": "", "text": ""}'),
        ("a.json", '[{"title": "T one", "text": "Half, or a quarter."}]'),
        ("a.json", '{"count": 1, "data": [{"title": "T one", "text": "Half, or a quarter."}]}'),
        ("a.json", '{"77": {"title": "T one", "text": ["Half, or a quarter."]}}'),
    ],
)
def test_every_kind_of_table(tmp_path, name, content):
    (document,), _ = read(write(tmp_path, name, content))
    assert (document.source.title, document.text) == ("T one", "Half, or a quarter.\n\n")


def test_a_column_named_like_a_facet_is_a_section(tmp_path):
    table = "Disease,Symptoms,side_effects,Room\nAlphitis,<p>Itching.</p><p>Spots.</p>,None known.,12\n"
    (document,), _ = read(write(tmp_path, "a.csv", table))
    assert document.source.title == "Alphitis"
    assert says(document) == {"Symptoms": "Itching. Spots.", "Side effects": "None known."}


def test_a_mapping_says_which_column_holds_what(tmp_path):
    path = write(tmp_path, "a.csv", "N,B,S,P\nAlphitis,Alphitis is rare.,Spots.,2012.0\n")
    write_map(
        path,
        ["title=N", "text=B", "section.Signs=S", "year=P", "all.publisher=A society", "all.kind=guideline"],
    )
    (document,), _ = read(path)
    record = document.source
    assert (record.title, record.year, record.publisher, record.kind) == (
        "Alphitis",
        2012,
        "A society",
        "guideline",
    )
    assert headings(document) == ["", "Signs"]
    assert [file.name for file in find_files([tmp_path])] == ["a.csv"]  # the mapping itself is no source


def test_another_mapping_makes_it_another_file(tmp_path):
    path = write(tmp_path, "a.csv", "N,B\nx,y\n")
    file = SourceFile(path, path, "a.csv")
    before = file.sha256()
    write_map(path, ["text=B"])
    assert file.sha256() != before


def test_a_mapping_reaches_into_fields_of_fields(tmp_path):
    path = write(tmp_path, "a.jsonl", '{"data": {"t": "Alpha", "b": "Alpha is new."}, "n": 3}')
    write_map(path, ["title=data.t", "text=data.b"])
    assert read(path)[0][0].source.title == "Alpha"


def test_a_column_that_is_not_there_is_told(tmp_path):
    path = write(tmp_path, "a.csv", "N,B\nx,y\n")
    for told in (r"none of its columns .* \(N, B\)\. Say which: --map text=COLUMN",):
        with pytest.raises(SourceUnreadableError, match=told):
            read(path)
    write_map(path, ["text=Body"])
    with pytest.raises(SourceUnreadableError, match="none of its columns"):
        read(path)


@pytest.mark.parametrize("pair", ["text", "text=", "words=B", "section.=B", "all.text=B", "=B"])
def test_what_maps_nothing_is_refused(tmp_path, pair):
    with pytest.raises(SourceUnreadableError, match="is no mapping"):
        write_map(tmp_path / "a.csv", [pair])
    assert not map_path(tmp_path / "a.csv").exists()


@pytest.mark.parametrize("content", ["- a list", "text: [", "text: ''", "\x00"])
def test_a_mapping_that_cannot_be_read_is_told(tmp_path, content):
    path = write(tmp_path, "a.csv", CSV)
    map_path(path).write_text(content)
    with pytest.raises(SourceUnreadableError, match=r"a\.csv\.map\.yaml"):
        read(path)


def test_a_mapping_given_on_the_command_line_is_kept_beside_the_table(tmp_path, monkeypatch):
    from ui.cli import cli

    path = write(tmp_path, "a.csv", "N,B\nAlpha,Alpha is new.\n")
    asked: list[object] = []
    monkeypatch.setattr("ingest.pipeline.ingest", lambda *given, **_: asked.append(given) or _report())
    result = CliRunner().invoke(
        cli, ["ingest", str(path), "--map", "title=N,text=B", "--home", str(tmp_path)]
    )
    assert result.exit_code == 0, result.output
    assert map_path(path).read_text() == "title: N\ntext: B\n"
    assert "a.csv.map.yaml" in result.output
    assert CliRunner().invoke(cli, ["ingest", str(tmp_path), "--map", "title=N"]).exit_code == 2
    assert len(asked) == 1


def _report():
    from ingest.report import Report

    return Report()


def test_one_bad_row_costs_itself_alone_and_is_told_with_its_line(tmp_path):
    rows = ['{"title": "One", "text": "a b"}', "{", '["x"]', "", '{"title": "Two", "text": "c d"}']
    documents, remarks = read(write(tmp_path, "a.jsonl", "\n".join(rows)))
    assert [document.source.title for document in documents] == ["a: One", "a: Two"] or len(documents) == 2
    assert "not valid JSON (line 2)" in remarks[0]
    assert "not an object with fields (line 3)" in remarks[0]
    documents, remarks = read(write(tmp_path, "b.csv", "title,text\nOne,a b\nTwo,c,d,e\nThree,f\n"))
    assert len(documents) == 2
    assert "4 cells under 2 columns (line 3)" in remarks[0]


def test_a_quote_that_never_closes_costs_its_own_line_alone(tmp_path):
    lines = [
        "title,text",
        'Alpha,"whole"',
        'Beta,"never closed',
        *(f"Row {n},words {n}" for n in range(1500)),
    ]
    documents, remarks = read(write(tmp_path, "a.csv", "\n".join(lines)))
    found = [document.source.title for document in documents]
    assert found[0] == "Alpha"
    assert found[1:] == [f"Row {n}" for n in range(1500)]
    assert "a quote in it never closes" in remarks[0]
    assert "(line 3)" in remarks[0]


def test_a_quote_inside_a_cell_is_one(tmp_path):
    documents, remarks = read(
        write(tmp_path, "a.csv", 'title,text\nAlpha,5" tube\nBeta,Words.\nGamma,3" one\n')
    )
    assert [document.text.strip() for document in documents] == ['5" tube', "Words.", '3" one']
    assert remarks == []


def test_rows_that_say_the_same_are_read_once_and_ids_differ(tmp_path):
    table = "id,title,text\n7,Alpha,One.\n8,Alpha,One.\n7,Alpha,Two.\na/b,Beta,x y\na-b,Beta,z\n"
    documents, remarks = read(write(tmp_path, "a.csv", table))
    assert [document.text.strip() for document in documents] == ["One.", "Two.", "x y", "z"]
    assert len({document.source.id for document in documents}) == 4
    assert "the same as an earlier row (line 3)" in remarks[0]


def test_the_id_of_a_row_does_not_depend_on_its_place(tmp_path):
    first, _ = read(write(tmp_path, "a.csv", "title,text\nAlpha,One.\nBeta,Two.\n"))
    later, _ = read(write(tmp_path, "a.csv", "title,text\nNew,Zero.\nAlpha,One.\nBeta,Two.\n"))
    assert [document.source.id for document in later[1:]] == [document.source.id for document in first]


def test_a_row_that_is_too_long_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.rows.LONGEST_ROW", 5000)
    rows = [{"title": "One", "text": "x" * 9000}, {"title": "Two", "text": "c d"}]
    documents, remarks = read(write(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows))))
    assert len(documents) == 1
    assert "longer than any row should be (line 1)" in remarks[0]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", "", "does not name the columns"),
        ("a.csv", "one column\nwords\n", "does not name the columns"),
        ("a.json", "{", "is not valid JSON"),
        ("a.json", "3", "holds no list of objects"),
        ("a.json", "[" * 100000, "is not valid JSON"),
        ("a.jsonl", "no json\n", "not valid JSON"),
    ],
)
def test_what_is_no_table_says_so(tmp_path, name, content, why):
    with pytest.raises(SourceUnreadableError, match=why):
        read(write(tmp_path, name, content))


def test_a_large_file_is_read_row_by_row(tmp_path):
    path = write(tmp_path, "a.csv", "title,text\n" + "Alpha,words\n" * 100_000)
    rows = csv_rows(path, "a.csv")
    assert next(rows).where == "line 2"  # before the rest was read


def test_constants_are_fields_of_a_record():
    assert make_map({"all.licence": "CC BY 4.0"}, "x").constants == {"licence": "CC BY 4.0"}


@pytest.mark.skipif(not DATA.is_dir(), reason="the data sets are not here")
def test_a_beir_corpus_is_known_without_a_mapping():
    documents, _ = read(DATA.parent / "scifact" / "corpus.jsonl")
    assert len(documents) == 5183
    assert documents[0].source.title.startswith("Microstructural development")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_ends_in_another_error(tmp_path, data):
    rows = '{"title": "One", "text": "a b", "year": "2001"}\n{"title": "Two", "text": "c d"}\n'
    known = [
        ("a.csv", CSV),
        ("a.tsv", CSV.replace(",", "\t")),
        ("a.jsonl", rows),
        ("a.json", f"[{rows.replace(chr(10), ',')}1]"),
    ]
    name, base = data.draw(st.sampled_from(known))
    told = told_by(lambda: read(write(tmp_path, name, data.draw(mutated(base.encode())))))
    assert told is None or name in told
