"""A person buys through PortOne V2 in a real browser, at a desk and on a phone; the page's code is the same."""

import pytest
from playwright.sync_api import expect
from support.browser.shopper import Events, NewShopper, Shopper

from payments.domain.refunding import RefundOrder
from payments.domain.values import Caller, MerchantId
from payments.entrypoints.blocking import run

OPERATOR = Caller.shop("kim")


def at_v2(shopper: Shopper, plan: str = "month") -> None:
    """Choose a membership, and the other provider."""
    shopper.choose(plan)
    shopper.page.locator("#via-portone").click()
    shopper.page.locator('#checkout[data-script*="/v2/"]').wait_for()


def refund(shopper: Shopper, amount: int | None = None) -> None:
    order = RefundOrder(reason="고객 요청", amount=amount)
    run(shopper.demo.service.refunds.refund(OPERATOR, MerchantId(shopper.payment_id()), order))
    shopper.page.reload()


def test_a_buyer_pays_through_v2_and_sees_it(shopper: Shopper) -> None:
    at_v2(shopper)
    attempt = shopper.open_window()
    shopper.shot("v2-window")
    shopper.approve()
    expect(shopper.receipt("paid")).to_contain_text("결제가 완료되었습니다")
    shopper.shot("v2-paid")
    row = shopper.row(attempt)
    assert (row.status, row.merchant_uid) == ("paid", shopper.payment_id())
    payment = run(shopper.demo.service.payments.get(MerchantId(shopper.payment_id())))
    assert (payment.provider, [one.gateway_id for one in payment.attempts]) == ("portone", [attempt])
    assert shopper.history() == ["paid"]


def test_a_payment_through_v2_is_refunded_in_part_and_in_full(shopper: Shopper) -> None:
    at_v2(shopper)
    attempt = shopper.open_window()
    shopper.approve()
    shopper.receipt("paid")
    refund(shopper, 5_000)
    expect(shopper.receipt("paid")).to_contain_text("5,000")
    shopper.shot("v2-refunded-in-part")
    refund(shopper)
    shopper.receipt("cancelled")
    shopper.shot("v2-refunded")
    assert shopper.row(attempt).cancel_amount == 12_000


def test_an_account_of_v2_waits_and_the_page_turns_when_the_money_comes(shopper: Shopper, events: Events) -> None:
    at_v2(shopper, "season")
    attempt = shopper.open_window("virtual_account")
    shopper.approve()
    expect(shopper.receipt("awaiting")).to_contain_text("입금을 기다리고 있습니다")
    expect(shopper.page.locator("#account")).to_have_text(str(shopper.row(attempt).vbank_num))
    shopper.shot("v2-deposit-waiting")
    assert events.wait_for(shopper.payment_id(), "deposit_issued")["status"] == "awaiting"
    shopper.demo.sandbox.deposit(attempt)  # nobody touches the page
    shopper.receipt("paid")


def test_a_declined_card_of_v2_is_told_and_another_try_pays(shopper: Shopper) -> None:
    at_v2(shopper)
    first = shopper.open_window()
    shopper.decline()
    if shopper.on_phone:
        shopper.receipt("failed")
        shopper.page.locator('a[href^="/checkout/"]').click()
        shopper.page.locator("#via-portone").click()
        shopper.page.locator('#checkout[data-script*="/v2/"]').wait_for()
    else:
        assert "카드 한도초과" in shopper.notice()
    second = shopper.open_window()
    shopper.approve()
    shopper.receipt("paid")
    assert (shopper.row(first).status, shopper.row(second).status) == ("failed", "paid")
    assert shopper.row(first).merchant_uid == shopper.row(second).merchant_uid == shopper.payment_id()


def test_a_visitor_may_change_the_provider_before_paying(new_shopper: NewShopper) -> None:
    shopper = new_shopper(locale="en-US")
    at_v2(shopper)
    first = shopper.open_window()
    shopper.close()
    shopper.notice()
    shopper.page.locator("#providers a").first.click()
    shopper.page.locator('#checkout[data-script*="/v1/"]').wait_for()
    second = shopper.open_window()
    shopper.approve()
    shopper.receipt("paid")
    assert shopper.row(first).merchant_uid != shopper.row(second).merchant_uid


def test_a_window_of_v2_that_does_not_load_is_told(new_shopper: NewShopper, console_errors: list[str]) -> None:
    shopper = new_shopper()
    shopper.page.route("**/v2/browser-sdk.js", lambda route: route.abort())
    at_v2(shopper)
    shopper.press_pay()
    assert shopper.notice()
    console_errors.clear()


def test_the_page_of_the_demo_names_both_providers(new_shopper: NewShopper) -> None:
    shopper = new_shopper(locale="en-US")
    shopper.choose()
    expect(shopper.page.locator("#providers")).to_contain_text("PortOne (V2)")
    shopper.shot("providers")


@pytest.mark.parametrize("failure", ["throws", "leaves"])
def test_whatever_requestpayment_does_only_the_server_is_believed(
    new_shopper: NewShopper, console_errors: list[str], failure: str
) -> None:
    shopper = new_shopper()
    at_v2(shopper)
    lying = {
        "throws": "async () => { throw new Error('카드사 점검') }",
        "leaves": "async () => ({ transactionType: 'PAYMENT', txId: 'nonsense', paymentId: 'x' })",
    }[failure]
    shopper.page.wait_for_function("() => 'PortOne' in globalThis")  # else the script replaces what lies
    shopper.page.evaluate(f"() => {{ globalThis.PortOne = {{ requestPayment: {lying} }} }}")
    shopper.press_pay()
    assert shopper.notice()
    assert shopper.history() == ["awaiting"]
    console_errors.clear()  # that the server does not know the attempt
