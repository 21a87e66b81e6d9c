"""Everything at once: any number of use cases, buyers, consoles, faults and deaths, in any order.

Hypothesis is the scheduler. After each step the laws that always hold are asked; in the end the faults stop, the worker
comes to rest, and the rest of the laws is asked. A failure prints the few steps that are needed for it.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from support.rounds import rounds
from unit.domain.worlds.laws import always, at_last
from unit.domain.worlds.lives import remembers
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import SHOP, UseCase
from unit.domain.worlds.wire import Fault

from payments.domain.errors import Rejected
from payments.domain.machine import PAID
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.refunding import RefundOrder
from payments.domain.report import Rank
from payments.domain.values import Caller, GatewayId, MerchantId, Mode

BUYERS = {"order-1": "ann", "order-2": "bob"}
ORDERS = st.sampled_from(sorted(BUYERS))
PRICES = st.sampled_from([12_000, 12_000, 12_000, 15_000])
STEPS = st.sampled_from([0, 1, 3, 5, None, None])
TAMPERED: dict[str, Any] = {"price": Money(100), "tampered": True}
IN_PLAY: dict[str, Any] = {"mode": Mode.LIVE}  # another mode than the shop's


class Chaos(RuleBasedStateMachine):
    """Only of payments that nobody closed, refunded or tampered with (`disturbed`) is it said how they end."""

    attempts = Bundle("attempts")

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.known: dict[MerchantId, Payment] = {}
        self.disturbed: set[MerchantId] = set()

    @initialize(target=attempts, hold=st.sampled_from([False, False, True]))
    def policy(self, hold: bool) -> GatewayId:
        """Somebody is at a payment window already."""
        self.world = World(hold_strays=hold)
        payment = self.world.start(self.world.begin("order-1"), "begin").run().result
        return self.world.opens(payment)

    # what people ask of us

    def begun(self) -> list[Payment]:
        """The payments whose merchant id somebody has been told."""
        return [p.result for p in self.world.processes if p.name == "begin" and p.result]

    def one(self, data: st.DataObject, attempt: GatewayId | None = None) -> Payment:
        """Some payment; or that of the attempt, as often as not."""
        owners = {report.gateway_id: report.merchant_id for report in self.world.truth()}
        own = [p for p in self.begun() if attempt and p.merchant_id == owners[attempt]]
        return data.draw(st.sampled_from(own or self.begun()) | st.sampled_from(self.begun()), "payment")

    @rule(order=ORDERS, amount=PRICES, steps=STEPS)
    def begin(self, order: str, amount: int, steps: int | None) -> None:
        of_it = [p for p in self.world.payments() if p.order == order]
        self.disturbed |= {p.merchant_id for p in of_it if p.price.minor != amount or p.id_used_up}
        self.world.start(self.world.begin(order, amount, BUYERS[order]), "begin").run(steps)

    @rule(data=st.data(), what=st.sampled_from(["abandon", "cancel"]), steps=STEPS)
    def leave(self, data: st.DataObject, what: str, steps: int | None) -> None:
        payment = self.one(data)
        if what == "cancel":
            self.disturbed.add(payment.merchant_id)
        use_case = getattr(self.world.checkout, what)
        self.world.start(use_case(Caller.buyer(payment.buyer), payment.merchant_id), what).run(steps)

    @rule(attempt=attempts, data=st.data(), steps=STEPS)
    def complete(self, attempt: GatewayId, data: st.DataObject, steps: int | None) -> None:
        payment = self.one(data, attempt)
        use_case = self.world.checkout.complete(Caller.buyer(payment.buyer), payment.merchant_id, attempt)
        self.world.start(use_case, "complete").run(steps)

    @rule(attempt=attempts, steps=STEPS)
    def webhook(self, attempt: GatewayId, steps: int | None) -> None:
        self.world.start(self.world.refresher.refresh_attempt(attempt, "webhook"), "webhook").run(steps)

    @rule(attempt=attempts, part=st.sampled_from([None, 3_000, 5_000]), steps=STEPS)
    def refund(self, attempt: GatewayId, part: int | None, steps: int | None) -> None:
        report = next(r for r in self.world.truth() if r.gateway_id == attempt)
        self.disturbed.add(report.merchant_id)
        order = RefundOrder(reason="고객 요청", amount=part, gateway_id=attempt)
        self.world.start(self.world.refunds.refund(SHOP, report.merchant_id, order), "refund").run(steps)

    @rule(what=st.sampled_from(["sweep", "sweep", "walk", "deliver"]), steps=STEPS)
    def work(self, what: str, steps: int | None) -> None:
        works: dict[str, Callable[[], UseCase]] = {
            "sweep": self.world.sweep.sweep,
            "walk": self.world.reconciliation.recent,
            "deliver": self.world.courier.deliver,
        }
        self.world.start(works[what](), what).run(steps)

    # what happens at the provider

    @rule(target=attempts, data=st.data(), how=st.sampled_from([{}, {}, {}, TAMPERED, IN_PLAY]))
    def open(self, data: st.DataObject, how: dict[str, Any]) -> object:
        payment = self.one(data)
        if how:
            self.disturbed.add(payment.merchant_id)
        try:
            return self.world.opens(payment, **how)
        except Rejected:  # it has taken money, or another price is prepared
            return multiple()

    @rule(attempt=attempts, what=st.sampled_from(["approve", "approve", "approve", "decline", "issue_deposit"]))
    def answer(self, attempt: GatewayId, what: str) -> None:
        with suppress(Rejected):
            getattr(self.world.provider, what)(attempt)

    @rule(attempt=attempts, amount=st.sampled_from([None, 4_000]))
    def console(self, attempt: GatewayId, amount: int | None) -> None:
        with suppress(Rejected):
            self.disturbed.add(self.world.provider.refund_in_console(attempt, amount).merchant_id)

    # what the world does to us

    @precondition(lambda self: self.world.running())
    @rule(data=st.data(), steps=STEPS)
    def go_on(self, data: st.DataObject, steps: int | None) -> None:
        data.draw(st.sampled_from(self.world.running()), "process").run(steps)

    @precondition(lambda self: self.world.running())
    @rule(data=st.data())
    def kill(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.world.running()), "process").kill()

    @rule(faults=st.lists(st.none() | st.sampled_from(Fault), max_size=3), closed=st.booleans())
    def trouble(self, faults: list[Fault | None], closed: bool) -> None:
        self.world.wire.arrive()
        self.world.wire.faults = faults
        self.world.shop.closed = closed

    @rule(minutes=st.sampled_from([0.5, 0.5, 3, 29, 31, 600]))
    def wait(self, minutes: float) -> None:
        self.world.pass_time(timedelta(minutes=minutes))

    # what must hold

    @invariant()
    def the_laws_hold(self) -> None:
        always(self.world)

    @invariant()
    def knowledge_never_goes_backwards(self) -> None:
        for payment in self.world.payments():
            told = attrs.evolve(payment, new_events=tuple(self.world.timeline(payment.merchant_id)))
            if payment.merchant_id in self.known:
                remembers(self.known[payment.merchant_id], told)
            self.known[payment.merchant_id] = told

    def teardown(self) -> None:
        self.world.recovers()
        at_last(self.world)
        for payment in self.world.payments():
            if payment.merchant_id not in self.disturbed:
                self.an_honest_buyer_has_paid(payment)

    def an_honest_buyer_has_paid(self, payment: Payment) -> None:
        """Safety is not bought by refunding everybody: good money that came in time is kept."""
        captures = [r for r in self.world.truth() if r.merchant_id == payment.merchant_id and r.rank is Rank.CAPTURED]
        in_time = [r for r in captures if r.captured_at and r.captured_at < payment.expires_at]
        assert payment.status is PAID or not in_time


TestChaos = Chaos.TestCase
TestChaos.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)

PARTS = 4
AT_LENGTH = settings(
    max_examples=rounds(ci=500, soak=5_000),
    stateful_step_count=60,
    deadline=None,
    derandomize=rounds(ci=True, soak=False),  # the soak looks for new ones
)


@pytest.mark.fuzz
@pytest.mark.soak
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_no_law_is_broken_at_length(part: int) -> None:
    """Each part is a class of its own name: where Hypothesis is reproducible, the name decides about its examples."""
    run_state_machine_as_test(type(f"Chaos{part}", (Chaos,), {}), settings=AT_LENGTH)
