"""Strangers: hostile buyers, forged webhooks, and other systems on the same account."""

from collections.abc import Callable
from functools import partial
from typing import Final

from payments.domain.errors import PaymentNotFound
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.values import Caller, MerchantId, Mode
from simulation.machines import Machine
from simulation.people import requests
from simulation.people.person import Person
from simulation.rows import Row
from simulation.scheduler import HOUR, MINUTE, SECOND, Work


async def tamperer(me: Person) -> None:
    """Pays another amount or in another currency, through a window forced open, and says it is paid."""
    if payment := await me.begins():
        other = "USD" if me.price.currency == "KRW" else "KRW"
        less = max(me.price.minor // 10, 1)
        tampered = me.rng.choice([Money(less, me.price.currency), Money(me.price.minor, other)])
        row = me.world.provider.open(payment.merchant_id, tampered, me.mode, "ours", payment.provider, tampered=True)
        await me.waits(SECOND, MINUTE)
        me.pays(row, good=False)
        me.asks("complete", lambda m: requests.complete(m, me.buyer, payment.merchant_id, row.gateway_id))
        await me.waits(SECOND, 5 * MINUTE)
        if me.rng.random() < 0.5 and (again := await me.begins()):
            me.pays(me.opens(again))


async def player(me: Person) -> None:
    """Swaps the channel for a test one (or, in a test shop, for a real one), then pays properly, perhaps twice."""
    if payment := await me.begins():
        other = Mode.TEST if me.mode is Mode.LIVE else Mode.LIVE
        row = me.world.provider.open(payment.merchant_id, payment.price, other, "ours", payment.provider, tampered=True)
        real = [me.opens(payment) for _ in range(me.rng.randint(0, 2))]
        await me.waits(SECOND, MINUTE)
        me.pays(row, good=False)
        me.asks("complete", lambda m: requests.complete(m, me.buyer, payment.merchant_id, row.gateway_id))
        for one in real:
            await me.waits(SECOND, 2 * MINUTE)
            me.pays(one)


async def thief(me: Person) -> None:
    """Names other people's payments and attempts, and replays ids."""
    payment = await me.begins()
    for _ in range(me.rng.randint(2, 6)):
        await me.waits(SECOND, 5 * MINUTE)
        others = [p for p in me.world.laws.payments.values() if p.buyer != me.buyer]
        rows = list(me.world.provider.rows.values())
        if not others or not rows:
            continue
        victim, row = me.rng.choice(others), me.rng.choice(rows)
        await _tries(me, victim, row)
        if payment:
            _completes(me, payment, row)


def _completes(me: Person, payment: Payment, row: Row) -> None:
    me.asks("complete", lambda m: requests.complete(m, me.buyer, payment.merchant_id, row.gateway_id))


async def _tries(me: Person, victim: Payment, row: Row) -> None:
    """Everything a buyer may ask of another buyer's payment is answered as if there were none."""
    caller = Caller.buyer(me.buyer)
    tries: list[Callable[[Machine], Work]] = [
        lambda m: requests.complete(m, me.buyer, victim.merchant_id, row.gateway_id),
        lambda m: requests.abandon(m, me.buyer, victim.merchant_id),
        lambda m: requests.cancel(m, caller, victim.merchant_id),
        lambda m: m.use_cases.checkout.visible_to(caller, victim.merchant_id),
        lambda m: m.use_cases.checkout.timeline(caller, victim.merchant_id),
    ]
    process = await me.answer("steal", me.rng.choice(tries))
    if process.result is not None:
        me.world.laws.broken("8 nobody reads another's payment", f"{me.buyer} got {victim.merchant_id}")
    if process.error and process.error.slug not in (PaymentNotFound.slug, "storage-unavailable", "concurrent-update"):
        me.world.laws.broken("8 nobody reads another's payment", f"{me.buyer} is told {process.error.slug}")


async def forger(me: Person) -> None:
    """Sends webhooks that say anything about anything."""
    payment = await me.begins()
    row = me.opens(payment) if payment else None
    for _ in range(me.rng.randint(2, 8)):
        await me.waits(SECOND, 4 * MINUTE)
        rows = list(me.world.provider.rows.values())
        named = me.rng.choice([*rows, None])
        payments = list(me.world.laws.payments) or [MerchantId("none")]
        about = me.rng.choice(payments)
        me.asks("forged webhook", partial(requests.follow, attempt=named, merchant_id=about, by="webhook"))
    if me.rng.random() < 0.5:
        me.pays(row)


async def windows(me: Person) -> None:
    """Opens windows without end."""
    if payment := await me.begins():
        for _ in range(me.rng.choice([60, 90])):
            row = me.opens(payment)
            if row and me.rng.random() < 0.7:
                me.world.provider.decline(row)
        await me.waits(SECOND, MINUTE)
        me.asks("abandon", lambda m: requests.abandon(m, me.buyer, payment.merchant_id))
        me.pays(me.opens(payment))


# other systems on the same account


def _opens_elsewhere(me: Person, prefix: str, owner: str) -> Row:
    named = MerchantId(f"{prefix}{me.role.number}_{me.rng.getrandbits(40):x}")
    return me.world.provider.open(named, me.price, me.mode, owner, me.elsewhere())


def _hints(me: Person, row: Row) -> None:
    me.asks("webhook", lambda m: requests.follow(m, row, row.merchant_id, "webhook"))


async def foreign(me: Person) -> None:
    """Another installation, with a prefix of its own: it pays, refunds, and has accounts that wait."""
    for _ in range(me.rng.randint(1, 4)):
        row = _opens_elsewhere(me, "zz_", "foreign")
        waiting = me.world.provider.open(row.merchant_id, me.price, me.mode, "foreign", row.provider)
        me.world.provider.issue_account(waiting, 48)
        await me.waits(SECOND, 5 * MINUTE)
        me.world.provider.approve(row)
        if me.rng.random() < 0.5:
            _hints(me, row)
        if me.rng.random() < 0.4:
            await me.waits(MINUTE, HOUR)
            me.world.provider.refund_in_console(row, me.rng.randint(1, row.amount.minor))


async def orphaned(me: Person) -> None:
    """Our own prefix without a payment of ours: what a restored backup has forgotten, with an account that waits."""
    for _ in range(me.rng.randint(1, 4)):
        await _one_orphan(me)


async def _one_orphan(me: Person) -> None:
    row = _opens_elsewhere(me, "kr_", "orphaned")
    if me.rng.random() < 0.7:
        waiting = me.world.provider.open(row.merchant_id, me.price, me.mode, "orphaned", row.provider)
        me.world.provider.issue_account(waiting, 48)
    await me.waits(2 * MINUTE, 10 * MINUTE)
    me.world.provider.approve(row)
    if me.rng.random() < 0.5:
        _hints(me, row)
    if me.rng.random() < 0.5:
        await me.waits(MINUTE, 5 * HOUR)
        me.world.provider.refund_in_console(row, me.rng.randint(1, row.amount.minor))


async def busy_system(me: Person) -> None:
    """Another system whose rows leave their places half an hour later, while the pages with orphans are read."""
    for number in range(24):
        if number % 3:
            _opens_elsewhere(me, "zz_", "foreign").restless = number % 3 == 1
        else:
            me.world.provider.approve(_opens_elsewhere(me, "kr_", "orphaned"))
        await me.waits(1, 2 * SECOND)


async def odd_row(me: Person) -> None:
    """An attempt whose row cannot be read, beside one that is paid, or perhaps paid."""
    if payment := await me.begins():
        odd = me.opens(payment)
        row = me.opens(payment)
        if odd:
            odd.unreadable = True
            odd.stays_unreadable = me.rng.random() < 0.7
            if me.rng.random() < 0.3:
                me.world.provider.decline(odd)
        later = [me.opens(payment) for _ in range(2)] if me.rng.random() < 0.6 else []
        await me.waits(SECOND, 10 * MINUTE)
        if me.rng.random() < 0.25:
            return
        if me.rng.random() < 0.8 and me.pays(row) and row and me.rng.random() < 0.6:
            me.world.console_works(row, me.rng.randint(MINUTE, 5 * HOUR), row.amount.minor // 2)
        for one in later:
            me.pays(one)
        if later:
            await _turns_odd_while_it_is_refunded(me, payment)
        if me.rng.random() < 0.3:
            me.cancels(payment)


async def _turns_odd_while_it_is_refunded(me: Person, payment: Payment) -> None:
    """The row of the first open refund can never be read again, while another refund waits behind it."""
    for _ in range(300):
        refunds = me.world.laws.payments[payment.merchant_id].open_refunds
        if len(refunds) > 1:
            row = me.world.provider.rows[refunds[0].gateway_id]
            row.unreadable = row.stays_unreadable = True
            return
        await me.waits(100, 500 if refunds else 12 * SECOND)


LIVES: Final = {
    "tamperer": tamperer, "player": player, "thief": thief, "forger": forger, "windows": windows, "foreign": foreign,
    "orphaned": orphaned, "busy_system": busy_system, "odd_row": odd_row,
}  # fmt: skip
