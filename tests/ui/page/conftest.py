"""One server and one browser for each module that looks at the page.

Not for longer: Playwright runs an event loop, beside which other tests could run none.
"""

import pytest

from tests.ui.page.browser import Tabs, chromium
from tests.ui.page.fakes import Hostile, Paced
from ui.serve import start


@pytest.fixture(scope="module")
def paced(citewell):
    return Paced(citewell)


@pytest.fixture(scope="module")
def address(paced, settings):
    running, url = start(paced, settings)
    yield url
    running.close()


@pytest.fixture(scope="module")
def hostile_address(settings):
    running, url = start(Hostile(settings), settings)
    yield url
    running.close()


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture
def tab(browser):
    """Opens the page; afterwards, every request must have stayed on this machine."""
    tabs = Tabs(browser)
    yield tabs.visit
    tabs.close()
