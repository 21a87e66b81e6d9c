"""The accountant's month in a real browser: report, CSV, reconciliation and settlement, equal to the won.

The sums are made from the sandbox's own book, with payments and refunds on both sides of Seoul's midnight.
"""

import csv
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import attrs
import pytest
from playwright.sync_api import Page, expect
from support.api import serving
from support.browser.chromium import PHONE, shot
from support.console import COOKIE, add_operator, signed_in
from typed_settings import Secret

from payments.domain.access import Scope
from payments.domain.books.settlement import SettledBy
from payments.domain.money import Money
from payments.domain.refunding import RefundOrder
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Offer
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.console.mounting import console_of
from payments.entrypoints.http.app import http_app
from payments.entrypoints.sandbox import KEY, SECRET, USER_CODE, Sandbox
from payments.entrypoints.sandbox.clock import KOREA, Clock
from payments.entrypoints.sandbox.serve import running_sandbox
from payments.entrypoints.service import Service
from payments.entrypoints.settings import DatabaseSettings, HttpSettings, IamportOptions, Settings, SettlementOptions

FIRST, END = datetime(2025, 10, 31, 15, tzinfo=UTC), datetime(2025, 11, 30, 15, tzinfo=UTC)
"""November in Seoul."""
NIGHT, SECOND = datetime(2025, 11, 14, 15, tzinfo=UTC), timedelta(seconds=1)
SHOP = Caller.shop("test")
HEADS = ["거래번호", "거래금액", "수수료", "지급일"]
COLUMNS = SettlementOptions(name=HEADS[0], named_by=SettledBy.GATEWAY_ID, amount=HEADS[1], fee=HEADS[2])
WALKS = {
    "a Korean at a desk": ("ko-KR", {}),
    "an English reader at a desk": ("en-US", {}),
    "a Korean on a phone": ("ko-KR", PHONE),
}
WORDS = {
    "ko-KR": ("보고서", "보기", "대사", "비교 시작", "확인 필요", "모두 맞음", "정산", "올려서 비교"),
    "en-US": (
        *("Reports", "Show", "Reconciliation", "Compare", "Differences", "Agrees", "Settlements"),
        "Upload and compare",
    ),
}  # fmt: skip


@attrs.frozen
class Shop:
    """A shop whose November is over; `attempts` are all captures at the provider."""

    url: str
    service: Service
    sandbox: Sandbox
    attempts: list[GatewayId] = attrs.field(factory=list)

    def pays(self, at: datetime, *, seen: bool = True) -> MerchantId:
        self.sandbox.clock.move_to(at.timestamp())
        order = f"order-{len(self.attempts)}"
        begun = run(self.service.checkout.begin("park", order, Offer("멤버십", Money(12_000)), Method.CARD, SHOP))
        attempt = GatewayId(self.sandbox.open_window(begun.merchant_id, 12_000))
        self.sandbox.approve(attempt)
        self.attempts.append(attempt)
        if seen:
            run(self.service.checkout.complete(SHOP, begun.merchant_id, attempt))
        return begun.merchant_id

    def refunds(self, at: datetime, merchant_id: MerchantId, amount: int) -> None:
        self.sandbox.clock.move_to(at.timestamp())
        run(self.service.refunds.refund(SHOP, merchant_id, RefundOrder(reason="x", amount=amount)))

    def moved(self) -> Iterator[tuple[GatewayId, date, int]]:
        """Yield each capture and refund of November in the sandbox's own book."""
        for attempt in self.attempts:
            row = self.sandbox.payment(attempt)
            moves = [(row.paid_at, int(row.amount))]
            moves += [(one.cancelled_at, -int(one.amount)) for one in row.cancel_history]
            for at, amount in moves:
                if FIRST.timestamp() <= at < END.timestamp():
                    yield attempt, datetime.fromtimestamp(at, KOREA).date(), amount

    def sums(self) -> dict[str, tuple[int, int]]:
        """Return what was captured and refunded, by day."""
        days: dict[str, tuple[int, int]] = {}
        for _, day, amount in self.moved():
            taken, back = days.get(f"{day}", (0, 0))
            days[f"{day}"] = (taken + max(amount, 0), back + max(-amount, 0))
        return days


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with running_sandbox(clock=Clock.stopped((FIRST - 60 * SECOND).timestamp())) as sandbox:
        settings = Settings(
            database=DatabaseSettings(url=f"sqlite:///{tmp_path / 'shop.sqlite3'}", create=True),
            iamport=IamportOptions(key=Secret(KEY), secret=Secret(SECRET), user_code=USER_CODE, api_url=sandbox.url),
            http=HttpSettings(secret=Secret("a secret of this test with 32 characters")),
            settlement=COLUMNS,
        )
        with opened(settings) as service, serving(http_app(service, console=console_of(service, settings))) as url:
            yield lived(Shop(url, service, sandbox))


def lived(shop: Shop) -> Shop:
    """Live through a month whose captures and refunds lie at its borders."""
    before = shop.pays(FIRST - 2 * SECOND)
    shop.refunds(FIRST - SECOND, before, 1)
    first = shop.pays(FIRST)
    shop.refunds(FIRST, before, 20)
    late = shop.pays(NIGHT - SECOND)
    shop.refunds(NIGHT - SECOND, first, 300)
    shop.pays(NIGHT)
    shop.sandbox.console_cancel(shop.attempts[1], 4_000)  # nobody here is told
    last = shop.pays(END - SECOND)
    shop.refunds(END - SECOND, late, 12_000)
    shop.pays(END - SECOND, seen=False)  # nor of this one
    shop.refunds(END, last, 50)
    shop.pays(END)
    return shop


def total(page: Page) -> list[str | None]:
    cells = page.locator("tfoot tr").locator("[data-value]")
    expect(cells).to_have_count(2)
    return [cell.get_attribute("data-value") for cell in cells.all()]


def month(page: Page, button: str) -> None:
    page.locator("#month").fill("2025-11")
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=button, exact=True).click()


def settled(page: Page, folder: Path, name: str, rows: list[list[object]], button: str) -> None:
    file = folder / name
    with file.open("w", encoding="cp949", newline="") as opened:
        csv.writer(opened).writerows([HEADS, *rows])
    page.locator("#file").set_input_files(file)
    month(page, button)


@pytest.mark.parametrize("walk", WALKS)
def test_november_is_closed_equal_to_the_won(
    shop: Shop, open_tab: Callable[..., Page], tmp_path: Path, walk: str
) -> None:
    locale, device = WALKS[walk]
    reports, show, reconciliation, compare, differs, agrees, settlements, upload = WORDS[locale]
    add_operator(shop.service, "park", Scope.PAY)
    page = open_tab(locale=locale, **device)
    page.context.add_cookies([{"name": COOKIE, "value": signed_in(shop.service, "park"), "url": shop.url}])
    page.goto(f"{shop.url}/console/")
    menu = page.locator("header nav")

    menu.get_by_text(reconciliation).click()
    month(page, compare)
    expect(page.locator(".heading .chip")).to_have_text(differs)
    expect(page.locator("tbody tr")).to_have_count(2)  # a refund in the provider's console, and a capture
    shot(page, f"closing-differs-{locale}-{len(device)}")
    menu.get_by_text(reconciliation).click()
    month(page, compare)
    expect(page.locator(".heading .chip")).to_have_text(agrees)

    days = shop.sums()
    wanted = [sum(taken for taken, _ in days.values()), sum(back for _, back in days.values())]
    assert wanted == [60_000, 16_320]
    menu.get_by_text(reports).click()
    month(page, show)
    assert total(page) == [str(one) for one in wanted]
    shot(page, f"closing-report-{locale}-{len(device)}")
    with page.expect_download() as download:
        page.locator('a[href*="reports.csv"]').click()
    with closing(Path(download.value.path()).open(encoding="utf-8-sig", newline="")) as opened:
        lines = {one["day"]: (int(one["captured"]), int(one["refunded"])) for one in csv.DictReader(opened)}
    assert {day: moved for day, moved in lines.items() if any(moved)} == days

    rows: list[list[object]] = [[attempt, f"{amount:,}", 0, ""] for attempt, _, amount in shop.moved()]
    menu.get_by_text(settlements).click()
    settled(page, tmp_path, "first.csv", [*rows[1:], ["imp_other", "777", 0, ""]], upload)
    for kind in ("not_in_books", "not_in_file"):
        expect(page.locator(f"section[aria-labelledby={kind}] tbody tr")).to_have_count(1)
    shot(page, f"closing-settlement-{locale}-{len(device)}")
    menu.get_by_text(settlements).click()
    settled(page, tmp_path, "second.csv", rows, upload)
    expect(page.locator("#agreed")).to_have_text(str(len(rows)))
    expect(page.locator(".heading .chip")).to_have_text(agrees)
    expect(page.locator("section[aria-labelledby=days] strong")).to_contain_text(f"{wanted[0] - wanted[1]:,}")
