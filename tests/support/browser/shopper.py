"""A person at the demo shop, and what they can do there at a desk or with a phone.

Shopper   chooses a membership, opens the payment window and presses things in it
Events    what the shop was told, to be waited for
"""

import json
import threading
from collections.abc import Callable
from typing import Any

import attrs
from playwright.sync_api import FrameLocator, Locator, Page, TimeoutError
from support.browser.chromium import shot
from support.patience import EVENTUALLY

from payments.domain.messages import Message
from payments.entrypoints.demo import Demo
from payments.entrypoints.sandbox.payments.row import PaymentRow

FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@attrs.define
class Events:
    """A subscriber that remembers; `wait_for` returns as soon as it was told."""

    _told: list[dict[str, Any]] = attrs.field(factory=list)
    _news: threading.Condition = attrs.field(factory=threading.Condition)

    def __call__(self, message: Message) -> None:
        with self._news:
            self._told.append(json.loads(message.body))
            self._news.notify_all()

    def wait_for(self, merchant_id: str, kind: str) -> dict[str, Any]:
        """Return what the shop was told of this kind of event; AssertionError if it is not told in time."""

        def found() -> dict[str, Any] | None:
            of = (event["data"] for event in self._told if event["type"] == f"payment.{kind}")
            return next((data for data in of if data["merchant_id"] == merchant_id), None)

        with self._news:
            self._news.wait_for(found, EVENTUALLY)
            event = found()
        assert event, f"the shop was never told that {merchant_id} is {kind}"
        return event


@attrs.define
class Shopper:
    """One visitor with one browser tab."""

    demo: Demo
    page: Page
    on_phone: bool

    def goto(self, path: str) -> None:
        self.page.goto(self.demo.shop + path)

    def choose(self, plan: str = "month") -> None:
        """Choose a membership, entering the shop on the way if need be, and arrive at the checkout."""
        self.goto("/")
        self.page.locator(f'a[href="/join/{plan}"]').click()
        entrance = self.page.locator(".enter button")
        checkout = self.page.locator("#checkout")
        entrance.or_(checkout).wait_for()
        if entrance.is_visible():
            entrance.click()
        checkout.wait_for()
        self.page.wait_for_load_state("domcontentloaded")  # its deferred scripts have run: a key pressed now is heard

    def press_pay(self, method: str = "card") -> None:
        self.page.locator(f'input[value="{method}"]').check(force=True)
        self.page.locator("#agree").check()
        self.page.locator("#pay").click()

    def open_window(self, method: str = "card") -> str:
        """Press the pay button and wait for the provider's window; return its attempt."""
        self.press_pay(method)
        return self.attempt()

    @property
    def window(self) -> FrameLocator | Page:
        """The provider's window: a frame at a desk, the page itself on a phone."""
        return (
            self.page
            if self.on_phone
            else self.page.frame_locator("iframe[name=imp-iframe], iframe[name=portone-iframe]")
        )

    def attempt(self) -> str:
        """Return the imp_uid of the window that is open."""
        main = self.window.locator("main.window")
        main.wait_for()
        return str(main.get_attribute("data-imp-uid"))

    def row(self, attempt: str) -> PaymentRow:
        """Return what the provider has of an attempt."""
        return self.demo.sandbox.payment(attempt)

    def approve(self, *, and_wait: bool = True) -> None:
        """Press "pay". On a phone the click waits for the way back, unless that never comes (*and_wait* is False)."""
        self.window.locator("#approve").click(no_wait_after=not and_wait)

    def decline(self) -> None:
        self.window.locator("#decline").click()

    def close(self) -> None:
        self.window.locator("#close").click()

    def receipt(self, status: str) -> Locator:
        """Wait for the receipt to show this status, and return it."""
        receipt = self.page.locator(f'#receipt[data-status="{status}"]')
        receipt.wait_for()
        return receipt

    def payment_id(self) -> str:
        return self.page.locator("#merchant-id").inner_text()

    def notice(self) -> str:
        """Wait for what the page has to say, and return it."""
        notice = self.page.locator("#notice")
        notice.wait_for()
        return notice.inner_text()

    def history(self) -> list[str]:
        """Return the statuses of this visitor's payments, newest first, as the shop shows them."""
        self.goto("/history")
        chips = self.page.locator(".bought .chip")
        return [str(chip.get_attribute("class")).removeprefix("chip ") for chip in chips.all()]

    def story(self) -> str:
        """Return the timeline of the payment whose receipt is open."""
        self.page.locator('a[href$="/behind"]').click()
        story = self.page.locator(".story")
        story.wait_for()
        return story.inner_text()

    def shot(self, name: str) -> None:
        """Keep a picture, named after the device too. No page of the shop scrolls sideways."""
        try:
            self.page.wait_for_function(FITS)  # outlives a page that loads itself anew, which `evaluate` does not
        except TimeoutError:
            raise AssertionError(f"{self.page.url} is wider than the screen") from None
        shot(self.page, f"shop-{name}-{'phone' if self.on_phone else 'desk'}")


def put_up_with(errors: list[str], sign: str) -> None:
    """Forget the console's errors that show *sign*, of which there is at least one: the browser logs every refusal."""
    meant = [error for error in errors if sign in error]
    assert meant, f"the console tells of no {sign}"
    for error in meant:
        errors.remove(error)


NewShopper = Callable[..., Shopper]
