"""The console in a real browser, at a desk and on a phone: a customer is on the phone and wants money back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from support.browser.bought import bought
from support.browser.chromium import PHONE, shot
from support.console import COOKIE, PASSWORD, add_operator, signed_in

from payments.domain.access import Scope
from payments.domain.refund import RefundStatus
from payments.entrypoints.blocking import run
from payments.entrypoints.demo import Demo

WALKS = {
    "a Korean at a desk": ("ko-KR", {}, "5,000원 환불했습니다."),
    "an English reader on a phone": ("en-US", PHONE, "₩5,000 was refunded."),
}

COUNT = "addEventListener('click', () => { sessionStorage.clicks = Number(sessionStorage.clicks || 0) + 1; }, true)"
"""Counts clicks over pages. A form that is sent with the Enter key clicks its button."""


@pytest.mark.parametrize("walk", WALKS)
def test_a_part_is_given_back_once_while_the_customer_is_on_the_phone(
    demo: Demo, open_tab: Callable[..., Page], walk: str
) -> None:
    """At most three clicks to the payment, the Enter key as one; a double click on the confirmation refunds once."""
    locale, device, said = WALKS[walk]
    merchant_id, _, approval = bought(demo)
    add_operator(demo.service, walk, Scope.REFUND)
    page = open_tab(locale=locale, **device)
    page.goto(f"{demo.api}/console/")
    page.locator("#name").fill(walk)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("header nav").wait_for()
    page.context.add_init_script(COUNT)
    page.reload()
    page.locator('header nav a[href$="/payments"]').click()
    page.locator("#q").fill(approval)
    page.keyboard.press("Enter")
    found = page.locator(f'#found a[href$="{merchant_id}"]')
    found.wait_for()
    shot(page, f"console-list-{locale}")
    found.click()
    page.locator("#a1-amount").fill("5,000")
    assert 2 <= page.evaluate("Number(sessionStorage.clicks)") <= 3
    shot(page, f"console-payment-{locale}")
    page.locator("form.refund button.button").click()
    page.locator("#confirm").wait_for()
    shot(page, f"console-confirm-{locale}")
    page.locator("#confirm").dblclick()
    assert said in page.locator("#refund-outcome").inner_text()
    shot(page, f"console-refunded-{locale}")
    stored = run(demo.service.payments.get(merchant_id))
    assert [(one.amount, one.status, one.by) for one in stored.refunds] == [
        (5000, RefundStatus.DONE, f"operator:{walk}")
    ]


def test_everything_works_without_scripts(demo: Demo, open_tab: Callable[..., Page]) -> None:
    merchant_id, _, approval = bought(demo)
    add_operator(demo.service, "no script", Scope.REFUND)
    page = open_tab(java_script_enabled=False)
    page.context.add_cookies([{"name": COOKIE, "value": signed_in(demo.service, "no script"), "url": demo.api}])
    page.goto(f"{demo.api}/console/payments")
    page.locator("#q").fill(approval)
    page.locator(".search button.button").click()
    page.locator(f'#found a[href$="{merchant_id}"]').click()
    page.locator('input[name="all"]').check()
    page.locator("form.refund button.button").click()
    page.locator("#confirm").click()
    assert "33,000원 환불했습니다." in page.locator("#refund-outcome").inner_text()


@pytest.mark.usefixtures("one_day")
def test_plots_are_drawn_from_the_tables_beside_them(demo: Demo, page: Page) -> None:
    bought(demo)
    add_operator(demo.service, "plots")
    page.context.add_cookies([{"name": COOKIE, "value": signed_in(demo.service, "plots"), "url": demo.api}])
    page.goto(f"{demo.api}/console/")
    plot = page.locator(".plotted canvas").first
    plot.wait_for()
    assert (plot.get_attribute("role"), plot.get_attribute("aria-label")) == ("img", "최근 14일")
    drawn = page.evaluate(
        "Chart.getChart(document.querySelector('canvas')).data.datasets.map((one) => one.data.at(-1))"
    )
    cells = page.locator("table[data-plot=columns] tbody tr").last.locator("[data-value]").all()
    assert drawn == [int(str(cell.get_attribute("data-value"))) for cell in cells]
    assert drawn[0] > 0
