"""The documentation is drawn by a real browser, and asks nobody outside."""

from playwright.sync_api import Page
from support.api import RunningApi


def test_the_documentation_is_drawn_without_outside_help(api: RunningApi, page: Page):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{api.url}/docs")
    page.get_by_text("Begin a payment, or continue the live payment of this order").wait_for()
    assert {url for url in asked if not url.startswith((api.url, "data:"))} == set()
