"""Processes that write to a store, to be raced and killed: `python -m support.system.writers WHAT URL ...`.

count URL MERCHANT_ID TIMES     says "ready", waits for a line, and changes a payment so many times by what it reads
begin URL                       begins payments, and says the id of each once it is stored, until it is killed
fork URL MERCHANT_ID TIMES      forks with the store open, and lets both count
hang URL MERCHANT_ID            says "inside" in the middle of a change, and stays there
"""

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import attrs
from builders import a_payment, paid

from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.errors import ConcurrentUpdate
from payments.domain.payment import Payment
from payments.domain.values import MerchantId, Mode
from payments.entrypoints.blocking import run


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


if __name__ == "__main__":
    what, address, *rest = sys.argv[1:]
    writers: dict[str, Callable[..., None]] = {"count": count, "fork": fork, "begin": begin, "hang": hang}
    writers[what](open_store(address, Mode.TEST), *rest)
