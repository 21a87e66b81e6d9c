"""What every test may ask for.

├── postgresql_server, postgresql_url   a real PostgreSQL that all tests share, and a fresh database in it
├── crashable_postgresql                one of the test's own, to be crashed
├── browser, page, phone, open_tab      a real Chromium, and fresh visitors at a desk and on a phone
├── one_day                             no midnight comes while the test runs: for claims about today
├── console_errors                      what those pages complained of: the test fails on what is left in it
└── tests that cannot be run here       said loudly at the end; with CI=true they fail
"""

import collections
import contextlib
import os
from collections.abc import Callable, Iterator
from typing import NoReturn

import hypothesis
import pytest
from playwright.sync_api import Page
from support.browser.chromium import PHONE, Chromium, find
from support.browser.chromium import Missing as NoBrowser
from support.patience import one_day as wait_for_one_day
from support.postgres.binaries import Missing as NoPostgres
from support.postgres.server import Postgres
from support.rounds import rounds

NOT_RUN = "NOT RUN: "
_LONG_FORMS = {"PKR_SOAK": "support.soak", "PKR_CANARIES": "support.canaries.everywhere"}
pytest_plugins = [plugin for variable, plugin in _LONG_FORMS.items() if os.environ.get(variable)]
os.environ.setdefault("CONTRACT_EXAMPLES", str(rounds(ci=40, soak=400)))

# Hypothesis itself knows CI and is reproducible there; a loaded machine must not turn a slow example into a failure.
UNTIMED = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=UNTIMED)
hypothesis.settings.load_profile("patient")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a server or a browser by what they ask for, so that `-m` can leave them out."""
    needs = {"postgresql_server": "postgresql", "crashable_postgresql": "postgresql", "browser": "browser"}
    for item in items:
        for fixture in needs.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(needs[fixture])


def not_run(reason: str) -> NoReturn:
    """Skip the test and have it said at the end; in CI, where everything must have run, fail it."""
    if os.environ.get("CI"):
        pytest.fail(f"{NOT_RUN}{reason}; in CI every test must run", pytrace=False)
    pytest.skip(f"{NOT_RUN}{reason}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in red how many tests were left out for want of something, and of what."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = collections.Counter(why for report in skipped if NOT_RUN in (why := str(report.longrepr[2])))
    for reason, count in reasons.items():
        terminalreporter.write_sep("!", f"{count} tests {reason[reason.index(NOT_RUN) :]}", red=True, bold=True)


@pytest.fixture
def one_day() -> None:
    """Keep the test away from a midnight, in UTC and in Seoul."""
    wait_for_one_day()


@contextlib.contextmanager
def running_postgres(*, durable: bool) -> Iterator[Postgres]:
    try:
        server = Postgres(durable=durable)
    except NoPostgres as missing:
        not_run(str(missing))
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Postgres]:
    """The server that all tests of this process share."""
    with running_postgres(durable=False) as server:
        yield server


@pytest.fixture
def crashable_postgresql() -> Iterator[Postgres]:
    """A server of this test's own, with the disk settings of production, to be crashed and started again."""
    with running_postgres(durable=True) as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: Postgres) -> Iterator[str]:
    """An empty database of this test's own, as a SQLAlchemy URL."""
    name = postgresql_server.create_database()
    yield postgresql_server.url(name)
    postgresql_server.drop_database(name)


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    """The browser that all tests of this process share; visitors in it share nothing."""
    try:
        path = find()
    except NoBrowser as missing:
        not_run(str(missing))
    with Chromium(path) as chromium:
        yield chromium


@pytest.fixture
def console_errors() -> Iterator[list[str]]:
    """What the pages' consoles called an error: the test fails on any left in here at its end."""
    errors: list[str] = []
    yield errors
    assert not errors, "the browser's console has errors:\n" + "\n".join(errors)


@pytest.fixture
def open_tab(browser: Chromium, console_errors: list[str]) -> Iterator[Callable[..., Page]]:
    """Open a page for a new visitor with playwright's context options: `open_tab(locale="en-US", **PHONE)`."""
    with contextlib.ExitStack() as tabs:
        yield lambda **options: tabs.enter_context(browser.tab(console_errors, **options))


@pytest.fixture
def page(open_tab: Callable[..., Page]) -> Page:
    """A Korean visitor at a desk, 1280 × 800."""
    return open_tab()


@pytest.fixture
def phone(open_tab: Callable[..., Page]) -> Page:
    """A Korean visitor on a phone, 390 × 844, with touch."""
    return open_tab(**PHONE)
