"""What a window offers, and what PGs that are stricter than others refuse: in code, over HTTP and in Chromium."""

from typing import Any

import pytest
import requests
from playwright.sync_api import FrameLocator, Page
from support.patience import EVENTUALLY

from payments.adapters.iamport import Buyer, request_pay
from payments.domain.values import Terms
from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.errors import NotPossible, WindowRefused
from payments.testing.builders import a_payment

NASTY = "사장님의 'A+' \"골드\"\t\n\u202e멤버십"


def opened(page: Page, shop_page: str, **params: Any) -> FrameLocator:
    page.goto(shop_page)
    page.evaluate("changes => Object.assign(window.params, changes)", params)
    page.click("#pay")
    return page.frame_locator("iframe")


@pytest.mark.fact("§7.2", "documented", "`display.card_quota` lists the instalments that the window offers.")
def test_a_window_offers_only_the_months_that_it_was_given(page: Page, sandbox: Sandbox, shop_page: str) -> None:
    window = opened(page, shop_page, amount=600_000, display={"card_quota": [2, 3]})
    offered = window.locator("#quota option")
    offered.first.wait_for(state="attached")
    assert [one.get_attribute("value") for one in offered.all()] == ["0", "2", "3"]
    window.locator("#quota").select_option("3")
    window.locator("#approve").click()
    page.wait_for_selector('body[data-results="1"]')
    assert sandbox.payments("order-1")[0].card_quota == 3


def test_months_that_were_not_offered_are_not_taken(sandbox: Sandbox) -> None:
    at_most_three = sandbox.open_window("a", 600_000, display={"card_quota": [2, 3]})
    with pytest.raises(NotPossible, match="does not offer 6 months"):
        sandbox.approve(at_most_three, quota=6)
    assert sandbox.payment(at_most_three).status == "ready"
    assert sandbox.approve(at_most_three, quota=3).card_quota == 3
    at_once = sandbox.open_window("b", 600_000, display={"card_quota": []})
    with pytest.raises(NotPossible):
        sandbox.approve(at_once, quota=2)
    assert sandbox.approve(at_once).card_quota == 0
    assert sandbox.approve(sandbox.open_window("c", 600_000), quota=12).card_quota == 12


@pytest.mark.parametrize("display", [None, "x", [], {"card_quota": "3"}, {"card_quota": None}, {"other": 1}])
def test_a_display_without_a_list_of_months_restricts_nothing(sandbox: Sandbox, display: Any) -> None:
    imp_uid = sandbox.open_window("a", 600_000, display=display)
    assert sandbox.approve(imp_uid, quota=6).card_quota == 6


@pytest.mark.parametrize("name", ["It's", 'a "b"', "a\tb", "a\r\nb", "\u202eabc", "\u2019"])
@pytest.mark.parametrize("field", ["name", "buyer_name"])
def test_a_strict_pg_leaves_the_window_white_for_some_names(sandbox: Sandbox, field: str, name: str) -> None:
    sandbox.settings.strict_names = True
    imp_uid = sandbox.open_window("a", 12_000, **{field: name})
    page = requests.get(f"{sandbox.url}/_sandbox/windows/{imp_uid}", timeout=EVENTUALLY)
    assert "<button" not in page.text
    for press in (sandbox.approve, sandbox.decline, sandbox.issue_vbank):
        with pytest.raises(NotPossible, match="is white"):
            press(imp_uid)
    assert sandbox.payment(imp_uid).status == "ready"
    sandbox.settings.strict_names = False
    assert sandbox.approve(imp_uid).status == "paid"


def test_a_white_window_is_white_in_a_browser(page: Page, sandbox: Sandbox, shop_page: str) -> None:
    sandbox.settings.strict_names = True
    window = opened(page, shop_page, name="It's")
    window.locator("body[data-choked-by='name: U+0027']").wait_for(state="attached")
    assert window.locator("body").inner_text().strip() == ""
    assert window.locator("button").count() == 0


def test_our_own_window_opens_at_a_strict_pg_and_offers_what_the_shop_allows(sandbox: Sandbox) -> None:
    sandbox.settings.strict_names = sandbox.settings.strict_minimums = True
    payment = a_payment(name=NASTY, amount=600_000, terms=Terms(max_instalments=3))
    asked = request_pay(payment, user_code="imp00000000", return_url="https://s.test/", buyer=Buyer(name="O'Neil\t"))
    row = sandbox.request_pay(asked["params"])
    assert row.hidden.months == (2, 3)
    assert sandbox.approve(row.imp_uid, quota=3).card_quota == 3


@pytest.mark.parametrize(
    ("method", "least"), [("card", 100), ("trans", 150), ("phone", 300), ("kakaopay", 100), ("naverpay", 10)]
)
@pytest.mark.fact("§7.2", "guessed", "The words for a sum that a PG finds too small: `too_small_text`.")
def test_a_strict_pg_opens_no_window_for_a_sum_that_is_too_small(sandbox: Sandbox, method: str, least: int) -> None:
    sandbox.open_window("lenient", least - 1, pay_method=method)
    sandbox.settings.strict_minimums = True
    sandbox.settings.guesses.too_small_text = "too small"
    with pytest.raises(WindowRefused, match="too small"):
        sandbox.open_window("a", least - 1, pay_method=method)
    assert sandbox.payments("a") == []
    assert sandbox.approve(sandbox.open_window("a", least, pay_method=method), method).status == "paid"
    assert sandbox.open_window("dollars", 1, pay_method=method, currency="USD")


def test_a_method_chosen_in_the_window_has_its_own_minimum(sandbox: Sandbox) -> None:
    sandbox.settings.strict_minimums = True
    row = sandbox.approve(sandbox.open_window("a", 200), "phone")
    assert (row.status, row.fail_reason) == ("failed", sandbox.settings.guesses.too_small_text)
