"""The whole way with nothing played: the API on a socket, an SQLite file, the real client and a local Iamport."""

from collections.abc import Callable, Iterator

import attrs
import pytest
import requests
from support.api import GOLD, api_settings, bearer, serving, signed
from support.patience import EVENTUALLY
from typed_settings import Secret

from payments.adapters.prices.toml_file import PriceList
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.http.app import http_app
from payments.entrypoints.sandbox import KEY, SECRET, USER_CODE, Sandbox
from payments.entrypoints.sandbox.serve import running_sandbox
from payments.entrypoints.settings import HttpSettings, IamportOptions, Settings

ALICE = bearer(signed({"sub": "alice"}))


@attrs.frozen
class Shop:
    """The API's address, and the provider behind it."""

    url: str
    sandbox: Sandbox

    def post(self, path: str, body: object = None):
        return requests.post(self.url + path, json=body, headers=ALICE, timeout=EVENTUALLY)

    def get(self, path: str):
        return requests.get(self.url + path, headers=ALICE, timeout=EVENTUALLY)

    def asked(self, work: Callable[[], object]) -> list[str]:
        """Return the provider's calls that *work* cost."""
        before = self.sandbox.journal.count
        work()
        return [f"{call.method} {call.path}" for call in self.sandbox.journal.calls if call.number > before]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def settings(sandbox, tmp_path) -> Settings:
    account = IamportOptions(key=Secret(KEY), secret=Secret(SECRET), user_code=USER_CODE, api_url=sandbox.url)
    web = HttpSettings(secret=Secret("x" * 32), public_url="http://shop.test")
    return attrs.evolve(api_settings(f"sqlite:///{tmp_path / 'shop.sqlite3'}"), iamport=account, http=web)


@pytest.fixture
def shop(sandbox, settings) -> Iterator[Shop]:
    with opened(settings, prices=PriceList({"gold": GOLD})) as service, serving(http_app(service)) as url:
        yield Shop(url, sandbox)


def begun(shop: Shop, order: str = "gold"):
    return shop.post("/payments", {"order": order, "expected_amount": 12_000}).json()


def test_each_operation_asks_the_provider_once(shop: Shop):
    """The token is fetched with the very first call, and then kept."""
    begun(shop, "gold#first")
    payment = {}
    assert len(shop.asked(lambda: payment.update(begun(shop)))) == 1
    name = payment["merchant_id"]
    attempt = shop.sandbox.open_window(name, 12_000)
    shop.sandbox.approve(attempt)
    path = f"/payments/{name}"
    assert shop.asked(lambda: shop.post(f"{path}/complete", {"gateway_id": attempt})) == [f"GET /payments/{attempt}"]
    assert shop.asked(lambda: shop.post(f"{path}/complete", {"gateway_id": attempt})) == []
    assert shop.asked(lambda: (shop.get(path), shop.get("/payments"), shop.get(f"{path}/events"))) == []
    assert shop.get(path).json()["status"] == "paid"


def test_what_was_acknowledged_is_there_after_a_restart(shop: Shop, settings):
    payment = begun(shop)
    attempt = shop.sandbox.open_window(payment["merchant_id"], 12_000)
    shop.sandbox.approve(attempt)
    assert shop.post(f"/payments/{payment['merchant_id']}/complete", {"gateway_id": attempt}).json()["status"] == "paid"
    with opened(settings) as service, serving(http_app(service)) as url:
        again = Shop(url, shop.sandbox)
        assert again.get(f"/payments/{payment['merchant_id']}").json()["status"] == "paid"
        assert again.post("/payments", {"order": "gold"}).status_code == 422  # no price list this time


def test_one_capture_cannot_pay_for_two_orders(shop: Shop):
    payment = begun(shop)
    attempt = shop.sandbox.open_window(payment["merchant_id"], 12_000)
    shop.sandbox.approve(attempt)
    other = begun(shop, "gold#2")
    answer = shop.post(f"/payments/{other['merchant_id']}/complete", {"gateway_id": attempt})
    assert (answer.status_code, answer.json()["slug"]) == (422, "attempt-mismatch")
    assert shop.get(f"/payments/{other['merchant_id']}").json()["status"] == "awaiting"


def test_the_window_gets_the_addresses_it_comes_back_to(shop: Shop):
    opening = begun(shop)["window"]["parameters"]["request_pay"]
    assert opening["m_redirect_url"] == "http://shop.test/payments/return"
    assert opening["notice_url"] == "http://shop.test/webhooks/iamport"


def test_with_a_wrong_secret_buyers_get_503_and_the_payment_goes_on_once_it_is_corrected(shop: Shop, settings):
    wrong = attrs.evolve(settings, iamport=attrs.evolve(settings.iamport, secret=Secret("wrong")))
    with opened(wrong, prices=PriceList({"gold": GOLD})) as service, serving(http_app(service)) as url:
        answer = Shop(url, shop.sandbox).post("/payments", {"order": "gold"})
        assert (answer.status_code, answer.json()["slug"]) == (503, "gateway-credentials-refused")
    assert begun(shop)["status"] == "awaiting"


def test_while_the_provider_is_down_nothing_is_lost_and_beginning_again_goes_on(shop: Shop, settings):
    down = attrs.evolve(settings, iamport=attrs.evolve(settings.iamport, api_url="http://127.0.0.1:9"))
    with opened(down, prices=PriceList({"gold": GOLD})) as service, serving(http_app(service)) as url:
        answer = Shop(url, shop.sandbox).post("/payments", {"order": "gold"})
        assert (answer.status_code, answer.json()["slug"]) == (503, "gateway-not-reached")
        assert int(answer.headers["Retry-After"]) > 0
    assert shop.get("/payments").json()["payments"] == []  # nobody learns an id that the provider may not know
    merchant_id = begun(shop)["merchant_id"]
    assert [one["merchant_id"] for one in shop.get("/payments").json()["payments"]] == [merchant_id]
