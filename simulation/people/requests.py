"""Requests: what a server does when it is asked, as its routes do. Each returns the work of one process."""

from datetime import timedelta
from typing import TYPE_CHECKING

from payments.domain.access import KeptAnswer
from payments.domain.errors import AttemptMismatch, ContractViolation, GatewayError, PaymentNotFound, RefundRefused
from payments.domain.money import Money
from payments.domain.refund import RefundStatus
from payments.domain.refunding import RefundOrder
from payments.domain.use_cases.checkout import Outcome
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Offer, RefundId
from simulation.machines import Machine
from simulation.rows import Row
from simulation.scheduler import Work

if TYPE_CHECKING:
    from simulation.world import World

SHOP = Caller.shop("staff")


def begin(machine: Machine, buyer: str, order: str, price: Money, method: Method = Method.CARD) -> Work:
    return machine.use_cases.checkout.begin(buyer, order, Offer("멤버십 1년", price), method, Caller.buyer(buyer))


async def complete(machine: Machine, buyer: str, merchant_id: MerchantId, gateway_id: GatewayId) -> Outcome:
    """Complete; where the attempt is not at this payment, the payment must be due now."""
    began = machine.world.scheduler.now
    try:
        return await machine.use_cases.checkout.complete(Caller.buyer(buyer), merchant_id, gateway_id)
    except AttemptMismatch:
        if machine.world.laws.made_due.get(merchant_id, -1) < began:
            machine.world.laws.broken("11 what cannot be told is due", f"{merchant_id} is not checked after a mismatch")
        raise


def abandon(machine: Machine, buyer: str, merchant_id: MerchantId) -> Work:
    return machine.use_cases.checkout.abandon(Caller.buyer(buyer), merchant_id)


def cancel(machine: Machine, caller: Caller, merchant_id: MerchantId, *, force: bool = False) -> Work:
    return machine.use_cases.checkout.cancel(caller, merchant_id, force=force)


async def follow(machine: Machine, attempt: Row | None, merchant_id: MerchantId, by: str) -> None:
    """A webhook, or a buyer's return: look at what is named; where the provider cannot tell, it is due now."""
    refresher = machine.use_cases.refresher
    gateway_id = attempt.gateway_id if attempt else GatewayId("imp_none")
    provider = attempt.provider if attempt else machine.world.plan.providers[0]
    try:
        if await refresher.refresh_attempt(gateway_id, by, merchant_id, provider):
            return
    except PaymentNotFound:
        return
    except (ContractViolation, GatewayError):
        pass
    try:
        await refresher.refresh_soon(merchant_id)
    except PaymentNotFound:
        return


async def refund(
    machine: Machine, world: "World", merchant_id: MerchantId, order: RefundOrder, refund_id: RefundId, key: str
) -> Outcome | None:
    """Refund under an idempotency key, as the route does; None where the answer of the first request is replayed."""
    keys, now = world.store.idempotency_keys, machine.clock.now()
    await world.scheduler.pause("before claim key", world.chance.moment())
    kept = await keys.claim_key("shop", key, refund_id, now, now + timedelta(minutes=5))
    if key in world.asked_before:
        world.marks.hit("key resumed")
    world.asked_before[key] = None
    await world.scheduler.pause("after claim key", world.chance.moment())
    if kept:
        return None
    try:
        outcome = await machine.use_cases.refunds.refund(SHOP, merchant_id, order, refund_id)
    except Exception as error:
        await keys.release_key("shop", key)
        _check_refusal(world, merchant_id, refund_id, error)
        raise
    await world.scheduler.pause("before keep answer", world.chance.moment())
    if outcome.confirmed:
        await keys.keep_answer("shop", key, KeptAnswer(status=201, body=b"{}"))
    else:
        await keys.release_key("shop", key)
    return outcome


def _check_refusal(world: "World", merchant_id: MerchantId, refund_id: RefundId, error: Exception) -> None:
    """Whoever is told that a refund is refused must be able to rely on it."""
    payment = world.laws.payments[merchant_id]
    stored = next((refund for refund in payment.refunds if refund.id == refund_id), None)
    if isinstance(error, RefundRefused) and stored and stored.status is not RefundStatus.REFUSED:
        world.laws.broken("12 a refusal is final", f"{refund_id} is {stored.status}, and the operator is told refused")
