"""A buyer with a coupon: nothing to pay, no window, and the order is complete."""

from playwright.sync_api import expect
from support.browser.shopper import Shopper


def test_a_buyer_with_a_coupon_completes_the_order_without_a_window(shopper: Shopper) -> None:
    shopper.choose("month")
    shopper.page.locator("#coupon").click()
    expect(shopper.page.locator("#total")).to_have_text("0원")
    shopper.shot("nothing-to-pay")
    shopper.page.locator("#complete").click()
    expect(shopper.page.locator("h1")).to_have_text("주문이 완료되었습니다")
    shopper.shot("nothing-to-pay-complete")
    assert shopper.history() == []
    shopper.goto("/coupon")
    expect(shopper.page.locator("h1")).to_have_text("주문이 완료되었습니다")


def test_the_coupon_is_offered_for_its_own_membership_only(shopper: Shopper) -> None:
    shopper.choose("year")
    expect(shopper.page.locator("#pay")).to_be_visible()
    expect(shopper.page.locator("#coupon")).to_have_count(0)
