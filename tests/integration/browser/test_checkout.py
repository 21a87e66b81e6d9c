"""What a Korean buyer expects of a checkout: the methods, the terms, the seller, and a window that opens directly."""

import pytest
from playwright.sync_api import expect
from support.browser.shopper import NewShopper, Shopper

ISSUE = {"ko-KR": "가상계좌 발급받기", "en-US": "Get an account number"}


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
@pytest.mark.parametrize("on_phone", [False, True], ids=["desk", "phone"])
def test_a_virtual_account_is_issued_not_paid(new_shopper: NewShopper, on_phone: bool, locale: str) -> None:
    shopper = new_shopper(on_phone=on_phone, locale=locale)
    shopper.choose()
    pay = shopper.page.locator("#pay")
    expect(pay).to_contain_text("12,000")
    shopper.page.locator('input[value="virtual_account"]').check(force=True)
    expect(pay).to_have_text(ISSUE[locale])
    expect(shopper.page.locator("#cash-receipt")).to_be_visible()
    shopper.shot(f"checkout-account-{locale[:2]}")
    shopper.page.locator('input[value="card"]').check(force=True)
    expect(pay).to_contain_text("12,000")


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
@pytest.mark.parametrize(
    ("method", "korean", "english"),
    [
        ("transfer", "계좌이체", "Bank transfer"),
        ("mobile", "휴대폰", "Phone bill"),
        ("virtual_account", "가상계좌", "Virtual account"),
        ("kakaopay", "카카오페이", "Kakao Pay"),
    ],
)
def test_the_method_chosen_opens_directly(
    new_shopper: NewShopper, method: str, korean: str, english: str, locale: str
) -> None:
    shopper = new_shopper(locale=locale)
    shopper.choose()
    attempt = shopper.open_window(method)
    expect(shopper.window.locator("h2")).to_have_text(korean if locale == "ko-KR" else english)
    expect(shopper.window.locator('[role="tablist"]')).to_be_hidden()
    shopper.shot(f"window-{method}-{locale[:2]}")
    shopper.approve()
    shopper.receipt("awaiting" if method == "virtual_account" else "paid")
    words = {"transfer": "trans", "mobile": "phone", "virtual_account": "vbank"}
    if method in words:
        assert shopper.row(attempt).pay_method == words[method]


def test_a_deposit_gets_the_cash_receipt_asked_for_in_the_window(new_shopper: NewShopper) -> None:
    shopper = new_shopper()
    shopper.choose()
    attempt = shopper.open_window("virtual_account")
    shopper.window.locator("#cash-receipt-vbank").select_option("person")
    shopper.shot("window-cash-receipt")
    shopper.approve()
    shopper.receipt("awaiting")
    assert not shopper.row(attempt).cash_receipt_issued
    shopper.demo.sandbox.deposit(attempt)
    shopper.receipt("paid")
    assert shopper.row(attempt).cash_receipt_issued
    receipt = shopper.demo.sandbox.receipts.find("imp_uid", attempt)
    assert receipt
    assert (receipt.type, receipt.amount) == ("person", 12_000)


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
@pytest.mark.parametrize("on_phone", [False, True], ids=["desk", "phone"])
def test_nothing_is_begun_without_consent_to_the_terms(new_shopper: NewShopper, on_phone: bool, locale: str) -> None:
    shopper = new_shopper(on_phone=on_phone, locale=locale)
    begun: list[str] = []
    shopper.choose()
    shopper.page.on("request", lambda request: begun.append(request.url) if request.method == "POST" else None)
    shopper.page.locator("#pay").click()
    assert ["동의해 주세요", "Please agree"][locale == "en-US"] in shopper.notice()
    expect(shopper.page.locator("#agree")).to_be_focused()
    assert begun == []
    shopper.shot(f"consent-{locale[:2]}")
    shopper.open_window()


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_every_page_names_the_seller_and_the_terms_can_be_read(new_shopper: NewShopper, locale: str) -> None:
    shopper = new_shopper(locale=locale)
    for path in ("/", "/enter", "/terms"):
        shopper.goto(path)
        expect(shopper.page.locator("#seller")).to_contain_text("000-00-00000")
    shopper.shot(f"terms-{locale[:2]}")
    expect(shopper.page.locator("main")).to_contain_text(["환불해 드립니다", "We refund"][locale == "en-US"])


def test_the_sandboxs_receipt_has_an_approval_number_and_prints(shopper: Shopper) -> None:
    shopper.choose()
    attempt = shopper.open_window()
    shopper.approve()
    shopper.receipt("paid")
    page = shopper.page.context.new_page()
    page.add_init_script("window.print = () => { document.body.dataset.printed = 'yes'; }")
    page.goto(str(shopper.page.locator('a[href*="/receipts/imp_"]').get_attribute("href")))
    expect(page.locator("#apply_num")).to_have_text(str(shopper.row(attempt).apply_num))
    expect(page.locator("#merchant_uid")).to_have_text(shopper.payment_id())
    page.locator("#print").click()
    expect(page.locator("body")).to_have_attribute("data-printed", "yes")
    shopper.page = page
    shopper.shot("sandbox-receipt")
