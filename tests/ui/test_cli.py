"""The command line as a whole: help, version, settings passed on, and errors in one line with a remedy."""

import re
import subprocess
import sys
from importlib.metadata import version

import pytest

from corpus.errors import IndexBusyError
from tests.ui.commands import ROOT, invoke
from ui.cli import cli


def test_help_imports_nothing_heavy():
    heavy = "{'pydantic', 'yaml', 'numpy', 'rich', 'faiss', 'tantivy', 'langchain_core', 'torch', 'gradio'}"
    script = (
        "import sys, time; begun = time.perf_counter()\n"
        "from ui.cli import main\n"
        "sys.argv = ['citewell', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print('heavy:', sorted({heavy} & set(sys.modules)), file=sys.stderr)\n"
        "print('took:', time.perf_counter() - begun, file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "Usage: citewell" in result.stdout
    assert "heavy: []" in result.stderr
    assert float(re.search(r"took: (\S+)", result.stderr)[1]) < 0.5


def commands(group=cli, path=()):
    for name, command in group.commands.items():
        yield (*path, name)
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", [(), *commands()], ids=" ".join)
def test_every_command_explains_itself_with_an_example(path):
    result = invoke(*path, "--help")
    assert result.exit_code == 0
    assert re.search(r"Example:\n +(?:echo .* \| )?citewell", result.stdout)


def test_commands_are_listed_in_the_order_of_need():
    listed = re.findall(r"^  (\w+)  ", invoke("--help").stdout.split("Commands:")[1], re.MULTILINE)
    owned = ["ask", "chat", "ingest", "fetch", "search", "show", "sources", "settings", "corpus", "index"]
    assert [each for each in listed if each in owned] == owned
    assert {" ".join(each) for each in commands()} >= {"corpus check", "index status", "index verify"}


def test_version():
    result = invoke("--version")
    assert version("citewell") in result.stdout


def test_errors_have_their_own_exit_codes(monkeypatch, tmp_path):
    def busy(*_, **__):
        raise IndexBusyError("Another ingest is running.", "Wait until it has\nfinished.")

    monkeypatch.setattr("ingest.pipeline.ingest", busy)
    result = invoke("ingest", "--home", tmp_path)
    assert result.exit_code == 5
    assert result.stderr == "citewell: Another ingest is running. Wait until it has finished.\n"


def test_error_of_the_operating_system_is_one_line(monkeypatch, tmp_path):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", "/data/index")

    monkeypatch.setattr("ingest.pipeline.ingest", refuse)
    result = invoke("ingest", "--home", tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "citewell: /data/index: Permission denied. Check the path, its permissions"
    )
    assert result.stderr.count("\n") == 1


def test_ui_passes_the_settings_on_and_prints_the_address(monkeypatch, tmp_path):
    served = []

    def launch(settings, on_ready):
        served.append(settings)
        on_ready("http://127.0.0.2:8080/")

    monkeypatch.setattr("ui.serve.launch", launch)
    result = invoke("ui", "--host", "127.0.0.2", "--port", "8080", "--home", tmp_path)
    assert result.exit_code == 0
    assert "http://127.0.0.2:8080/" in result.stdout
    (settings,) = served
    assert (settings.host, settings.port, settings.home) == ("127.0.0.2", 8080, tmp_path)
