"""The plain page to which a phone returns where the shop has none of its own: what happened, why, and a way back."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from support.api import GOLD, RunningApi, running_api
from support.browser.chromium import PHONE, shot

from payments.domain.money import Money
from payments.domain.values import GatewayId
from payments.entrypoints.service import Web

SHOP = "http://127.0.0.1:9"


@pytest.fixture
def api() -> Iterator[RunningApi]:
    """An API without a return page, whose shop is elsewhere."""
    with running_api(web=Web(allowed_origins=(SHOP,))) as running:
        yield running


def opened(api: RunningApi) -> tuple[str, GatewayId]:
    payment = api.begun()
    attempt = api.gateway.open(payment["merchant_id"], Money(payment["amount"], payment["currency"]))
    return f"{api.url}/payments/return?merchant_uid={payment['merchant_id']}&imp_uid={attempt}", attempt


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_it_tells_the_reason_and_leads_back_to_the_shop(
    api: RunningApi, open_tab: Callable[..., Page], locale: str, device: dict[str, object]
) -> None:
    address, attempt = opened(api)
    api.gateway.decline(attempt, "카드 한도초과")
    page = open_tab(locale=locale, **device)
    page.goto(address)
    expect(page.locator(".why")).to_contain_text("카드 한도초과")
    expect(page.locator("#back")).to_have_text(["쇼핑몰로 돌아가기", "Back to the shop"][locale == "en-US"])
    assert page.locator("#back").get_attribute("href") == f"{SHOP}/"
    shot(page, f"return-declined-{locale[:2]}-{'phone' if device else 'desk'}")


def test_a_decline_beside_a_window_that_may_still_be_open_is_told_too(api: RunningApi, page: Page) -> None:
    address, _ = opened(api)
    merchant_id = address.split("merchant_uid=")[1].split("&")[0]
    second = api.gateway.open(merchant_id, GOLD.price)
    api.gateway.decline(second, "비밀번호 오류")
    page.goto(address)
    expect(page.locator("h1")).to_have_text("결제가 완료되지 않았습니다")
    expect(page.locator(".why")).to_contain_text("비밀번호 오류")


def test_the_providers_words_are_text_and_never_markup(api: RunningApi, page: Page) -> None:
    address, attempt = opened(api)
    api.gateway.decline(attempt, "<img src=x onerror=alert(1)><b>한도</b>")
    page.goto(address)
    expect(page.locator(".why")).to_contain_text("<b>한도</b>")
    assert page.locator("img, b").count() == 0


def test_a_shop_on_the_same_origin_is_found_at_its_root(open_tab: Callable[..., Page]) -> None:
    with running_api() as api:
        address, _ = opened(api)
        page = open_tab()
        page.goto(address)
        assert page.locator("#back").get_attribute("href") == "/"
