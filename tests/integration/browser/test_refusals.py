"""Refused, left, given up, cancelled: the buyer reads what is so now, in words that fit."""

import pytest
from playwright.sync_api import expect
from support.browser.shopper import NewShopper, Shopper


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_a_phone_that_went_back_and_was_then_declined_is_told_and_may_try_again(
    new_shopper: NewShopper, locale: str
) -> None:
    shopper = new_shopper(on_phone=True, locale=locale)
    shopper.choose()
    first = shopper.open_window()
    shopper.page.go_back()
    shopper.page.locator("#checkout[data-phase='']").wait_for()
    second = shopper.open_window()
    assert first != second
    shopper.window.locator("#reason").select_option(index=1)
    shopper.decline()
    receipt = shopper.page.locator("#receipt")
    expect(receipt.locator("#reason")).to_contain_text(["잔액 부족", "Insufficient balance"][locale == "en-US"])
    expect(receipt.locator("h1").first).to_have_text(
        ["결제하지 못했습니다", "The payment did not go through"][locale == "en-US"]
    )
    shopper.shot(f"declined-after-back-{locale[:2]}")
    shopper.page.locator("#pay-again").click()
    shopper.page.locator("#checkout").wait_for()
    shopper.open_window()
    shopper.approve()
    shopper.receipt("paid")


@pytest.mark.parametrize("method", ["card", "kakaopay"])
@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_closing_the_window_oneself_is_told_quietly(new_shopper: NewShopper, locale: str, method: str) -> None:
    shopper = new_shopper(locale=locale)
    shopper.choose()
    shopper.open_window(method)
    shopper.close()
    assert ["아직 결제하지 않았습니다", "Nothing has been paid yet"][locale == "en-US"] in shopper.notice()
    assert "bad" not in str(shopper.page.locator("#notice").get_attribute("class"))
    shopper.shot(f"left-{method}-{locale[:2]}")
    shopper.goto("/history")
    shopper.page.locator(".bought a").click()
    expect(shopper.page.locator("#receipt.awaiting")).to_be_visible()
    expect(shopper.page.locator("#reason")).to_have_count(0)
    shopper.shot(f"left-receipt-{method}-{locale[:2]}")


def test_a_reload_brings_no_older_reason_back(new_shopper: NewShopper) -> None:
    shopper = new_shopper()
    shopper.choose()
    shopper.open_window()
    shopper.decline()
    assert "카드 한도초과" in shopper.notice()
    shopper.open_window()
    shopper.page.reload()
    assert "아직 결제하지 않았습니다" in shopper.notice()
    assert "카드 한도초과" not in shopper.notice()
    shopper.open_window()
    shopper.window.locator("#reason").select_option(index=2)
    shopper.decline()
    assert "비밀번호 오류" in shopper.notice()


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_cancelling_an_order_asks_first(new_shopper: NewShopper, locale: str) -> None:
    shopper = new_shopper(locale=locale)
    shopper.choose()
    shopper.open_window("virtual_account")
    shopper.approve()
    shopper.receipt("awaiting")
    shopper.page.locator("#cancel").click()
    question = ["주문을 취소할까요?", "Cancel this order?"][locale == "en-US"]
    expect(shopper.page.locator("h1")).to_have_text(question)
    shopper.shot(f"cancel-question-{locale[:2]}")
    shopper.page.get_by_role("link", name=["취소하지 않기", "Keep the order"][locale == "en-US"]).click()
    shopper.receipt("awaiting")
    shopper.page.locator("#cancel").click()
    shopper.page.locator("#cancel-yes").click()
    shopper.receipt("cancelled")


def test_a_paid_order_is_never_asked_about(shopper: Shopper) -> None:
    shopper.choose()
    shopper.open_window()
    shopper.approve()
    shopper.receipt("paid")
    shopper.goto(f"/receipts/{shopper.payment_id()}/cancel")
    shopper.receipt("paid")
