"""The answer in a terminal: everything is there, in order, wrapped, and nothing steers the terminal."""

import re

import pytest
from rich.cells import cell_len

from corpus.record import Kind
from retrieval.answer import Answer, Caution, Citation, Outcome, Receipt, SourceRef, Statement
from ui.sheet import neutralise, render, table_text
from ui.terminal import answer_lines

DISCLAIMER = "This is information and not medical advice; ask a doctor or pharmacist."
LONG = "Diazepam strengthens the effect of GABA, the main inhibitory messenger of the central nervous system."
URL = "https://example.org/" + "a-very-long-path/" * 8
ESCAPES = "\x1b[31mred\x1b]0;title\x07 \x9b2J \u202egnp.exe\u2066 \x00\x7f\r\n\x85end"


def cite(number: int) -> Citation:
    return Citation(
        number=number, source_id=f"s{number}", passage_id="p-1", start=0, end=4, quote="text", support=1.0
    )


def ref(number: int, **fields) -> SourceRef:
    return SourceRef(
        **{"number": number, "id": f"s{number}", "kind": Kind.TRIAL, "title": f"Title {number}", **fields}
    )


def answer(**fields) -> Answer:
    given = {
        "question": "how does diazepam work",
        "outcome": Outcome.ANSWERED,
        "statements": (
            Statement(heading="How it works", text=LONG, citations=(cite(1), cite(2))),
            Statement(heading="Cautions", text="Dependence is a risk.", citations=(cite(2),)),
            Statement(
                heading="How it works", text="It is fast.", worded_by="citewell", citations=(cite(1), cite(1))
            ),
        ),
        "sources": (
            ref(1, authors=("Doe J",), year=2020, doi="10.1000/doe", words="summary", unverified=("year",)),
            ref(2, url=URL, retracted=True),
        ),
        "warnings": (Caution(text="Do not combine it with opioids.", citations=(cite(2),)),),
        "notes": ("'diazapam' was read as diazepam.",),
        "disclaimer": DISCLAIMER,
        "receipt": Receipt(settings="x", took_ms=1.0),
    }  # fmt: skip
    return Answer(**{**given, **fields})


def plain(shown: Answer, width: int = 100) -> str:
    return render(answer_lines(shown, width), colour=False)


def test_whole_answer_as_plain_text():
    assert plain(answer(), 80) == "\n".join(
        [
            "Warning",
            "  ! Do not combine it with opioids. [2]",
            "",
            "How it works",
            "  - Diazepam strengthens the effect of GABA, the main inhibitory messenger of",
            "    the central nervous system. [1][2]",
            "  - It is fast.* [1]",
            "",
            "Cautions",
            "  - Dependence is a risk. [2]",
            "",
            "* In words written for Citewell, from the sources that are cited.",
            "",
            "Sources",
            "[1] Doe J (2020). Title 1.",
            "    https://doi.org/10.1000/doe",
            "    trial; summary written for Citewell; partly verified (year)",
            "[2] Title 2.",
            f"    {URL}",
            "    RETRACTED; trial",
            "",
            "Note: 'diazapam' was read as diazepam.",
            "",
            DISCLAIMER,
        ]
    )


@pytest.mark.parametrize("outcome", list(Outcome))
def test_disclaimer_is_last_and_always(outcome):
    bare = answer(outcome=outcome, statements=(), sources=(), warnings=(), notes=())
    assert plain(bare).endswith(DISCLAIMER)
    assert not plain(bare).startswith("\n")


def test_emergency_is_unmistakable_and_first():
    urgent = answer(
        outcome=Outcome.EMERGENCY,
        statements=(Statement(heading="", text="Call 999 now."),),
        sources=(),
        warnings=(),
        notes=(),
    )
    assert plain(urgent).splitlines()[:3] == ["*** EMERGENCY ***", "", "Call 999 now."]
    assert render(answer_lines(urgent), colour=True).startswith("\x1b[1;37;41m*** EMERGENCY ***\x1b[0m\n")
    assert "EMERGENCY" not in plain(answer())


def test_error_says_what_helps():
    failed = answer(
        outcome=Outcome.ERROR, statements=(), sources=(), warnings=(), notes=("Run 'citewell ingest'.",)
    )
    assert plain(failed).splitlines() == [
        "No answer: something went wrong.",
        "",
        "Run 'citewell ingest'.",
        "",
        DISCLAIMER,
    ]


@pytest.mark.parametrize("width", [1, 30, 45, 72, 100, 250])
def test_lines_fit_the_width_and_end_without_spaces(width):
    for line in plain(answer(), width).splitlines():
        assert line == line.rstrip()
        assert cell_len(line) <= max(30, min(width, 100)) or line.lstrip().startswith("https://")


def test_wide_characters_count_double():
    wide = answer(statements=(Statement(heading="", text="ジアゼパム " * 20, citations=(cite(1),)),))
    assert max(map(cell_len, plain(wide, 40).replace(URL, "").splitlines())) <= 40


def test_colour_changes_no_word():
    coloured = render(answer_lines(answer()), colour=True)
    assert "\x1b[36m[1]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain(answer())


def test_plain_text_has_no_escape_code(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in plain(answer())


def test_neutralise():
    assert neutralise(ESCAPES) == "�[31mred�]0;title� �2J gnp.exe ��   end"
    assert neutralise("naïve – β‑blocker 5 µg/mL ≥ 2") == "naïve – β‑blocker 5 µg/mL ≥ 2"
    assert neutralise("\udc80") == "�"


@pytest.mark.parametrize("colour", [False, True])
def test_no_text_can_steer_the_terminal(colour):
    evil = answer(
        statements=(Statement(heading=f"H{ESCAPES}", text=f"T{ESCAPES}", citations=(cite(1),)),),
        sources=(
            ref(
                1,
                title=f"Title {ESCAPES}",
                authors=(ESCAPES,),
                journal=ESCAPES,
                url=f"https://x.org/{ESCAPES}",
                study_type=ESCAPES,
                disputed_by=(ESCAPES,),
            ),
        ),
        warnings=(Caution(text=ESCAPES, citations=(cite(1),)),),
        notes=(ESCAPES,),
        disclaimer=DISCLAIMER + ESCAPES,
    )
    shown = render(answer_lines(evil), colour=colour)
    if colour:
        shown = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    assert shown.count("red") >= 8


def test_table_fits_and_sets_figures_to_the_right():
    header = ("passages", "kind", "title")
    rows = [
        ("3", "label", "A short title"),
        ("12", "meta-analysis", "A title that is much too long \x1b[31m" * 3),
    ]
    assert table_text(header, rows, 50).splitlines() == [
        "passages  kind           title",
        "       3  label          A short title",
        "      12  meta-analysis  A title that is much too…",
    ]
    assert table_text(header, rows, None).splitlines()[1] == "3\tlabel\tA short title"
    assert "\x1b" not in table_text(header, rows, None)
    assert table_text(header, [], 50) == "passages  kind  title"
