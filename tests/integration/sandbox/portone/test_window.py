"""V2's browser side in a real Chromium, on a page whose Content-Security-Policy is as strict as it can be."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import FrameLocator, Page
from support.browser.chromium import shot
from support.browser.shop_page import shop_page_of

from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.portone_settings import STORE_ID

TOSS = "channel-key-v2-tosspayments"
PAGE = """<!doctype html><html lang="ko"><meta charset="utf-8"><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>shop</title>
<h1>멤버십</h1><button id="pay">결제</button>
<script src="{sandbox}/v2/browser-sdk.js"></script><script src="/shop.js"></script>"""
SCRIPT = f"""
window.results = [];
window.hear = function (kind) {{
  return function (value) {{
    window.results.push([kind, value === undefined ? null : kind === "thrown" ? value.code : value]);
    document.body.dataset.results = window.results.length;
  }};
}};
window.method = "requestPayment";
window.request = {{
  storeId: "{STORE_ID}", channelKey: "{TOSS}", paymentId: "p1", orderName: "프리미엄 멤버십", totalAmount: 62000,
  currency: "CURRENCY_KRW", payMethod: "CARD", customer: {{ fullName: "홍길동" }}, customData: {{ plan: 1 }}
}};
document.getElementById("pay").onclick = function () {{
  PortOne[window.method](window.request).then(window.hear("value"), window.hear("thrown"));
}};
"""


@pytest.fixture
def v2_page(sandbox: Sandbox) -> Iterator[str]:
    """A shop's page that loads the double of the browser SDK."""
    with shop_page_of(PAGE, SCRIPT, sandbox.portone.url) as url:
        yield url


def press_pay(page: Page, url: str, **request: Any) -> FrameLocator:
    page.goto(url)
    page.evaluate("changes => Object.assign(window.request, changes)", request)
    page.click("#pay")
    return page.frame_locator("iframe")


def heard(page: Page, number: int = 1) -> tuple[str, Any]:
    page.wait_for_selector(f'body[data-results="{number}"]')
    return tuple(page.evaluate("window.results.at(-1)"))


def landed(page: Page) -> dict[str, str]:
    page.wait_for_url("**/back?**")
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


@pytest.mark.fact(
    "V2 §9.1", "documented", "The script defines `PortOne`, whose methods return promises; there is no init."
)
@pytest.mark.fact("V2 §9.3", "documented", "A success has transactionType, txId and paymentId, and no code.")
def test_a_card_is_approved_in_the_window(page: Page, sandbox: Sandbox, v2_page: str, v2) -> None:
    window = press_pay(page, v2_page)
    assert window.locator("#amount").inner_text() == "62,000원"
    assert "실제 돈은 오가지 않습니다" in window.locator(".banner").inner_text()
    shot(page, "sandbox-v2-window")
    window.locator("#quota").select_option("3")
    window.get_by_text("신한카드").click()
    window.locator("#approve").click()
    kind, value = heard(page)
    payment = v2.payment()
    assert (kind, value) == (
        "value",
        {"transactionType": "PAYMENT", "txId": payment["transactionId"], "paymentId": "p1"},
    )
    assert payment["status"] == "PAID"
    assert payment["method"]["card"]["issuer"] == "SHINHAN_CARD"
    assert payment["method"]["installment"]["month"] == 3
    assert payment["origin"]["url"] == v2_page
    assert "Chrome" in payment["origin"]["userAgent"]
    assert page.locator("iframe").count() == 0


@pytest.mark.fact(
    "V2 §9.3", "documented", "The buyer who leaves is a failure with a code: failed means that there is one."
)
@pytest.mark.fact("V2 §9.3", "guessed", "Its code, pgCode and words: `failed_code`, `left_pg_code`, `left_text`.")
@pytest.mark.fact("V2 §9.3", "guessed", "A refused approval has the PG's code: `declined_pg_code`.")
def test_a_failure_has_a_code(page: Page, sandbox: Sandbox, v2_page: str, v2) -> None:
    guesses = sandbox.portone.settings.guesses
    guesses.failed_code, guesses.left_pg_code, guesses.left_text = "A", "B", "left"
    press_pay(page, v2_page).locator("#close").click()
    _, value = heard(page)
    assert (value["code"], value["pgCode"], value["pgMessage"]) == ("A", "B", "left")
    assert value["txId"] == v2.payment()["transactionId"]
    guesses.declined_pg_code = "C"
    page.click("#pay")
    page.frame_locator("iframe").locator("#decline").click()
    _, value = heard(page, 2)
    assert (value["code"], value["pgCode"], value["pgMessage"]) == ("A", "C", "카드 한도초과")
    assert v2.payment()["status"] == "FAILED"


@pytest.mark.fact("V2 §9.3", "documented", "An issued account is a success, and not paid yet.")
def test_an_account_is_issued_in_the_window(page: Page, v2_page: str, v2, sandbox: Sandbox) -> None:
    window = press_pay(page, v2_page, payMethod="VIRTUAL_ACCOUNT")
    window.get_by_text("토스뱅크").click()
    assert window.locator('[role="tab"]').count() == 1, "a page chooses the method"
    window.locator("#approve").click()
    assert "code" not in heard(page)[1]
    payment = v2.payment()
    assert (payment["status"], payment["method"]["bank"]) == ("VIRTUAL_ACCOUNT_ISSUED", "TOSS")


def test_an_easy_pay_shows_its_name(page: Page, v2_page: str, v2) -> None:
    asked = {"payMethod": "EASY_PAY", "easyPay": {"easyPayProvider": "EASY_PAY_PROVIDER_KAKAOPAY"}}
    window = press_pay(page, v2_page, channelKey="channel-key-v2-kakaopay", **asked)
    assert window.locator("h2").inner_text() == "카카오페이"
    window.locator("#approve").click()
    heard(page)
    method = v2.payment()["method"]
    assert (method["type"], method["provider"]) == ("PaymentMethodEasyPay", "KAKAOPAY")


@pytest.mark.fact("V2 §9.3", "documented", "What cannot open a window for its parameters is thrown.")
@pytest.mark.fact("V2 §9.3", "documented", "A paid payment and another amount than the registered one are results.")
def test_a_window_that_does_not_open(page: Page, sandbox: Sandbox, v2_page: str, v2) -> None:
    press_pay(page, v2_page, payMethod="CASH")
    assert heard(page) == ("thrown", "RequestParseFailed")
    v2.good("POST", "/payments/p1/pre-register", {"totalAmount": 100})
    press_pay(page, v2_page)
    kind, value = heard(page)
    assert (kind, value["code"], value["paymentId"]) == ("value", "AmountNotEqualToPredefined", "p1")
    v2.good("POST", "/payments/p1/pre-register", {"totalAmount": 62000})
    sandbox.approve(sandbox.portone.open_window("p1", 62000))
    press_pay(page, v2_page)
    assert heard(page)[1]["code"] == "PaymentAlreadyPaid"


@pytest.mark.fact("V2 §9.4", "documented", "A phone with a redirectUrl goes to the window and back, with the result.")
@pytest.mark.fact("V2 §9.4", "guessed", "All of the result is in the query, or the id and a failure: `redirect_query`.")
def test_a_phone_goes_to_the_window_and_comes_back(phone: Page, sandbox: Sandbox, v2_page: str, v2) -> None:
    press_pay(phone, v2_page, redirectUrl=f"{v2_page}back?order=7")
    phone.wait_for_selector("#approve")
    assert phone.url.startswith(sandbox.portone.url)
    shot(phone, "sandbox-v2-window-phone")
    phone.click("#approve")
    payment = v2.payment()
    expected = {"transactionType": "PAYMENT", "txId": payment["transactionId"], "paymentId": "p1", "order": "7"}
    assert landed(phone) == expected
    assert payment["origin"]["platformType"] == "MOBILE"
    sandbox.portone.settings.guesses.redirect_query = "id and failure"
    press_pay(phone, v2_page, redirectUrl=f"{v2_page}back", paymentId="p2")
    phone.click("#decline")
    assert set(landed(phone)) == {"paymentId", "code", "message", "pgCode", "pgMessage"}


@pytest.mark.fact("V2 §9.4", "documented", "forceRedirect redirects on a desk too, and alone does nothing.")
def test_a_desk_may_be_made_to_redirect(page: Page, v2_page: str) -> None:
    press_pay(page, v2_page, redirectUrl=f"{v2_page}back", forceRedirect=True)
    page.click("#approve")
    assert landed(page)["paymentId"] == "p1"
    press_pay(page, v2_page, forceRedirect=True, paymentId="p2").locator("#approve").click()
    assert heard(page)[1]["paymentId"] == "p2"


@pytest.mark.fact("V2 §9.4", "documented", "Without a redirectUrl a phone has the promise only.")
def test_without_an_address_a_phone_has_the_promise(phone: Page, v2_page: str) -> None:
    press_pay(phone, v2_page).locator("#approve").click()
    assert heard(phone)[1]["paymentId"] == "p1"


@pytest.mark.fact("V2 §7.3", "documented", "A manual channel's window gives the page a paymentToken.")
def test_a_manual_channel_gives_a_token(page: Page, v2_page: str, v2) -> None:
    press_pay(page, v2_page, channelKey="channel-key-v2-manual").locator("#approve").click()
    token = heard(page)[1]["paymentToken"]
    assert v2.payment()["status"] == "READY"
    v2.good("POST", "/payments/p1/confirm", {"paymentToken": token, "totalAmount": 62000, "isTest": True})
    assert v2.payment()["status"] == "PAID"


@pytest.mark.fact("V2 §8", "documented", "A billing key is issued in a window, and pays.")
def test_a_billing_key_is_issued_in_a_window(page: Page, sandbox: Sandbox, v2_page: str, v2) -> None:
    page.goto(v2_page)
    page.evaluate("window.method = 'requestIssueBillingKey'")
    asked = {"billingKeyMethod": "CARD", "issueName": "월간 구독", "channelKey": "channel-key-v2-tosspayments-billing"}
    page.evaluate("changes => Object.assign(window.request, changes)", asked)
    page.click("#pay")
    window = page.frame_locator("iframe")
    assert window.locator("#order-name").inner_text() == "월간 구독"
    shot(page, "sandbox-v2-billing-key")
    window.locator("#approve").click()
    value = heard(page)[1]
    assert value["transactionType"] == "ISSUE_BILLING_KEY"
    asked = {"billingKey": value["billingKey"], "orderName": "o", "amount": {"total": 1}, "currency": "KRW"}
    assert v2.good("POST", "/payments/p1/billing-key", asked)
    page.click("#pay")
    page.frame_locator("iframe").locator("#decline").click()
    assert heard(page, 2)[1]["code"]
    page.evaluate("window.request.billingKeyMethod = 'CASH'")
    page.click("#pay")
    assert heard(page, 3) == ("thrown", "RequestParseFailed")
    assert len(sandbox.portone.keys.all()) == 1


@pytest.mark.fact("V2 §8", "documented", "A window may issue a key and pay with it at once.")
def test_a_key_is_issued_and_pays_in_one_window(page: Page, sandbox: Sandbox, v2_page: str, v2) -> None:
    page.goto(v2_page)
    page.evaluate("window.method = 'requestIssueBillingKeyAndPay'; window.request.billingKeyMethod = 'CARD'")
    page.click("#pay")
    page.frame_locator("iframe").locator("#approve").click()
    value = heard(page)[1]
    assert (value["transactionType"], value["paymentId"]) == ("ISSUE_BILLING_KEY_AND_PAY", "p1")
    assert v2.payment()["transactionId"] == value["txId"]
    assert v2.payment()["status"] == "PAID"
    assert v2.good("GET", f"/billing-keys/{value['billingKey']}")["status"] == "ISSUED"


def test_a_key_of_a_manual_channel_is_confirmed(page: Page, v2_page: str, v2) -> None:
    page.goto(v2_page)
    page.evaluate("window.method = 'requestIssueBillingKey'")
    asked = {"billingKeyMethod": "CARD", "channelKey": "channel-key-v2-manual"}
    page.evaluate("changes => Object.assign(window.request, changes)", asked)
    page.click("#pay")
    page.frame_locator("iframe").locator("#approve").click()
    value = heard(page)[1]
    assert value["billingKey"] == "NEEDS_CONFIRMATION"
    confirm = {"billingIssueToken": value["billingIssueToken"]}
    issued = v2.good("POST", "/billing-keys/confirm", confirm)
    assert v2.good("GET", f"/billing-keys/{issued['billingKey']}")["status"] == "ISSUED"
    assert v2.refused("POST", "/billing-keys/confirm", confirm) == (409, "BILLING_KEY_ALREADY_ISSUED")
    unknown = v2.refused("POST", "/billing-keys/confirm", {"billingIssueToken": "x"})
    assert unknown == (404, "BILLING_KEY_NOT_FOUND")


def test_what_the_sandbox_does_not_play_is_said(page: Page, v2_page: str) -> None:
    page.goto(v2_page)
    page.evaluate("window.method = 'requestIdentityVerification'")
    page.click("#pay")
    assert heard(page) == ("thrown", "Unimplemented")


def test_the_script_is_a_module_too(page: Page, sandbox: Sandbox) -> None:
    page.goto(sandbox.portone.url + "/_sandbox/")
    kinds = page.evaluate(
        "async url => { const sdk = await import(url); return [typeof sdk.requestPayment, typeof window.PortOne]; }",
        f"{sandbox.portone.url}/v2/browser-sdk.esm.js",
    )
    assert kinds == ["function", "object"]
