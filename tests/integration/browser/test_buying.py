"""A person buys a membership in a real browser: what they see, what the provider has, and that the two agree."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from support.browser.shopper import Events, NewShopper, Shopper


@pytest.mark.parametrize("on_phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize(
    ("locale", "price", "thanks"),
    [("ko-KR", "12,000원", "결제가 완료되었습니다"), ("en-US", "₩12,000", "Thank you for your payment")],
)
def test_a_buyer_pays_and_sees_it(
    new_shopper: NewShopper, on_phone: bool, locale: str, price: str, thanks: str
) -> None:
    shopper = new_shopper(on_phone=on_phone, locale=locale)
    asked: set[str] = set()
    shopper.page.on("request", lambda request: asked.add(str(urlsplit(request.url).hostname)))
    language = locale[:2]
    shopper.goto("/")
    shopper.shot(f"home-{language}")
    shopper.choose("month")
    expect(shopper.page.locator("#total")).to_have_text(price)
    shopper.shot(f"checkout-{language}")
    attempt = shopper.open_window()
    expect(shopper.window.locator("#amount")).to_contain_text("12,000")
    shopper.shot(f"window-{language}")
    shopper.approve()
    receipt = shopper.receipt("paid")
    expect(receipt).to_contain_text(thanks)
    expect(shopper.page.locator("#amount")).to_have_text(price)
    shopper.shot(f"paid-{language}")
    row = shopper.row(attempt)
    assert (row.status, row.amount, row.merchant_uid) == ("paid", 12_000, shopper.payment_id())
    story = shopper.story()
    assert price in story
    shopper.shot(f"behind-{language}")
    assert shopper.history() == ["paid"]
    shopper.shot(f"history-{language}")
    assert asked == {"127.0.0.1"}, "the pages ask nobody outside"


def test_a_buyer_pays_with_the_keyboard_alone(new_shopper: NewShopper) -> None:
    shopper = new_shopper()
    shopper.choose("year")
    shopper.page.locator('input[value="card"]').focus()
    shopper.page.keyboard.press("ArrowDown")
    assert shopper.page.locator('input[value="kakaopay"]').is_checked()
    shopper.page.keyboard.press("Tab")
    expect(shopper.page.locator("#providers a")).to_be_focused()
    shopper.page.keyboard.press("Tab")
    expect(shopper.page.locator("#agree")).to_be_focused()
    shopper.page.keyboard.press("Space")
    shopper.page.keyboard.press("Tab")
    shopper.page.keyboard.press("Tab")
    expect(shopper.page.locator("#pay")).to_be_focused()
    shopper.page.keyboard.press("Enter")
    attempt = shopper.attempt()
    expect(shopper.window.locator("#approve")).to_be_focused()
    shopper.page.keyboard.press("Enter")
    shopper.receipt("paid")
    assert shopper.row(attempt).status == "paid"


def test_a_declined_card_is_told_in_the_providers_words_and_another_try_pays(shopper: Shopper) -> None:
    shopper.choose("season")
    first = shopper.open_window()
    shopper.decline()
    if shopper.on_phone:  # it comes back to the receipt, which offers another try
        expect(shopper.receipt("failed")).to_contain_text("카드 한도초과")
        shopper.shot("declined")
        shopper.page.locator('a[href^="/checkout/"]').click()
        shopper.page.locator("#checkout").wait_for()
    else:
        assert "카드 한도초과" in shopper.notice()
        shopper.shot("declined")
    second = shopper.open_window()
    shopper.approve()
    shopper.receipt("paid")
    assert (shopper.row(first).status, shopper.row(second).status) == ("failed", "paid")
    assert shopper.row(first).merchant_uid == shopper.row(second).merchant_uid == shopper.payment_id()
    assert "카드 한도초과" in shopper.story()
    shopper.shot("behind-declined-then-paid")
    assert shopper.history() == ["paid"], "two tries, one payment"


def test_a_closed_window_is_not_paid_and_can_be_opened_again(shopper: Shopper) -> None:
    shopper.choose()
    first = shopper.open_window("kakaopay")
    shopper.close()
    if shopper.on_phone:
        shopper.page.locator("#receipt").wait_for()
        shopper.shot("closed")
        shopper.page.locator('a[href^="/checkout/"]').click()
        shopper.page.locator("#checkout").wait_for()
    else:
        assert "아직 결제하지 않았습니다" in shopper.notice()
        shopper.shot("closed")
    assert shopper.row(first).status != "paid"
    second = shopper.open_window()
    shopper.approve()
    shopper.receipt("paid")
    assert shopper.row(second).merchant_uid == shopper.row(first).merchant_uid
    assert shopper.history() == ["paid"]


def test_an_issued_account_waits_and_the_page_turns_when_the_money_comes(shopper: Shopper, events: Events) -> None:
    shopper.choose("season")
    attempt = shopper.open_window("virtual_account")
    shopper.approve()
    receipt = shopper.receipt("awaiting")
    expect(receipt).to_contain_text("입금을 기다리고 있습니다")
    expect(shopper.page.locator("#account")).to_have_text(str(shopper.row(attempt).vbank_num))
    expect(shopper.page.locator("#due")).to_contain_text("년")
    shopper.shot("deposit-waiting")
    assert events.wait_for(shopper.payment_id(), "deposit_issued")["status"] == "awaiting"
    shopper.demo.sandbox.deposit(attempt)  # nobody touches the page
    shopper.receipt("paid")
    shopper.shot("deposit-arrived")
    assert "가상계좌가 발급되었습니다" in shopper.story()


def test_the_demo_lets_a_visitor_play_the_bank(new_shopper: NewShopper) -> None:
    shopper = new_shopper(locale="en-US")
    shopper.choose()
    attempt = shopper.open_window("virtual_account")
    shopper.approve()
    expect(shopper.receipt("awaiting")).to_contain_text("Waiting for your transfer")
    shopper.shot("deposit-waiting-en")
    shopper.page.locator("#deposit").click()
    shopper.receipt("paid")
    assert shopper.row(attempt).status == "paid"


def test_a_cancelled_order_says_so(shopper: Shopper) -> None:
    shopper.choose()
    attempt = shopper.open_window("virtual_account")
    shopper.approve()
    shopper.receipt("awaiting")
    shopper.page.locator("#cancel").click()
    shopper.page.locator("#cancel-yes").click()
    expect(shopper.receipt("cancelled")).to_contain_text("결제하지 않은 주문을 취소했습니다")
    shopper.shot("cancelled")
    assert shopper.row(attempt).status != "paid"
    assert "손님이 주문을 취소했습니다" in shopper.story()


def test_the_language_is_chosen_once_and_remembered(new_shopper: NewShopper) -> None:
    shopper = new_shopper()
    shopper.choose("year")
    checkout = shopper.page.url
    expect(shopper.page.locator("#total")).to_have_text("99,000원")
    shopper.page.get_by_role("link", name="English").click()
    expect(shopper.page.locator("#total")).to_have_text("₩99,000")
    assert shopper.page.url == checkout, "the language changes where one is"
    shopper.goto("/")
    expect(shopper.page.locator("h1")).to_contain_text("One book a month")
    assert shopper.page.locator("html").get_attribute("lang") == "en"
