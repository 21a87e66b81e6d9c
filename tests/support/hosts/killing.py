"""Killing the workers of a host program, again and again, and reading what its database says afterwards.

Killer     starts workers in pairs, lets them die, and has one finish what was left
Written    what the handlers wrote about one order
"""

import multiprocessing
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Final

import attrs
import sqlalchemy as sa
from support.hosts import program as hosted
from support.hosts.program import ORDERS, STEPS, Program
from support.patience import EVENTUALLY

from payments.domain.ports import Store
from payments.entrypoints.blocking import run
from payments.testing import NOON, a_payment, paid, with_refund

VERSIONS: Final = [1, 2, 3, 4]
"""The events of each payment: begun, prepared, captured, refund requested."""
EFFECTS: Final = 5
"""What an order's handlers do in all: four steps, and the order is marked paid."""
AFTER_A_LEASE: Final = 0.05
"""Hours between two pairs: three minutes, when messages that dead workers claimed are due again."""
AT_THE_END: Final = (100.0, 200.0)
"""Hours at which what is left is delivered, also what failed before."""
PRELOADED: Final = (
    *("payments.entrypoints.bootstrap", "payments.adapters.sql.processed", "payments.testing", "alembic.command"),
    *("django.db.models", "sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.psycopg"),
)
"""What the process that workers are forked from has imported, so that a worker starts in an instant."""


@attrs.frozen
class Written:
    """How often an order was marked paid, and the versions of its payment in the order in which they took effect."""

    paid: int
    versions: list[int]

    @property
    def effects(self) -> int:
        return self.paid + len(self.versions)


@attrs.define
class Killer:
    """Kills workers of *program*, by themselves at a random call or from here at a random time.

    A call is the same moment on every machine; the time is a part of what one payment's delivery took here.
    """

    program: Program
    store: Store
    chance: random.Random
    kills: int = 0
    orders: list[str] = attrs.Factory(list)
    _shop: sa.Engine = attrs.field(init=False)
    _processes: Any = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._shop = sa.create_engine(self.program.shop_url)
        hosted.METADATA.create_all(self._shop)
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(list(PRELOADED))
        if self.program.kind == "django":
            self._finished(hosted.migrate_django, self.program)

    def kill(self, times: int) -> None:
        """Let workers die in pairs that deliver at the same time, then let one live until nothing waits.

        *times* counts the kills of earlier calls too.
        """
        self._sell()
        calls, seconds = self._live(0)
        while self.kills < times:
            self._sell()
            self._sell()
            hours = AFTER_A_LEASE * len(self.orders)
            doomed, _ = self._start(hosted.deliver, self.program, hours, self.chance.randrange(1, calls))
            victim, line = self._start(hosted.deliver, self.program, hours, 0)
            if _told(line):
                time.sleep(self.chance.random() * seconds)
            victim.kill()
            self._count(doomed)
            self._count(victim)
        for hours in AT_THE_END:
            self._live(hours)

    def written(self) -> dict[str, Written]:
        """Return what the handlers wrote about each order."""
        with self._shop.connect() as shop:
            paid_by_order = {row.pk: row.paid for row in shop.execute(sa.select(ORDERS))}
            steps = shop.execute(sa.select(STEPS).order_by(STEPS.c.id)).all()
        return {
            order: Written(times, [step.version for step in steps if step.pk == order])
            for order, times in paid_by_order.items()
        }

    def close(self) -> None:
        self._shop.dispose()

    def _sell(self) -> None:
        """Sell one more order: four messages wait from now on."""
        name = f"order-{len(self.orders)}"
        self.orders.append(name)
        with self._shop.begin() as shop:
            shop.execute(sa.insert(ORDERS), {"pk": name, "paid": 0})
        payment = with_refund(paid(a_payment(order=name).with_price_prepared(NOON)), amount=1_000)
        assert payment.version == len(VERSIONS)
        run(self.store.payments.add(payment))

    def _live(self, hours: float) -> tuple[int, float]:
        """Let one worker live, and return how many calls and seconds its delivering took."""
        calls, seconds = self._finished(hosted.deliver, self.program, hours, 0)
        return calls, seconds

    def _finished(self, life: Callable[..., None], *given: Any) -> Any:
        process, line = self._start(life, *given)
        told = None
        while (news := _told(line)) is not None:
            told = news
        process.join(EVENTUALLY)
        assert process.exitcode == 0
        return told

    def _start(self, life: Callable[..., None], *given: Any) -> tuple[Any, Connection]:
        ours, theirs = self._processes.Pipe()
        process = self._processes.Process(target=life, args=(*given, theirs), daemon=True)
        process.start()
        theirs.close()
        return process, ours

    def _count(self, process: Any) -> None:
        process.join(EVENTUALLY)
        assert process.exitcode in (0, -signal.SIGKILL)
        self.kills += process.exitcode == -signal.SIGKILL


def _told(line: Connection) -> Any:
    """Return what a process tells next; None once it has ended."""
    try:
        return line.recv() if line.poll(EVENTUALLY) else None
    except EOFError:
        return None
