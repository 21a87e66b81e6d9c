"""Requests: what a server does when it is asked, as its routes do. Each returns the work of one process."""

from typing import TYPE_CHECKING, Any

from payments.domain.access import KeptAnswer
from payments.domain.errors import ContractViolation, GatewayError, PaymentNotFound
from payments.domain.money import Money
from payments.domain.refunding import RefundOrder
from payments.domain.schedule import timedelta
from payments.domain.use_cases.checkout import Outcome
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Offer, RefundId
from simulation.machines import Machine
from simulation.scheduler import Work

if TYPE_CHECKING:
    from simulation.world import World

SHOP = Caller.shop("staff")


def begin(machine: Machine, buyer: str, order: str, price: Money, method: Method = Method.CARD) -> Work:
    return machine.use_cases.checkout.begin(buyer, order, Offer("멤버십 1년", price), method, Caller.buyer(buyer))


def complete(machine: Machine, buyer: str, merchant_id: MerchantId, gateway_id: GatewayId) -> Work:
    return machine.use_cases.checkout.complete(Caller.buyer(buyer), merchant_id, gateway_id)


def abandon(machine: Machine, buyer: str, merchant_id: MerchantId) -> Work:
    return machine.use_cases.checkout.abandon(Caller.buyer(buyer), merchant_id)


def cancel(machine: Machine, caller: Caller, merchant_id: MerchantId, *, force: bool = False) -> Work:
    return machine.use_cases.checkout.cancel(caller, merchant_id, force=force)


async def follow(machine: Machine, gateway_id: GatewayId, merchant_id: MerchantId, by: str) -> None:
    """A webhook, or a buyer's return: look at what is named; where the provider cannot tell, it is due now."""
    refresher = machine.use_cases.refresher
    try:
        if await refresher.refresh_attempt(gateway_id, by):
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
    except Exception:
        await keys.release_key("shop", key)
        raise
    await world.scheduler.pause("before keep answer", world.chance.moment())
    if outcome.confirmed:
        await keys.keep_answer("shop", key, KeptAnswer(status=201, body=b"{}"))
    else:
        await keys.release_key("shop", key)
    return outcome


def use_cases(machine: Machine) -> Any:
    return machine.use_cases
