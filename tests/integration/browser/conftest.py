"""The whole demo, once for all browser tests of a process, and visitors who share nothing but it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from support.browser.chromium import PHONE
from support.browser.shopper import Events, NewShopper, Shopper

from payments.entrypoints.demo import Demo, running_demo
from payments.entrypoints.worker import Pace


@pytest.fixture(scope="session")
def events() -> Events:
    """What the demo's shop is told."""
    return Events()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, events: Events) -> Iterator[Demo]:
    """Sandbox, API, worker and shop on sockets of this machine, with a real database file."""
    database = tmp_path_factory.mktemp("demo") / "demo.sqlite3"
    with running_demo(database=database, pace=Pace(idle=0.1), subscribers=(events,)) as running:
        yield running


@pytest.fixture
def new_shopper(demo: Demo, open_tab: Callable[..., Page]) -> NewShopper:
    """Someone new at the shop: `new_shopper(on_phone=True, locale="en-US")`."""

    def arrive(*, on_phone: bool = False, **options: object) -> Shopper:
        return Shopper(demo, open_tab(**(PHONE if on_phone else {}), **options), on_phone)

    return arrive


@pytest.fixture(params=["desk", "phone"])
def shopper(request: pytest.FixtureRequest, new_shopper: NewShopper) -> Shopper:
    """A Korean visitor, once at a desk and once on a phone."""
    return new_shopper(on_phone=request.param == "phone")
