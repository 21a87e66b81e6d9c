"""Refunds beside the provider's console, and of money that no payment asked for."""

from typing import Any

import attrs
import pytest
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import SHOP, begun, bought, kept, only
from unit.domain.worlds.wire import Fault

from payments.domain.errors import (
    ContractViolation,
    GatewayError,
    RefundRefused,
    Unknown,
)
from payments.domain.event import EventKind
from payments.domain.money import Money
from payments.domain.refund import Refund, RefundStatus
from payments.domain.refunding import RefundOrder
from payments.domain.report import ReportedRefund
from payments.domain.use_cases.checkout import Outcome
from payments.domain.values import GatewayId, MerchantId, RefundId

R1 = RefundId("r-one")


def refunding(world: World, amount: int | None = 5_000, **order: Any) -> Outcome:
    asked = RefundOrder(reason="고객 요청", amount=amount, **order)
    seen: Outcome = world.does(world.refunds.refund(SHOP, only(world).merchant_id, asked, R1))
    return seen


def ours(world: World) -> Refund:
    return only(world).refund(R1)


# ---- the console was there too ----


def test_a_remainder_that_moved_is_based_anew_where_ours_still_fits(world: World) -> None:
    payment = bought(world)
    world.provider.refund_in_console(world.attempts[0], 4_000)
    seen = refunding(world)
    assert (seen.confirmed, ours(world).status, ours(world).remainder) == (True, RefundStatus.DONE, 8_000)
    assert kept(world) == 3_000
    assert EventKind.REFUND_REBASED in [h.kind for h in world.timeline(payment.merchant_id)]


def test_a_remainder_that_no_longer_holds_ours_refuses_it(world: World) -> None:
    bought(world)
    world.provider.refund_in_console(world.attempts[0], 8_000)
    seen = refunding(world)
    assert (seen.confirmed, ours(world).status, kept(world)) == (True, RefundStatus.REFUSED, 4_000)


def test_a_console_that_never_rests_leaves_ours_open_for_the_sweep(world: World) -> None:
    payment = bought(world)
    process = world.start(world.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="x", amount=1_000), R1))
    while process.alive:
        process.step()
        if process.at == "before refund":
            world.provider.refund_in_console(world.attempts[0], 1_000)
            process.step()
    assert process.error is None
    assert ours(world).is_open
    world.recovers()
    assert ours(world).status is RefundStatus.DONE


def test_a_capture_the_provider_forgot_is_a_breach_of_contract(world: World) -> None:
    payment = bought(world)
    world.wire.faults.append(Fault.LOST)
    refunding(world)
    world.wire.connect(World().provider)  # a provider that knows nothing
    with pytest.raises(ContractViolation):
        world.does(world.refunds.advance(payment.merchant_id, R1))
    assert ours(world).is_open


def test_an_answer_about_another_payment_says_nothing_of_our_refund(world: World) -> None:
    payment = bought(world)
    world.wire.faults.append(Fault.LOST)
    refunding(world)
    known = only(world).attempts[0].report
    back = ReportedRefund(amount=5_000, reason=ours(world).label)
    other = attrs.evolve(known, merchant_id=MerchantId("m_other"), refunded=5_000, refunds=(back,))
    world.wire.replaced["find"] = lambda *_: other
    with pytest.raises(ContractViolation):
        world.does(world.refunds.advance(payment.merchant_id, R1))
    assert (ours(world).is_open, only(world).refunded, world.orphans()) == (True, 0, [])


# ---- strays ----


def test_strays_are_listed_until_somebody_has_dealt_with_them() -> None:
    world = World(hold_strays=True)
    payment = begun(world)
    stray = world.pays(payment, price=Money(100), tampered=True)
    world.does(world.refresher.refresh_attempt(stray, "webhook"))
    assert [p.merchant_id for p in world.does(world.refunds.strays(SHOP))] == [payment.merchant_id]
    world.does(world.refunds.hold_stray(SHOP, payment.merchant_id, stray, "전화로 확인"))
    assert world.does(world.refunds.strays(SHOP)) == []


def test_a_refund_of_an_attempt_that_is_not_this_payments_is_refused(world: World) -> None:
    bought(world)
    with pytest.raises(RefundRefused):
        refunding(world, None, gateway_id=GatewayId("imp_other"))


def test_pushing_reports_what_the_provider_did_not_say(world: World) -> None:
    payment = bought(world)
    world.wire.faults.append(Fault.LOST)
    refunding(world)
    world.provider.trouble("find", Unknown("no answer"))
    with pytest.raises(GatewayError):
        world.does(world.refunds.advance(payment.merchant_id, R1))
    assert ours(world).is_open
