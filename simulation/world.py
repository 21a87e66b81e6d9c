"""World: one seed, from its beginning until nothing is left to wait for."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from payments.adapters.memory.store import MemoryStore
from payments.adapters.system.merchant_ids import RandomIds
from payments.domain.errors import GatewayError, Rejected, StorageConflict, StorageUnavailable
from payments.domain.event import Event
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.ports import Alarm, Store
from payments.domain.values import GatewayId
from simulation.calling import AtOnce, Calls
from simulation.chance import Chance
from simulation.laws.last import check_last
from simulation.laws.laws import Laws
from simulation.machines import Machine, Server, Worker
from simulation.marks import Marks, note_event
from simulation.people import requests
from simulation.people.cast import cast
from simulation.plan import Faults, Plan
from simulation.provider import Provider
from simulation.rows import Row
from simulation.scheduler import DAY, HOUR, MINUTE, NOON, PEOPLE, SECOND, Process, Scheduler, Work
from simulation.v2.book import Book
from simulation.v2.cancels import Cancels
from simulation.v2.wire import quiet

MOST_STEPS: Final = 150_000
"""A world that takes more steps than this does not come to rest."""

PREFIX: Final = "kr_"
"""This installation's prefix of merchant ids."""

DEADLY: Final = frozenset(f"{when} {call}" for when in ("before", "after") for call in ("refund", "revoke", "prepare"))
"""Where a death hurts most: it comes more often there."""

LONGEST_REST: Final = 400 * DAY
"""How long after the faults the workers still work: longer than a payment is looked after."""


class World:
    """Everything there is. `good` are the captures of honest buyers that must end paid."""

    def __init__(
        self,
        plan: Plan,
        store: Store | None = None,
        *,
        server_calls: Callable[["World"], Calls] = AtOnce,
        telling: bool = False,
        most_steps: int = MOST_STEPS,
    ) -> None:
        self.plan, self.faults = plan, plan.faults
        self.store: Store = store or MemoryStore.empty(PREFIX)
        self.scheduler = Scheduler()
        self.chance = Chance(f"chance {plan.seed} {plan.salt}", plan.faults.stalls)
        self.marks, self.counts = Marks(), Counter[tuple[str, str]]()
        self.in_flight: dict[str, int] = {}
        self.good: dict[GatewayId, bool] = {}
        self.alarms: list[Alarm] = []
        self.asked_refunds: dict[str, None] = {}
        self.asked_before: dict[str, None] = {}
        self.lines: list[tuple[int, str, str]] = []
        self.telling, self.most_steps = telling, most_steps
        self.ending = False
        self.crashed = Counter[str]()
        self.last_event = self.rest_began = 0
        rng = random.Random(f"ids {plan.seed}")
        self.ids = RandomIds(prefix=PREFIX, choose=rng.choice)
        provider_rng = random.Random(f"provider {plan.seed}")
        self.provider = Provider(self.scheduler, plan.guesses, provider_rng, plan.guesses_v2)
        self.v2 = Book(self)
        self.cancels = Cancels(self, self.v2)
        self.laws = Laws(self)
        self.provider.changed = self._row_changed
        self.provider.webhook = self._send_webhook
        self.provider.closed_for_maintenance = self._in_maintenance
        self.machines: list[Machine] = []
        self._outage_until = 0
        self._maintenance_at = self.chance.between(0, 4 * HOUR)
        for kind, count, calls in ((Server, plan.servers, server_calls), (Worker, plan.workers, AtOnce)):
            for number in range(1, count + 1):
                skew = self.chance.between(-self.faults.skew, self.faults.skew)
                self.machines.append(kind(self, f"{kind.__name__.lower()} {number}", skew, calls(self)))
        self.scheduler.before_step = self._before_step

    # running

    def run(self) -> "World":
        """Run the world to its end; `laws.violations` says what was broken."""
        with quiet():
            self._run()
        return self

    def _run(self) -> None:
        for machine in self.machines:
            machine.starts()
        for role in self.plan.cast:
            self.scheduler.start(f"{role.kind} {role.number}", cast(self, role), PEOPLE, role.comes_at)
        if self._runs(self.plan.ends_at):
            self._comes_to_rest()
        self.crashed = Counter(self.scheduler.crashes)
        self.scheduler.close()
        for name, error in self.scheduler.bugs:
            self.laws.broken("0 no bug comes out", f"{name}: {type(error).__name__}: {error}")

    def _runs(self, until: int) -> bool:
        """Run until then; False where a law was broken or the steps are used up."""
        while not self.laws.violations:
            if self.scheduler.run(until, min(self.scheduler.steps + 1, self.most_steps)):
                return not self.laws.violations
            if self.scheduler.bugs or self.scheduler.steps >= self.most_steps:
                return False
        return False

    def _comes_to_rest(self) -> None:
        """Stop all faults, let everybody finish, and let one worker work until nothing is due any more."""
        self.tell("the world", "has no more faults")
        self.ending, self.faults = True, Faults()
        self.chance.calm()
        self.scheduler.kill_group(PEOPLE)
        for row in self.provider.rows.values():
            row.unreadable = row.unreadable and (row.stays_unreadable or int(row.gateway_id[-1]) % 2 == 0)
        end = self.rest_began = self.scheduler.now
        if not self._runs(end + HOUR):
            return
        worker = next(machine for machine in self.machines if isinstance(machine, Worker))
        last = end + LONGEST_REST
        while self.scheduler.now < last:
            work: list[Callable[[], Work]] = [worker.use_cases.sweep.sweep, lambda: worker.courier.deliver(100)]
            if self.is_behind():
                work.append(worker.use_cases.reconciliation.catch_up)
            for one in work:
                if not self._does(worker, one()):
                    return
            due = self._next_due()
            if due is None:
                break
            self.scheduler.now = max(self.scheduler.now + 1, due + self.plan.faults.skew)
        check_last(self)

    def _does(self, worker: Machine, work: Work) -> bool:
        process = worker.start("rest", work)
        while process.alive:
            due = self.scheduler.next_time
            if due is None or not self._runs(due):
                return False
        if process.error:
            self.tell(worker.name, f"fails: {process.error}")
        for trouble in getattr(process.result, "troubles", ()):
            self.trouble(trouble.error)
        return not self.laws.violations

    def is_behind(self) -> bool:
        """Return whether reconciliation has yet to read what happened before the faults stopped."""
        settled = NOON + timedelta(milliseconds=self.rest_began + 2 * MINUTE)
        marks = [self.laws.reconciled_until.get(name) for name in self.plan.providers]
        return any(mark is None or mark < settled for mark in marks)

    def _next_due(self) -> int | None:
        dues = [p.due_at for p in self.laws.payments.values() if p.due_at]
        dues += [o.due_at for o in self.laws.orphans.values() if o.due_at]
        found = [_milliseconds(due) for due in dues]
        if self.is_behind() or any(name not in self.laws.told_ids for name in self.laws.messages):
            found.append(self.scheduler.now + HOUR)
        return min(found, default=None)

    def _before_step(self, process: Process) -> None:
        if self.ending or process.group == PEOPLE or process.at == "idle":
            return
        often = 8 if process.at in DEADLY else 1
        if self.chance.happens(self.faults.kills * often):
            machine = next(m for m in self.machines if m.name == process.group)
            machine.dies()

    # asking

    def request(self, name: str, make: Callable[[Machine], Work], after: Process | None = None) -> Process:
        """Send a request to one of the servers that are up: where it can, to the one that *after* was sent to."""
        up: list[Machine] = [m for m in self.machines if isinstance(m, Server) and m.up] or [self.machines[0]]
        same = [server for server in up if after and server.name == after.group]
        server = self.chance.choice(same or up)
        self.tell(name, f"asks {server.name}")
        return server.start(name, make(server))

    def _send_webhook(self, row: Row) -> None:
        if row.owner != "ours":
            return
        if self.chance.happens(self.faults.webhooks_lost):
            self.count("fault", "webhook lost")
            return
        for _ in range(2 if self.chance.happens(self.faults.webhooks_twice) else 1):
            wait = self.chance.between(50, 20 * SECOND)
            self.scheduler.at(self.scheduler.now + wait, lambda: self._webhook_arrives(row))

    def _webhook_arrives(self, row: Row) -> None:
        self.request("webhook", lambda m: requests.follow(m, row, row.merchant_id, "webhook"))

    def console_works(self, row: Row, wait: int, amount: int) -> None:
        """Have somebody refund in the provider's console, which is at work on it for a while."""
        row.at_work += 1
        reason = self.chance.choice(["관리자페이지취소", ""])

        def done() -> None:
            row.at_work -= 1
            if self.provider.refund_in_console(row, amount, reason):
                self.tell("the console", f"gave {amount} of {row.gateway_id} back")

        self.scheduler.at(self.scheduler.now + wait, done)

    # what happens

    def live_of(self, buyer: str, order: str) -> Payment | None:
        """Return the payment that a new beginning of this order meets."""
        found = (p for p in self.laws.payments.values() if (p.buyer, p.order) == (buyer, order))
        return next((p for p in found if p.status is not Status.CANCELLED), None)

    def outage(self) -> bool:
        """Return whether the provider cannot be reached by anybody now."""
        if self.scheduler.now < self._outage_until:
            return True
        if self.chance.happens(self.faults.outages * 0.002):
            self._outage_until = self.scheduler.now + self.chance.between(MINUTE, 40 * MINUTE)
            self.count("fault", "outage")
        return False

    def _in_maintenance(self) -> bool:
        night = (self.scheduler.now - self._maintenance_at) % DAY < HOUR
        return night and not self.ending and self.faults.maintenance > 0.2

    def is_listable(self, row: Row) -> bool:
        """Return whether the row came to its state after reconciliation began, and where a list shows it."""
        return row.listed_at > MINUTE and self.v2.lists(row)

    def until_due(self) -> int:
        """Return how long a sweep may sleep: the world knows what is due, so that idle looks do not fill it."""
        dues = [p.due_at for p in self.laws.payments.values() if p.due_at]
        dues += [o.due_at for o in self.laws.orphans.values() if o.due_at]
        if not dues:
            return 5 * MINUTE
        return min(max(_milliseconds(min(dues)) - self.scheduler.now, 20 * SECOND), HOUR)

    def until_message(self) -> int:
        """Return the same for a courier."""
        if len(self.laws.told_ids) < len(self.laws.messages):
            return max(20 * SECOND, min(self.quiet_for // 4, HOUR))
        return 10 * MINUTE

    @property
    def quiet_for(self) -> int:
        return self.scheduler.now - self.last_event

    def _row_changed(self, row: Row) -> None:
        self.last_event = self.scheduler.now
        self.laws.moved(row)
        if self.telling:
            self.tell("the provider", f"{row.gateway_id} of {row.merchant_id}: {row.rank.name} {row.remaining}")

    def noticed(self, before: Payment | None, after: Payment, event: Event) -> None:
        """Look at a change that was stored, for marks and for the story."""
        if self.telling:
            self.tell(event.by, f"{event.kind} {event.reason} → {after.merchant_id} is {event.status}")
        note_event(self, before, event)

    def alarm(self, alarm: Alarm) -> None:
        self.alarms.append(alarm)
        self.counts["alarm", alarm.kind] += 1
        self.tell("alarm", alarm.sentence)

    def trouble(self, error: Exception) -> None:
        """Judge a trouble that a sweep or a reconciliation met: only the provider and the database may fail."""
        if not isinstance(error, GatewayError | StorageConflict | StorageUnavailable):
            self.laws.broken("0 no bug comes out", f"{type(error).__name__}: {error}")

    def told_of_refusal(self, error: Rejected) -> None:
        if error.provider_text == "checksum":
            self.marks.hit("checksum refusal")
        self.count("refusal", error.provider_text)

    def count(self, kind: str, what: str) -> None:
        self.counts[kind, what] += 1
        if self.telling:
            self.tell(kind, what)

    def tell(self, who: str, what: str) -> None:
        if self.telling:
            self.lines.append((self.scheduler.now, who, what))

    def tell_step(self, what: str) -> None:
        if self.telling and self.scheduler.current:
            self.tell(self.scheduler.current.name, what)


def _milliseconds(time: datetime) -> int:
    return int((time - NOON) / timedelta(milliseconds=1))
