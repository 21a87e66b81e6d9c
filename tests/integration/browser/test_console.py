"""The console in a real browser, at a desk and on a phone: a customer is on the phone and wants money back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from support.browser.chromium import PHONE, shot
from support.browser.shopper import NewShopper
from support.console import PASSWORD, add_operator

from payments.domain.access import Scope
from payments.domain.refund import RefundStatus
from payments.domain.values import MerchantId
from payments.entrypoints.blocking import run
from payments.entrypoints.demo import Demo

DEVICES = {"desk": {}, "phone": PHONE}
WORDS = {"ko-KR": "5,000원 환불했습니다.", "en-US": "₩5,000 was refunded."}


def log_in(page: Page, demo: Demo, name: str) -> None:
    page.goto(f"{demo.api}/console/")
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#found").wait_for()


@pytest.fixture
def bought(new_shopper: NewShopper, demo: Demo) -> tuple[str, str]:
    """A payment of 33,000 won and its approval number."""
    shopper = new_shopper()
    shopper.choose("season")
    attempt = shopper.open_window()
    shopper.approve()
    shopper.receipt("paid")
    return shopper.payment_id(), str(shopper.row(attempt).apply_num)


@pytest.mark.parametrize("locale", WORDS)
@pytest.mark.parametrize("device", DEVICES)
def test_a_part_is_given_back_while_the_customer_is_on_the_phone(
    demo: Demo, open_tab: Callable[..., Page], bought: tuple[str, str], device: str, locale: str
) -> None:
    merchant_id, approval = bought
    name = f"operator {device} {locale}"
    add_operator(demo.service, name, Scope.REFUND)
    page = open_tab(locale=locale, **DEVICES[device])
    log_in(page, demo, name)
    page.locator("#q").fill(approval)
    page.keyboard.press("Enter")
    page.locator("#found tbody tr").first.wait_for()
    shot(page, f"console-list-{device}-{locale}")
    page.locator(f'#found a[href$="{merchant_id}"]').click()
    page.locator("#a1-amount").fill("5,000")
    shot(page, f"console-payment-{device}-{locale}")
    page.locator("form.refund button.button").click()
    page.locator("#confirm").wait_for()
    shot(page, f"console-confirm-{device}-{locale}")
    page.locator("#confirm").click()
    assert WORDS[locale] in page.locator("#refund-outcome").inner_text()
    shot(page, f"console-refunded-{device}-{locale}")
    stored = run(demo.service.payments.get(MerchantId(merchant_id)))
    assert [(one.amount, one.status, one.by) for one in stored.refunds] == [
        (5000, RefundStatus.DONE, f"operator:{name}")
    ]


def test_a_double_click_is_one_refund(demo: Demo, page: Page, bought: tuple[str, str]) -> None:
    add_operator(demo.service, "double", Scope.REFUND)
    log_in(page, demo, "double")
    page.goto(f"{demo.api}/console/payments/{bought[0]}")
    page.locator("#a1-amount").fill("1,000")
    page.locator("form.refund button.button").click()
    page.locator("#confirm").dblclick()
    page.locator("#refund-outcome").wait_for()
    assert len(run(demo.service.payments.get(MerchantId(bought[0]))).refunds) == 1


def test_everything_works_without_scripts(demo: Demo, open_tab: Callable[..., Page], bought: tuple[str, str]) -> None:
    add_operator(demo.service, "no script", Scope.REFUND)
    page = open_tab(java_script_enabled=False)
    log_in(page, demo, "no script")
    page.locator("#q").fill(bought[1])
    page.locator(".search button.button").click()
    page.locator(f'#found a[href$="{bought[0]}"]').click()
    page.locator('input[name="all"]').check()
    page.locator("form.refund button.button").click()
    page.locator("#confirm").click()
    assert "33,000원 환불했습니다." in page.locator("#refund-outcome").inner_text()
