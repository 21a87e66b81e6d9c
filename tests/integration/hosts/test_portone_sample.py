"""PortOne's sample shop, done right: each defect of the official one is a claim that this one keeps.

It runs as a process that a test can kill, beside the sandbox; the test is the browser and the provider's other people.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import requests
from support.patience import until
from support.system.town import House, held_port

from payments.entrypoints.sandbox import Sandbox, SandboxSettings, running_sandbox
from payments.entrypoints.sandbox.payments.portone_channels import PORTONE_CHANNELS
from payments.entrypoints.sandbox.portone_settings import STORE_ID, V2_SECRET, V2_WEBHOOK_SECRET

EXAMPLE = Path(__file__).parents[3] / "examples" / "portone-sample"
PRICE = 1_000


@attrs.frozen
class Visitor:
    """A browser at the shop. `shop` is the process behind it."""

    url: str
    shop: House
    provider: Sandbox
    browser: requests.Session = attrs.field(factory=requests.Session)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.browser.post(self.url + path, json=body)

    def begin(self) -> tuple[str, str]:
        """Return a new order, and the merchant id of its payment."""
        order = self.post("/api/orders", {}).json()["order"]
        return order, self.post("/pay/payments", {"order": order, "method": "card"}).json()["merchant_id"]

    def pay(self, merchant_id: str) -> str:
        """Pay in the provider's window; the browser has told nobody."""
        attempt = self.provider.open_window(merchant_id, PRICE)
        self.provider.approve(attempt)
        return attempt

    def status(self, order: str) -> str:
        return str(self.browser.get(f"{self.url}/api/orders/{order}").json()["status"])


@pytest.fixture(scope="module")
def provider() -> Iterator[Sandbox]:
    with running_sandbox(SandboxSettings()) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def shop(provider: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, House]]:
    """The address of the shop, and its process: one for all visitors, as at a shop."""
    folder = tmp_path_factory.mktemp("sample")
    with held_port() as port, (folder / "log").open("ab") as log:
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "uvicorn", "shop:app", "--port", str(port)]
        shop = House("shop", command, environment(folder, provider, url), log, ready_at=f"{url}/api/item")
        shop.start()
        try:
            yield url, shop
        finally:
            shop.kill()


@pytest.fixture
def visitor(shop: tuple[str, House], provider: Sandbox) -> Visitor:
    return Visitor(*shop, provider)


def environment(folder: Path, provider: Sandbox, url: str) -> dict[str, str]:
    return os.environ | {
        "PAYMENTS_DATABASE_URL": f"sqlite:///{folder}/payments.db",
        "PAYMENTS_DATABASE_CREATE": "true",
        "PAYMENTS_IAMPORT_API_URL": provider.url,
        "PAYMENTS_IAMPORT_KEY": provider.settings.key,
        "PAYMENTS_IAMPORT_SECRET": provider.settings.secret,
        "PAYMENTS_IAMPORT_USER_CODE": provider.settings.user_code,
        "PAYMENTS_PORTONE_API_SECRET": V2_SECRET,
        "PAYMENTS_PORTONE_STORE_ID": STORE_ID,
        "PAYMENTS_PORTONE_CHANNEL_KEY": PORTONE_CHANNELS[1].key,
        "PAYMENTS_PORTONE_WEBHOOK_SECRETS": V2_WEBHOOK_SECRET,
        "PAYMENTS_HTTP_PUBLIC_URL": f"{url}/pay",
        "SHOP_DATABASE": f"sqlite:///{folder}/shop.db",
        "PYTHONPATH": str(EXAMPLE),
    }


def test_the_first_look_at_a_paid_payment_finds_it_paid(visitor: Visitor) -> None:
    order, merchant_id = visitor.begin()
    answer = visitor.post(f"/pay/payments/{merchant_id}/complete", {"gateway_id": visitor.pay(merchant_id)})
    assert (answer.status_code, answer.json()["status"]) == (200, "paid")
    until(lambda: visitor.status(order) == "PAID")


def test_a_forged_webhook_pays_nothing(visitor: Visitor) -> None:
    order, merchant_id = visitor.begin()
    waiting = visitor.provider.open_window(merchant_id, PRICE)
    forged = {"imp_uid": waiting, "merchant_uid": merchant_id, "status": "paid"}
    visitor.post("/pay/webhooks/iamport", forged)
    visitor.post("/pay/webhooks/iamport", forged | {"imp_uid": "imp_999999999999"})
    assert visitor.browser.get(f"{visitor.url}/pay/payments/{merchant_id}").json()["status"] == "awaiting"
    assert visitor.status(order) == "PENDING"


def test_a_webhook_of_v2_without_a_signature_is_refused(visitor: Visitor) -> None:
    """V1 signs nothing, so its webhooks are hints that are always taken; V2 signs, and a forged one is no hint."""
    forged = {"type": "Transaction.Paid", "data": {"paymentId": "anything"}}
    answer = visitor.post("/pay/webhooks/portone", forged)
    assert (answer.status_code, answer.json()["slug"]) == (401, "webhook-forged")


def test_a_paid_order_outlives_the_process(visitor: Visitor) -> None:
    order, merchant_id = visitor.begin()
    visitor.pay(merchant_id)
    visitor.shop.kill()  # before anybody told it
    visitor.shop.start()
    until(lambda: visitor.status(order) == "PAID")


def test_the_browser_cannot_say_the_price(visitor: Visitor) -> None:
    order = visitor.post("/api/orders", {}).json()["order"]
    answer = visitor.post("/pay/payments", {"order": order, "method": "card", "amount": 1})
    assert answer.status_code in (400, 422)


def test_another_visitor_sees_nothing_of_an_order(visitor: Visitor) -> None:
    order, _ = visitor.begin()
    stranger = requests.Session()
    assert stranger.get(f"{visitor.url}/api/orders/{order}").status_code == 404


def test_the_whole_shop_is_short() -> None:
    assert len((EXAMPLE / "shop.py").read_text().splitlines()) <= 120
