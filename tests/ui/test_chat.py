"""A conversation in the terminal: follow-ups, what stands behind an answer, export; typed and from a pipe."""

import pytest

from tests.ui.commands import invoke, typed

HOW = "how does diazepam work"


@pytest.fixture
def talk(small_home):
    def talk(*lines, **kwargs):
        return invoke("chat", "--home", small_home, input="".join(f"{line}\n" for line in lines), **kwargs)

    return talk


def words(text):
    return " ".join(text.split())


def test_a_follow_up_is_understood_until_a_new_conversation_begins(talk):
    result = talk(HOW, "and when I stop it?", "/new", "and when I stop it?")
    first, second, third = result.stdout.split("> and when I stop it?")
    assert "strengthens the effect of GABA" in words(first)
    assert "Stopping Diazepam suddenly can cause withdrawal" in words(second)
    assert "Stopping" not in words(third)
    assert result.stdout.count("medical advice") == 3
    assert result.exit_code == 0


def test_sources_and_the_passage_behind_a_number(talk):
    result = talk(HOW, "/sources", "/show 1", "/show 9", "/show")
    _, sources, shown, *wrong = result.stdout.split("> /")
    assert "[1] About Diazepam (2020)." in sources
    assert "id diazepam_source" in sources
    assert "citewell show p-" in sources
    assert "⟦Diazepam strengthens the effect of GABA, the brain's main inhibitory messenger.⟧" in words(shown)
    assert all("The last answer has no source" in each for each in wrong)


def test_export_writes_markdown_with_references_once(talk, tmp_path):
    path = tmp_path / "my talk.md"
    result = talk(
        "/export x.md", HOW, "what is the weather", f'/export "{path}"', f'/export "{path}"', "/export"
    )
    assert "There is nothing to export yet." in result.stdout
    assert "2 answers with their references are in" in result.stdout
    assert "Choose another name" in result.stdout
    assert "/export takes the name of one file" in result.stdout
    text = path.read_text(encoding="utf-8")
    assert f"## {HOW}" in text
    assert "About Diazepam (2020)" in text
    assert text.count("medical advice") == 2


def test_what_is_not_understood_is_told_and_the_conversation_goes_on(talk):
    result = talk("/sources", "/nothing", "/help", "", HOW, "/quit", "never asked")
    assert "There is no answer yet. Ask something first." in result.stdout
    assert "There is no /nothing. /help lists what there is." in result.stdout
    assert "/export FILE" in result.stdout
    assert "strengthens" in result.stdout
    assert "never asked" not in result.stdout


def test_from_a_pipe_the_exit_code_tells_of_an_error(talk, tmp_path):
    result = invoke("chat", "--home", tmp_path, input=f"{HOW}\n")
    assert result.exit_code == 3
    assert "medical advice" in result.stdout


def test_the_filters_hold_for_the_whole_conversation(talk, small_home):
    result = invoke(
        "chat", "--kind", "review", "--home", small_home, input=f"{HOW}\nhow does bupropion work\n"
    )
    assert "About Diazepam" not in result.stdout
    assert "About Bupropion" in result.stdout


@pytest.mark.parametrize("leave", [b"\x04", b"\x03", b"/quit\r"])
def test_it_is_left_politely(small_home, leave):
    code, shown = typed("chat", "--home", small_home, keys=[b"/help\r", leave])
    assert code == 0
    assert "Ask about medicines" in shown
    assert "/export FILE" in shown
    assert "Traceback" not in shown
    assert "Aborted" not in shown
