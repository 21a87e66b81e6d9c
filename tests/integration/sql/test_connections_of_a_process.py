"""How many connections to PostgreSQL a process takes, which permits 100: what the documents say, whatever is asked."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import attrs
import pytest
import sqlalchemy as sa
from builders import a_payment

from payments.adapters.sql.store import open_store
from payments.domain.values import Mode

MOST = 6
"""One that reads, one that writes, and four for what must run alone."""


@pytest.mark.postgresql
def test_a_server_takes_six_connections_however_many_calls_wait(migrated_url: str) -> None:
    store, opened = open_store(migrated_url, Mode.TEST), list[object]()
    sa.event.listen(store.database.engine, "connect", lambda connection, _: opened.append(connection))
    store.database.engine.dispose()
    on_loop = store.on_loop()

    async def call_everything() -> None:
        payments = [a_payment(merchant_id=f"p{number}", order=f"o{number}") for number in range(40)]
        calls: list[Coroutine[Any, Any, Any]] = [on_loop.payments.add(payment) for payment in payments]
        calls += [on_loop.health() for _ in range(40)]
        await asyncio.gather(*calls)
        change = [on_loop.payments.update(one.merchant_id, lambda p: attrs.evolve(p, checks=1)) for one in payments]
        await asyncio.gather(*change, *(on_loop.payments.get(one.merchant_id) for one in payments))

    asyncio.run(call_everything())
    on_loop.close()
    assert 1 <= len(opened) <= MOST
