"""What answers leave free is given back from time to time."""

import threading

from ui.api import watch as module
from ui.api.watch import Watch


def test_memory_is_given_back_as_long_as_it_runs(citewell, monkeypatch):
    given, twice = [], threading.Event()

    def give() -> None:
        given.append(threading.current_thread().name)
        if len(given) == 2:
            twice.set()

    monkeypatch.setattr(module, "give_memory_back", give)
    monkeypatch.setattr(module, "_TIDY_EVERY_S", 0.01)
    watch = Watch(citewell, every_s=0.02).start()
    assert twice.wait(60)
    watch.close()
    assert set(given) == {"watch"}
