"""Buyers: with tabs, double clicks and second thoughts. Each is a coroutine from the first click to the last."""

from datetime import timedelta
from typing import Final

from payments.domain.money import Money
from payments.domain.values import Method
from simulation.people import requests
from simulation.people.person import Person
from simulation.rows import Refusal
from simulation.scheduler import HOUR, MINUTE, NOON, SECOND


async def honest(me: Person) -> None:
    """Begins, pays within minutes, comes back."""
    if payment := await me.begins():
        await me.waits(2 * SECOND, 3 * MINUTE)
        row = me.opens(payment)
        if row and me.rng.random() < 0.25:
            await me.waits(SECOND, MINUTE)
            me.world.provider.decline(row)
            me.asks("abandon", lambda m: requests.abandon(m, me.buyer, payment.merchant_id))
            row = me.opens(payment)
        await me.waits(5 * SECOND, 8 * MINUTE)
        if row and me.pays(row):
            await me.waits(100, 10 * SECOND)
            await me.completes(payment, row)


async def tabs(me: Person) -> None:
    """Clicks twice, opens two windows, and pays in both."""
    others = [
        me.asks("begin", lambda m: requests.begin(m, me.buyer, me.order, me.price)) for _ in range(me.rng.randint(1, 2))
    ]
    beginning = (me.buyer, me.order, me.price)
    me.world.laws.beginning += [beginning] * len(others)
    payment = await me.begins()
    for other in others:
        await me.world.scheduler.finished(other)
        me.world.laws.beginning.remove(beginning)
    if payment is None:
        return
    rows = [me.opens(payment) for _ in range(2)]
    for row in rows:
        await me.waits(SECOND, 5 * MINUTE)
        if row and me.pays(row) and me.rng.random() < 0.7:
            await me.completes(payment, row)


async def closer(me: Person) -> None:
    """Pays and closes the tab; or leaves the window open and says it was left."""
    if payment := await me.begins():
        row = me.opens(payment)
        await me.waits(SECOND, 10 * MINUTE)
        if me.rng.random() < 0.5:
            me.asks("abandon", lambda m: requests.abandon(m, me.buyer, payment.merchant_id))
            await me.waits(100, 2 * MINUTE)
        me.pays(row)


async def depositor(me: Person) -> None:
    """Asks for a virtual account and pays hours later: in time, at the last minute, too late, or not at all."""
    if payment := await me.begins(Method.VIRTUAL_ACCOUNT):
        row = me.opens(payment)
        if row is None:
            return
        await me.waits(SECOND, 3 * MINUTE)
        hours = me.rng.choice([2, 5, 12])
        me.world.provider.issue_account(row, hours)
        await me.completes(payment, row)
        await me.waits(MINUTE, 20 * MINUTE)
        if me.rng.random() < 0.35:
            me.pays(me.opens(payment))  # pays by card after all, while the account waits
        elif me.rng.random() < 0.2:
            me.cancels(payment)
        early = me.rng.choice([HOUR, (hours * HOUR) - 21 * MINUTE, (hours + 1) * HOUR])
        await me.waits(early, early + 20 * MINUTE)
        good = me.is_in_time(payment.merchant_id)
        try:
            me.world.provider.deposit(row)
        except Refusal:
            return
        me.world.good[row.gateway_id] = good


async def returner(me: Person) -> None:
    """Comes back to the return address again and again, and asks for the page in between."""
    if payment := await me.begins():
        row = me.opens(payment)
        await me.waits(SECOND, 2 * MINUTE)
        if row and me.pays(row):
            for _ in range(me.rng.randint(1, 4)):
                me.asks("return", lambda m: requests.follow(m, row, payment.merchant_id, "return"))
                await me.waits(50, 20 * SECOND)


async def impatient(me: Person) -> None:
    """Cancels, while the window may still approve."""
    if payment := await me.begins():
        row = me.opens(payment)
        await me.waits(SECOND, 3 * MINUTE)
        me.cancels(payment)
        await me.waits(1, 4 * SECOND)
        if me.rng.random() < 0.7:
            me.pays(row, good=False)
        await me.waits(SECOND, MINUTE)
        await me.begins()


async def changer(me: Person) -> None:
    """Begins again: after the price has changed, in another currency, or by another method."""
    if payment := await me.begins():
        row = me.opens(payment)
        await me.waits(SECOND, 2 * MINUTE)
        other = "USD" if me.price.currency == "KRW" else "KRW"
        new = me.rng.choice([me.price, Money(me.price.minor + 500, me.price.currency), Money(me.price.minor, other)])
        again = await me.begins(Method.KAKAOPAY, new)
        if again and again.price != new:
            me.world.laws.broken("1 the price is the shop's", f"{again.merchant_id} costs {again.price}, not {new}")
        if me.rng.random() < 0.5:
            me.pays(row, good=False)
        if again:
            await me.waits(SECOND, 2 * MINUTE)
            second = me.opens(again)
            if second and me.pays(second):
                await me.completes(again, second)


async def border(me: Person) -> None:
    """Pays in the last seconds before the time is over."""
    if payment := await me.begins():
        row = me.opens(payment)
        left = int((payment.expires_at - NOON) / timedelta(milliseconds=1)) - me.world.scheduler.now
        await me.waits(max(left - MINUTE, 1), max(left - SECOND, 2))
        me.pays(row)


async def late_approval(me: Person) -> None:
    """Is declined, and approved hours later by a provider that changed its mind."""
    if payment := await me.begins():
        row = me.opens(payment)
        await me.waits(SECOND, MINUTE)
        if row:
            me.world.provider.decline(row)
            me.asks("abandon", lambda m: requests.abandon(m, me.buyer, payment.merchant_id))
            await me.waits(MINUTE, 5 * HOUR)
            failed = me.world.laws.payments[payment.merchant_id].status == "failed"
            me.pays(row, good=failed)
            if failed:
                me.world.good[row.gateway_id] = me.world.good.get(row.gateway_id) is not None


LIVES: Final = {
    "honest": honest, "tabs": tabs, "closer": closer, "depositor": depositor, "returner": returner,
    "impatient": impatient, "changer": changer, "border": border, "late_approval": late_approval,
}  # fmt: skip
