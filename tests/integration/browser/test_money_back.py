"""Money that went back, or is on its way: the receipt and "My payments" say how much, why and when."""

import pytest
from playwright.sync_api import expect
from support.browser.shopper import Events, NewShopper, Shopper
from support.patience import until

from payments.domain.refunding import RefundOrder
from payments.domain.values import Caller, MerchantId
from payments.entrypoints.blocking import run


def paid(shopper: Shopper) -> str:
    shopper.choose()
    shopper.open_window()
    shopper.approve()
    shopper.receipt("paid")
    return shopper.payment_id()


def refund(shopper: Shopper, merchant_id: str, amount: int | None = None) -> None:
    order = RefundOrder(reason="손님이 원함", amount=amount)
    run(shopper.demo.service.refunds.refund(Caller.shop("clerk"), MerchantId(merchant_id), order))


def finished(shopper: Shopper, attempt: str) -> bool:
    """Have the provider execute the refund that it has taken on."""
    shopper.demo.sandbox.finish_cancels()
    return shopper.row(attempt).status == "cancelled"


def bought(shopper: Shopper) -> str:
    shopper.goto("/history")
    return shopper.page.locator(".bought li").first.inner_text()


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
@pytest.mark.parametrize("on_phone", [False, True], ids=["desk", "phone"])
def test_my_payments_show_what_was_refunded_and_when(new_shopper: NewShopper, locale: str, on_phone: bool) -> None:
    shopper = new_shopper(locale=locale, on_phone=on_phone)
    korean, language = locale == "ko-KR", locale[:2]
    merchant_id = paid(shopper)
    refund(shopper, merchant_id, 5_000)
    shown = bought(shopper)
    assert ("부분 환불" if korean else "Partly refunded") in shown
    assert ("5,000원 환불해 드렸습니다" if korean else "₩5,000 was refunded on") in shown
    assert ("영업일" if korean else "business days") in shopper.page.locator("main").inner_text()
    shopper.shot(f"history-refunded-part-{language}")
    refund(shopper, merchant_id)
    assert ("환불 완료" if korean else "Refunded") in bought(shopper)
    shopper.shot(f"history-refunded-{language}")
    shopper.page.locator(".bought a").click()
    expect(shopper.page.locator("#money-back")).to_contain_text("12,000")
    shopper.shot(f"receipt-refunded-{language}")


def test_a_refund_that_is_under_way_is_shown_before_it_is_done(new_shopper: NewShopper, events: Events) -> None:
    shopper = new_shopper()
    merchant_id = paid(shopper)
    shopper.demo.sandbox.faults.add("cancel:slow x1")
    refund(shopper, merchant_id, 5_000)
    assert "환불 진행 중" in bought(shopper)
    assert "5,000원 환불을 진행하고 있습니다" in shopper.page.locator(".bought").inner_text()
    shopper.shot("history-refund-under-way")
    shopper.demo.sandbox.finish_cancels()
    events.wait_for(merchant_id, "refunded")
    assert "부분 환불" in bought(shopper)


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_a_virtual_account_awaits_its_deposit_in_a_word_of_its_own(new_shopper: NewShopper, locale: str) -> None:
    shopper = new_shopper(locale=locale)
    shopper.choose()
    shopper.open_window("virtual_account")
    shopper.approve()
    shopper.receipt("awaiting")
    assert ["입금 대기", "Awaiting deposit"][locale == "en-US"] in bought(shopper)
    shopper.shot(f"history-deposit-{locale[:2]}")


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
@pytest.mark.parametrize("on_phone", [False, True], ids=["desk", "phone"])
def test_money_that_came_late_is_seen_on_its_way_back(
    new_shopper: NewShopper, events: Events, locale: str, on_phone: bool
) -> None:
    shopper = new_shopper(locale=locale, on_phone=on_phone)
    korean, language = locale == "ko-KR", locale[:2]
    shopper.choose()
    attempt = shopper.open_window()
    merchant_id = shopper.row(attempt).merchant_uid
    shopper.goto(f"/receipts/{merchant_id}/cancel")
    shopper.page.locator("#cancel-yes").click()
    shopper.receipt("cancelled")
    shopper.demo.sandbox.faults.add("cancel:slow x1")
    shopper.demo.sandbox.approve(attempt)  # in the card company's app, too late
    events.wait_for(merchant_id, "strayed")
    shopper.page.reload()
    back = shopper.page.locator("#money-back")
    expect(back).to_contain_text("12,000원 환불을 진행하고 있습니다" if korean else "A refund of ₩12,000 is on its way")
    shopper.shot(f"late-on-its-way-{language}")
    until(lambda: finished(shopper, attempt))
    expect(back).to_contain_text("12,000원 환불해 드렸습니다" if korean else "₩12,000 was refunded on")
    expect(shopper.page.locator("#receipt")).not_to_contain_text("결제하지 않은 주문을 취소")
    shopper.shot(f"late-came-back-{language}")


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_a_second_payment_of_one_order_is_seen_on_the_receipt(
    new_shopper: NewShopper, events: Events, locale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shopper = new_shopper(locale=locale)
    monkeypatch.setattr(shopper.demo.sandbox.settings.guesses, "second_window", "pays")
    shopper.choose()
    first = shopper.open_window("kakaopay")
    shopper.close()
    shopper.notice()
    other = shopper.demo.sandbox.open_window(shopper.row(first).merchant_uid, 12_000)
    shopper.open_window()
    shopper.approve()
    shopper.receipt("paid")
    shopper.demo.sandbox.approve(other)
    events.wait_for(shopper.payment_id(), "refunded")
    shopper.page.reload()
    expect(shopper.page.locator("#money-back")).to_contain_text(
        ["두 번째로 승인된 결제", "A second payment"][locale == "en-US"]
    )
    shopper.shot(f"duplicate-{locale[:2]}")
    assert ["결제 완료", "Paid"][locale == "en-US"] in bought(shopper)
