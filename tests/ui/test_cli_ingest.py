"""`citewell ingest` and `corpus check`: what they tell of files, and why one is skipped or refused."""

import os
import pty
import re
import subprocess
import sys

from tests.ui.commands import ROOT, SOURCES, invoke, write_sources


def test_ingest_tells_what_changed_and_why_something_was_skipped(tmp_path):
    docs, home = write_sources(tmp_path / "docs"), tmp_path / "home"
    (docs / "broken\x1b[31m.md").write_text("---\nid: [\n---\nText.", encoding="utf-8")
    (docs / "table.xlsx").write_bytes(b"PK\x00\x00")
    first = invoke("ingest", docs, "--home", home)
    assert first.exit_code == 1
    assert "Files: 3 added, 0 changed, 0 removed, 0 unchanged, 2 skipped." in first.stdout
    assert re.search(r"Index g-\w+: 3 sources, \d+ passages; \d+ embedded, 0 reused", first.stdout)
    assert "skipped: table.xlsx: is a binary file of a kind that is not supported. Convert it" in first.stderr
    assert "the front matter is not valid YAML" in first.stderr
    assert "\x1b" not in first.output
    for name in ("broken\x1b[31m.md", "table.xlsx", "bupropion.md"):
        (docs / name).unlink()
    (docs / "diazepam.md").write_text(
        "## How it works\nDiazepam acts on GABA in the brain.\n", encoding="utf-8"
    )
    second = invoke("ingest", docs, "--home", home)
    assert second.exit_code == 0
    assert "changed: diazepam.md\nremoved: bupropion.md\n" in second.stdout
    assert "Files: 0 added, 1 changed, 1 removed, 1 unchanged, 0 skipped." in second.stdout
    third = invoke("ingest", docs, "--home", home)
    assert "2 unchanged, 0 skipped." in third.stdout
    assert "0 embedded" in third.stdout


def test_ingest_of_a_path_that_is_not_there(tmp_path):
    result = invoke("ingest", tmp_path / "no\x1bwhere", "--home", tmp_path / "home")
    assert result.exit_code == 1
    assert re.fullmatch(
        r"citewell: .*where: there is no such file or folder\. Check the path\.\n", result.stderr
    )
    assert "\x1b" not in result.stderr


def test_home_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    result = invoke("ingest", write_sources(tmp_path / "docs"), "--home", tmp_path / "file" / "home")
    assert result.exit_code == 1
    assert re.fullmatch(r"citewell: .*file.* Check .*\n", result.stderr)


def test_progress_goes_to_a_terminal_on_standard_error_only(tmp_path):
    script = (
        "import ingest.pipeline\n"
        "def ingest_quickly(roots, settings, on_progress, *_, **__):\n"
        "    on_progress('Embedding', 3, 4)\n"
        "    return ingest.pipeline.Report()\n"
        "ingest.pipeline.ingest = ingest_quickly\n"
        "from ui.cli import main; main()"
    )
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", script, "ingest", "--home", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    )
    out, _ = process.communicate(timeout=60)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert re.search(r"Embedding .*3/4", shown)
    assert out == b"Files: 0 added, 0 changed, 0 removed, 0 unchanged, 0 skipped.\n"


def test_corpus_check(tmp_path):
    sources = write_sources(tmp_path / "mine")
    result = invoke("corpus", "check", sources)
    assert result.exit_code == 1
    assert "diazepam.md: its id is 'diazepam_source'. Name the file diazepam_source.md" in result.stdout
    assert result.stdout.endswith(f"3 problems in {sources}.\n")
    for drug in SOURCES:
        (sources / f"{drug}.md").rename(sources / f"{drug}_source.md")
    mended = invoke("corpus", "check", sources)
    assert (mended.exit_code, mended.stdout) == (0, "No problems found.\n")
    assert invoke("corpus", "check", tmp_path / "nowhere").stderr.endswith("Check the path.\n")
