"""Person: what everybody can do: ask the servers, act in the provider's window, wait."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.values import Caller, MerchantId, Method
from simulation.machines import Machine
from simulation.people import requests
from simulation.plan import Role
from simulation.rows import Refusal, Row
from simulation.scheduler import NOON, SECOND, Process, Work

if TYPE_CHECKING:
    from simulation.world import World

PRICES: Final = (12_000, 12_000, 500, 100_000)


class Person:
    """What every role can do."""

    def __init__(self, world: "World", role: Role) -> None:
        self.world, self.role = world, role
        self.rng = random.Random(role.seed)
        self.buyer = f"buyer-{role.number}"
        self.order = f"order-{role.number}"
        self.price = Money(self.rng.choice(PRICES), self.rng.choice(["KRW", "KRW", "KRW", "USD"]))
        self.mode = world.plan.mode

    def elsewhere(self) -> str:
        """Return a provider that another system on the account uses."""
        providers = self.world.plan.providers
        return providers[0] if len(providers) == 1 else self.rng.choice(providers)

    async def waits(self, least: int, most: int) -> None:
        await self.world.scheduler.pause("thinking", self.rng.randint(least, most))

    def asks(self, what: str, make: Callable[[Machine], Work], after: Process | None = None) -> Process:
        return self.world.request(f"{what} of {self.role.kind} {self.role.number}", make, after)

    async def answer(self, what: str, make: Callable[[Machine], Work]) -> Process:
        return await self.world.scheduler.finished(self.asks(what, make))

    async def begins(self, method: Method = Method.CARD, price: Money | None = None, tries: int = 4) -> Payment | None:
        """Begin the order, again after an error; None where it cannot be begun."""
        wanted = price or self.price
        for _ in range(tries):
            before = self.world.live_of(self.buyer, self.order)
            moves = len(self.world.plan.providers) > 1
            if before and (before.price != wanted or before.id_used_up or moves):
                self.world.laws.closable.setdefault(before.merchant_id, "begun anew")
            self.world.laws.beginning.append((self.buyer, self.order, wanted))
            process = await self.answer("begin", lambda m: requests.begin(m, self.buyer, self.order, wanted, method))
            self.world.laws.beginning.remove((self.buyer, self.order, wanted))
            if process.result is not None:
                payment: Payment = process.result
                return payment
            if process.error and process.error.slug in ("already-paid", "gateway-rejected"):
                return None
            await self.waits(2 * SECOND, 40 * SECOND)
        return None

    def opens(self, payment: Payment) -> Row | None:
        try:
            return self.world.provider.open(payment.merchant_id, payment.price, payment.mode, "ours", payment.provider)
        except Refusal:
            return None

    def pays(self, row: Row | None, *, good: bool = True) -> bool:
        """Approve in the window; *good* money must pay, if it comes in time."""
        if row is None:
            return False
        try:
            self.world.provider.approve(row)
        except Refusal:
            return False
        self.world.good[row.gateway_id] = good and self.is_in_time(row.merchant_id)
        return True

    def is_in_time(self, merchant_id: MerchantId) -> bool:
        payment = self.world.laws.payments[merchant_id]
        return payment.expiry > NOON + timedelta(milliseconds=self.world.scheduler.now)

    async def completes(self, payment: Payment, row: Row) -> None:
        """Come back to the shop: by the browser's call, by the return address, or not at all."""
        way = self.rng.choice(["call", "call", "twice", "return", "closed"])
        for _ in range(2 if way == "twice" else 1 if way == "call" else 0):
            self.asks("complete", lambda m: requests.complete(m, self.buyer, payment.merchant_id, row.gateway_id))
        if way == "return":
            self.asks("return", lambda m: requests.follow(m, row, payment.merchant_id, "return"))

    def cancels(self, payment: Payment, caller: Caller | None = None, *, force: bool = False) -> Process:
        if force or self.world.laws.closable.get(payment.merchant_id) != "forced":
            self.world.laws.closable[payment.merchant_id] = "forced" if force else "cancelled"
        who = caller or Caller.buyer(self.buyer)
        return self.asks("cancel", lambda m: requests.cancel(m, who, payment.merchant_id, force=force))
