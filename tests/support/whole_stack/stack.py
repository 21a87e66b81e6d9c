"""Stack: everything that runs in production, wired by `bootstrap`; only the clock is the sandbox's.

The clock stands still until it is moved. The API answers on a socket and calls the sandbox on another one; the test
takes the worker's rounds.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import attrs
import msgspec
import requests
from support.api import KEY as BUYERS_KEY
from support.api import ORDER_KEY, SECRET, UNLIMITED, bearer, signed
from support.patience import EVENTUALLY
from support.shops import Publishing
from support.system.border import SandboxClock
from support.whole_stack.servers import Servers
from typed_settings import Secret

from payments.domain.access import DEFAULT_SCOPES, Scope
from payments.domain.books.search import Filter
from payments.domain.messages import DeliveryFailed, Message
from payments.domain.payment import Payment
from payments.domain.use_cases.hints import HintTaker
from payments.domain.use_cases.outbox import Courier
from payments.domain.use_cases.wiring import Policy, UseCases
from payments.domain.values import MerchantId, Mode
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened_on_loop
from payments.entrypoints.guarding.breaker import Guarded
from payments.entrypoints.http.app import http_app
from payments.entrypoints.sandbox import Clock, Sandbox, SandboxSettings
from payments.entrypoints.sandbox.app import sandbox_app
from payments.entrypoints.service import Service
from payments.entrypoints.settings import (
    BuyerSettings,
    DatabaseSettings,
    HttpSettings,
    IamportOptions,
    OrderSettings,
    Settings,
)
from payments.entrypoints.tokens import key_digest, new_key
from payments.entrypoints.views import payment_view
from payments.testing.shop import KeptAlarms

BUYERS = ("alice", "bob")
WEBHOOK_PATH = "/webhooks/iamport"


@attrs.define
class Endpoint:
    """The shop's end of the messages: it accepts them, unless it is closed."""

    closed: bool = False
    arrived: set[str] = attrs.Factory(set)

    def receive(self, message: Message) -> None:
        """Take a message. Raises DeliveryFailed while closed."""
        if self.closed:
            raise DeliveryFailed("The shop is closed.")
        self.arrived.add(message.id)


@attrs.frozen(kw_only=True)
class Stack:
    """`worker` shares the store with the API, as in `payments serve --with-worker`. `headers` are the callers'."""

    sandbox: Sandbox
    url: str
    worker: Service
    alarms: KeptAlarms
    endpoint: Endpoint
    session: requests.Session
    headers: dict[str, dict[str, str]]

    def call(self, method: str, path: str, who: str = "shop", **options: Any) -> requests.Response:
        """Call the API as *who*: `shop`, one of BUYERS, or `nobody`."""
        headers = {**self.headers[who], **options.pop("headers", {})}
        return self.session.request(method, self.url + path, headers=headers, timeout=EVENTUALLY, **options)

    def books(self) -> list[dict[str, Any]]:
        """Return all payments as the shop is shown them, with their attempts. No call is made: each step needs them."""
        stored = run(self.worker.payments.page(Filter(), None, 100))
        shown: list[dict[str, Any]] = msgspec.to_builtins([payment_view(payment, for_shop=True) for payment in stored])
        return shown

    def listed(self) -> list[dict[str, Any]]:
        """Return all payments as the API lists them to the shop."""
        payments: list[dict[str, Any]] = self.call("GET", "/payments", params={"limit": 100}).json()["payments"]
        return payments

    def stored(self, merchant_id: str) -> Payment:
        payment: Payment = run(self.worker.payments.get(MerchantId(merchant_id)))
        return payment

    def deliver(self) -> None:
        """Deliver what is due, all of it."""
        assert self.worker.courier
        while run(self.worker.courier.deliver()):
            pass


def _settings(sandbox: Sandbox, database_url: str) -> Settings:
    facts = sandbox.settings
    keys: dict[str, Any] = {"key": Secret(facts.key), "secret": Secret(facts.secret), "user_code": facts.user_code}
    return Settings(
        database=DatabaseSettings(url=database_url),
        iamport=IamportOptions(api_url=sandbox.url, **keys),
        http=HttpSettings(secret=Secret(SECRET), threads=4, **UNLIMITED),
        buyers=BuyerSettings(key=Secret(BUYERS_KEY), issuer="shop", audience="payments"),
        orders=OrderSettings(key=Secret(ORDER_KEY), issuer="shop", audience="orders"),
    )


def _by_the_sandboxes_clock(service: Service, sandbox: Sandbox, alarms: KeptAlarms, endpoint: Endpoint) -> Service:
    """Return the service once more, by another clock, with alarms that are kept and a shop that is told."""
    clock, wired = SandboxClock(sandbox), service.use_cases
    use_cases = UseCases.over(
        payments=service.payments,
        orphans=wired.sweep.orphans,
        gateway=wired.checkout.gateways,
        ids=wired.checkout.ids,
        clock=clock,
        alarms=alarms,
        policy=Policy(mode=Mode.TEST),
    )
    for gateway in wired.checkout.gateways.by_name.values():
        if isinstance(gateway, Guarded):  # the worker's; the API has the same breaker
            gateway.breaker.seconds = sandbox.clock.exact
    publisher = Publishing(endpoint.receive)
    courier = Courier(outbox=service.outbox, publisher=publisher, clock=clock, jitter=lambda: 1.0)
    hints = HintTaker(hints=service.hints.hints, refresher=use_cases.refresher, clock=clock)
    return attrs.evolve(service, use_cases=use_cases, clock=clock, courier=courier, hints=hints)


@contextmanager
def opened_stack(servers: Servers, database_url: str) -> Iterator[Stack]:
    """Open a shop over an empty database with tables (or `memory://`), and a new account at the provider."""
    webhook_url = servers.api.url + WEBHOOK_PATH
    sandbox = Sandbox(SandboxSettings(seed=7, webhook_url=webhook_url), Clock.stopped())
    sandbox.served_at(servers.provider.url)
    servers.provider.app = sandbox_app(sandbox)
    alarms, endpoint = KeptAlarms(), Endpoint()
    logging.getLogger("payments").setLevel(logging.CRITICAL)  # refusals by the thousand: the laws tell what matters
    try:
        with (
            opened_on_loop(_settings(sandbox, database_url)) as fronts,
            requests.Session() as session,
            ExitStack() as closing,
        ):
            worker, api = (
                _by_the_sandboxes_clock(front, sandbox, alarms, endpoint) for front in (fronts.blocking, fronts.loop)
            )
            session.trust_env = False  # it would look for a proxy before each call
            servers.api.app = http_app(api)
            key, secret = new_key("shop", worker.clock.now(), DEFAULT_SCOPES | {Scope.REFUND})
            run(worker.api_keys.add_key(key, key_digest(secret)))
            headers = {name: bearer(signed({"sub": name})) for name in BUYERS}
            closing.callback(lambda: servers.api.run(fronts.leave_loop(EVENTUALLY)))
            yield Stack(
                sandbox=sandbox,
                url=servers.api.url,
                worker=worker,
                alarms=alarms,
                endpoint=endpoint,
                session=session,
                headers={**headers, "shop": bearer(secret), "nobody": {}},
            )
    finally:
        logging.getLogger("payments").setLevel(logging.NOTSET)
        sandbox.close()
