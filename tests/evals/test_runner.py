"""The runner: resumed, parallel and repeated, it writes the same; every answer is kept with its receipt."""

import json
from dataclasses import replace

import pytest

from evals import runner, store
from evals.corpora import home_of
from evals.questions import Nugget, Question
from evals.runner import run_sets
from evals.sets_io import read_set
from evals.store import RunError, begin_run, keep, read_run
from evals.systems import Ours, QuickStart, make_system
from ingest.settings import load_settings


@pytest.fixture(scope="module")
def few():
    core = read_set("core")
    return [replace(core, questions=core.questions[:6])]


@pytest.fixture
def ours(citewell, monkeypatch):
    """The system of every run: Citewell, already warm; it counts what it is asked."""
    asked = []

    class Counted(Ours):
        def ask(self, question):
            asked.append(question.id)
            return super().ask(question)

    monkeypatch.setattr(runner, "make_system", lambda *_: Counted(citewell))
    return asked


def test_a_run_is_kept_whole(citewell, few, ours, tmp_path):
    seen = []
    found = run_sets(few, tmp_path / "r", citewell.settings, on_progress=lambda *each: seen.append(each))
    assert read_run(tmp_path / "r") == found
    assert [each.id for each in found.records] == [each.id for each in few[0].questions] == ours
    assert all(each.answer.receipt.settings and each.answer.receipt.took_ms for each in found.records)
    assert found.info.index == citewell.desk.index.manifest.id
    assert seen[-1] == ("questions", 6, 6)
    assert found.timings["latency_ms"]["median"] > 0
    assert found.timings["cost_usd"] == 0.0
    assert "latency" not in (tmp_path / "r" / "scores.json").read_text()
    assert not (tmp_path / "r" / "answers.partial.jsonl").exists()
    figure = found.scores.metrics["outcome_right"]
    assert figure.n == 6
    assert figure.low <= figure.value <= figure.high
    assert found.scores.tags["set:core"]["outcome_right"].value == figure.value


def test_what_was_cut_off_goes_on(citewell, few, ours, tmp_path, monkeypatch):
    whole = run_sets(few, tmp_path / "whole", citewell.settings)
    ours.clear()

    def dies(folder, record):
        keep(folder, record)
        if len(ours) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(runner, "keep", dies)
    with pytest.raises(KeyboardInterrupt):
        run_sets(few, tmp_path / "cut", citewell.settings)
    with pytest.raises(RunError, match="not finished"):
        read_run(tmp_path / "cut")
    with (tmp_path / "cut" / "answers.partial.jsonl").open("a") as file:
        file.write('{"id": "cut in tw')
    monkeypatch.setattr(runner, "keep", keep)
    resumed = run_sets(few, tmp_path / "cut", citewell.settings)
    assert len(ours) == 6  # three before, three after
    assert resumed.scores == whole.scores
    for name in ("scores.json", "run.json"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    run_sets(few, tmp_path / "cut", citewell.settings)
    assert len(ours) == 6  # a finished run is not asked again


def test_a_folder_with_another_run_is_left_alone(citewell, few, ours, tmp_path):
    run_sets(few, tmp_path / "r", citewell.settings)
    other = [replace(few[0], questions=few[0].questions[:2])]
    with pytest.raises(RunError, match="another run \\(sets differ\\)"):
        run_sets(other, tmp_path / "r", citewell.settings)
    assert len(read_run(tmp_path / "r").records) == 6


@pytest.mark.slow
def test_two_processes_give_what_one_gives(citewell, few, tmp_path):
    one = run_sets(few, tmp_path / "one", citewell.settings, workers=1)
    two = run_sets(few, tmp_path / "two", citewell.settings, workers=2)
    assert (tmp_path / "one" / "scores.json").read_bytes() == (tmp_path / "two" / "scores.json").read_bytes()
    assert [each.key for each in one.records] == [each.key for each in two.records]


@pytest.mark.parametrize("system", ["dense", "bm25"])
def test_a_baseline_is_scored_by_the_same_runner(citewell, few, tmp_path, system):
    found = run_sets(few, tmp_path / system, citewell.settings, system)
    assert found.info.system == system
    for each in found.records:
        assert len(each.answer.receipt.passages) == 4
        assert each.answer.outcome == "answered"
    metrics = found.scores.metrics
    assert metrics["quotes_exact"].value == metrics["alce_recall"].value == 1.0  # by construction
    assert metrics["disclaimer"].value == 0.0
    assert 0 < metrics["strict_vital"].value < 1


def test_langchains_quick_start_answers_from_its_own_chunks(citewell):
    pytest.importorskip("langchain_community")
    pytest.importorskip("langchain_huggingface")
    few_documents = [each for each in citewell.desk.index.documents() if "diazepam" in each.source.id][:3]

    class Small:
        embedder = citewell.desk.embedder
        manifest = citewell.desk.index.manifest
        documents = staticmethod(lambda: few_documents)
        source = staticmethod(citewell.desk.index.source)

    class Over:
        class desk:  # noqa: N801
            index = Small
            embedder = citewell.desk.embedder

    system = QuickStart(Over)
    question = Question(id="q", question="How fast does diazepam work?")
    answer = system.ask(question)
    assert answer.statements
    for each in answer.statements:
        (one,) = each.citations
        assert system.text_of(one.passage_id)[one.start : one.end] == one.quote == each.text
    assert set(system.rank(question)) <= {each.source.id for each in few_documents}


def test_a_set_that_brings_its_texts_is_asked_over_them(settings, tmp_path):
    (tmp_path / "tiny" / "qrels").mkdir(parents=True)
    texts = [("A", "Zinc shortens a cold by a day."), ("B", "Iron is taken for anaemia."), ("C", "Tea.")]
    rows = [json.dumps({"_id": id_, "title": f"On {id_}", "text": text}) for id_, text in texts]
    (tmp_path / "tiny" / "corpus.jsonl").write_text("\n".join(rows))
    (tmp_path / "tiny" / "queries.jsonl").write_text('{"_id": "q", "text": "does zinc shorten a cold"}\n')
    (tmp_path / "tiny" / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\tA\t1\n")
    home = load_settings(home=tmp_path / "home")
    chosen = read_set(str(tmp_path / "tiny"))
    found = run_sets([chosen], tmp_path / "run", home)
    assert found.info.index is None
    assert found.info.sets[0].index == found.records[0].answer.receipt.index
    assert found.scores.metrics["ndcg@10"].value == found.scores.metrics["mrr"].value == 1.0
    made = home_of(chosen, home).index_dir
    before = (made / "CURRENT").stat().st_mtime_ns
    home_of(chosen, home)
    assert (made / "CURRENT").stat().st_mtime_ns == before  # not made again


def test_statements_without_patterns_are_matched_by_support(citewell):
    system = Ours(citewell)
    question = Question(
        id="q", question="how fast does diazepam work", outcome=("answered", "partial"),
        vital=(Nugget(nugget="Zebras live in herds on the savanna."),),
    )  # fmt: skip
    answer = system.ask(question)
    said = next(each.sentence for each in answer.statements if each.citations)
    other = question.model_copy(update={"okay": (Nugget(nugget=said),)})
    found = runner.score(other, answer, system)
    assert (found["strict_vital"], found["okay"]) == (0.0, 1.0)
    assert (found["must_have_recall"], found["contradiction_rate"]) == (0.0, 0.0)


@pytest.mark.parametrize("spoil", ["{", "[]", '{"format": 99}'])
def test_a_damaged_run_says_so(citewell, few, ours, tmp_path, spoil):
    run_sets(few, tmp_path / "r", citewell.settings)
    (tmp_path / "r" / store.RUN).write_text(spoil)
    with pytest.raises(RunError, match="cannot be read as a run"):
        read_run(tmp_path / "r")


def test_an_empty_folder_is_no_run(tmp_path):
    with pytest.raises(RunError, match="holds no run"):
        read_run(tmp_path)


def test_what_stands_in_a_folder_without_a_run_is_not_taken_for_answers(citewell, few, ours, tmp_path):
    (tmp_path / "answers.partial.jsonl").write_text("{}\n")
    info = run_sets(few, tmp_path / "r", citewell.settings).info
    assert begin_run(tmp_path, info) == {}


def test_citewell_itself_is_made_by_name(citewell):
    assert type(make_system("citewell", citewell.settings)) is Ours
