"""What goes wrong between a buyer and a shop, in a real browser: the money and the page must still agree."""

import json
from typing import Any

from playwright.sync_api import Route, expect
from support.browser.shopper import Events, NewShopper, Shopper, put_up_with


def never(_: Route) -> None:
    """Leave a request without an answer, as a tab that is closed does."""


def test_a_tab_closed_before_the_callback_is_settled_by_the_webhook(shopper: Shopper, events: Events) -> None:
    shopper.choose()
    attempt = shopper.open_window()
    merchant_id = shopper.row(attempt).merchant_uid
    shopper.page.route("**/complete", never)  # at a desk the page would complete,
    shopper.page.route("**/payments/return*", never)  # on a phone it would come back
    shopper.approve(and_wait=False)
    captured = events.wait_for(merchant_id, "captured")
    assert captured["by"] == "sweep", "the webhook makes it due, and the worker asks"
    context = shopper.page.context
    shopper.page.close()
    shopper.page = context.new_page()
    assert shopper.history() == ["paid"]
    shopper.goto(f"/receipts/{merchant_id}")
    assert "정기 점검 중 결제대행사에 물어봄" in shopper.story()
    shopper.shot("behind-tab-closed")


def tamper(amount: int) -> Any:
    """Change what the API said the window should ask for, as a buyer with developer tools can."""

    def change(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        answer = route.fetch()
        body = answer.json()
        body["window"]["parameters"]["request_pay"]["amount"] = amount
        return route.fulfill(response=answer, body=json.dumps(body))

    return change


def test_a_window_for_a_tampered_amount_does_not_open(shopper: Shopper) -> None:
    shopper.choose("year")
    shopper.page.route(f"{shopper.demo.api}/payments", tamper(100))
    shopper.press_pay()
    assert "아직 결제하지 않았습니다" in shopper.notice()
    shopper.shot("tampered-blocked")
    assert shopper.history() == ["awaiting"]
    shopper.page.locator(".bought a").click()
    shopper.receipt("awaiting")
    attempts = shopper.demo.sandbox.payments(shopper.payment_id())
    assert [row.status for row in attempts if row.status == "paid"] == []


def test_a_tampered_amount_that_is_paid_all_the_same_pays_for_nothing_and_is_given_back(
    shopper: Shopper, events: Events
) -> None:
    shopper.choose("year")
    shopper.page.route(f"{shopper.demo.api}/payments", tamper(100))
    shopper.demo.sandbox.settings.enforce_prepare = False  # a hole at the provider
    try:
        attempt = shopper.open_window()
    finally:
        shopper.demo.sandbox.settings.enforce_prepare = True
    shopper.approve()
    expect(shopper.receipt("failed")).to_contain_text("다른 금액이 승인되어")
    shopper.shot("tampered-paid")
    merchant_id = shopper.row(attempt).merchant_uid
    strayed = events.wait_for(merchant_id, "strayed")
    assert (strayed["reason"], strayed["status"], strayed["amount"]) == ("mismatch", "failed", 100)
    events.wait_for(merchant_id, "refunded")
    row = shopper.row(attempt)
    assert (row.status, row.cancel_amount) == ("cancelled", 100), "all of it went back"
    assert shopper.history() == ["failed"]


ANOTHER_PRICE = """document.addEventListener("readystatechange", () => {
  const form = document.getElementById("checkout");
  if (form) form.dataset.amount = "9000";
})"""  # as a page from before the price was raised


def test_a_page_that_shows_another_price_than_the_shop_asks_begins_nothing(
    new_shopper: NewShopper, console_errors: list[str]
) -> None:
    shopper = new_shopper()
    shopper.page.add_init_script(ANOTHER_PRICE)
    shopper.choose()
    with shopper.page.expect_response(f"{shopper.demo.api}/payments") as answer:
        shopper.press_pay()
    assert answer.value.status == 409
    assert "가격이 바뀌었습니다" in shopper.notice()
    shopper.shot("price-changed")
    assert shopper.history() == []
    put_up_with(console_errors, "409")


def test_a_double_click_and_the_back_button_make_one_payment(shopper: Shopper) -> None:
    begun: list[str] = []
    posted = f"{shopper.demo.api}/payments"
    shopper.page.on("request", lambda r: begun.append(r.url) if (r.method, r.url) == ("POST", posted) else None)
    shopper.choose()
    checkout = shopper.page.url
    shopper.page.locator("#agree").check()
    shopper.page.locator("#pay").dblclick()
    attempt = shopper.attempt()
    assert len(begun) == 1
    shopper.approve()
    shopper.receipt("paid")
    merchant_id = shopper.payment_id()
    shopper.page.go_back()
    if not shopper.on_phone:  # on a phone the checkout is one step back
        expect(shopper.page.locator("#plans")).to_be_visible()
        shopper.page.goto(checkout)
    shopper.receipt("paid")  # a paid order's checkout leads to its receipt
    assert shopper.payment_id() == merchant_id
    assert [row.imp_uid for row in shopper.demo.sandbox.payments(merchant_id)] == [attempt]
    assert shopper.history() == ["paid"]


def test_a_reload_while_the_window_is_open_goes_on_with_the_same_payment(new_shopper: NewShopper) -> None:
    shopper = new_shopper()
    shopper.choose()
    first = shopper.open_window()
    shopper.page.reload()
    assert "아직 결제하지 않았습니다" in shopper.notice()
    shopper.shot("reloaded")
    second = shopper.open_window()
    shopper.approve()
    shopper.receipt("paid")
    assert shopper.row(first).merchant_uid == shopper.row(second).merchant_uid
    assert shopper.history() == ["paid"]


def test_a_reload_after_the_bank_said_yes_shows_the_receipt(new_shopper: NewShopper) -> None:
    shopper = new_shopper()
    shopper.choose()
    attempt = shopper.open_window()
    shopper.demo.sandbox.approve(attempt)  # in the card company's app; the window never hears of it
    shopper.page.reload()
    shopper.receipt("paid")


def test_a_phone_brought_back_without_a_result_still_finds_it(new_shopper: NewShopper) -> None:
    shopper = new_shopper(on_phone=True)
    shopper.choose()
    checkout = shopper.page.url
    attempt = shopper.open_window()
    shopper.demo.sandbox.approve(attempt)
    shopper.page.goto(checkout)  # the buyer types the shop's address instead of pressing the window's button
    shopper.receipt("paid")


def test_a_strangers_attempt_named_by_the_browser_changes_nothing(
    new_shopper: NewShopper, console_errors: list[str]
) -> None:
    stranger = new_shopper()
    stranger.choose()
    theirs = stranger.open_window()
    stranger.approve()
    stranger.receipt("paid")

    shopper = new_shopper()
    shopper.choose()
    mine = shopper.open_window()
    shopper.page.route("**/complete", lambda route: route.continue_(post_data=json.dumps({"gateway_id": theirs})))
    shopper.close()
    shopper.notice()
    assert shopper.row(mine).status != "paid"
    assert "paid" not in shopper.history(), "another's money pays for nothing here"
    assert stranger.history() == ["paid"]
    put_up_with(console_errors, "422")


def test_the_page_asks_again_while_nobody_knows(new_shopper: NewShopper, console_errors: list[str]) -> None:
    shopper = new_shopper()
    shopper.choose()
    shopper.open_window()
    asked: list[int] = []

    def unknown_twice(route: Route) -> None:
        asked.append(len(asked))
        if len(asked) == 1:
            return route.abort()  # no answer at all
        answer = route.fetch()
        return route.fulfill(response=answer, status=202 if len(asked) == 2 else answer.status)

    shopper.page.route("**/complete", unknown_twice)
    shopper.approve()
    shopper.receipt("paid")
    assert len(asked) == 3
    put_up_with(console_errors, "ERR_FAILED")


def test_another_guest_cannot_see_a_receipt(new_shopper: NewShopper, console_errors: list[str]) -> None:
    shopper, other = new_shopper(), new_shopper()
    shopper.choose()
    shopper.open_window()
    shopper.approve()
    shopper.receipt("paid")
    other.choose()
    answer = other.page.goto(shopper.page.url)
    assert answer
    assert answer.status == 404
    expect(other.page.locator("h1")).to_have_text("찾으시는 페이지가 없습니다")
    other.shot("not-yours")
    put_up_with(console_errors, "404")
