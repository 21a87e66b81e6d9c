"""No page of console, shop or sandbox keeps anybody out: axe-core finds no serious fault, in either language."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest
from conftest import not_run
from integration.clients import installing
from playwright.sync_api import Page
from support.browser.axe import faults
from support.browser.bought import bought
from support.browser.shopper import NewShopper, put_up_with
from support.console import COOKIE, add_operator, signed_in

from payments.domain.access import Scope
from payments.domain.books.comparison import Comparison, Finding, FindingKind
from payments.domain.books.settlement import PayoutDay, Settlement, SettlementFinding, SettlementFindingKind
from payments.entrypoints.blocking import run
from payments.entrypoints.demo import Demo
from payments.testing import NOON

LOCALES: Final = ("ko-KR", "en-US")
CONSOLE: Final = (
    *("/", "/payments?of=captured&from=2026-01-01", "/messages", "/reports"),
    *("/reports?by_method=1&by_pg=1", "/reconciliation", "/reconciliation/axe", "/people", "/audit"),
    *("/settlements", "/settlements/axe", "/jobs/none"),
)


SETTLED: Final = Settlement(
    id="axe",
    file="정산.csv",
    currency="KRW",
    since=NOON,
    until=NOON + timedelta(days=1),
    compared_at=NOON,
    by="test",
    days=(PayoutDay(day=NOON.date(), amount=100, rows=1),),
    findings=tuple(SettlementFinding(kind=kind, name="tid") for kind in SettlementFindingKind),
)


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    try:
        return (installing.node().package("axe-core") / "axe.min.js").read_text("utf-8")
    except installing.Missing as missing:
        not_run(str(missing))


@attrs.define
class Walk:
    """Goes from page to page, and notes the faults of each."""

    page: Page
    axe: str
    colours: bool
    found: dict[str, list[Any]] = attrs.field(factory=dict)

    def look(self, name: str) -> None:
        """Note the faults of the page that is open."""
        if serious := faults(self.page, self.axe, colours=self.colours):
            self.found[name] = serious

    def at(self, url: str) -> None:
        """Open a page, and note its faults."""
        self.page.goto(url)
        self.look(url)

    def press(self, button: str, name: str) -> None:
        """Press a button that leads to a page, and note its faults."""
        with self.page.expect_navigation():
            self.page.locator(button).first.click()
        self.look(name)


@pytest.fixture
def walks(open_tab: Callable[..., Page], axe: str) -> Iterator[list[Walk]]:
    """One walk in each language, which must have found nothing."""
    started = [Walk(open_tab(locale=locale), axe, locale == LOCALES[0]) for locale in LOCALES]
    yield started
    assert [walk.found for walk in started] == [{}, {}]


def test_a_fault_would_be_noticed(page: Page, axe: str) -> None:
    page.set_content(
        "<html lang='ko'><title>t</title><main><h1>h</h1><button></button><p style='color:#ddd'>.a</p></main>"
    )
    assert {fault[0] for fault in faults(page, axe)} == {"button-name", "color-contrast"}


def test_everybody_can_use_the_console(demo: Demo, walks: list[Walk], console_errors: list[str]) -> None:
    add_operator(demo.service, "axe", Scope.ADMIN)
    token, now = signed_in(demo.service, "axe"), demo.service.clock.now()
    found = (Finding(kind=FindingKind.NOT_RECORDED, what="unreadable"),)
    times = {"since": now - timedelta(hours=1), "until": now, "started_at": now, "finished_at": now}
    run(demo.service.comparing.comparisons.add(Comparison(id="axe", by="test", findings=found, **times)))
    run(demo.service.settlements.book.add(SETTLED))
    path_of_payment = f"/payments/{bought(demo).merchant_id}"
    payment = f"{demo.api}/console{path_of_payment}"
    for walk in walks:
        walk.at(f"{demo.api}/console/login")
        walk.page.context.add_cookies([{"name": COOKIE, "value": token, "url": demo.api}])
        for path in (*CONSOLE, path_of_payment, "/nothing"):
            walk.at(f"{demo.api}/console{path}")
        walk.page.goto(payment)
        walk.page.locator("#a1-amount").fill("1,000")
        walk.press("form.refund button.button", "the confirmation of a refund")
        walk.page.goto(payment)
        walk.page.locator(".outside summary").click()
        walk.look("the form of money given back elsewhere")
        walk.page.locator("#a1-gone").fill("1,000")
        walk.page.locator("#a1-note").fill("note")
        walk.press(".outside button", "the confirmation of money given back elsewhere")
        walk.page.goto(f"{demo.api}/console/settings")
        walk.press("main form button", "the settings with a check")
    put_up_with(console_errors, "404")


def test_everybody_can_use_the_shop(demo: Demo, walks: list[Walk], new_shopper: NewShopper) -> None:
    for walk in walks:
        shopper = new_shopper()
        shopper.page = walk.page
        for path in ("/", "/enter", "/terms"):
            walk.at(demo.shop + path)
        shopper.choose("season")
        walk.look("the checkout")
        shopper.open_window("virtual_account")
        walk.look("the checkout under its window")
        shopper.approve()
        shopper.receipt("awaiting")
        receipt = walk.page.url
        walk.look("a receipt with a deposit")
        for path in (f"{receipt}/behind", f"{receipt}/cancel", f"{demo.shop}/history"):
            walk.at(path)
        shopper.choose("month")
        shopper.open_window()
        shopper.approve()
        shopper.receipt("paid")
        walk.look("a receipt")


def test_everybody_can_use_the_sandbox(demo: Demo, walks: list[Walk]) -> None:
    sandbox = demo.sandbox
    card = sandbox.open_window("axe-card", 12_000, pay_method="card", name="카드", m_redirect_url=demo.shop)
    account = sandbox.open_window("axe-vbank", 12_000, pay_method="vbank", name="계좌", m_redirect_url=demo.shop)
    v2 = sandbox.portone.open_window("axe-v2", 12_000)
    person = sandbox.certifications.open({"merchant_uid": "axe"}).imp_uid
    paths = (
        *(f"windows/{card}", f"windows/{account}", f"windows/{v2}"),
        *(f"receipts/{bought(demo).attempt}", f"certifications/{person}"),
    )
    for walk in walks:
        walk.page.goto(f"{sandbox.url}/_sandbox/")
        walk.page.get_by_text("axe-card").first.wait_for()
        walk.look("the sandbox's console")
        for path in paths:
            walk.at(f"{sandbox.url}/_sandbox/{path}?language={walk.page.evaluate('navigator.language.slice(0, 2)')}")
