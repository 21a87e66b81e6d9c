"""While nobody knows what became of a payment, the shop says so, and there is no way to pay twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Route, expect
from support.browser.shopper import NewShopper, Shopper, put_up_with
from support.patience import until

CHECKING = "결제 결과를 확인하는 중입니다…"
TURN = 100
"""Real milliseconds in which the page's clock moves by five seconds."""


@contextmanager
def silent_provider(shopper: Shopper) -> Iterator[None]:
    """While it lasts, the provider answers no call, so nobody knows what became of a payment."""
    shopper.demo.sandbox.faults.add("*:500")
    try:
        yield
    finally:
        shopper.demo.sandbox.faults.clear()


@pytest.fixture(autouse=True)
def limits_of_the_api(console_errors: list[str]) -> Iterator[None]:
    """Pages whose clock runs ahead ask more often than the API lets them; the script then waits, as for any trouble."""
    yield
    if any("429" in error for error in console_errors):
        put_up_with(console_errors, "429")


def hold_in(held: list[Route]) -> Callable[[Route], None]:
    """Return a handler that keeps a request in *held*, unanswered; playwright takes no builtin method."""

    def hold(route: Route) -> None:
        held.append(route)

    return hold


def let_go(shopper: Shopper, held: list[Route]) -> None:
    """Let the request that *held* keeps go on; the page may say that it asked before the request reaches us."""
    until(lambda: held, pause=lambda: shopper.page.wait_for_timeout(50))
    held.pop().continue_()


def lets_no_one_pay(shopper: Shopper) -> None:
    expect(shopper.page.locator("#checkout")).to_have_attribute("data-phase", "checking")
    expect(shopper.page.locator("#pay")).to_have_text(CHECKING)
    shopper.page.locator("#pay").click(force=True)
    assert shopper.page.locator("iframe[name=imp-iframe]").count() == 0


def pass_time_until_told(shopper: Shopper) -> str:
    notice = shopper.page.locator("#notice")
    pass_time_until(shopper, notice.is_visible)
    return notice.inner_text()


def pass_time_until(shopper: Shopper, holds: Callable[[], bool]) -> None:
    """Move the page's clock by five seconds a turn until *holds*.

    The server lives in real time: its breaker stays open for seconds, its worker pauses, its limits refill. The page's
    clock even runs the time limit of its requests. So a turn leaves the server some real time, which alone is bounded.
    """

    def turn() -> None:
        shopper.page.clock.run_for(5_000)
        shopper.page.wait_for_timeout(TURN)

    until(holds, pause=turn)


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_the_button_tells_each_phase(new_shopper: NewShopper, locale: str) -> None:
    shopper = new_shopper(locale=locale)
    told = [
        ["결제창을 여는 중입니다…", "결제창에서 결제를 진행해 주세요", CHECKING],
        ["Opening the payment window…", "Continue in the payment window", "Checking the result…"],
    ][locale == "en-US"]
    held: list[Route] = []
    shopper.choose()
    shopper.page.route(f"{shopper.demo.api}/payments", hold_in(held))
    shopper.press_pay()
    expect(shopper.page.locator("#pay")).to_have_text(told[0])
    shopper.shot(f"phase-opening-{locale[:2]}")
    let_go(shopper, held)
    shopper.page.unroute(f"{shopper.demo.api}/payments")
    shopper.attempt()
    expect(shopper.page.locator("#pay")).to_have_text(told[1])
    with silent_provider(shopper):
        shopper.approve()
        expect(shopper.page.locator("#pay")).to_have_text(told[2])
        shopper.shot(f"phase-checking-{locale[:2]}")
    shopper.receipt("paid")


def test_a_provider_that_is_silent_for_long_leaves_no_way_to_pay_twice(new_shopper: NewShopper) -> None:
    shopper = new_shopper()
    shopper.page.clock.install()
    shopper.choose()
    attempt = shopper.open_window()
    with silent_provider(shopper):
        shopper.approve()
        assert "다시 결제하지 마세요" in pass_time_until_told(shopper)
        shopper.shot("unsure")
        lets_no_one_pay(shopper)
    pass_time_until(shopper, lambda: not shopper.page.locator("#checkout").is_visible())
    shopper.receipt("paid")
    assert [row.imp_uid for row in shopper.demo.sandbox.payments(shopper.payment_id())] == [attempt]


def test_back_while_checking_leads_to_the_same_state(new_shopper: NewShopper) -> None:
    shopper = new_shopper()
    shopper.choose()
    checkout = shopper.page.url
    shopper.open_window()
    with silent_provider(shopper):
        shopper.approve()
        lets_no_one_pay(shopper)
        shopper.goto("/")
        shopper.page.go_back()
        assert shopper.page.url == checkout
        lets_no_one_pay(shopper)
    shopper.receipt("paid")


def test_another_order_has_to_wait_for_the_one_that_is_being_checked(new_shopper: NewShopper) -> None:
    shopper = new_shopper()
    shopper.page.clock.install()
    shopper.choose("month")
    shopper.open_window()
    with silent_provider(shopper):
        shopper.approve()
        lets_no_one_pay(shopper)
        shopper.choose("month")  # a new order, perhaps by mistake
        lets_no_one_pay(shopper)
        assert "먼저 하신 결제를 확인하고 있습니다" in pass_time_until_told(shopper)
        shopper.shot("earlier-checking")
    notice = shopper.page.locator("#notice")
    pass_time_until(shopper, lambda: "결제되었습니다" in notice.inner_text())
    assert "두 번 주문하신 것은 아닌지" in notice.inner_text()
    shopper.shot("earlier-paid")
    shopper.open_window()  # and now this one may be paid


NEVER_SURE = """var asked = 0;
var Payments = { preload() {}, async resume() { asked++; return { settled: false, payment: { order: "" } }; } };"""


def test_a_checkout_that_stays_open_for_hours_still_asks_now_and_then(new_shopper: NewShopper) -> None:
    shopper = new_shopper()
    shopper.page.clock.install()
    shopper.page.route("**/payments.js", lambda route: route.fulfill(content_type="text/javascript", body=NEVER_SURE))
    shopper.choose()
    shopper.page.clock.run_for("03:00:00")
    before = shopper.page.evaluate("asked")
    shopper.page.clock.run_for("01:00:00")
    assert 1 <= shopper.page.evaluate("asked") - before <= 60


def test_a_receipt_offers_no_payment_while_its_result_is_checked(new_shopper: NewShopper) -> None:
    shopper = new_shopper()
    shopper.choose()
    shopper.open_window()
    with silent_provider(shopper):
        shopper.close()
        lets_no_one_pay(shopper)
        shopper.goto("/history")
        shopper.page.locator(".bought a").click()
        receipt = shopper.page.locator("#receipt[data-phase=checking]")
        expect(receipt).to_contain_text("다시 결제하지 마세요")
        expect(shopper.page.locator("#pay-again")).to_be_hidden()
        shopper.shot("receipt-checking")
    expect(shopper.page.locator("#pay-again")).to_be_visible()


def test_a_phone_that_comes_back_too_early_waits_where_it_is(new_shopper: NewShopper) -> None:
    shopper = new_shopper(on_phone=True)
    shopper.choose()
    shopper.open_window()
    with silent_provider(shopper):
        shopper.approve()
        expect(shopper.page.locator("#returning")).to_be_visible()
        assert shopper.page.locator("#pay, #pay-again").count() == 0
        shopper.shot("returning")
    shopper.receipt("paid")


@pytest.mark.parametrize(("fault", "status"), [("prepare:429", "503"), ("prepare:500", "504")])
@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_a_provider_that_is_down_before_the_window_took_no_money(
    new_shopper: NewShopper, console_errors: list[str], fault: str, status: str, locale: str
) -> None:
    shopper = new_shopper(locale=locale)
    shopper.choose()
    shopper.demo.sandbox.faults.add(fault)
    try:
        shopper.press_pay()
        told = ["빠져나간 돈은 없습니다", "No money has left your account"][locale == "en-US"]
        assert told in shopper.notice()
    finally:
        shopper.demo.sandbox.faults.clear()
    shopper.shot(f"provider-down-{locale[:2]}")
    shopper.open_window()
    shopper.approve()
    shopper.receipt("paid")
    put_up_with(console_errors, status)


CLICKS_AGE = """Object.defineProperty(navigator, "userActivation", {
  get: () => ({ isActive: document.documentElement.dataset.clicked !== "long ago" }),
})"""  # every call of playwright's counts as a click of its own, so the browser's answer is given here


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_a_click_too_old_for_a_window_asks_for_another_that_opens_it_at_once(
    new_shopper: NewShopper, locale: str
) -> None:
    shopper = new_shopper(locale=locale)
    held: list[Route] = []
    begun: list[str] = []
    shopper.page.add_init_script(CLICKS_AGE)
    shopper.choose()
    api = f"{shopper.demo.api}/payments"
    shopper.page.on("request", lambda request: begun.append(request.url) if request.url == api else None)
    shopper.page.route(api, hold_in(held))
    shopper.press_pay()
    expect(shopper.page.locator("#checkout")).to_have_attribute("data-phase", "opening")
    shopper.page.evaluate("document.documentElement.dataset.clicked = 'long ago'")
    let_go(shopper, held)
    shopper.page.unroute(api)
    assert ["한 번 더 누르면", "once more"][locale == "en-US"] in shopper.notice()
    shopper.shot(f"click-expired-{locale[:2]}")
    asked_before = len(begun)
    shopper.page.evaluate("document.documentElement.dataset.clicked = 'now'")
    shopper.page.locator("#pay").click()
    shopper.attempt()
    assert len(begun) == asked_before, "nothing is begun anew"
    shopper.approve()
    shopper.receipt("paid")


def test_the_providers_script_is_loaded_before_the_click(new_shopper: NewShopper) -> None:
    shopper = new_shopper()
    with shopper.page.expect_request("**/v1/iamport.js"):
        shopper.choose()
