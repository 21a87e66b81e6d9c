"""A store on an event loop, used from threads: tests of a store then hold for both of its fronts."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import attrs
from support.patience import EVENTUALLY

from payments.adapters.sql.side.people import SqlPeople
from payments.adapters.sql.store import SqlStore

_PORTS = (
    *("payments", "orphans", "outbox", "api_keys", "idempotency_keys", "hints", "backlog", "ledger", "comparisons"),
    "settlements",
)


@contextmanager
def running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Return an event loop that runs in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="loop", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(EVENTUALLY)
        loop.close()


@contextmanager
def store_on_loop(store: SqlStore, **options: Any) -> Iterator[SqlStore]:
    """Return *store* on an event loop, as a store whose calls any thread may run."""
    on_loop = store.on_loop(**options)
    with running_loop() as loop:
        bridges: dict[str, Any] = {name: _Bridge(getattr(on_loop, name), loop) for name in _PORTS}
        ports: list[Any] = [_Bridge(port, loop) for port in (on_loop.people.operators, on_loop.people.audit)]
        yield attrs.evolve(on_loop, **bridges, people=SqlPeople(*ports))
        on_loop.close()


@attrs.frozen
class _Bridge:
    """A port whose calls run on the event loop while the thread that asked waits for them."""

    _port: Any
    _loop: asyncio.AbstractEventLoop

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        method = getattr(self._port, name)

        async def call(*args: Any, **named: Any) -> Any:
            if threading.current_thread().name.startswith("store-"):  # an impure change: the loop waits for this thread
                return await method(*args, **named)
            return asyncio.run_coroutine_threadsafe(method(*args, **named), self._loop).result(EVENTUALLY)

        return call
