"""The shop's pages without a browser: who may see what, and what a forged request gets."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
import requests
from starlette.testclient import TestClient
from support.patience import EVENTUALLY

from payments.entrypoints.demo import Demo, running_demo
from payments.entrypoints.shop.app import shop_app
from payments.entrypoints.shop.settings import ShopSettings
from payments.entrypoints.shop.visitors import Signer, Visitor


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The whole demo, for all tests here."""
    with running_demo(database=Path(tmp_path_factory.mktemp("demo")) / "demo.sqlite3") as running:
        yield running


@pytest.fixture
def visitor(demo: Demo) -> Iterator[requests.Session]:
    """Somebody who has entered."""
    with requests.Session() as session:
        session.post(f"{demo.shop}/enter", data={"to": "/"}, timeout=EVENTUALLY)
        assert "shop_visitor" in session.cookies
        yield session


def test_every_page_has_a_strict_policy(demo: Demo, visitor: requests.Session) -> None:
    for path in ("/", "/enter", "/history", "/join/month", "/no-such-page", "/shop/shop.css"):
        headers = visitor.get(demo.shop + path, timeout=EVENTUALLY).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'"), path
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_pages_of_buyers_lead_to_the_entrance_and_back(demo: Demo) -> None:
    with requests.Session() as session:
        answer = session.get(f"{demo.shop}/join/season", timeout=EVENTUALLY)
        assert answer.url.startswith(f"{demo.shop}/enter?to=")
        answer = session.post(f"{demo.shop}/enter", data={"to": "/join/season"}, timeout=EVENTUALLY)
        assert "/checkout/season-" in answer.url


@pytest.mark.parametrize("to", ["//evil.test/", "https://evil.test/", "/\\evil.test", "javascript:alert(1)", ""])
def test_nobody_is_sent_elsewhere_by_a_link_to_the_shop(demo: Demo, to: str) -> None:
    for answer in (
        requests.get(f"{demo.shop}/language/en", params={"to": to}, allow_redirects=False, timeout=EVENTUALLY),
        requests.post(f"{demo.shop}/enter", data={"to": to}, allow_redirects=False, timeout=EVENTUALLY),
    ):
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_forged_cookie_is_nobody(demo: Demo) -> None:
    claims = {"aud": "shop-visitor", "sub": "demo-1", "flower": 1, "exp": datetime.now(UTC) + timedelta(days=1)}
    unsigned = jwt.encode(claims, "", algorithm="none")
    guessed = jwt.encode(claims, "guessed" * 8, algorithm="HS256")
    for cookie in (unsigned, guessed, "", "x" * 10_000):
        answer = requests.post(f"{demo.shop}/token", cookies={"shop_visitor": cookie}, timeout=EVENTUALLY)
        assert answer.status_code == 401


def test_another_sites_form_is_refused(demo: Demo, visitor: requests.Session) -> None:
    answer = visitor.post(f"{demo.shop}/token", headers={"Sec-Fetch-Site": "cross-site"}, timeout=EVENTUALLY)
    assert answer.status_code == 403
    assert "token" not in answer.text
    assert visitor.post(f"{demo.shop}/token", headers={"Sec-Fetch-Site": "same-origin"}, timeout=EVENTUALLY).ok


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "http://127.0.0.1:1"])
def test_another_sites_form_is_refused_from_an_older_browser_too(
    demo: Demo, visitor: requests.Session, origin: str
) -> None:
    """Those say where a form comes from with `Origin` alone."""
    assert visitor.post(f"{demo.shop}/token", headers={"Origin": origin}, timeout=EVENTUALLY).status_code == 403
    assert visitor.post(f"{demo.shop}/token", headers={"Origin": demo.shop}, timeout=EVENTUALLY).ok


def test_a_cursor_that_nobody_issued_is_a_404(demo: Demo, visitor: requests.Session) -> None:
    answer = visitor.get(f"{demo.shop}/history?cursor=made-up", timeout=EVENTUALLY)
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/checkout/gold-20260101-0123456789", "/checkout/month", "/join/gold", "/receipts/x"])
def test_what_the_shop_does_not_have_is_a_404_in_its_own_words(
    demo: Demo, visitor: requests.Session, path: str
) -> None:
    answer = visitor.get(demo.shop + path, headers={"Accept-Language": "en"}, timeout=EVENTUALLY)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_a_visitors_token_opens_only_their_own_payments(demo: Demo, visitor: requests.Session) -> None:
    token = visitor.post(f"{demo.shop}/token", timeout=EVENTUALLY).json()["token"]
    answer = requests.get(f"{demo.api}/payments", headers={"Authorization": f"Bearer {token}"}, timeout=EVENTUALLY)
    assert answer.json() == {"payments": []}


def test_a_shop_without_its_payments_says_that_nothing_changed(demo: Demo) -> None:
    signer = Signer(secret="s" * 32, issuer="shop", audience="payments")
    settings = ShopSettings(api="http://127.0.0.1:9", script=f"{demo.sandbox.url}/v1/iamport.js", signer=signer)
    client = TestClient(shop_app(settings), cookies={"shop_visitor": signer.cookie(Visitor.random())})
    answer = client.get("/history", headers={"Accept-Language": "ko"})
    assert answer.status_code == 503
    assert "결제에는 아무 변화가 없습니다" in answer.text
