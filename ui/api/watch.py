"""Keep answering from the generation that is published: open it, and each new one, without a restart."""

from __future__ import annotations

import logging
import threading
import time

from corpus.errors import CitewellError
from ingest.pool import give_memory_back
from retrieval.pipeline import Citewell
from retrieval.privacy import whereabouts
from retrieval.safety.doubt import assess, without_index

_log = logging.getLogger(__name__)
LOOK_EVERY_S = 2.0
_SELDOM_S = 15.0
_TIDY_EVERY_S = 30.0
_HARMLESS = "what is diazepam"


class Watch:
    """A thread that warms Citewell up, and looks from time to time whether another generation is published.

    Args:
        citewell: What answers.
        every_s: Seconds between two looks.
    """

    def __init__(self, citewell: Citewell, every_s: float = LOOK_EVERY_S) -> None:
        self.citewell, self.every_s = citewell, every_s
        self.problem: str | None = "It is starting."
        self._told: str | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    @property
    def is_ready(self) -> bool:
        """Whether questions can be answered, the first no slower than the next."""
        return self.problem is None

    def start(self) -> Watch:
        """Begin; returns at once."""
        self._thread.start()
        return self

    def close(self) -> None:
        """End it; what it is opening is opened first."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        self._prepare_help()
        wait_s = self.every_s
        tidied = time.monotonic()
        while not self._ended.is_set():
            why = self._look()
            self.problem = None if self.citewell.generation is not None else why
            if why is not None and why != self._told:
                # Not fatal: an emergency needs no index, and an index that is open goes on being used.
                _log.warning("the published index cannot be opened: %s", why)
            self._told = why
            # An index that is damaged is read whole each time: less and less often.
            wait_s = self.every_s if why is None else min(2 * wait_s, _SELDOM_S)
            if time.monotonic() - tidied >= _TIDY_EVERY_S:
                give_memory_back()  # each thread that answers leaves holes of its own
                tidied = time.monotonic()
            self._ended.wait(wait_s)

    def _prepare_help(self) -> None:
        """Read what help in an emergency needs: it must not wait for that, also where there is no index."""
        try:
            assess(_HARMLESS, (), without_index)
        except Exception as error:  # the thread must live on; the patterns of triage need nothing of it
            _log.warning("the classifier of emergencies cannot be used: %s", whereabouts(error))

    def _look(self) -> str | None:
        """Open what is published; why that cannot be, if it cannot."""
        try:
            if not self.is_ready:
                self.citewell.warm_up()
                _log.info("questions are answered from index %s", self.citewell.generation)
            elif self.citewell.refresh():
                _log.info("questions are answered from the new index %s", self.citewell.generation)
        except CitewellError as error:
            return str(error)
        except Exception as error:  # the thread must live on: the next generation may be a whole one
            return f"{type(error).__name__} at {whereabouts(error)}"
        return None
