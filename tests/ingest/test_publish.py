import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus.errors import CitewellError, IndexBusyError, IndexDamagedError, IndexMissingError
from ingest.generation import CURRENT, GENERATIONS, current_folder
from ingest.index import Index
from ingest.nearest import INDEX, Nearness
from ingest.publish import building_folder, only_ingest, prune, roll_back

HOLD = (
    "import sys, time; from pathlib import Path; from ingest.publish import only_ingest\n"
    "with only_ingest(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
)


@pytest.fixture
def holder(tmp_path):
    """A real process that holds the lock."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_ingest_is_told_who_holds_the_lock(tmp_path, holder):
    with pytest.raises(IndexBusyError, match=f"process {holder.pid}.*Wait"), only_ingest(tmp_path):
        pytest.fail("two at once")


def test_a_second_ingest_may_wait(tmp_path, holder):
    started = time.perf_counter()
    with pytest.raises(IndexBusyError), only_ingest(tmp_path, wait_s=0.3):
        pytest.fail("two at once")
    assert 0.2 < time.perf_counter() - started < 5


def test_a_dead_holder_does_not_block(tmp_path, holder):
    holder.kill()
    holder.wait()
    with only_ingest(tmp_path):
        pass


def test_a_failed_ingest_lets_go(tmp_path):
    for _ in range(2):
        with pytest.raises(KeyError), only_ingest(tmp_path):
            raise KeyError


def test_leftovers_of_a_killed_build_are_removed(tmp_path):
    left = tmp_path / "building-left" / "words"
    left.mkdir(parents=True)
    (left / "x").write_text("half")
    with only_ingest(tmp_path):
        assert not left.parent.exists()


def test_a_build_folder_is_gone_after_a_failure(tmp_path):
    with pytest.raises(KeyError), building_folder(tmp_path) as folder:
        raise KeyError
    assert not folder.exists()


def edit(shelf: Path, words: str) -> None:
    (shelf / "gamma.txt").write_text(f"Gamma calms. {words}\n")


def test_a_reader_keeps_its_generation_and_two_are_kept(home, shelf):
    home.ingest(shelf)
    reader = home.open()
    text = reader.document_text(reader.sources()[1].id)
    served = [current_folder(home.index_dir)]
    for words in ("One.", "Two.", "Three."):
        edit(shelf, words)
        home.ingest(shelf)
        served.append(current_folder(home.index_dir))
    assert {each.name for each in (home.index_dir / GENERATIONS).iterdir()} == {
        each.name for each in served[-2:]
    }
    assert not reader.folder.exists()
    # The reader's files were never used before and are deleted now; it answers all the same.
    assert reader.document_frequency("serotonin") == 1
    assert reader.vectors.search(reader.vectors[2], 1)[0][0] == 2
    assert reader.sentence_vectors[0].any()
    assert reader.document_text(reader.sources()[1].id) == text
    reader.close()


def test_going_back_to_earlier_content_publishes_it_again(home, shelf):
    first = home.ingest(shelf).generation
    edit(shelf, "Other.")
    second = home.ingest(shelf).generation
    (shelf / "gamma.txt").write_text("Gamma calms. Gamma may cause sleepiness.\n")
    assert home.ingest(shelf).generation == first != second
    assert current_folder(home.index_dir).name == first
    home.open().close()


def test_others_may_read_what_is_published(home, shelf):
    home.ingest(shelf)
    umask = os.umask(0)
    os.umask(umask)
    folder = current_folder(home.index_dir)
    assert folder.stat().st_mode & 0o777 == 0o777 & ~umask


def test_everything_is_on_disk_before_the_pointer_moves(home, shelf, monkeypatch):
    import ingest.publish as publishing

    order = []
    sync, point_to = publishing._sync, publishing._point_to
    monkeypatch.setattr(publishing, "_sync", lambda path: (order.append(path.name), sync(path)))
    monkeypatch.setattr(publishing, "_point_to", lambda *args: (order.append("-> pointer"), point_to(*args)))
    home.ingest(shelf)
    before, after = order[: order.index("-> pointer")], order[order.index("-> pointer") + 1 :]
    assert {Path(name).name for name in home.open().manifest.files} | {"manifest.json", "words"} <= set(
        before
    )
    assert before[-1] == GENERATIONS
    assert after == [f"{CURRENT}.new", home.index_dir.name]


@pytest.mark.parametrize("in_the_way", ["home", "home/index"])
def test_a_home_that_cannot_be_written_is_a_clear_error(tmp_path, make_home, shelf, in_the_way):
    path = tmp_path / in_the_way
    path.parent.mkdir(exist_ok=True)
    path.write_text("a file where a folder should be")
    with pytest.raises(CitewellError, match="cannot be written") as caught:
        make_home(tmp_path / "home").ingest(shelf)
    assert "room" in caught.value.remedy


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from corpus.errors import CitewellError
from ingest.build import build, write
from ingest.embed import Embedder
from ingest.publish import building_folder
from ingest.recipe import make_recipe
from ingest.settings import load_settings
from corpus.record import Kind, Source
from ingest.stock import StoredDocument
from ingest.document import Passage, Span
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
home = Path(sys.argv[1])
text = " ".join(f"word{n}" for n in range(5000))
passage = Passage("p-1", "a", (), None, text, Span(0, len(text)), None, "", (Span(0, len(text)),))
document = StoredDocument(Source(id="a", kind=Kind.TRIAL, title="Title"), text, (passage,), "r", "n", "")
recipe = make_recipe(Embedder(), load_settings(home=home))
recipe.embedder.encode(["loaded"])
for room in (4096, 10 ** 5, 2 * 10 ** 5):  # in which the words, the records, what is published do not fit
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        with building_folder(home) as folder:
            written = write(folder, [document], 1, recipe, None, lambda *_: None)
            print("written")
            (folder / "filler").write_bytes(b"x" * 300_000)
            build(folder, written, recipe, None, home, lambda *_: None)
    except CitewellError as error:
        print("cannot be written" in error.what)
print(list(home.iterdir()))
"""


def test_a_full_disk_is_a_clear_error_and_leaves_nothing_behind(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.stdout.split() == ["True", "True", "written", "True", "[]"], done.stderr


def break_it(folder: Path) -> Nearness:
    (folder / INDEX).write_text("x")
    return Nearness()


def test_what_does_not_read_back_is_not_published(home, shelf, monkeypatch):
    home.ingest(shelf)
    served = current_folder(home.index_dir)
    edit(shelf, "New.")
    monkeypatch.setattr("ingest.build.write_nearest", lambda folder, *_: break_it(folder))
    with pytest.raises(CitewellError):
        home.ingest(shelf)
    assert current_folder(home.index_dir) == served
    Index(served).close()
    assert not list(home.index_dir.glob("building-*"))


def test_going_back_serves_the_earlier_generation_and_forth_again(home, shelf):
    first = home.ingest(shelf).generation
    texts = home.texts()
    edit(shelf, "Other.")
    second = home.ingest(shelf).generation
    assert roll_back(home.index_dir).id == first
    assert home.texts() == texts
    assert roll_back(home.index_dir, second).id == second
    assert "Gamma calms. Other." in home.texts()
    roll_back(home.index_dir)
    assert home.ingest(shelf).generation == second  # the next ingest brings it up to date again


def test_there_is_nothing_to_go_back_to(home, shelf):
    home.ingest(shelf)
    for name in (None, "g-0"):
        with pytest.raises(IndexMissingError, match="go back"):
            roll_back(home.index_dir, name)


def test_a_damaged_generation_is_not_gone_back_to(home, shelf):
    first = home.ingest(shelf).generation
    edit(shelf, "Other.")
    second = home.ingest(shelf).generation
    (home.index_dir / GENERATIONS / first / "passages.npy").write_bytes(b"x")
    with pytest.raises(IndexDamagedError):
        roll_back(home.index_dir)
    assert home.open().manifest.id == second


def test_pruning_deletes_all_but_the_served_and_as_many_as_are_kept(home, shelf):
    home.ingest(shelf)
    edit(shelf, "Other.")
    served = home.ingest(shelf).generation
    assert prune(home.index_dir, 1) == []
    (deleted,) = prune(home.index_dir, 0)
    assert [each.name for each in (home.index_dir / GENERATIONS).iterdir()] == [served]
    assert deleted != served
    home.open().close()
