"""Moments in the life of a shop: what has happened so far, who sets out now, and how it must end whatever befalls them.

A story's `begins` prepares a world and returns the use case that sets out; `ends` looks at the world after recovery.
"""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import attrs
from builders import a_payment
from unit.domain.worlds.simulator import World
from unit.domain.worlds.wire import Fault

from payments.domain.machine import CANCELLED, PAID
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.refunding import RefundOrder
from payments.domain.schedule import EXPIRES_AFTER, GRACE
from payments.domain.values import Caller, GatewayId

UseCase = Coroutine[Any, Any, Any]
ANN, SHOP = Caller.buyer("ann"), Caller.shop("desk")


@attrs.frozen
class Story:
    begins: Callable[[World], UseCase]
    ends: Callable[[World], None]


def only(world: World) -> Payment:
    (payment,) = world.payments()
    return payment


def paid(world: World) -> None:
    assert only(world).status is PAID
    assert not only(world).refunds


def kept(world: World) -> int:
    """What is left at the provider of all captures, in minor units."""
    return sum(report.remaining for report in world.truth())


def one_live_payment_at_most(world: World) -> None:
    live = [p for p in world.payments() if p.status is not CANCELLED]
    assert not live  # nobody paid, so all of them expired


def everything_is_back(world: World) -> None:
    assert kept(world) == 0
    assert not [p for p in world.payments() if p.status is PAID]


def refunded(amount: int) -> Callable[[World], None]:
    def ends(world: World) -> None:
        assert only(world).refunded in (0, amount)  # 0: it was killed before anybody asked
        assert kept(world) == 12_000 - only(world).refunded
        assert len(only(world).refunds) <= 1

    return ends


# ---- what has happened so far ----


def begun(world: World, **how: Any) -> Payment:
    payment: Payment = world.does(world.begin(**how))
    return payment


def bought(world: World) -> Payment:
    payment = begun(world)
    world.does(world.refresher.refresh_attempt(world.pays(payment), "webhook"))
    return payment


def closed(world: World) -> Payment:
    payment: Payment = world.does(world.checkout.cancel(ANN, begun(world).merchant_id))
    return payment


def deposit(world: World) -> tuple[Payment, GatewayId]:
    payment = begun(world)
    attempt = world.opens(payment)
    world.provider.issue_deposit(attempt, world.now() + timedelta(hours=2))
    world.does(world.refresher.refresh_attempt(attempt, "webhook"))
    return payment, attempt


def orphan(world: World) -> GatewayId:
    """Somebody pays under an id of ours that we know nothing of, as after a restored backup."""
    return world.pays(a_payment(merchant_id="m_forgotten"))


# ---- who sets out now ----


def completing(world: World) -> UseCase:
    payment = begun(world)
    return world.checkout.complete(ANN, payment.merchant_id, world.pays(payment))


def hearing(world: World) -> UseCase:
    return world.refresher.refresh_attempt(world.pays(begun(world)), "webhook")


def abandoning_a_paid_one(world: World) -> UseCase:
    payment = begun(world)
    world.pays(payment)
    return world.checkout.abandon(ANN, payment.merchant_id)


def beginning_for_another_price(world: World) -> UseCase:
    begun(world)
    return world.begin(amount=15_000)


def beginning_again_after_a_mismatch(world: World) -> UseCase:
    payment = begun(world)
    world.does(world.refresher.refresh_attempt(world.pays(payment, price=Money(100), tampered=True), "webhook"))
    return world.begin()


def cancelling_a_deposit(world: World) -> UseCase:
    payment, _ = deposit(world)
    return world.checkout.cancel(ANN, payment.merchant_id)


def cancelling_a_paid_one(world: World) -> UseCase:
    payment = begun(world)
    world.pays(payment)
    return world.checkout.cancel(ANN, payment.merchant_id)


def hearing_of_a_late_capture(world: World) -> UseCase:
    payment = begun(world)
    attempt = world.opens(payment)
    world.does(world.checkout.cancel(ANN, payment.merchant_id))
    world.provider.approve(attempt)
    return world.refresher.refresh_attempt(attempt, "webhook")


def hearing_of_a_duplicate(world: World) -> UseCase:
    payment = begun(world)
    first, second = world.opens(payment), world.opens(payment)
    world.provider.approve(first)
    world.does(world.refresher.refresh_attempt(first, "webhook"))
    world.provider.approve(second)
    return world.refresher.refresh_attempt(second, "webhook")


def hearing_of_an_orphan(world: World) -> UseCase:
    return world.refresher.refresh_attempt(orphan(world), "webhook")


def walking_past_an_orphan(world: World) -> UseCase:
    orphan(world)
    return world.reconciliation.recent()


def refunding(amount: int | None) -> Callable[[World], UseCase]:
    def begins(world: World) -> UseCase:
        payment = bought(world)
        return world.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="고객 요청", amount=amount))

    return begins


def sweeping_a_refund_of_unknown_outcome(world: World) -> UseCase:
    payment = bought(world)
    world.wire.faults.append(Fault.UNANSWERED)
    world.does(world.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="고객 요청", amount=5_000)))
    world.pass_time(timedelta(minutes=1))
    return world.sweep.sweep()


def sweeping_a_payment_nobody_told_of(world: World) -> UseCase:
    world.pays(begun(world))
    world.pass_time(timedelta(seconds=30))
    return world.sweep.sweep()


def sweeping_an_expired_one(world: World) -> UseCase:
    begun(world)
    world.pass_time(EXPIRES_AFTER + GRACE)
    return world.sweep.sweep()


def sweeping_a_paid_one_past_its_time(world: World) -> UseCase:
    world.pays(begun(world))
    world.pass_time(EXPIRES_AFTER + GRACE + timedelta(minutes=1))
    return world.sweep.sweep()


def hearing_of_a_deposit(world: World) -> UseCase:
    _, attempt = deposit(world)
    world.provider.deposit(attempt)
    return world.refresher.refresh_attempt(attempt, "webhook")


def delivering(world: World) -> UseCase:
    bought(world)
    return world.courier.deliver()


# ---- how it must end ----


def the_good_one_is_kept(world: World) -> None:
    assert only(world).status is PAID
    assert kept(world) == 12_000


def the_orphan_is_held(world: World) -> None:
    assert [orphan.gateway_id for orphan in world.orphans()] == world.attempts
    assert not world.payments()
    assert kept(world) == 12_000


STORIES = {
    "begin": Story(World.begin, one_live_payment_at_most),
    "begin for another price": Story(beginning_for_another_price, one_live_payment_at_most),
    "begin again after a mismatch": Story(beginning_again_after_a_mismatch, everything_is_back),
    "complete": Story(completing, paid),
    "webhook": Story(hearing, paid),
    "abandon a paid one": Story(abandoning_a_paid_one, paid),
    "cancel a deposit": Story(cancelling_a_deposit, everything_is_back),
    "cancel a paid one": Story(cancelling_a_paid_one, paid),
    "webhook of a late capture": Story(hearing_of_a_late_capture, everything_is_back),
    "webhook of a duplicate": Story(hearing_of_a_duplicate, the_good_one_is_kept),
    "webhook of an orphan": Story(hearing_of_an_orphan, the_orphan_is_held),
    "webhook of a deposit": Story(hearing_of_a_deposit, paid),
    "walk past an orphan": Story(walking_past_an_orphan, the_orphan_is_held),
    "refund a part": Story(refunding(5_000), refunded(5_000)),
    "refund all": Story(refunding(None), refunded(12_000)),
    "sweep a refund of unknown outcome": Story(sweeping_a_refund_of_unknown_outcome, refunded(5_000)),
    "sweep a payment nobody told of": Story(sweeping_a_payment_nobody_told_of, paid),
    "sweep an expired one": Story(sweeping_an_expired_one, one_live_payment_at_most),
    "sweep a paid one past its time": Story(sweeping_a_paid_one_past_its_time, paid),
    "deliver": Story(delivering, paid),
}
