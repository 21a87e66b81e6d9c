"""Machines: servers, which answer requests, and workers, which sweep, reconcile and deliver. Each has its own clock."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from payments.domain.errors import PaymentsError
from payments.domain.refund import BankAccount, SealedAccount
from payments.domain.use_cases.outbox import Courier
from payments.domain.use_cases.wiring import Policy, UseCases
from payments.domain.values import RefundId
from simulation.calling import Calls
from simulation.moving import MovingRules, gateways
from simulation.scheduler import HOUR, MINUTE, NOON, SECOND, Process, Scheduler, Work
from simulation.stores import PausingOrphans, PausingOutbox, PausingPayments, PausingShop

if TYPE_CHECKING:
    from simulation.world import World

SWEEP_LIMIT: Final = 20


class SkewedClock:
    """A clock that is ahead of the true time by `skew` milliseconds, or behind it."""

    def __init__(self, scheduler: Scheduler, skew: int) -> None:
        self._scheduler, self._skew = scheduler, skew

    def now(self) -> datetime:
        return NOON + timedelta(milliseconds=self._scheduler.now + self._skew)


class Drawer:
    """A vault whose tokens are the accounts themselves: what is simulated is when accounts are opened, not how."""

    def seal(self, account: BankAccount, refund_id: RefundId) -> SealedAccount:
        sealed = [refund_id, account.bank, account.number, account.holder, account.phone]
        return SealedAccount(f"sealed {json.dumps(sealed)}")  # a store tells it from an account by its beginning

    def open(self, sealed: SealedAccount, refund_id: RefundId) -> BankAccount:
        sealed_for, bank, number, holder, phone = json.loads(sealed.token.removeprefix("sealed "))
        assert sealed_for == refund_id
        return BankAccount(bank=bank, number=number, holder=holder, phone=phone)


class Machine:
    """One process of the operating system. When it dies, everything it does dies, and it is started again."""

    def __init__(self, world: "World", name: str, skew: int, calls: Calls) -> None:
        self.name, self.skew, self.up = name, skew, True
        self.world = world
        self.clock = SkewedClock(world.scheduler, skew)
        shop = PausingShop(world)
        self.use_cases = UseCases.over(
            payments=PausingPayments(world, calls),
            orphans=PausingOrphans(world, calls),
            gateway=gateways(world, skew),
            ids=world.ids,
            clock=self.clock,
            alarms=shop,
            policy=Policy(mode=world.plan.mode, hold_strays=world.plan.hold_strays, rules=MovingRules.of(world, name)),
            vault=Drawer(),
        )
        outbox = PausingOutbox(world, calls)
        self.courier = Courier(outbox=outbox, publisher=shop, clock=self.clock, jitter=lambda: 1.0)

    def start(self, name: str, work: Work) -> Process:
        return self.world.scheduler.start(f"{name} on {self.name}", work, self.name)

    def dies(self) -> None:
        """Kill everything here; start again a while later."""
        self.up = False
        self.world.tell(self.name, "is killed")
        self.world.scheduler.kill_group(self.name)
        wait = self.world.chance.choice([SECOND, 5 * SECOND, MINUTE, 20 * MINUTE])
        self.world.scheduler.at(self.world.scheduler.now + wait, self.starts)

    def starts(self) -> None:
        self.up = True


class Server(Machine):
    """Answers requests."""


class Worker(Machine):
    """Sweeps, reconciles and delivers, each in a loop that survives its errors."""

    def starts(self) -> None:
        super().starts()
        reconciliation = self.use_cases.reconciliation
        world = self.world
        self.start("sweep", self._loop(lambda: self.use_cases.sweep.sweep(SWEEP_LIMIT), world.until_due))
        if world.plan.reads_newest:
            self.start("reconcile", self._loop(reconciliation.recent, self._until_news))
        self.start("catch up", self._loop(reconciliation.catch_up, lambda: max(4 * MINUTE, self._until_news())))
        self.start("deliver", self._loop(self.courier.deliver, world.until_message))

    def _until_news(self) -> int:
        """Return how long to wait before the newest rows are read: longer and longer while nothing happens."""
        return max(30 * SECOND, min(self.world.quiet_for // 3, 2 * HOUR))

    async def _loop(self, step: Callable[[], Work], wait: Callable[[], int]) -> None:
        world, failures = self.world, 0
        while not world.ending:
            try:
                done: Any = await step()
            except PaymentsError as error:
                failures += 1
                world.tell(self.name, f"fails: {error}")
                await world.scheduler.pause("backing off", max(min(2**failures, 30) * SECOND, wait() // 4))
                continue
            failures = 0
            for trouble in getattr(done, "troubles", ()):
                world.trouble(trouble.error)
            await world.scheduler.pause("idle", world.chance.between(wait() // 2, wait()))
