"""Operators: the shop's staff, who are careless, and whoever sits at the provider's console."""

from functools import partial
from typing import Final

from payments.domain.payment import Payment
from payments.domain.refund import BankAccount
from payments.domain.refunding import RefundOrder
from payments.domain.report import Rank
from payments.domain.values import GatewayId, MerchantId, RefundId
from simulation.machines import Machine
from simulation.people import elsewhere, requests
from simulation.people.person import Person
from simulation.rows import Row
from simulation.scheduler import HOUR, MINUTE, SECOND, Process, Work

ACCOUNT: Final = BankAccount(bank="088", number="110-123-456789", holder="구매자")


async def _paid_by_somebody(me: Person) -> tuple[Payment, Row] | None:
    """Have a payment of one's own that is paid, by card or by a deposit."""
    payment = await me.begins()
    row = me.opens(payment) if payment else None
    if payment is None or row is None:
        return None
    if me.rng.random() < 0.2:
        me.world.provider.issue_account(row, 5)
    await me.waits(SECOND, MINUTE)
    if not me.pays(row):
        return None
    for _ in range(20):
        if me.world.laws.payments[payment.merchant_id].status == "paid":
            return payment, row
        me.asks("complete", lambda m: requests.complete(m, me.buyer, payment.merchant_id, row.gateway_id))
        await me.waits(10 * SECOND, 2 * MINUTE)
    return None


def _refunds(me: Person, payment: Payment, amount: int | None, refund_id: str, after: Process | None = None) -> Process:
    account = ACCOUNT if me.rng.random() < 0.9 else None
    order = RefundOrder(reason="고객 요청", amount=amount, account=account)
    named = RefundId(refund_id)
    key = f"key {refund_id} {me.rng.choice(['', '', 'of another client'])}"
    me.world.asked_refunds[refund_id] = None
    return me.asks("refund", lambda m: requests.refund(m, me.world, payment.merchant_id, order, named, key), after)


async def refunder(me: Person) -> None:
    """Refunds a part, asks again with the same and with new ids, at once and after it was told no."""
    found = await _paid_by_somebody(me)
    if found is None:
        return
    payment, row = found
    number, parts = 0, [None, row.amount.minor // 2, row.amount.minor // 3, 1]
    usual = me.rng.choice(parts)
    for _ in range(me.rng.randint(1, 5)):
        number += me.rng.choice([0, 1, 1])
        if me.rng.random() < 0.2:
            me.world.console_works(row, me.rng.randint(SECOND, 2 * MINUTE), me.rng.choice([1, row.amount.minor // 4]))
        part = me.rng.choice([usual, me.rng.choice(parts)])
        asked = _refunds(me, payment, part, f"o{me.role.number}x{number}")
        for _ in range(me.rng.choice([0, 1, 1, 3])):
            _refunds(me, payment, part, f"o{me.role.number}x{number}", after=me.rng.choice([asked, asked, None]))
        if me.rng.random() < 0.3:
            row.never_refunds = me.rng.random() < 0.2
        if me.rng.random() < 0.5:
            await me.world.scheduler.finished(asked)
        if me.rng.random() < 0.3:
            me.world.provider.refund_in_console(row, me.rng.choice([1, row.amount.minor // 2]))
        await me.waits(SECOND, me.rng.choice([5 * SECOND, 2 * MINUTE, 15 * MINUTE]))


async def canceller(me: Person) -> None:
    """Cancels payments of buyers who are about to pay, with force at times."""
    if payment := await me.begins():
        row = me.opens(payment)
        if row and me.rng.random() < 0.3:
            me.world.provider.issue_account(row, 3)
        await me.waits(SECOND, 4 * MINUTE)
        me.cancels(payment, requests.SHOP, force=me.rng.random() < 0.4)
        await me.waits(1, 2 * MINUTE)
        me.pays(row, good=False)


async def decider(me: Person) -> None:
    """Decides about strays and orphans: returns some, holds some, both at once."""
    for _ in range(me.rng.randint(2, 6)):
        await me.waits(SECOND, 20 * MINUTE)
        elsewhere.works(me)
        refunds = me.world.laws.payments.values()
        strays = [(p, a) for p in refunds for a in p.attempts if a.is_stray and a.report.remaining]
        if strays:
            payment, attempt = me.rng.choice(strays)
            merchant_id, named = payment.merchant_id, attempt.gateway_id
            if me.rng.random() < 0.5:
                me.asks("hold", partial(_hold, merchant_id=merchant_id, gateway_id=named))
            if me.rng.random() < 0.6:
                _returns(me, merchant_id, named)
        for named in list(me.world.laws.orphans):
            if me.rng.random() < 0.3:
                provider = me.world.laws.orphans[named].provider
                me.asks("hold", partial(_hold_orphan, gateway_id=named, provider=provider))


def _hold(machine: Machine, merchant_id: MerchantId, gateway_id: GatewayId) -> Work:
    return machine.use_cases.refunds.hold_stray(requests.SHOP, merchant_id, gateway_id, "은행과 확인")


def _hold_orphan(machine: Machine, gateway_id: GatewayId, provider: str) -> Work:
    return machine.use_cases.refunds.hold_orphan(requests.SHOP, gateway_id, "확인 중", provider)


def _returns(me: Person, merchant_id: MerchantId, gateway_id: GatewayId) -> None:
    refund_id = RefundId(f"s{me.role.number}x{me.rng.getrandbits(20)}")
    me.world.asked_refunds[refund_id] = None
    me.asks(
        "return stray",
        lambda m: m.use_cases.refunds.return_stray(
            requests.SHOP, merchant_id, gateway_id, reason="고객 요청", account=ACCOUNT, refund_id=refund_id
        ),
    )


async def console(me: Person) -> None:
    """Refunds in the provider's console what the shop has sold, while the shop refunds too; that takes its time."""
    for _ in range(me.rng.randint(2, 6)):
        await me.waits(SECOND, 30 * MINUTE)
        rows = [r for r in me.world.provider.rows.values() if r.rank is Rank.CAPTURED and r.owner == "ours"]
        if not rows:
            continue
        row = me.rng.choice(rows)
        amount = me.rng.choice([1, row.remaining // 2, row.remaining])
        me.world.console_works(row, me.rng.randint(SECOND, 3 * MINUTE), amount)
        if me.rng.random() < 0.3:
            await me.waits(HOUR, 9 * HOUR)


LIVES: Final = {"refunder": refunder, "canceller": canceller, "decider": decider, "console": console}
