"""Processes that write to a store, to be raced and killed: `python -m support.system.writers WHAT URL ...`.

count URL MERCHANT_ID TIMES     says "ready", waits for a line, and changes a payment so many times by what it reads
begin URL                       begins payments, and says the id of each once it is stored, until it is killed
fork URL MERCHANT_ID TIMES      forks with the store open, and lets both count
hang URL MERCHANT_ID            says "inside" in the middle of a change, and stays there
push URL MERCHANT_ID            says "ready"; for each id of a refund that it is given, says "read" once it has read the
                                payment, waits for a line, says "sent" where it sends the refund, and "done" at the end
"""

import contextlib
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import cast

import attrs
from builders import a_payment, paid
from support.shops import Overridden

from payments.adapters.memory.gateway import MemoryGateway
from payments.adapters.sql.store import SqlStore, open_store
from payments.adapters.system.clock import SystemClock
from payments.adapters.system.merchant_ids import RandomIds
from payments.domain.errors import ConcurrentUpdate, Unknown
from payments.domain.payment import Payment
from payments.domain.ports import PaymentRepository
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.use_cases.wiring import Policy, UseCases
from payments.domain.values import GatewayId, MerchantId, Mode, RefundId
from payments.entrypoints.blocking import run
from payments.testing.shop import KeptAlarms


def started(*arguments: str) -> subprocess.Popen[str]:
    """Return such a process, which listens at its `stdin` and speaks at its `stdout`."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "support.system.writers", *arguments]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def count(store: SqlStore, merchant_id: str, times: str) -> None:
    print("ready", flush=True)  # noqa: T201 - how it is heard
    sys.stdin.readline()
    _count(store, merchant_id, times)


def _count(store: SqlStore, merchant_id: str, times: str) -> None:
    for _ in range(int(times)):
        while True:
            try:
                run(store.payments.update(MerchantId(merchant_id), lambda p: attrs.evolve(p, checks=p.checks + 1)))
            except ConcurrentUpdate:  # nothing was stored: on a loaded machine, a lock may be waited for in vain
                continue
            break


def fork(store: SqlStore, merchant_id: str, times: str) -> None:
    run(store.payments.get(MerchantId(merchant_id)))  # there are connections in the pool
    child = os.fork()
    _count(store, merchant_id, times)
    if child:
        _, status = os.waitpid(child, 0)
        sys.exit(os.waitstatus_to_exitcode(status))


def begin(store: SqlStore) -> None:
    for number in itertools.count():
        payment = run(store.payments.add(a_payment(merchant_id=f"killed_{os.getpid()}_{number}")))
        run(store.payments.update(payment.merchant_id, paid))
        print(payment.merchant_id, flush=True)  # noqa: T201


def hang(store: SqlStore, merchant_id: str) -> None:
    def inside(payment: Payment) -> Payment:
        print("inside", flush=True)  # noqa: T201
        threading.Event().wait()
        return paid(payment)

    run(store.payments.update(MerchantId(merchant_id), inside))


class Teller(MemoryGateway):
    """A provider that says "sent" when it is asked for a refund, and whose answer is lost."""

    def __init__(self, payment: Payment) -> None:
        super().__init__()
        self._captures = {attempt.gateway_id: attempt.report for attempt in payment.attempts}

    async def find(self, gateway_id: GatewayId, _: MerchantId | None = None) -> Report | None:
        return self._captures[gateway_id]

    async def refund(self, refund: Refund, currency: str, _: MerchantId) -> Report:
        print("sent", flush=True)  # noqa: T201
        raise Unknown(f"The answer to {refund.id} in {currency} was lost.")


def push(store: SqlStore, merchant_id: str) -> None:
    async def get(named: MerchantId) -> Payment:
        found = await store.payments.get(named)
        print("read", flush=True)  # noqa: T201
        sys.stdin.readline()
        return found

    payment = run(store.payments.get(MerchantId(merchant_id)))
    use_cases = UseCases.over(
        payments=cast(PaymentRepository, Overridden(store.payments, get=get)),
        orphans=store.orphans,
        gateway=Teller(payment),
        ids=RandomIds(store.prefix),
        clock=SystemClock(),
        alarms=KeptAlarms(),
        policy=Policy(mode=Mode.TEST),
    )
    print("ready", flush=True)  # noqa: T201
    for line in iter(sys.stdin.readline, ""):
        with contextlib.suppress(ConcurrentUpdate, Unknown):
            run(use_cases.refunds.advance(payment.merchant_id, RefundId(line.strip())))
        print("done", flush=True)  # noqa: T201


if __name__ == "__main__":
    what, address, *rest = sys.argv[1:]
    writers: dict[str, Callable[..., None]] = {"count": count, "fork": fork, "begin": begin, "hang": hang, "push": push}
    writers[what](open_store(address, Mode.TEST), *rest)
