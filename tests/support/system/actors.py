"""Actors: processes of their own that do what a test tells them, all at the same moment.

Place    where they work: a database and a provider
Actors   starts them; `together` gives each a deed and returns what came of it
"""

import multiprocessing
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

import attrs
from starlette.testclient import TestClient
from support.patience import EVENTUALLY
from typed_settings import Secret

from payments.domain.errors import PaymentsError
from payments.domain.money import Money
from payments.domain.refunding import RefundOrder
from payments.domain.use_cases.wiring import Policy, UseCases
from payments.domain.values import Caller, Method, Offer, RefundId
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.http.app import http_app
from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.service import Service
from payments.entrypoints.settings import DatabaseSettings, HttpSettings, IamportOptions, PortOneOptions, Settings

SHOP = Caller.shop("races")
SPREAD = 0.004  # seconds: actors start within this of each other, so that every order comes up


@attrs.frozen(kw_only=True)
class Place:
    """Where actors work. `provider` takes new payments; `v2` is the other generation's address, store and keys."""

    database_url: str
    provider_url: str
    key: str
    secret: str
    user_code: str
    provider: str = "iamport"
    v2: Mapping[str, Any] = attrs.field(factory=dict)

    def settings(self) -> Settings:
        return Settings(
            database=DatabaseSettings(url=self.database_url, create=True),
            iamport=IamportOptions(
                key=Secret(self.key), secret=Secret(self.secret), user_code=self.user_code, api_url=self.provider_url
            ),
            provider=self.provider,
            portone=PortOneOptions(**self.v2),
            http=HttpSettings(secret=Secret("r" * 32), threads=4),
        )


def v2_of(sandbox: Sandbox) -> dict[str, Any]:
    """Return the options of an account at the sandbox's other generation."""
    there = sandbox.portone.settings
    keys = {"api_secret": Secret(there.secret), "webhook_secrets": there.webhook_secrets}
    where = {"store_id": there.store_id, "channel_key": there.channels[0].key, "api_url": sandbox.portone.url}
    return keys | where


class ShiftedClock:
    """This machine's time and a bit: a deed may happen later than it is."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@attrs.define
class Deed:
    """One thing to do: the name of a method of Hands, what it is given, and how much later it happens (seconds)."""

    name: str
    given: dict[str, Any]
    later: float = 0.0


class Hands:
    """What an actor can do. Every method returns something that says what came of it."""

    def __init__(self, service: Service) -> None:
        self.use_cases, self.clock = use_cases_of(service)
        self.checkout = self.use_cases.checkout
        self.provider = self.checkout.rules.provider
        self.http = TestClient(http_app(service), raise_server_exceptions=False)

    def begin(self, order: str, amount: int = 12_000) -> str:
        offer = Offer("멤버십", Money(amount))
        return run(self.checkout.begin("buyer", order, offer, Method.CARD, SHOP)).merchant_id

    def complete(self, merchant_id: Any, gateway_id: Any) -> str:
        return run(self.checkout.complete(Caller.buyer("buyer"), merchant_id, gateway_id)).payment.status

    def refresh_attempt(self, gateway_id: Any) -> str:
        heard = run(self.use_cases.refresher.refresh_attempt(gateway_id, "webhook", None, self.provider))
        return heard.status if heard else "unheard"

    def refresh(self, merchant_id: Any) -> str:
        known = run(self.use_cases.refresher.payments.get(merchant_id))
        return run(self.use_cases.refresher.refresh(known, "test")).payment.status

    def cancel(self, merchant_id: Any) -> str:
        return run(self.checkout.cancel(Caller.buyer("buyer"), merchant_id)).status

    def refund(self, merchant_id: Any, amount: int, refund_id: str) -> str:
        order = RefundOrder(reason="race", amount=amount)
        return run(self.use_cases.refunds.refund(SHOP, merchant_id, order, RefundId(refund_id))).payment.status

    def sweep(self) -> list[str]:
        return [str(trouble.error) for trouble in run(self.use_cases.sweep.sweep()).troubles]

    def post(self, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        answer = self.http.post(path, json=body, headers=headers)
        return answer.status_code, answer.json()

    def idle(self) -> str:
        return "idle"


def act(place: Place, barrier: Any, connection: Connection, seed: int) -> None:
    """The life of an actor: wait for a deed, start it together with the others, tell what came of it."""
    chance = random.Random(seed)
    with opened(place.settings()) as service:
        hands = Hands(service)
        connection.send("here")
        while (deed := connection.recv()) is not None:
            hands.clock.ahead = timedelta(seconds=deed.later)
            barrier.wait()
            time.sleep(chance.random() * SPREAD)
            connection.send(outcome(getattr(hands, deed.name), deed.given))


def outcome(method: Callable[..., Any], given: dict[str, Any]) -> Any:
    try:
        return method(**given)
    except PaymentsError as error:
        return f"refused: {error.slug}"


class Actors:
    """A fixed cast; deeds beyond its number are a mistake of the test."""

    def __init__(self, place: Place, number: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.barrier = context.Barrier(number + 1)
        self.lines: list[Connection] = []
        self.trouble: BaseException | None = None
        self.processes = []
        for seed in range(number):
            ours, theirs = context.Pipe()
            process = context.Process(target=act, args=(place, self.barrier, theirs, seed), daemon=True)
            process.start()
            theirs.close()
            self.lines.append(ours)
            self.processes.append(process)
        for line in self.lines:
            assert line.recv() == "here"

    def together(self, *deeds: Deed, meanwhile: Callable[[], Any] = lambda: None) -> list[Any]:
        """Let every actor do its deed at the same moment, and *meanwhile* here; return what came of the deeds."""
        assert len(deeds) == len(self.lines)
        for line, deed in zip(self.lines, deeds, strict=True):
            line.send(deed)
        beside = threading.Thread(target=self._beside, args=(meanwhile,))
        beside.start()
        results = [line.recv() for line in self.lines]
        beside.join()
        if self.trouble:
            raise self.trouble
        return results

    def _beside(self, meanwhile: Callable[[], Any]) -> None:
        try:
            self.barrier.wait()
            meanwhile()
        except BaseException as error:  # noqa: BLE001 - told by `together`, in the test's own thread
            self.trouble = error

    def close(self) -> None:
        for line in self.lines:
            line.send(None)
        for process in self.processes:
            process.join(EVENTUALLY)


@contextmanager
def acting(place: Place, number: int = 3) -> Iterator[Actors]:
    actors = Actors(place, number)
    try:
        yield actors
    finally:
        actors.close()


def use_cases_of(service: Service, clock: ShiftedClock | None = None) -> tuple[UseCases, ShiftedClock]:
    """Return the use cases of a service once more, by a clock that the test moves."""
    clock, wired = clock or ShiftedClock(), service.use_cases
    shifted = UseCases.over(
        payments=wired.checkout.payments,
        orphans=wired.sweep.orphans,
        gateway=wired.checkout.gateways,
        ids=wired.checkout.ids,
        clock=clock,
        alarms=wired.checkout.alarms,
        policy=Policy(mode=wired.checkout.mode, rules=wired.checkout.rules),
    )
    return shifted, clock
