"""Real files against what a person read in them (`golden/*.yaml`). Skipped where the data are not there."""

from pathlib import Path

import pytest
import yaml

from tests.ingest.formats import DATA, headings, read

FOLDER = Path(__file__).parent / "golden"
KINDS = ("pubmed*", "medline[0-9]*", "jats_*", "spl_*")
GOLDEN = sorted(path for kind in KINDS for path in FOLDER.glob(kind))

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the data sets are not here")


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_real_file_gives_what_a_person_reads_in_it(path):
    expected = yaml.safe_load(path.read_text(encoding="utf-8"))
    documents, remarks = read(DATA / expected["file"])
    assert len(documents) == len(expected["documents"])
    for which in expected.get("left_out", ()):
        assert any(which in remark for remark in remarks)
    assert bool(remarks) == ("left_out" in expected)
    for document, wanted in zip(documents, expected["documents"], strict=True):
        check(document, wanted)


def check(document, wanted):
    record = document.source.model_dump()
    for name, value in wanted["record"].items():
        found = record[name]
        assert (list(found) if isinstance(found, tuple) else found) == value, name
    for name in wanted.get("absent", ()):
        assert not record[name], name
    if "first_author" in wanted:
        assert record["authors"][0] == wanted["first_author"]
    if "last_author" in wanted:
        assert record["authors"][-1] == wanted["last_author"]
    if "authors_count" in wanted:
        assert len(record["authors"]) == wanted["authors_count"]
    found = list(dict.fromkeys(headings(document)))
    if "headings" in wanted:
        assert found == list(dict.fromkeys(wanted["headings"]))
    some = wanted.get("some_headings", [])
    assert [each for each in found if each in some] == some  # all of them, in this order
    for words in wanted.get("says", ()):
        assert words in document.text
