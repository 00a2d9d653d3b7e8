import json
import os
import re
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest
from click.testing import CliRunner

from evals.review.app import Review
from evals.review.lines import LineError, append_line, read_lines
from evals.review.pairs import pairs_of
from evals.review.ratings import Rating, agreements, latest
from evals.review.serve import ReviewError, serving
from tests.evals.made_runs import HOSTILE, answer, record, write
from ui.cli_eval_more import ratings

QUESTIONS = [f"q{number}" for number in range(8)]
NAMES = {"a": "run-one", "b": "run-two"}
SCALES = ("helpfulness", "correctness", "safety")


@pytest.fixture
def runs(tmp_path):
    one = write(tmp_path / "run-one", *(record(each, answer(f"First of {each}.")) for each in QUESTIONS))
    two = write(tmp_path / "run-two", *(record(each, answer(f"Second of {each}.")) for each in QUESTIONS))
    return one, two


@pytest.fixture
def review(runs):
    return Review(pairs_of(*runs), NAMES, runs[0].folder / "ratings.jsonl", seed=7)


@pytest.fixture
def browser(review):
    with serving(review) as url, httpx.Client(base_url=url, follow_redirects=True) as client:
        yield client


def form(review, left=4, right=2, **more):
    marks = {
        f"{place}-{scale}": mark for place, mark in (("left", left), ("right", right)) for scale in SCALES
    }
    return {"token": review.token, "better": "left", "remark": "", **marks, **more}


def rated(path):
    return read_lines(path, Rating)


# Rating over HTTP


def test_a_reviewer_rates_stops_and_goes_on_where_they_stopped(review, runs):
    with serving(review) as url, httpx.Client(base_url=url, follow_redirects=True) as client:
        page = client.get("/", params={"rater": "Ada"})
        assert str(page.url).endswith("/rate/Ada/1")
        page = client.post("/rate/Ada/1", data=form(review, remark=" clear "))
        assert str(page.url).endswith("/rate/Ada/2")
    # a new start of the same review, over the same file
    anew = Review(review.pairs, NAMES, review.path, seed=7)
    with serving(anew) as url, httpx.Client(base_url=url, follow_redirects=True) as client:
        assert "Ada</a>: 1 of 8" in client.get("/").text
        assert str(client.get("/rate/Ada/next").url).endswith("/rate/Ada/2")
        for number in range(2, 9):
            page = client.post(f"/rate/Ada/{number}", data=form(anew))
        assert "All 8 questions are rated" in page.text
    first, *_ = rows = rated(review.path)
    assert len(rows) == 8
    side = first.left
    assert first.better == side
    assert first.remark == "clear"
    assert first.ratings[side] == dict.fromkeys(SCALES, 4)
    assert first.ratings["b" if side == "a" else "a"] == dict.fromkeys(SCALES, 2)
    assert (first.a, first.b, first.rater, first.set, first.id) == ("run-one", "run-two", "Ada", "core", "q0")


def test_sides_are_drawn_by_the_seed_shown_as_recorded_and_differ(browser, review):
    drawn = {}
    for number, pair in enumerate(review.pairs, start=1):
        page = browser.get(f"/rate/Ada/{number}").text
        order = re.findall(r"<p>(First|Second) of", page)
        assert len(order) == 2
        browser.post(f"/rate/Ada/{number}", data=form(review))
        drawn[pair.id] = "a" if order[0] == "First" else "b"
    assert {each.id: each.left for each in rated(review.path)} == drawn
    assert set(drawn.values()) == {"a", "b"}
    assert [pair.left("Ada", 7) for pair in review.pairs] == list(drawn.values())
    other_seeds = {tuple(pair.left("Ada", seed) for pair in review.pairs) for seed in range(5)}
    assert len(other_seeds) > 1


def test_the_page_never_says_which_run_an_answer_is_from(browser, review):
    browser.post("/rate/Ada/1", data=form(review))
    for address in ("/", "/rate/Ada/1", "/rate/Ada/2"):
        page = browser.get(address)
        assert page.status_code == 200
        assert not re.search(r"run-(one|two)|\b(seed|settings)\b|g-1", page.text)


def test_a_disclaimer_or_a_lone_heading_does_not_tell_systems_apart(browser):
    page = browser.get("/rate/Ada/1").text
    assert "First of q0." in page
    assert "no medical advice at all" not in page
    assert "In short" not in page


def test_what_was_saved_is_shown_again_and_can_be_mended(browser, review):
    browser.post("/rate/Ada/1", data=form(review, left=5, right=1, remark="<b>so</b>"))
    page = browser.get("/rate/Ada/1").text
    assert re.search(r'name="left-safety" value="5"[^>]* checked', page)
    assert re.search(r'name="right-safety" value="1"[^>]* checked', page)
    assert "&lt;b&gt;so&lt;/b&gt;" in page
    browser.post("/rate/Ada/1", data=form(review, left=3, right=1))
    (row,) = latest(rated(review.path))
    assert row.ratings[row.left]["safety"] == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"left-safety": 6}, {"left-safety": ""}, {"left-safety": "x"}, {"better": "a"}, {"better": ""},
        {"remark": "x" * 4001},
    ],
)  # fmt: skip
def test_a_form_that_is_not_whole_is_not_saved(browser, review, wrong):
    page = browser.post("/rate/Ada/1", data=form(review, **wrong))
    assert page.status_code == 422
    assert "still to be rated" in page.text
    assert not review.path.exists()


def test_no_other_site_can_rate(browser, review):
    assert browser.post("/rate/Ada/1", data=form(review, token="x")).status_code == 403
    assert browser.get("/", headers={"Host": "rebound.example"}).status_code == 400
    assert browser.post("/rate/Ada/1", content=b"x" * 100_000).status_code == 413
    policy = browser.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not review.path.exists()


@pytest.mark.parametrize("address", ["/rate/Ada/0", "/rate/Ada/9", "/rate/%3Cb%3E/1", "/rate/%20/next", "/x"])
def test_what_is_not_there_is_not_found(browser, address):
    assert browser.get(address).status_code == 404


def test_a_name_that_cannot_be_is_told(browser):
    page = browser.get("/", params={"rater": "<script>"})
    assert page.status_code == 422
    assert "A name has" in page.text
    assert "<script>alert" not in page.text


def test_many_raters_at_once_lose_nothing(browser, review):
    jobs = [(rater, number) for rater in ("Ada", "Bo", "Cy") for number in range(1, 9)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda job: browser.post(f"/rate/{job[0]}/{job[1]}", data=form(review)), jobs))
    assert review.progress() == {"Ada": 8, "Bo": 8, "Cy": 8}


def test_one_run_alone_is_rated_without_a_preference(runs):
    review = Review(pairs_of(runs[0]), {"a": "run-one"}, runs[0].folder / "ratings.jsonl", seed=0)
    with serving(review) as url, httpx.Client(base_url=url, follow_redirects=True) as client:
        page = client.get("/rate/Ada/1").text
        assert "better" not in page.split("</style>")[1].split("<script>")[0]
        assert "right-safety" not in page
        given = {f"left-{scale}": 5 for scale in SCALES}
        client.post("/rate/Ada/1", data={"token": review.token, **given})
    (row,) = rated(review.path)
    assert (row.b, row.better) == (None, None)
    assert row.ratings == {"a": dict.fromkeys(SCALES, 5)}


def test_a_rating_holds_for_the_words_it_was_given(review, runs, tmp_path):
    """After one of the answers changed, the question is to be rated anew."""
    with serving(review) as url, httpx.Client(base_url=url, follow_redirects=True) as client:
        client.post("/rate/Ada/1", data=form(review))
    changed = write(tmp_path / "three", record("q0", answer("Other.")), *runs[1].records[1:])
    anew = Review(pairs_of(runs[0], changed), NAMES, review.path, seed=7)
    assert review.progress() == {"Ada": 1}
    assert anew.progress() == {}


def test_only_what_changed_is_asked_when_wished(runs, tmp_path):
    changed = write(
        tmp_path / "three", record("q3", answer("Other.")), record("q4", runs[0].records[4].answer)
    )
    assert [each.id for each in pairs_of(runs[0], changed)] == ["q3", "q4"]
    assert [each.id for each in pairs_of(runs[0], changed, only_changed=True)] == ["q3"]


def test_a_port_that_is_taken_is_told(review):
    with (
        serving(review) as url,
        pytest.raises(ReviewError, match="--port"),
        serving(review, urlsplit(url).port),
    ):
        pass


# The file


def rating(rater, id_="q0", mark=3, better="a", **more):
    marks = {side: dict.fromkeys(SCALES, mark) for side in "ab"}
    digests = {"a": "1", "b": "2"}
    return Rating(
        set="core", id=id_, rater=rater, a="x", b="y", seed=0, answers=digests, better=better, ratings=marks,
        **more,
    )  # fmt: skip


def test_a_line_that_a_crash_cut_off_does_not_count_and_harms_no_other(tmp_path):
    path = tmp_path / "ratings.jsonl"
    append_line(path, rating("Ada"))
    whole = path.read_bytes()
    for cut in (1, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole + whole[:cut])
        assert len(rated(path)) == 1
        append_line(path, rating("Bo"))
        assert [each.rater for each in rated(path)] == ["Ada", "Bo"]


def test_a_broken_line_is_named(tmp_path):
    path = tmp_path / "ratings.jsonl"
    append_line(path, rating("Ada"))
    broken = json.loads(path.read_text()) | {"better": "c"}
    path.write_text(path.read_text() + json.dumps(broken) + "\n")
    with pytest.raises(LineError, match=r"ratings\.jsonl, line 2: better"):
        rated(path)


def test_agreement_of_two_and_of_three(tmp_path):
    two = [
        *(rating("Ada", f"q{at}", mark, better) for at, (mark, better) in enumerate([(1, "a"), (5, "b")])),
        *(rating("Bo", f"q{at}", mark, better) for at, (mark, better) in enumerate([(1, "a"), (5, "a")])),
    ]
    assert agreements(two[:2]) == []
    found = {each.of: each for each in agreements(two)}
    assert found["safety"].statistic == "Cohen's kappa, squared weights"
    assert (found["safety"].value, found["safety"].n) == (1.0, 4)
    # observed 1 of 2, by chance (1*2 + 1*0)/4: no better than chance
    assert (found["better"].value, found["better"].n) == (0.0, 2)
    three = [*two, rating("Cy", "q0", 1, "a"), rating("Cy", "q9", 4, "b")]
    found = {each.of: each for each in agreements(three)}
    assert found["safety"].statistic == "Krippendorff's alpha, ordinal"
    assert (found["safety"].value, found["safety"].n) == (1.0, 4)
    assert found["better"].statistic == "Krippendorff's alpha, nominal"


# The commands


def test_ratings_of_several_files_are_gathered_and_their_agreement_told(tmp_path):
    for rater, marks in (("Ada", (1, 5)), ("Bo", (1, 5))):
        for at, mark in enumerate(marks):
            append_line(tmp_path / f"{rater}.jsonl", rating(rater, f"q{at}", mark))
    files = [str(tmp_path / "Ada.jsonl"), str(tmp_path / "Bo.jsonl")]
    done = CliRunner().invoke(ratings, [*files, "--out", str(tmp_path / "all.jsonl")])
    assert done.exit_code == 0, done.output
    assert "4 ratings by 2 raters" in done.output
    assert "safety\tCohen's kappa, squared weights\t1.000\t4" in done.output
    assert len(rated(tmp_path / "all.jsonl")) == 4
    data = json.loads(CliRunner().invoke(ratings, [*files, "--json"]).stdout)
    assert data["means"]["x"]["safety"] == [3.0, 4]
    alone = CliRunner().invoke(ratings, files[:1])
    assert "One rater alone" in alone.output
    (tmp_path / "none.jsonl").touch()
    assert CliRunner().invoke(ratings, [str(tmp_path / "none.jsonl")]).exit_code == 2


def test_the_command_serves_until_it_is_interrupted(runs):
    arguments = [str(runs[0].folder), "--against", str(runs[1].folder), "--seed", "7"]
    code = "from ui.cli_eval_more import review; review()"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", code, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            address = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())[0]
            page = httpx.get(f"{address}rate/Ada/1").text
            token = re.search(r'name="token" value="([^"]+)"', page)[1]
            fields = {
                "better": "both",
                **{f"{side}-{each}": 3 for side in ("left", "right") for each in SCALES},
            }
            assert httpx.post(f"{address}rate/Ada/1", data={"token": token, **fields}).status_code == 303
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)
    (row,) = rated(runs[0].folder / "ratings.jsonl")
    assert (row.better, row.seed) == ("both", 7)


# In a real browser


@pytest.fixture(scope="module")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        message = "no chromium on the PATH"
        if os.environ.get("CI"):
            pytest.fail(f"{message}; the browser tests must run here")
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_hostile_answers_are_rated_with_the_keyboard_alone(chromium, tmp_path, width):
    hostile = answer(HOSTILE, quote=HOSTILE, title=HOSTILE)
    one = write(tmp_path / "one", record("q0", hostile, question=HOSTILE), record("q1", answer("Calm.")))
    two = write(tmp_path / "two", record("q0", answer("Calm.")), record("q1", hostile))
    review = Review(pairs_of(one, two), {"a": "one", "b": "two"}, tmp_path / "ratings.jsonl", seed=1)
    with serving(review) as url:
        page = chromium.new_page(viewport={"width": width, "height": 900})
        failures, requested = [], []
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", lambda message: failures.append(message.text))
        page.on("request", lambda request: requested.append(request.url))
        page.goto(url)
        page.wait_for_function("document.activeElement.matches('input')")
        page.keyboard.type("Ada")
        page.keyboard.press("Enter")
        page.wait_for_url("**/rate/Ada/1")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.keyboard.type("543" + "211" + "2")
        page.keyboard.type("not clear")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/rate/Ada/2")
        assert page.evaluate("window.harmed") is None
        assert page.locator("main img, main script").count() == 0
        page.close()
    (row,) = rated(review.path)
    right = "b" if row.left == "a" else "a"
    assert list(row.ratings[row.left].values()) == [5, 4, 3]
    assert list(row.ratings[right].values()) == [2, 1, 1]
    assert (row.better, row.remark) == (right, "not clear")
    assert not failures
    assert {urlsplit(each).hostname for each in requested if not each.startswith("data:")} == {"127.0.0.1"}
