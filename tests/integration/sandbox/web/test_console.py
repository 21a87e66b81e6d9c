"""The console page in a real browser: it shows what happens as it happens, and does what is pressed.

Every `expect` here waits for the page itself to change: nothing is reloaded. The page's policy forbids inline code, and
the fixtures fail a test whose console has an error.
"""

from decimal import Decimal
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect
from support.browser.chromium import shot
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Clock, Sandbox, SandboxSettings, running_sandbox
from payments.entrypoints.sandbox.clock import months_after

BUYER = {"name": "프리미엄 멤버십", "buyer_name": "홍길동"}


def row(page: Page, imp_uid: str) -> Any:
    return page.locator(f'#payments [data-imp-uid="{imp_uid}"]')


@pytest.fixture
def console(sandbox: Sandbox, page: Page) -> Page:  # the page asks for ever, so it must be closed first
    page.goto(f"{sandbox.url}/_sandbox/")
    expect(page.locator("#payments-empty")).to_be_visible()
    return page


def test_a_payment_appears_as_it_happens(console: Page, sandbox: Sandbox, listener: Any) -> None:
    imp_uid = sandbox.open_window("order-1", 12_000, notice_url=listener.url, **BUYER)
    expect(row(console, imp_uid)).to_contain_text("12,000원")
    expect(row(console, imp_uid)).to_contain_text("결제창 열림")
    sandbox.approve(imp_uid)
    expect(row(console, imp_uid)).to_contain_text("결제 완료")
    expect(console.locator("#webhooks li").first).to_contain_text("200")
    expect(console.locator("#payments-count")).to_have_text("1")


def test_a_call_appears_with_what_it_was_answered(console: Page, sandbox: Sandbox) -> None:
    with requests.Session() as session:
        session.trust_env = False
        session.post(f"{sandbox.url}/users/getToken", json={"imp_key": "k", "imp_secret": "geheim"}, timeout=EVENTUALLY)
    expect(console.locator("#calls li").first).to_contain_text("/users/getToken")
    expect(console.locator("#calls li .pill").first).to_have_text("401")
    assert "geheim" not in console.content(), "a secret is not shown"


def test_a_part_and_then_all_is_refunded_by_button(console: Page, sandbox: Sandbox, listener: Any) -> None:
    imp_uid = sandbox.open_window("order-1", 12_000, notice_url=listener.url)
    sandbox.approve(imp_uid)
    row(console, imp_uid).get_by_role("button", name="환불").click()
    expect(console.locator("#refund-part")).to_be_disabled()
    console.locator("#refund-amount").fill("12,001")
    expect(console.locator("#refund-part")).to_be_disabled()
    console.locator("#refund-amount").fill("5,000")
    console.locator("#refund-part").click()
    expect(row(console, imp_uid)).to_contain_text("환불 5,000원")
    assert sandbox.payment(imp_uid).cancel_amount == Decimal(5000)
    row(console, imp_uid).get_by_role("button", name="환불").click()
    console.get_by_role("button", name="전액 7,000원 환불").click()
    expect(row(console, imp_uid)).to_contain_text("환불 완료")
    assert sandbox.payment(imp_uid).status == "cancelled"
    assert sandbox.webhooks.wait(EVENTUALLY)
    assert len(sandbox.webhooks.of(imp_uid)) == 3, "paid and two refunds in the console are told"


def test_a_deposit_is_made_by_button(console: Page, sandbox: Sandbox) -> None:
    imp_uid = sandbox.open_window("order-1", 12_000)
    sandbox.issue_vbank(imp_uid)
    expect(row(console, imp_uid)).to_contain_text("입금 대기")
    row(console, imp_uid).get_by_role("button", name="입금하기").click()
    expect(row(console, imp_uid)).to_contain_text("결제 완료")
    assert sandbox.payment(imp_uid).status == "paid"


def test_a_refusal_is_approved_late_by_button(console: Page, sandbox: Sandbox) -> None:
    imp_uid = sandbox.open_window("order-1", 12_000)
    sandbox.decline(imp_uid, "카드 한도초과")
    expect(row(console, imp_uid)).to_contain_text("카드 한도초과")
    row(console, imp_uid).get_by_role("button", name="늦은 승인").click()
    expect(row(console, imp_uid)).to_contain_text("결제 완료")


def test_a_webhook_is_sent_again_by_button(console: Page, sandbox: Sandbox, listener: Any) -> None:
    imp_uid = sandbox.open_window("order-1", 12_000, notice_url=listener.url)
    sandbox.approve(imp_uid)
    first = listener.hear()
    row(console, imp_uid).get_by_role("button", name="웹훅 재전송").click()
    assert listener.hear() == first
    expect(console.locator("#webhooks li")).to_have_count(2)


@pytest.mark.parametrize(
    ("button", "then"), [("+1분", 60), ("+1시간", 3600), ("+1일", 86_400), ("+1개월", 30 * 86_400)]
)
def test_the_clock_is_moved_by_button(console: Page, sandbox: Sandbox, button: str, then: int) -> None:
    before = sandbox.clock.exact()
    expect(console.locator("#now")).to_contain_text("07:13:20")
    console.get_by_role("button", name=button, exact=True).click()
    expect(console.locator("#toast")).to_be_visible()
    assert sandbox.clock.exact() - before == pytest.approx(then, abs=0.001)


def test_a_month_after_the_last_of_january_is_the_last_of_february() -> None:
    new_year_eve_of_february = 1_706_671_800  # 2024-01-31 12:30 in Korea
    assert months_after(new_year_eve_of_february, 1) == 29 * 86_400
    assert months_after(new_year_eve_of_february, 12) == 366 * 86_400
    assert months_after(new_year_eve_of_february, 0) == 0


def test_a_fault_is_turned_on_and_off_by_button(console: Page, sandbox: Sandbox) -> None:
    console.locator("#fault-preset").select_option("cancel:drop x1")
    console.get_by_role("button", name="켜기").click()
    expect(console.locator("#faults li")).to_contain_text("cancel:drop")
    assert [(armed.fault.what, armed.fault.times) for armed in sandbox.faults.all()] == [("drop", 1)]
    console.get_by_role("button", name="끄기").click()
    expect(console.locator("#faults-empty")).to_be_visible()
    assert sandbox.faults.all() == []


def test_every_ready_made_fault_is_one(console: Page, sandbox: Sandbox) -> None:
    texts = console.locator("#fault-preset option").evaluate_all("options => options.map(each => each.value)")
    assert len(sandbox.faults.add(*filter(None, texts))) == 8


def test_what_cannot_be_done_is_said(console: Page, sandbox: Sandbox, console_errors: list[str]) -> None:
    """The payment is refunded behind the page's back, between the dialog and the button."""
    imp_uid = sandbox.open_window("order-1", 12_000)
    sandbox.approve(imp_uid)
    row(console, imp_uid).get_by_role("button", name="환불").click()
    sandbox.console_cancel(imp_uid)
    console.locator("#refund-all").click()
    expect(console.locator("#toast.wrong")).not_to_be_empty()
    assert len(console_errors) == 1, "the browser notes the refusal"
    console_errors.clear()


def test_payments_are_found_by_name(console: Page, sandbox: Sandbox) -> None:
    found, other = sandbox.open_window("order-1", 1000), sandbox.open_window("order-2", 1000)
    expect(row(console, other)).to_be_visible()
    console.locator("#find").fill("ORDER-1")
    expect(row(console, other)).to_have_count(0)
    expect(row(console, found)).to_be_visible()
    console.locator("#find").fill("nothing")
    expect(console.locator("#payments-empty")).to_have_text("찾는 결제가 없습니다.")


def test_a_name_with_markup_is_shown_as_it_is(console: Page, sandbox: Sandbox) -> None:
    imp_uid = sandbox.open_window("<b>order</b>", 1000, name="<img src=x onerror=alert(1)>")
    expect(row(console, imp_uid).locator(".order")).to_have_text("<b>order</b>")
    expect(row(console, imp_uid).locator("img")).to_have_count(0)


def test_the_details_tell_the_past_of_a_payment(console: Page, sandbox: Sandbox) -> None:
    imp_uid = sandbox.open_window("order-1", 12_000, **BUYER)
    sandbox.approve(imp_uid)
    sandbox.console_cancel(imp_uid, 2000)
    expect(row(console, imp_uid)).to_contain_text("부분 환불")
    row(console, imp_uid).locator(".order").click()
    expect(console.locator("#detail-past .pill")).to_have_text(["결제창 열림", "결제 완료", "부분 환불"])


def test_another_site_can_neither_press_nor_frame(sandbox: Sandbox, paid: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        page = session.get(f"{sandbox.url}/_sandbox/", timeout=EVENTUALLY)
        policy = page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        for origin in ("https://evil.test", "null"):
            refund = f"{sandbox.url}/_sandbox/payments/{paid}/refund"
            assert session.post(refund, headers={"Origin": origin}, timeout=EVENTUALLY).status_code == 403
    assert sandbox.payment(paid).status == "paid"


def test_the_front_door_leads_a_person_to_the_console(sandbox: Sandbox, page: Page) -> None:
    page.goto(sandbox.url)
    expect(page.locator("h1")).to_have_text("샌드박스 콘솔")
    expect(page.locator(".banner")).to_contain_text("실제 돈은 오가지 않습니다")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Sandbox console")
    expect(page.locator(".banner")).to_contain_text("No real money moves")


@pytest.fixture
def day(listener: Any) -> Any:
    """A sandbox after a lively hour."""
    with running_sandbox(SandboxSettings(seed=7), clock=Clock.stopped(1_795_400_000)) as sandbox:
        live_an_hour(sandbox, listener)
        yield sandbox


def live_an_hour(sandbox: Sandbox, listener: Any) -> None:
    def opened(order: str, amount: int, item: str, buyer: str, **more: Any) -> str:
        sandbox.move_clock(400)
        told = listener.url.replace("/hook", "/hooks/iamport")
        return sandbox.open_window(order, amount, name=item, buyer_name=buyer, notice_url=told, **more)

    sandbox.approve(opened("2026-1143", 18_500, "원두 500g", "윤서준"), "trans")
    sandbox.approve(opened("2026-1144", 7_900, "월간 구독 11월", "한예린", pg="kakaopay"), "kakaopay")
    sandbox.decline(opened("2026-1145", 46_000, "러닝 양말 6족", "오지호"), "잔액 부족")
    paid = opened("2026-1146", 156_000, "가죽 카드지갑", "강다은", pg="nice_v2")
    sandbox.issue_vbank(paid, "004")
    sandbox.deposit(paid)
    first = opened("2026-1147", 59_000, "울 블렌드 머플러", "김서연")
    sandbox.approve(first)
    sandbox.console_cancel(first)
    sandbox.decline(opened("2026-1148", 1_290_000, "원목 책상 1400", "이도윤"), "카드 한도초과")
    part = opened("2026-1149", 84_000, "핸드드립 세트 외 2건", "박하은", pg="kakaopay")
    sandbox.approve(part, "kakaopay")
    sandbox.console_cancel(part, 24_000)
    sandbox.approve(opened("2026-1150", 12_000, "프리미엄 멤버십", "최지우", pg="tosspayments"))
    sandbox.issue_vbank(opened("2026-1151", 230_000, "무선 청소기", "정민준"))
    opened("2026-1152", 33_000, "도서 2권", "홍길동", pg="nice_v2")
    with requests.Session() as session:
        session.trust_env = False
        asked = {"imp_key": "sandbox-key", "imp_secret": "sandbox-secret"}
        answer = session.post(f"{sandbox.url}/users/getToken", json=asked, timeout=EVENTUALLY).json()
        session.headers["Authorization"] = answer["response"]["access_token"]
        session.get(f"{sandbox.url}/payments/{first}", params={"include_sandbox": "true"}, timeout=EVENTUALLY)
        session.get(f"{sandbox.url}/payments/imp_000000000000", timeout=EVENTUALLY)
        session.get(f"{sandbox.url}/payments/find/2026-1150", timeout=EVENTUALLY)
        session.post(f"{sandbox.url}/payments/cancel", json={"imp_uid": first, "amount": 1}, timeout=EVENTUALLY)
    sandbox.faults.add("webhook:late=60@50%")
    assert sandbox.webhooks.wait(EVENTUALLY)


def no_wider_than_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_it_fits_a_desk(day: Sandbox, page: Page) -> None:
    page.goto(f"{day.url}/_sandbox/")
    expect(page.locator("#payments tr")).to_have_count(10)
    assert no_wider_than_the_screen(page)
    shot(page, "sandbox-console")
    page.goto(f"{day.url}/_sandbox/?language=en")
    expect(page.locator("#payments tr")).to_have_count(10)
    expect(page.locator("#payments")).to_contain_text("₩12,000")
    assert no_wider_than_the_screen(page)
    shot(page, "sandbox-console-en")
    page.locator("#payments tr").nth(2).get_by_role("button", name="Refund", exact=True).click()
    shot(page, "sandbox-console-refund")


def test_it_fits_a_phone(day: Sandbox, phone: Page) -> None:
    phone.goto(f"{day.url}/_sandbox/")
    expect(phone.locator("#payments tr")).to_have_count(10)
    assert no_wider_than_the_screen(phone)
    shot(phone, "sandbox-console-phone")
    phone.locator("#payments .order").nth(3).click()
    shot(phone, "sandbox-console-phone-detail")
