import json
import os
import re
import shutil
import xml.etree.ElementTree as ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from evals.judge.ask import prompt_hash
from evals.judge.judgement import NuggetJudgement
from evals.report.gather import gather
from evals.report.page import to_html
from evals.report.text import to_json, to_markdown
from evals.review.lines import append_line
from evals.review.pairs import pairs_of
from evals.review.ratings import Rating
from evals.review.words import digest
from evals.store import Figure
from tests.evals.made_runs import HOSTILE, answer, nugget, record, write
from ui.cli_eval_more import report

GABA, RISK = nugget("it acts on GABA", r"\bGABA\b"), nugget("it can cause dependence", "depend")
FORMATS = {"html": to_html, "json": to_json, "markdown": to_markdown}


def good(id_, **more):
    given = answer("It acts on GABA.", "It can cause dependence.")
    return record(id_, given, {"vital": 1.0, "grade": 9.5}, vital=[GABA], okay=[RISK], tags=["lay"], **more)


def bad(id_, **more):
    """Nothing of what is vital, and something that is forbidden."""
    given = answer("It heals everything.", outcome="partial")
    scores = {"vital": 0.0, "grade": 7.0}
    return record(id_, given, scores, vital=[GABA], never=["heals"], tags=["lay", "brand"], **more)


@pytest.fixture
def runs(tmp_path):
    missing = record("q2", answer("It is old."), {"vital": 0.0, "grade": 8.0}, vital=[GABA])
    one = write(tmp_path / "one", good("q0"), missing, bad("q1"))
    two = write(tmp_path / "two", bad("q0"), good("q1"), system="bm25")
    return one, two


def tree_of(text):
    return html.document_fromstring(text)


# What is gathered


def test_misses_come_first_the_worst_of_them_before_the_others(runs):
    report = gather(runs)
    assert [each.question.id for each in report.asked] == ["q1", "q2", "q0"]
    worst, missing, fine = (each.told[0] for each in report.asked)
    assert (
        worst.forbidden == ("It heals everything.", "Warning of It heals everything.")[:1] or worst.forbidden
    )
    assert worst.faults == ("says what is forbidden", "ended as partial", "misses 1 vital")
    assert missing.missed == ("it acts on GABA",)
    assert missing.faults == ("misses 1 vital",)
    assert (fine.faults, fine.missed, fine.missed_okay) == ((), (), ())
    assert report.at_fault == 2


def test_runs_stand_side_by_side_and_a_question_that_one_lacks_is_kept(runs):
    report = gather(runs)
    assert report.names == ("one", "two")
    assert report.metrics["vital"] == (
        Figure(value=1 / 3, n=3, low=1 / 3 - 0.1, high=1 / 3 + 0.1),
        Figure(value=0.5, n=2, low=0.4, high=0.6),
    )
    by_id = {each.question.id: each for each in report.asked}
    assert by_id["q2"].told[1] is None
    assert all(each.differs for each in report.asked)
    assert report.tags["vital"]["brand"][0].n == 1


def test_folders_of_one_name_are_told_apart(tmp_path):
    runs = [write(tmp_path / each / "run", good("q0")) for each in ("x", "y")]
    assert len(set(gather(runs).names)) == 2


def test_nuggets_without_patterns_are_not_said_to_be_missed(tmp_path):
    run = write(tmp_path / "one", record("q0", answer("So."), vital=[{"nugget": "a fact"}]))
    assert gather([run]).asked[0].told[0].missed == ()


def test_held_out_questions_are_counted_and_not_shown(tmp_path):
    run = write(tmp_path / "one", good("q0"), bad("q1", question="SECRET?", split="held"))
    for show in FORMATS.values():
        assert "SECRET" not in show(gather([run]))
        assert "SECRET" in show(gather([run], show_held=True))
    report = gather([run])
    assert (report.held, report.metrics["vital"][0].n) == (1, 2)
    assert "1 held-out questions are" in to_html(report)


# What is shown


def test_the_page_shows_everything_an_evaluator_needs(runs):
    page = tree_of(to_html(gather(runs, command="citewell eval report one two")))
    text = page.text_content()
    headline = page.xpath("//section[@id='figures']//tbody/tr[th[starts-with(., 'vital')]]")[0]
    cells = [" ".join(each.text_content().split()) for each in headline]
    assert "vital nuggets stated, in part counting half; higher is better" in cells[0]
    assert cells[1:] == ["0.333 0.233 to 0.433", "3", "0.500 0.400 to 0.600", "2"]
    worst = page.xpath("//details[contains(@class, 'question')]")[0]
    shown = worst.text_content()
    for wanted in (
        "What of q1?",
        "should end as answered",
        "Forbidden",
        "It heals everything.",
        "Vital, and missed",
        "it acts on GABA",
        "A trial, 1999",
        "This is no medical advice",
    ):
        assert wanted in shown  # fmt: skip
    assert worst.xpath(".//blockquote")[1].text_content().startswith("It heals everything.")
    for wanted in ("citewell eval report one two", "g-1", "s-1", "bm25", "0.1.0", "not asked"):
        assert wanted in text


def test_the_plots_hold_the_figures(runs):
    page = tree_of(to_html(gather(runs)))
    titles = [each.text for each in page.xpath("//svg//title")]
    assert "one, vital: 0.333 (0.233 to 0.433), n = 3" in titles
    assert "two: 1 answered" in titles
    assert not any("grade" in each for each in titles), "a grade is no share and has no place on that scale"
    (first, *_) = page.xpath("//svg[contains(@aria-label, 'interval')]//path")
    assert first.get("transform") == f"translate({250 + 490 / 3:.2f} 14.0)"


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_runs_give_the_same_bytes(runs, kind):
    assert FORMATS[kind](gather(runs)) == FORMATS[kind](gather(runs))


@given(st.text(max_size=60))
def test_whatever_an_answer_says_is_shown_as_text(tmp_path_factory, words):
    for text in (words + HOSTILE, f"x{words}"):
        hostile = answer(text, quote=text, title=text)
        run = write(
            tmp_path_factory.mktemp("run"),
            record(f"q{text}", hostile, {text: 0.5}, question=text, tags=[text], reference=text, never=["x"],
                   vital=[nugget(text, "never said")], earlier=[text]),
        )  # fmt: skip
        page = tree_of(to_html(gather([run], command=text)))
        assert len(page.xpath("//script")) == 1
        assert len(page.xpath("//style")) == 1
        assert not page.xpath("//img|//iframe|//object|//a[not(starts-with(@href, '#'))]")
        assert not page.xpath("//*[@*[starts-with(name(), 'on')]]")
        markdown = to_markdown(gather([run], command="citewell eval report"))
        assert not re.search(r"<\w", markdown)
        json.loads(to_json(gather([run], command=text)))


def test_json_holds_the_figures_and_the_faults(runs):
    data = json.loads(to_json(gather(runs)))
    assert data["runs"][0]["metrics"]["vital"] == {
        "value": 1 / 3, "n": 3, "low": pytest.approx(1 / 3 - 0.1), "high": pytest.approx(1 / 3 + 0.1)
    }  # fmt: skip
    assert data["runs"][1]["system"] == "bm25"
    first = data["questions"][0]
    assert (first["id"], first["runs"]["one"]["missed"]) == ("q1", ["it acts on GABA"])
    assert data["questions"][1]["runs"]["two"] is None


def test_markdown_holds_the_table_and_the_faults(runs):
    lines = to_markdown(gather(runs)).splitlines()
    assert "| vital | 0.333 (0.233 to 0.433) | 3 | 0.500 (0.400 to 0.600) | 2 |" in lines
    assert "- **What of q1?** (core / q1): says what is forbidden, ended as partial, misses 1 vital" in lines
    assert "  - missed: it acts on GABA" in lines


def test_a_run_without_questions_or_figures_is_shown(tmp_path):
    run = write(tmp_path / "one", record("q0", answer(outcome="abstained"), {"vital": None}))
    report = gather([run])
    assert "<td>–</td>" in to_html(report)
    assert "| vital | – | 0 |" in to_markdown(report)
    assert json.loads(to_json(report))["runs"][0]["metrics"]["vital"]["value"] is None


def test_inline_svg_is_well_formed(runs):
    for svg in re.findall(r"<svg.*?</svg>", to_html(gather(runs)), re.DOTALL):
        ElementTree.fromstring(svg)


# In a real browser


@pytest.mark.browser
def test_search_tags_and_kinds_filter_and_nothing_hostile_runs(runs, tmp_path):
    path = shutil.which("chromium")
    if path is None:
        message = "no chromium on the PATH"
        if os.environ.get("CI"):
            pytest.fail(f"{message}; the browser tests must run here")
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    hostile = answer(HOSTILE, quote=HOSTILE, title=HOSTILE)
    three = write(tmp_path / HOSTILE[20:24], *runs[0].records, record("q3", hostile, tags=[HOSTILE]))
    file = tmp_path / "report.html"
    file.write_text(to_html(gather([three, runs[1]])), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 390, "height": 800}, offline=True)
        failures = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", lambda message: failures.append(message.text))
        page.goto(file.as_uri())

        def shown():
            return page.locator(".question:visible .asked").all_text_contents()

        assert shown() == ["What of q1?", "What of q2?", "What of q0?", "What of q3?"]
        page.locator("#words").fill("heals everything")
        assert shown() == ["What of q1?", "What of q0?"]
        page.locator("#kind").select_option("forbidden")
        assert shown() == ["What of q1?"]
        page.locator("#words").fill("")
        page.locator("#kind").select_option("")
        page.locator("#tag").select_option(index=page.locator("#tag option").count() - 1)
        assert page.locator("#count").text_content() == f"{len(shown())} shown"
        assert page.locator(".by-tag:visible").count() == 1
        page.locator("#metric").select_option("grade")
        assert page.locator(".by-tag:visible caption").text_content() == "grade"
        assert page.evaluate("window.harmed") is None
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        browser.close()
    assert not failures


# Differences, second opinions, and the command


def test_differences_to_another_run_are_shown_with_their_direction(tmp_path):
    before = write(tmp_path / "before", *(bad(f"q{at}") for at in range(8)))
    after = write(tmp_path / "after", *(good(f"q{at}") for at in range(8)))
    (found,) = gather([after, before]).comparisons
    assert (found.a, found.b) == ("before", "after")
    page = tree_of(to_html(gather([after, before])))
    rows = page.xpath("//section[@id='differences']//tbody/tr[th='vital']")
    cells = [" ".join(each.text_content().split()) for each in rows[0]]
    assert cells == ["vital", "0.000", "1.000", "+1.000 +1.000 to +1.000", "8", "0", "better"]
    titles = [each.text for each in page.xpath("//section[@id='differences']//svg//title")]
    assert "vital: +1.000 (+1.000 to +1.000), better" in titles
    same = tree_of(to_html(gather([after, write(tmp_path / "again", *after.records)])))
    assert "Nothing changed" in same.xpath("//section[@id='differences']")[0].text_content()


def test_a_judge_and_people_stand_in_the_report_beside_their_agreement(tmp_path):
    run = write(tmp_path / "one", good("q0"), bad("q1"))
    for each, label in ((run.records[0], "support"), (run.records[1], "none")):
        row = NuggetJudgement(
            set="core", id=each.id, model="p:judge", prompt=prompt_hash("nugget"), answer=digest(each.answer),
            nugget=GABA.nugget, label=label,
        )  # fmt: skip
        append_line(run.folder / "judgements.jsonl", row)
    for rater in ("Ada", "Bo"):
        (pair, _) = pairs_of(run)
        row = Rating(
            set="core",
            id="q0",
            rater=rater,
            a="one",
            seed=0,
            answers=pair.digests,
            ratings={"a": {"safety": 4}},
        )
        append_line(run.folder / "ratings.jsonl", row)
    section = tree_of(to_html(gather([run]))).xpath("//section[@id='second']")[0]
    text = " ".join(section.text_content().split())
    assert "judged by p:judge 2 judged, 0 unjudged" in text
    assert text.index("nuggets stated, with the metricCohen's kappa1.0002") < text.index("strict_vital")
    assert "2 ratings by 2 raters" in text
    assert "onesafety4.002" in text


def test_the_command_writes_a_report(runs, tmp_path):
    folders = [str(each.folder) for each in runs]
    out = tmp_path / "report.html"
    done = CliRunner().invoke(report, [folders[0], "--against", folders[1], "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "3 questions, 2 with a fault in one" in done.output
    written = out.read_bytes()
    command = f"citewell eval report {' '.join(folders)}"
    assert written == to_html(gather(runs, command=command)).encode()
    CliRunner().invoke(report, [folders[0], "--against", folders[1], "--out", str(out)])
    assert out.read_bytes() == written
    data = json.loads(CliRunner().invoke(report, [folders[0], "--format", "json"]).stdout)
    assert data["runs"][0]["name"] == "one"
    assert (
        CliRunner()
        .invoke(report, [folders[0], "--format", "markdown"])
        .stdout.startswith("# Evaluation: one")
    )
    assert CliRunner().invoke(report, [folders[0]]).exit_code == 2
