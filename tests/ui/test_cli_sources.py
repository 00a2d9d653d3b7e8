"""`citewell sources`, `index status` and `index verify`: what an index holds, and whether it is whole."""

import json
import re
import subprocess

import pytest

from tests.ui.commands import DISCLAIMER, QUESTION, ROOT, RUN, in_terminal, invoke, write_sources


def test_sources_as_tab_separated_lines(home):
    result = invoke("sources", "--home", home)
    assert result.stdout.splitlines() == [
        "passages\tkind\tyear\ttitle\tid",
        "2\tlabel\t2020\tAbout Diazepam\tdiazepam_source",
        "2\tlabel\t2020\tAbout Sertraline\tsertraline_source",
        "2\treview\t2020\tAbout Bupropion\tbupropion_source",
    ]
    assert result.stderr == "3 sources, 6 passages.\n"


def test_sources_as_a_table_in_a_terminal(home):
    shown = in_terminal("sources", "--home", home, env={"COLUMNS": "80"}).replace("\r\n", "\n")
    assert shown.splitlines()[:2] == [
        "passages  kind    year  title             id",
        "       2  label   2020  About Diazepam    diazepam_source",
    ]


def test_sources_of_a_kind_as_json(home):
    (record,) = json.loads(invoke("sources", "--json", "--kind", "review", "--home", home).stdout)
    assert (record["id"], record["kind"], record["passages"]) == ("bupropion_source", "review", 2)
    assert (
        len(
            json.loads(
                invoke("sources", "--json", "--kind", "review", "--kind", "label", "--home", home).stdout
            )
        )
        == 3
    )
    wrong = invoke("sources", "--kind", "poem", "--home", home)
    assert wrong.exit_code == 2
    assert "'poem' is no kind. There are guideline," in wrong.stderr


def test_reader_that_goes_away_is_no_error(home):
    process = subprocess.Popen(
        [*RUN, "sources", "--home", str(home)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )
    process.stdout.close()
    assert process.stderr.read() in {b"", b"3 sources, 6 passages.\n"}
    process.wait(timeout=60)


def test_index_status(home):
    result = invoke("index", "status", "--home", home)
    assert result.exit_code == 0
    assert re.search(r"^generation +g-\w+$", result.stdout, re.MULTILINE)
    assert re.search(r"^model +all-MiniLM-L6-v2", result.stdout, re.MULTILINE)
    assert re.search(r"^sources +3$", result.stdout, re.MULTILINE)
    assert json.loads(invoke("index", "status", "--json", "--home", home).stdout)["passages"] == 6


@pytest.mark.parametrize("command", [("sources",), ("index", "status"), ("index", "verify")])
def test_missing_index_has_its_own_exit_code(command, tmp_path):
    result = invoke(*command, "--home", tmp_path)
    assert result.exit_code == 3
    assert result.stderr.startswith("citewell: There is no index at ")
    assert result.stderr.endswith("Run 'citewell ingest' to build it.\n")


def test_verify_finds_a_flipped_byte(tmp_path):
    home = tmp_path / "home"
    assert invoke("ingest", write_sources(tmp_path / "docs"), "--home", home).exit_code == 0
    whole = invoke("index", "verify", "--home", home)
    assert whole.exit_code == 0
    assert re.match(r"Index g-\w+ is whole: \d+ files match their checksums\.", whole.stdout)
    (records,) = home.rglob("*.sqlite*")
    data = bytearray(records.read_bytes())
    data[len(data) // 2] ^= 1
    records.write_bytes(data)
    damaged = invoke("index", "verify", "--home", home)
    assert damaged.exit_code == 4
    assert re.fullmatch(
        r"citewell: The index at .* is damaged: .* Run 'citewell ingest' .*\n", damaged.stderr
    )
    asked = invoke("ask", QUESTION, "--home", home)
    assert asked.exit_code == 4
    assert "is damaged" in asked.stdout
    assert DISCLAIMER in asked.stdout
