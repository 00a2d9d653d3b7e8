"""`citewell ingest --dry-run` and `--wait`, `citewell index rollback` and `prune`, on a real index."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ui.cli import cli

HOLD = (
    "import sys, time; from pathlib import Path; from ingest.publish import only_ingest\n"
    "with only_ingest(Path(sys.argv[1])):\n"
    "    print('held', flush=True)\n    time.sleep(float(sys.argv[2]))\n"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "alpha.txt").write_text("Alpha calms. It may cause sleepiness.\n")
    (shelf / "beta.txt").write_text("Beta lifts the mood.\n")
    return tmp_path / "home"


def run(home: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, [*arguments, "--home", str(home)])
    assert result.exit_code == code, result.output
    return result.output


def ingest(home: Path, *options: str) -> str:
    return run(home, "ingest", str(home.parent / "shelf"), *options)


def generation(home: Path) -> str:
    return re.search(r"generation\s+(g-\w+)", run(home, "index", "status"))[1]


def test_a_dry_run_says_what_would_happen(home):
    said = ingest(home, "--dry-run")
    assert "added: alpha.txt, beta.txt" in said
    assert "Would be index g-" in said
    assert "2 embedded, 0 reused" in said
    assert "Nothing was changed." in said
    assert not (home / "index" / "CURRENT").exists()
    assert "Would be" not in ingest(home)


def test_rolling_back_and_pruning(home):
    ingest(home)
    first = generation(home)
    assert "none but this one" in run(home, "index", "status")
    (home.parent / "shelf" / "beta.txt").write_text("Beta is other now.\n")
    assert "1 embedded, 1 reused" in ingest(home)
    second = generation(home)
    assert first in run(home, "index", "status")
    assert f"Index {first}" in run(home, "index", "rollback")
    assert generation(home) == first
    run(home, "index", "verify")
    run(home, "index", "rollback", second)
    assert generation(home) == second
    assert f"Deleted: {first}." in run(home, "index", "prune")
    assert "nothing to delete" in run(home, "index", "prune")
    result = CliRunner().invoke(cli, ["index", "rollback", "--home", str(home)])
    assert result.exit_code == 3
    assert "go back" in result.stderr


def test_a_second_ingest_waits_when_told_to(home):
    (home / "index").mkdir(parents=True)
    command = [sys.executable, "-c", HOLD, str(home / "index"), "1.0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        result = CliRunner().invoke(cli, ["ingest", str(home.parent / "shelf"), "--home", str(home)])
        assert result.exit_code == 5
        assert f"process {holder.pid}" in result.stderr
        assert "2 sources" in ingest(home, "--wait", "30")
