"""A process whose store commits changes together: `python -m support.system.batches URL ROUNDS MERCHANT_ID...`.

It says "ready", waits for a line, and then in each round changes all of the payments at once, in an order of its own.
At the end it says how many deadlocks the database found: the store hides them, because it tries again.
"""

import asyncio
import os
import random
import subprocess
import sys
from pathlib import Path

import attrs
import sqlalchemy as sa

from payments.adapters.sql.engine.failures import DEADLOCK_DETECTED
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.errors import ConcurrentUpdate
from payments.domain.values import MerchantId, Mode


def started(*arguments: str) -> subprocess.Popen[str]:
    """Return such a process, which listens at its `stdin` and speaks at its `stdout`."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "support.system.batches", *arguments]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


async def change_all(store: SqlStore, rounds: int, merchant_ids: list[str]) -> None:
    for _ in range(rounds):
        random.shuffle(merchant_ids)
        await asyncio.gather(*(_change(store, MerchantId(merchant_id)) for merchant_id in merchant_ids))


async def _change(store: SqlStore, merchant_id: MerchantId) -> None:
    while True:
        try:
            await store.payments.update(merchant_id, lambda p: attrs.evolve(p, checks=p.checks + 1))
        except ConcurrentUpdate:  # nothing was stored: on a loaded machine, a lock may be waited for in vain
            continue
        return


if __name__ == "__main__":
    address, times, *ids = sys.argv[1:]
    opened = open_store(address, Mode.TEST).on_loop()
    deadlocks: list[object] = []

    def failed(context: sa.ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) == DEADLOCK_DETECTED:
            deadlocks.append(context)

    sa.event.listen(opened.database.engine, "handle_error", failed)
    print("ready", flush=True)  # noqa: T201 - how it is heard
    sys.stdin.readline()
    asyncio.run(change_all(opened, int(times), ids))
    opened.close()
    print(len(deadlocks), flush=True)  # noqa: T201
