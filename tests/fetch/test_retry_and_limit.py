"""When to ask again, and how often at most."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st

from ingest.fetch.limit import RateLimiter
from ingest.fetch.retry import backoff, retry_after

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    """A clock that goes on only when somebody waits or works."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@given(st.integers(0, 99_999))
def test_seconds_are_taken_as_they_stand(seconds):
    assert retry_after(f" {seconds} ", NOW) == seconds


@given(st.integers(-99_999, 99_999))
def test_a_date_is_the_time_up_to_it(seconds):
    header = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after(header, NOW) == max(0, seconds)


DATES = st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ \S*")


@given(st.one_of(st.none(), st.text(), DATES))
def test_whatever_a_header_holds_it_is_seconds_or_nothing(header):
    found = retry_after(header, NOW)
    assert found is None or found >= 0


@given(st.integers(1, 10_000), st.integers())
def test_backoff_grows_to_a_minute_and_no_further(attempt, seed):
    wait = backoff(attempt, random.Random(seed))
    assert 0.5 * min(60, 2 ** min(attempt - 1, 9)) <= wait <= min(60, 2 ** min(attempt - 1, 9))


def test_backoff_with_the_same_chance_is_the_same():
    waits = [[backoff(attempt, random.Random(1)) for attempt in (1, 2, 3)] for _ in range(2)]
    assert waits[0] == waits[1]


@given(st.floats(0.5, 20), st.lists(st.floats(0, 2), min_size=1, max_size=60))
def test_no_second_holds_more_requests_than_the_rate(rate, works):
    clock = Clock()
    limiter = RateLimiter(rate, clock, clock.sleep)
    sent = []
    for work in works:
        limiter.wait()
        sent.append(clock.now)
        clock.now += work
    for start in sent:
        assert sum(start <= each < start + 1 - 1e-6 for each in sent) <= max(1, -(-rate // 1))


def test_requests_that_come_slowly_do_not_wait():
    clock = Clock()
    limiter = RateLimiter(2, clock, clock.sleep)
    for _ in range(5):
        before = clock.now
        limiter.wait()
        assert clock.now == before
        clock.now += 1


def test_a_stated_limit_slows_but_never_speeds():
    clock = Clock()
    limiter = RateLimiter(10, clock, clock.sleep)
    limiter.slow_to(50)
    limiter.slow_to(2)
    for _ in range(3):
        limiter.wait()
    assert clock.now == 1.0
