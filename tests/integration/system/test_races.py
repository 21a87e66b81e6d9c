"""Races: processes that do things to one payment at the same moment, on both databases.

Each round ends with a sweep and a comparison of both sides' books. What would break these: a read outside the lock, a
refund without its checksum, an insert that trusts an earlier look.
"""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import attrs
import pytest
from support.rounds import rounds
from support.system.actors import SHOP, Actors, Deed, Place, ShiftedClock, acting, use_cases_of, v2_of
from support.system.agreement import check_agreement

from payments.domain.access import Scope
from payments.domain.event import EventKind
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.schedule import EXPIRES_AFTER, GRACE
from payments.domain.use_cases.checkout import Checkout
from payments.domain.use_cases.wiring import UseCases
from payments.domain.values import GatewayId, Method, Offer
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.sandbox import Sandbox, running_sandbox
from payments.entrypoints.tokens import key_digest, new_key

pytestmark = pytest.mark.slow

ROUNDS = rounds(ci=80, soak=1_000)
PRICE = 12_000
DUE = 45.0  # seconds: the first look after a beginning or a change is due by then
EXPIRED = (EXPIRES_AFTER + GRACE).total_seconds() + 5
V2_ROUNDS = ROUNDS // 4
HEALING = (60.0, 900.0, 4_000.0)  # seconds ahead at which the sweep runs again
V2_HEALING = (*HEALING, 9_000.0, 20_000.0)  # V2 repeats a refusal for three hours, so as long no refund is sent again

_numbers = itertools.count(1)


@attrs.frozen(kw_only=True)
class Ground:
    """One database, one provider, three processes, and the test's own hands to prepare and to judge."""

    sandbox: Sandbox
    use_cases: UseCases
    clock: ShiftedClock
    actors: Actors
    api_key: str

    @property
    def checkout(self) -> Checkout:
        return self.use_cases.checkout

    def begin(self) -> str:
        offer = Offer("멤버십", Money(PRICE))
        return run(self.checkout.begin("buyer", an_order(), offer, Method.CARD, SHOP)).merchant_id

    def opened(self) -> tuple[str, str]:
        uid = self.begin()
        there = self.sandbox.portone if self.provider == "portone" else self.sandbox
        return uid, there.open_window(uid, PRICE)

    @property
    def provider(self) -> str:
        return self.checkout.rules.provider

    def approved(self) -> tuple[str, str]:
        uid, imp_uid = self.opened()
        self.sandbox.approve(imp_uid)
        return uid, imp_uid

    def paid(self) -> tuple[str, str]:
        uid, imp_uid = self.approved()
        run(self.use_cases.refresher.refresh_attempt(GatewayId(imp_uid), "test", None, self.provider))
        return uid, imp_uid

    @property
    def rounds(self) -> int:
        return V2_ROUNDS if self.provider == "portone" else ROUNDS

    def settled(self, uid: str) -> Payment:
        """Let the sweep run while time goes by, and compare the books."""
        for ahead in V2_HEALING if self.provider == "portone" else HEALING:
            self.clock.ahead = timedelta(seconds=ahead)
            while (swept := run(self.use_cases.sweep.sweep())).visited:
                assert not swept.troubles, swept.troubles
        self.clock.ahead = timedelta()
        return check_agreement(self.checkout, self.sandbox, uid)


def an_order() -> str:
    return f"order-{next(_numbers)}"


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql), "sqlite-portone"]
)
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    if request.param.startswith("sqlite"):
        shared_memory = Path("/dev/shm")
        room = Path(tempfile.mkdtemp(dir=shared_memory if shared_memory.is_dir() else None))
        url = f"sqlite:///{room}/payments.db"  # races are about locks, not about disks
    else:
        server = request.getfixturevalue("postgresql_server")
        room, url = None, server.url(server.create_database())
    with running_sandbox() as sandbox:
        known = sandbox.settings
        place = Place(
            database_url=url,
            provider_url=sandbox.url,
            key=known.key,
            secret=known.secret,
            user_code=known.user_code,
            provider="portone" if request.param.endswith("portone") else "iamport",
            v2=v2_of(sandbox),
        )
        with opened(place.settings()) as service, acting(place) as actors:
            use_cases, clock = use_cases_of(service)
            key, api_key = new_key("races", clock.now(), frozenset({Scope.ADMIN}))
            run(service.api_keys.add_key(key, key_digest(api_key)))
            yield Ground(sandbox=sandbox, use_cases=use_cases, clock=clock, actors=actors, api_key=api_key)
    if room:
        shutil.rmtree(room)


def kinds(ground: Ground, payment: Payment) -> list[EventKind]:
    return [entry.kind for entry in run(ground.checkout.payments.timeline(payment.merchant_id))]


def test_a_completion_a_webhook_and_a_sweep_tell_one_payment_once(ground: Ground) -> None:
    for _ in range(ground.rounds):
        uid, imp_uid = ground.approved()
        ground.actors.together(
            Deed("complete", {"merchant_id": uid, "gateway_id": imp_uid}),
            Deed("refresh_attempt", {"gateway_id": imp_uid}),
            Deed("sweep", {}, later=DUE),
        )
        payment = ground.settled(uid)
        assert payment.status is Status.PAID
        assert kinds(ground, payment) == [EventKind.BEGUN, EventKind.PREPARED, EventKind.CAPTURED]


def test_a_cancellation_beside_an_approval_keeps_the_money_or_gives_it_back(ground: Ground) -> None:
    ends = set()
    for _ in range(ground.rounds):
        uid, imp_uid = ground.opened()
        ground.actors.together(
            Deed("complete", {"merchant_id": uid, "gateway_id": imp_uid}),
            Deed("cancel", {"merchant_id": uid}),
            Deed("refresh", {"merchant_id": uid}),
            meanwhile=lambda imp_uid=imp_uid: ground.sandbox.approve(imp_uid),
        )
        payment = ground.settled(uid)
        assert payment.status in (Status.PAID, Status.CANCELLED)
        assert payment.attempts[0].report.remaining == (PRICE if payment.status is Status.PAID else 0)
        ends.add(payment.status)
    assert ends, "at least one round ended"


def test_refunds_beside_each_other_are_executed_once_each_or_refused(ground: Ground) -> None:
    for number in range(ground.rounds):
        uid, imp_uid = ground.paid()
        ground.actors.together(
            Deed("refund", {"merchant_id": uid, "amount": 7_000, "refund_id": f"a{number}"}),
            Deed("refund", {"merchant_id": uid, "amount": 5_000, "refund_id": f"b{number}"}),
            Deed("refund", {"merchant_id": uid, "amount": 7_000, "refund_id": f"a{number}"}),
        )
        payment = ground.settled(uid)
        given_back = ground.sandbox.payment(imp_uid).cancel_amount
        assert payment.refunded == given_back
        assert given_back in (5_000, 7_000, 12_000)


def test_a_refund_beside_a_console_refund_is_executed_once_or_refused(ground: Ground) -> None:
    for number in range(ground.rounds):
        uid, imp_uid = ground.paid()
        wish = (5_000, 7_000, 12_000)[number % 3]
        ground.actors.together(
            Deed("refund", {"merchant_id": uid, "amount": wish, "refund_id": f"c{number}"}),
            Deed("sweep", {}, later=DUE),
            Deed("refresh_attempt", {"gateway_id": imp_uid}),
            meanwhile=lambda imp_uid=imp_uid: console_refund(ground, imp_uid, 5_000),
        )
        payment = ground.settled(uid)
        assert payment.refunded in {5_000, wish, min(PRICE, 5_000 + wish)}


def console_refund(ground: Ground, imp_uid: str, amount: int) -> None:
    """Refund in the console, if there is still so much: a person there is refused like anybody."""
    if ground.sandbox.payment(imp_uid).amount - ground.sandbox.payment(imp_uid).cancel_amount >= amount:
        with ground.sandbox.lock:
            row = ground.sandbox.payment(imp_uid)
            if row.amount - row.cancel_amount >= amount:
                ground.sandbox.console_cancel(imp_uid, amount)


def begin_over_http(ground: Ground, order: str, key: str) -> Deed:
    body = {"buyer": "buyer", "order": order, "name": "멤버십", "amount": PRICE, "method": "card"}
    headers = {"Authorization": f"Bearer {ground.api_key}", "Idempotency-Key": key}
    return Deed("post", {"path": "/payments", "body": body, "headers": headers})


def test_beginnings_with_one_key_begin_one_payment(ground: Ground) -> None:
    for _ in range(ground.rounds):
        order = an_order()
        answers = ground.actors.together(*(begin_over_http(ground, order, f"key-{order}") for _ in range(3)))
        begun = {body["merchant_id"] for status, body in answers if status == 201}
        assert len(begun) == 1, answers
        assert {status for status, _ in answers} <= {201, 409}, answers
        ground.settled(begun.pop())


def test_beginnings_with_two_keys_for_one_order_begin_one_payment(ground: Ground) -> None:
    for _ in range(ground.rounds):
        order = an_order()
        answers = ground.actors.together(*(begin_over_http(ground, order, f"{n}-{order}") for n in range(3)))
        begun = {body["merchant_id"] for status, body in answers if status in (200, 201)}
        assert len(begun) == 1, answers
        assert {status for status, _ in answers} <= {200, 201}, answers
        ground.settled(begun.pop())


def test_sweeps_beside_each_other_look_once_and_tell_once(ground: Ground) -> None:
    for _ in range(ground.rounds):
        uid, _ = ground.approved()
        before = looks_at(ground, uid)
        ground.actors.together(*(Deed("sweep", {}, later=DUE) for _ in range(3)))
        assert looks_at(ground, uid) - before == 1
        payment = ground.settled(uid)
        assert kinds(ground, payment) == [EventKind.BEGUN, EventKind.PREPARED, EventKind.CAPTURED]


def looks_at(ground: Ground, uid: str) -> int:
    """Return how often the provider was asked for all attempts at a payment."""
    looks = (f"/findAll/{uid}", f"/{uid}/transactions")
    return sum(call.path.endswith(looks) for call in list(ground.sandbox.journal.calls))


def test_an_expiry_beside_a_late_approval_keeps_the_money_or_gives_it_back(ground: Ground) -> None:
    for _ in range(ground.rounds):
        uid, imp_uid = ground.opened()
        ground.actors.together(
            Deed("sweep", {}, later=EXPIRED),
            Deed("refresh_attempt", {"gateway_id": imp_uid}),
            Deed("sweep", {}, later=EXPIRED),
            meanwhile=lambda imp_uid=imp_uid: ground.sandbox.approve(imp_uid),
        )
        payment = ground.settled(uid)
        assert payment.status in (Status.PAID, Status.CANCELLED)
        assert payment.attempts[0].report.remaining == (PRICE if payment.status is Status.PAID else 0)
