"""running_api: the API on a socket of this machine, over a memory store and a provider in dicts, or a store you bring.

RunningApi   its address, its callers' credentials, and what stands behind it
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any, Final

import attrs
import jwt
import requests
import uvicorn
from starlette.types import ASGIApp
from support.patience import EVENTUALLY
from typed_settings import Secret

from payments.adapters.memory.gateway import MemoryGateway
from payments.adapters.prices.toml_file import PriceList
from payments.domain.access import Scope
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.values import GatewayId, MerchantId, Offer
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.console.mounting import console_of
from payments.entrypoints.http.app import http_app
from payments.entrypoints.service import Service
from payments.entrypoints.serving import listening_socket, url_of
from payments.entrypoints.serving import serving as serving_config
from payments.entrypoints.settings import (
    BuyerSettings,
    DatabaseSettings,
    HttpSettings,
    IamportOptions,
    OrderSettings,
    Settings,
)
from payments.entrypoints.tokens import key_digest, new_key

KEY: Final = "a key that buyers' tokens are signed with, long enough for the longest hash"
ORDER_KEY: Final = "a key that the shop signs its orders with"
SECRET: Final = "the service's own secret, 32 characters"
GOLD: Final = Offer("골드 멤버십", Money(12_000))
SILVER: Final = Offer("실버 멤버십", Money(8_000))


UNLIMITED: Final[dict[str, Any]] = dict.fromkeys(
    (f"limit_{name}" for name in ("buyer", "key", "address", "payment", "failures", "new_keys", "awaiting")), 0
)
"""A test of something else must not meet a limit."""


def api_settings(url: str = "memory://") -> Settings:
    """Return settings of a test API: both kinds of tokens with keys of their own."""
    return Settings(
        database=DatabaseSettings(url=url, create=True),
        iamport=IamportOptions(user_code="imp12345678"),
        http=HttpSettings(secret=Secret(SECRET), share=0, **UNLIMITED),
        buyers=BuyerSettings(key=Secret(KEY), issuer="shop", audience="payments"),
        orders=OrderSettings(key=Secret(ORDER_KEY), issuer="shop", audience="orders"),
    )


def signed(claims: dict[str, Any], key: str = KEY, algorithm: str = "HS256") -> str:
    """Return a JWT that the API accepts from a buyer, but for what *claims* say differently; None leaves one out."""
    whole = {"iss": "shop", "aud": "payments", "sub": "alice", "exp": int(time.time()) + 600, **claims}
    return jwt.encode({name: each for name, each in whole.items() if each is not None}, key, algorithm=algorithm)


def signed_order(**claims: Any) -> str:
    """Return an order that the shop's server vouches for."""
    facts = {"aud": "orders", "order": "cart-1", "name": "장바구니", "amount": 5_500, "currency": "KRW"}
    return signed(facts | claims, ORDER_KEY)


def slug(answer: requests.Response) -> str:
    """Return the slug of the problem that *answer* must be, whole and consistent."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"].endswith(problem["slug"])
    assert problem["title"]
    assert problem["detail"]
    return str(problem["slug"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@attrs.frozen
class RunningApi:
    """`alice` and `bob` are buyers, `shop` is the shop's server: headers, each."""

    url: str
    service: Service
    gateway: MemoryGateway
    session: requests.Session

    @property
    def alice(self) -> dict[str, str]:
        return bearer(signed({"sub": "alice"}))

    @property
    def bob(self) -> dict[str, str]:
        return bearer(signed({"sub": "bob"}))

    @property
    def shop(self) -> dict[str, str]:
        return self.key("test-shop")

    def key(self, name: str) -> dict[str, str]:
        """Return the headers of a new API key that may do everything."""
        key, secret = new_key(name, self.service.checkout.clock.now(), frozenset({Scope.ADMIN}))
        run(self.service.api_keys.add_key(key, key_digest(secret)))
        return bearer(secret)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(self.url + path, timeout=EVENTUALLY, allow_redirects=False, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> requests.Response:
        return self.session.post(self.url + path, json=json, timeout=EVENTUALLY, **options)

    def begun(self, order: str = "gold", **body: Any) -> dict[str, Any]:
        """Return alice's payment, just begun."""
        answer = self.post("/payments", {"order": order} | body, headers=self.alice)
        assert answer.status_code == 201, answer.text
        begun: dict[str, Any] = answer.json()
        return begun

    def approved(self, payment: dict[str, Any], amount: int | None = None) -> GatewayId:
        """Have the provider take the money; nobody here knows of it yet."""
        price = Money(amount or payment["amount"], payment["currency"])
        attempt = self.gateway.open(payment["merchant_id"], price, tampered=amount is not None)
        self.gateway.approve(attempt)
        return attempt

    def paid(self, order: str = "gold") -> tuple[dict[str, Any], GatewayId]:
        """Return a paid payment of alice's and its attempt."""
        payment = self.begun(order)
        attempt = self.approved(payment)
        path = f"/payments/{payment['merchant_id']}/complete"
        answer = self.post(path, {"gateway_id": attempt}, headers=self.alice)
        assert answer.json()["status"] == "paid", answer.text
        return answer.json(), attempt

    def hears(self, **hint: Any) -> requests.Response:
        """Send a webhook as the provider does, then do what the worker does with it."""
        answer = self.post("/webhooks/iamport", hint)
        self.work()
        return answer

    def work(self) -> None:
        """Follow the hints of strangers, and visit the payments that are due."""
        run(self.service.hints.follow(pause=timedelta(0)))
        run(self.service.sweep.sweep())

    def stored(self, merchant_id: str) -> Payment:
        return run(self.service.checkout.payments.get(MerchantId(merchant_id)))


@contextmanager
def serving(app: ASGIApp, http: Any = "auto", loop: Any = "auto") -> Iterator[str]:
    """Serve *app* from a thread; the value is its address."""
    config = uvicorn.Config(
        app, http=http, loop=loop, log_config=None, access_log=False, timeout_graceful_shutdown=2, ws="none"
    )
    with listening_socket("127.0.0.1", 0) as sock, serving_config(config, sock, close_timeout=EVENTUALLY):
        yield url_of(sock)


@contextmanager
def running_api(
    *, settings: Settings | None = None, gateway: MemoryGateway | None = None, **changes: Any
) -> Iterator[RunningApi]:
    """Serve the API; *changes* are set on the wired Service."""
    provider = gateway or MemoryGateway()
    prices, chosen = PriceList({"gold": GOLD, "silver": SILVER}), settings or api_settings()
    with opened(chosen, gateway=provider, prices=prices) as service:
        known = attrs.evolve(service, **changes)
        with serving(http_app(known, console=console_of(known, chosen))) as url, closing(requests.Session()) as session:
            yield RunningApi(url, known, provider, session)
