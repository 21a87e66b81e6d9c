"""The payment window is a dialog over the shop's page: Tab stays in it, and its title is in the page's language."""

import pytest
from playwright.sync_api import expect
from support.browser.shopper import NewShopper


def test_tab_goes_round_in_the_window_and_never_to_the_page_behind(new_shopper: NewShopper) -> None:
    shopper = new_shopper()
    shopper.choose()
    shopper.open_window()
    expect(shopper.window.locator("#approve")).to_be_focused()
    frame = shopper.page.frame(name="imp-iframe")
    assert frame
    seen = []
    for key in [*["Tab"] * 12, *["Shift+Tab"] * 24]:
        shopper.page.keyboard.press(key)
        assert shopper.page.evaluate("document.activeElement.name") == "imp-iframe"
        seen.append(frame.evaluate("document.activeElement.id || document.activeElement.name"))
    assert {"approve", "close", "decline"} <= set(seen)
    assert "" not in seen
    shopper.page.keyboard.press("Escape")
    expect(shopper.page.locator("iframe[name=imp-iframe]")).to_have_count(0)


@pytest.mark.parametrize(("locale", "title"), [("ko-KR", "결제창 (샌드박스)"), ("en-US", "Payment window (sandbox)")])
def test_the_window_is_named_in_the_pages_language(new_shopper: NewShopper, locale: str, title: str) -> None:
    shopper = new_shopper(locale=locale)
    shopper.choose()
    shopper.open_window()
    assert shopper.page.locator("iframe[name=imp-iframe]").get_attribute("title") == title
