"""Pairs of use cases that meet in a world: who sets out at the same time as whom."""

from collections.abc import Callable
from datetime import timedelta

from unit.domain.worlds.processes import pause
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import (
    ANN,
    SHOP,
    UseCase,
    begun,
    bought,
    deposit,
    kept,
    only,
    orphan,
)

from payments.domain.payment import Payment
from payments.domain.refunding import RefundOrder
from payments.domain.schedule import EXPIRES_AFTER, GRACE


def acts(*deeds: Callable[[], object]) -> UseCase:
    """Somebody who is no use case of ours: does one thing after the other, with a breath before each."""

    async def act() -> None:
        for deed in deeds:
            await pause("about to act")
            deed()

    return act()


def complete_and_webhook(world: World) -> tuple[UseCase, UseCase]:
    payment = begun(world)
    attempt = world.pays(payment)
    return world.checkout.complete(ANN, payment.merchant_id, attempt), world.refresher.refresh_attempt(
        attempt, "webhook"
    )


def two_captures(world: World) -> tuple[UseCase, UseCase]:
    payment = begun(world)
    one, other = world.opens(payment), world.opens(payment)
    world.provider.approve(one)
    world.provider.approve(other)
    return world.refresher.refresh_attempt(one, "webhook"), world.checkout.complete(ANN, payment.merchant_id, other)


def cancel_and_payment(world: World) -> tuple[UseCase, UseCase]:
    payment = begun(world)
    attempt = world.opens(payment)
    return world.checkout.cancel(ANN, payment.merchant_id), acts(lambda: world.provider.approve(attempt))


def cancel_and_webhook(world: World) -> tuple[UseCase, UseCase]:
    payment = begun(world)
    attempt = world.pays(payment)
    return world.checkout.cancel(ANN, payment.merchant_id), world.refresher.refresh_attempt(attempt, "webhook")


def cancel_and_deposit(world: World) -> tuple[UseCase, UseCase]:
    payment, attempt = deposit(world)

    def pay() -> None:
        if any(report.gateway_id == attempt and report.deposit for report in world.truth()):
            world.provider.deposit(attempt)

    return world.checkout.cancel(ANN, payment.merchant_id), acts(pay)


def two_beginnings(world: World) -> tuple[UseCase, UseCase]:
    return world.begin(), world.begin()


def two_beginnings_at_two_prices(world: World) -> tuple[UseCase, UseCase]:
    return world.begin(amount=10_000), world.begin(amount=20_000)


def another_price_and_payment(world: World) -> tuple[UseCase, UseCase]:
    payment = begun(world)
    attempt = world.opens(payment)
    return world.begin(amount=20_000), acts(lambda: world.provider.approve(attempt))


def order_a_refund(world: World, payment: Payment, amount: int | None) -> UseCase:
    return world.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="고객 요청", amount=amount))


def two_refunds_of_all(world: World) -> tuple[UseCase, UseCase]:
    payment = bought(world)
    return order_a_refund(world, payment, None), order_a_refund(world, payment, None)


def two_refunds_of_parts(world: World) -> tuple[UseCase, UseCase]:
    payment = bought(world)
    return order_a_refund(world, payment, 5_000), order_a_refund(world, payment, 5_000)


def the_same_refund_twice(world: World) -> tuple[UseCase, UseCase]:
    payment = bought(world)
    name = world.checkout.ids.refund_id()

    def again() -> UseCase:
        return world.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="x", amount=5_000), name)

    return again(), again()


def refund_and_console(world: World) -> tuple[UseCase, UseCase]:
    payment = bought(world)
    console = acts(lambda: world.provider.refund_in_console(world.attempts[0], 5_000))
    return order_a_refund(world, payment, 5_000), console


def refund_and_a_greedy_console(world: World) -> tuple[UseCase, UseCase]:
    payment = bought(world)

    def all_that_is_left() -> None:
        if kept(world):
            world.provider.refund_in_console(world.attempts[0])

    return order_a_refund(world, payment, 5_000), acts(all_that_is_left)


def refund_and_sweep(world: World) -> tuple[UseCase, UseCase]:
    payment = bought(world)
    world.start(order_a_refund(world, payment, 5_000)).run(3).kill()  # asked for, not sent
    world.pass_time(timedelta(minutes=2))
    return world.refunds.advance(payment.merchant_id, only(world).open_refunds[0].id), world.sweep.sweep()


def two_sweeps(world: World) -> tuple[UseCase, UseCase]:
    world.pays(begun(world))
    world.pass_time(timedelta(minutes=30))
    return world.sweep.sweep(), world.sweep.sweep()


def sweep_and_late_approval(world: World) -> tuple[UseCase, UseCase]:
    payment = begun(world)
    attempt = world.opens(payment)
    world.pass_time(EXPIRES_AFTER + GRACE)
    return world.sweep.sweep(), acts(lambda: world.provider.approve(attempt))


def sweep_and_approval_in_the_last_moment(world: World) -> tuple[UseCase, UseCase]:
    payment = begun(world)
    attempt = world.opens(payment)
    world.pass_time(timedelta(minutes=29))

    def approve_in_time() -> None:
        if world.now() < payment.expiry:
            world.provider.approve(attempt)

    return world.sweep.sweep(), acts(approve_in_time, lambda: world.pass_time(timedelta(minutes=2)))


def walk_and_webhook_of_an_orphan(world: World) -> tuple[UseCase, UseCase]:
    attempt = orphan(world)
    return world.reconciliation.recent(), world.refresher.refresh_attempt(attempt, "webhook")


def begin_again_and_expiry(world: World) -> tuple[UseCase, UseCase]:
    begun(world)
    world.pass_time(EXPIRES_AFTER + GRACE)
    return world.begin(), world.sweep.sweep()
