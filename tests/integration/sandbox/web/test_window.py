"""The browser side in a real Chromium, on a page whose Content-Security-Policy is as strict as it can be."""

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import FrameLocator, Page
from support.browser.chromium import shot

from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.payments.prepared import Registration


def press_pay(page: Page, shop_page: str, **params: Any) -> FrameLocator:
    page.goto(shop_page)
    page.evaluate("changes => Object.assign(window.params, changes)", params)
    page.click("#pay")
    return page.frame_locator("iframe")


def result(page: Page, number: int = 1) -> dict[str, Any]:
    page.wait_for_selector(f'body[data-results="{number}"]')  # a function to wait for would be eval, which CSP forbids
    return page.evaluate("window.results.at(-1)")


@pytest.mark.fact(
    "§7.3", "documented", "The old result has `success`, the ids, `paid_amount`, `status` and what was paid with."
)
@pytest.mark.fact("§7.1", "documented", "The script defines `IMP.init` and `IMP.request_pay` without jQuery.")
def test_a_card_is_approved_in_the_window(page: Page, sandbox: Sandbox, shop_page: str) -> None:
    window = press_pay(page, shop_page, amount=62000)
    assert window.locator("#amount").inner_text() == "62,000원"
    assert "실제 돈은 오가지 않습니다" in window.locator(".banner").inner_text()
    assert window.locator("#order-name").inner_text() == "프리미엄 멤버십"
    shot(page, "sandbox-window")
    window.locator("#quota").select_option("3")
    window.get_by_text("신한카드").click()
    window.locator("#approve").click()
    told = result(page)
    row = sandbox.payments("order-1")[0]
    assert (row.status, row.card_name, row.card_quota, row.channel) == ("paid", "신한카드", 3, "pc")
    assert told["success"] is True
    assert (told["imp_uid"], told["paid_amount"], told["status"]) == (row.imp_uid, 62000, "paid")
    assert page.locator("iframe").count() == 0


@pytest.mark.fact("§7.3", "documented", "`success` is true also when an account was only issued.")
def test_an_easy_pay_and_an_account_are_chosen_by_their_tabs(page: Page, sandbox: Sandbox, shop_page: str) -> None:
    window = press_pay(page, shop_page, pay_method="naverpay")
    assert window.get_by_label("네이버페이").is_checked()
    window.locator("#approve").click()
    assert result(page)["emb_pg_provider"] == "naverpay"
    window = press_pay(page, shop_page, merchant_uid="order-2")
    window.locator("#tab-card").press("ArrowRight")
    assert window.locator("#approve").inner_text() == "가상계좌 발급받기"
    window.get_by_text("토스뱅크").click()
    window.locator("#approve").click()
    told = result(page)
    row = sandbox.payments("order-2")[0]
    assert (told["success"], told["status"], told["vbank_num"]) == (True, "ready", row.vbank_num)
    assert row.vbank_name == "토스뱅크"


@pytest.mark.fact(
    "§7.3", "documented", "A failure has `error_code`, `error_msg` and the imp_uid; the text is the PG's."
)
@pytest.mark.fact("§5.1", "documented", "A refused payment is failed and has the PG's reason.")
def test_a_declined_card_tells_its_reason(page: Page, sandbox: Sandbox, shop_page: str) -> None:
    window = press_pay(page, shop_page)
    window.locator("#reason").select_option("잔액 부족")
    window.locator("#decline").click()
    told = result(page)
    assert (told["success"], told["error_msg"]) == (False, "잔액 부족")
    assert told["error_code"]
    assert told["imp_uid"] == sandbox.payments("order-1")[0].imp_uid
    assert sandbox.payments("order-1")[0].status == "failed"


@pytest.mark.fact("§7.3", "observed", "Leaving is a failure with an imp_uid, in words that were seen.")
@pytest.mark.parametrize("how", ["button", "Escape"])
def test_leaving_the_window_is_a_failure_with_an_imp_uid(
    page: Page, sandbox: Sandbox, shop_page: str, how: str
) -> None:
    window = press_pay(page, shop_page, pg="kakaopay")
    window.locator("#approve:focus").wait_for()
    window.locator("#close").click() if how == "button" else page.keyboard.press("Escape")
    told = result(page)
    row = sandbox.payments("order-1")[0]
    assert (told["success"], told["imp_uid"], row.status) == (False, row.imp_uid, "ready")
    assert told["error_msg"] == "[결제포기] 사용자가 결제를 취소하셨습니다"


@pytest.mark.fact("§7.3", "documented", "Newer PGs give a page the ids, error_code and error_msg alone.")
def test_the_new_shape_has_four_fields_and_no_success(page: Page, shop_page: str) -> None:
    press_pay(page, shop_page, pg="tosspayments").locator("#approve").click()
    assert sorted(result(page)) == ["imp_uid", "merchant_uid"]
    press_pay(page, shop_page, pg="tosspayments", merchant_uid="order-2").locator("#decline").click()
    assert sorted(result(page)) == ["error_code", "error_msg", "imp_uid", "merchant_uid"]


@pytest.mark.fact("§3", "documented", "A window that asks for another amount than the registered one does not open.")
@pytest.mark.fact("§7.3", "documented", "A refusal before the window has an imp_uid of null.")
def test_prepare_keeps_a_tampered_window_shut_unless_it_is_forced(page: Page, sandbox: Sandbox, shop_page: str) -> None:
    sandbox.book.prepared.add(Registration("order-1", Decimal(12000)))
    press_pay(page, shop_page, amount=100)
    told = result(page)
    assert (told["success"], told["imp_uid"], told["merchant_uid"]) == (False, None, "order-1")
    assert sandbox.payments("order-1") == []
    sandbox.settings.enforce_prepare = False
    press_pay(page, shop_page, amount=100).locator("#approve").click()
    assert result(page)["paid_amount"] == 100


@pytest.mark.fact("§7.3", "observed", "An order that was ever paid opens no window: F1002, in words that were seen.")
def test_a_paid_order_never_opens_again(page: Page, sandbox: Sandbox, shop_page: str) -> None:
    sandbox.approve(sandbox.open_window("order-1", 12000))
    press_pay(page, shop_page)
    assert result(page) == {
        "success": False,
        "imp_uid": None,
        "merchant_uid": "order-1",
        "error_code": "F1002",
        "error_msg": "이미 결제가 이루어진 거래건입니다.",
    }


@pytest.mark.fact("§7.2", "documented", "Parameters that cannot be used open no window.")
@pytest.mark.parametrize(
    ("params", "about"),
    [
        ({"amount": "12000"}, "amount"),
        ({"amount": None}, "amount"),
        ({"merchant_uid": 5}, "merchant_uid"),
        ({"merchant_uid": "x" * 41}, "merchant_uid"),
        ({"merchant_uid": ""}, "merchant_uid"),
        ({"channelKey": "none"}, "channelKey"),
        ({"vbank_due": "soon"}, "vbank_due"),
    ],
)
def test_unusable_parameters_open_nothing(
    page: Page, sandbox: Sandbox, shop_page: str, params: Any, about: str
) -> None:
    press_pay(page, shop_page, **params)
    told = result(page)
    assert (told["success"], told["imp_uid"]) == (False, None)
    assert about in told["error_msg"]
    assert list(sandbox.book.all()) == []


@pytest.mark.fact("§7.1", "documented", "`IMP.init`, or `IMP.agency`, must name the shop before a window opens.")
def test_a_shop_that_is_not_this_one_opens_nothing(page: Page, sandbox: Sandbox, shop_page: str) -> None:
    page.goto(shop_page)
    page.evaluate("IMP.request_pay(window.params, window.hear)")
    assert "IMP.init" in result(page)["error_msg"]
    page.evaluate("IMP.agency('imp99999999', 'ABC'); IMP.request_pay(window.params, window.hear)")
    assert "imp99999999" in result(page, 2)["error_msg"]
    assert list(sandbox.book.all()) == []


def test_a_second_window_on_the_same_page_is_refused(page: Page, sandbox: Sandbox, shop_page: str) -> None:
    window = press_pay(page, shop_page)
    window.locator("#approve").wait_for()
    page.evaluate("IMP.request_pay(window.params, window.hear)")
    assert result(page)["success"] is False
    window.locator("#approve").click()
    assert result(page, 2)["success"] is True
    assert len(sandbox.payments("order-1")) == 1


def test_a_window_that_cannot_be_reached_is_a_failure(page: Page, shop_page: str, console_errors: list[str]) -> None:
    page.clock.install()
    page.route("**/_sandbox/frame", lambda route: route.abort())
    press_pay(page, shop_page)
    page.clock.run_for(5000)
    assert result(page)["imp_uid"] is None
    assert page.locator("iframe").count() == 0
    console_errors[:] = [error for error in console_errors if "ERR_FAILED" not in error]


def test_the_window_speaks_english(page: Page, shop_page: str) -> None:
    window = press_pay(page, shop_page, language="en", pay_method="vbank")
    assert window.locator("#amount").inner_text() == "₩12,000"
    assert "No real money" in window.locator(".banner").inner_text()
    assert window.get_by_label("Shinhan Bank").is_checked()
    shot(page, "sandbox-window-english")


@pytest.mark.fact("§7.1", "documented", "`IMP.certification` shows a window that certifies a person.")
def test_a_person_is_certified(page: Page, sandbox: Sandbox, shop_page: str) -> None:
    page.goto(shop_page)
    page.evaluate("IMP.init('imp00000000'); IMP.certification({merchant_uid: 'c-1'}, window.hear)")
    window = page.frame_locator("iframe")
    window.get_by_label("이름").fill("김샌드")
    shot(page, "sandbox-certification")
    window.locator("#certify").click()
    told = result(page)
    assert (told["success"], told["merchant_uid"]) == (True, "c-1")
    assert sandbox.certifications.get(told["imp_uid"]).name == "김샌드"


def landed(phone: Page) -> dict[str, str]:
    phone.wait_for_url("**/back?**")
    return {name: values[0] for name, values in parse_qs(urlsplit(phone.url).query).items()}


@pytest.mark.fact(
    "§7.4",
    "documented",
    "On a phone the page itself goes to the window and back to `m_redirect_url`, with imp_uid and merchant_uid.",
)
@pytest.mark.fact("§7.4", "observed", "The way back may be gone more than once, and `imp_success` is still sent.")
def test_a_phone_goes_to_the_window_and_comes_back(phone: Page, sandbox: Sandbox, shop_page: str) -> None:
    press_pay(phone, shop_page, m_redirect_url=f"{shop_page}back?order=7")
    phone.wait_for_selector("#approve")
    assert phone.url.startswith(sandbox.url)
    shot(phone, "sandbox-window-phone")
    phone.click("#approve")
    back = landed(phone)
    row = sandbox.payments("order-1")[0]
    expected = {"order": "7", "imp_uid": row.imp_uid, "merchant_uid": "order-1", "imp_success": "true"}
    assert back == expected
    assert (row.status, row.channel) == ("paid", "mobile")
    phone.goto(f"{sandbox.url}/_sandbox/windows/{row.imp_uid}")
    assert phone.locator(".state").inner_text() == "결제가 완료되었습니다"
    phone.click("#back")
    assert landed(phone) == expected, "the redirect may come more than once"


@pytest.mark.fact("§7.4", "documented", "A refusal goes back with error_code and error_msg.")
def test_a_phone_brings_back_a_refusal(phone: Page, shop_page: str) -> None:
    press_pay(phone, shop_page, m_redirect_url=f"{shop_page}back")
    phone.click("#decline")
    query = landed(phone)
    assert (query["imp_success"], query["error_msg"]) == ("false", "카드 한도초과")


@pytest.mark.fact("§7.4", "documented", "Without `m_redirect_url` a phone's result is lost.")
def test_without_an_address_the_result_is_lost(phone: Page, sandbox: Sandbox, shop_page: str) -> None:
    press_pay(phone, shop_page)
    phone.click("#approve")
    phone.wait_for_selector("#note:not([hidden])")
    assert "m_redirect_url" in phone.locator("#note").inner_text()
    assert sandbox.payments("order-1")[0].status == "paid"


@pytest.mark.fact(
    "§7.4", "documented", "A refusal before the window goes to the callback, without one to `m_redirect_url`."
)
def test_a_refusal_before_the_window_goes_to_the_callback_or_back(
    phone: Page, sandbox: Sandbox, shop_page: str
) -> None:
    sandbox.approve(sandbox.open_window("order-1", 12000))
    press_pay(phone, shop_page, m_redirect_url=f"{shop_page}back")
    assert result(phone)["error_code"] == "F1002"
    phone.evaluate("IMP.request_pay(window.params)")
    assert landed(phone)["error_code"] == "F1002"


def test_only_pages_of_this_machine_may_frame_the_window(sandbox: Sandbox, page: Page) -> None:
    sandbox.settings.allowed_origins = ("https://shop.test",)
    answer = page.goto(f"{sandbox.url}/_sandbox/frame")
    assert answer
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*" in policy
    assert policy.endswith("https://shop.test")
    assert "unsafe" not in policy
