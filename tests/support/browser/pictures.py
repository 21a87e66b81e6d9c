"""`python -m support.browser.pictures`: draw docs/images anew, from the real demo in a real browser.

For each language: the shop's front page, a payment window at a desk, a deposit on a phone, a payment's timeline, and
the console: today, a payment of which a part was refunded, a payout file, and a search on a phone.
`--console` draws these alone.
"""

import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
from playwright.sync_api import Page
from support.browser.bought import SHOP, Bought, bought, opened
from support.browser.chromium import PHONE, Chromium, find
from support.browser.shopper import Shopper
from support.console import COOKIE, add_operator, signed_in

from payments.domain.access import Scope
from payments.domain.books.settlement import PayoutDay, Settlement, SettlementFinding, SettlementFindingKind
from payments.domain.refunding import RefundOrder
from payments.domain.values import Caller
from payments.entrypoints.blocking import run
from payments.entrypoints.demo import Demo, running_demo
from payments.testing.builders import a_payment, paid

IMAGES = Path(__file__).parents[3] / "docs" / "images"
DESK = {"width": 1280, "height": 892}
OPERATOR = "kim"
LANGUAGES = {"": "en-US", ".ko": "ko-KR"}  # the end of a picture's name, and whom it is drawn for


def draw(page: Page, name: str, *, whole: bool = False) -> None:
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path, full_page=whole, animations="disabled")
    sys.stdout.write(f"{path}  {path.stat().st_size // 1024} KB\n")


def at_a_desk(demo: Demo, page: Page, language: str) -> None:
    shopper = Shopper(demo, page, on_phone=False)
    shopper.goto("/")
    draw(page, f"shop{language}")
    shopper.choose("season")
    shopper.open_window()
    shopper.decline()
    shopper.notice()
    shopper.open_window()
    draw(page, f"window{language}")
    shopper.approve()
    shopper.receipt("paid")
    draw(page, f"receipt{language}")
    shopper.story()
    draw(page, f"timeline{language}", whole=True)


def on_a_phone(demo: Demo, page: Page, language: str) -> None:
    shopper = Shopper(demo, page, on_phone=True)
    shopper.choose("month")
    shopper.open_window("virtual_account")
    shopper.approve()
    shopper.receipt("awaiting")
    draw(page, f"phone{language}")


def in_the_console(demo: Demo, page: Page, language: str, token: str, merchant_id: str) -> None:
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": demo.api}])
    page.goto(f"{demo.api}/console/payments/{merchant_id}")
    draw(page, f"console{language}", whole=True)
    page.goto(f"{demo.api}/console/")
    page.locator(".plot canvas").first.wait_for()
    draw(page, f"console-today{language}", whole=True)
    page.goto(f"{demo.api}/console/settlements/november")
    draw(page, f"console-settlement{language}", whole=True)


def found_on_a_phone(demo: Demo, page: Page, language: str, token: str, approval: str) -> None:
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": demo.api}])
    page.goto(f"{demo.api}/console/payments?q={approval}")
    draw(page, f"console-phone{language}")


def settled(demo: Demo, shown: Bought) -> None:
    """Store what a payout file of November was found to say."""
    now = demo.service.clock.now()
    kinds = SettlementFindingKind
    found = (
        SettlementFinding(kind=kinds.NOT_IN_BOOKS, line=212, name="StdpayCARD2611241410", amount=18_000),
        SettlementFinding(kind=kinds.NOT_IN_FILE, name=shown.attempt, amount=-5_000, merchant_id=shown.merchant_id),
    )
    days = [(now - timedelta(days=ago)).date() for ago in (9, 2)]
    one = Settlement(
        id="november",
        file="payout-2026-11.csv",
        currency="KRW",
        since=datetime(2026, 10, 31, 15, tzinfo=UTC),
        until=datetime(2026, 11, 30, 15, tzinfo=UTC),
        compared_at=now,
        by=f"operator:{OPERATOR}",
        rows=214,
        agreed=213,
        skipped=2,
        days=tuple(PayoutDay(day=day, amount=2_640_000, fee=79_200, rows=107) for day in days),
        findings=found,
    )
    run(demo.service.settlements.book.add(one))


def two_weeks_of_trade(demo: Demo) -> Bought:
    """Store payments of the last days, whose numbers are the same in every picture; return one refunded in part."""
    chance, now = random.Random(11), demo.service.clock.now()
    for back in range(1, 15):
        for number in range(chance.randint(4, 11)):
            begun = now - timedelta(days=back, minutes=17 * number)
            amount = chance.choice((12_000, 33_000, 120_000))
            payment = paid(a_payment(at=begun, amount=amount))
            if chance.random() < 0.15:
                payment = paid(payment, gateway_id=payment.attempts[0].gateway_id, refunded=amount // 3)
            run(demo.service.payments.add(attrs.evolve(payment, due_at=now + timedelta(days=9))))
    for reason in ("한도 초과", "한도 초과", "비밀번호 오류"):
        unpaid, attempt, _ = opened(demo)
        demo.sandbox.decline(attempt, reason)
        run(demo.service.checkout.complete(SHOP, unpaid, attempt))
        last = bought(demo)
    order = RefundOrder(reason="늦은 배송", amount=5_000)
    run(demo.service.refunds.refund(Caller.operator(OPERATOR), last.merchant_id, order))
    return last


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Chromium(find()) as chromium,
        running_demo(database=Path(folder) / "demo.sqlite3", subscribers=(lambda _: None,)) as demo,
    ):
        add_operator(demo.service, OPERATOR, Scope.REFUND)
        token, shown = signed_in(demo.service, OPERATOR), two_weeks_of_trade(demo)
        settled(demo, shown)
        for language, locale in LANGUAGES.items():
            with chromium.tab([], locale=locale, viewport=DESK) as page:
                in_the_console(demo, page, language, token, shown.merchant_id)
            with chromium.tab([], locale=locale, **PHONE) as page:
                found_on_a_phone(demo, page, language, token, shown.approval)
            if "--console" in sys.argv:
                continue
            with chromium.tab([], locale=locale, viewport=DESK) as page:
                at_a_desk(demo, page, language)
            with chromium.tab([], locale=locale, **PHONE) as page:
                on_a_phone(demo, page, language)


if __name__ == "__main__":
    main()
