"""Two servers that outlive many short stacks: starting one takes longer than a whole example of Hypothesis."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox.faults.transport import FaultyProtocol
from payments.entrypoints.serving import listening_socket, serving, url_of


@attrs.define(eq=False)
class Exchangeable:
    """A server on a socket of this machine, whose application can be exchanged between two requests."""

    url: str
    app: ASGIApp | None = None
    loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app, f"nothing is served at {self.url} now"
        self.loop = asyncio.get_running_loop()
        await self.app(scope, receive, send)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run *work* in the server's event loop: what was opened there must be closed there."""
        if self.loop is None:
            asyncio.run(work)  # no request ever came
        else:
            asyncio.run_coroutine_threadsafe(work, self.loop).result(EVENTUALLY)


@attrs.frozen
class Servers:
    """`provider` is served by the sandbox's own protocol, so that its faults can break connections."""

    provider: Exchangeable
    api: Exchangeable


@contextmanager
def exchangeable(http: type | str) -> Iterator[Exchangeable]:
    """Serve nothing yet, at an address that stays, over this protocol."""
    with listening_socket("127.0.0.1", 0) as sock:
        served = Exchangeable(url_of(sock))
        config = uvicorn.Config(
            served,
            http=http,
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=2,
            timeout_keep_alive=int(EVENTUALLY),  # an idle connection must not end while a slow machine thinks
            ws="none",
        )
        with serving(config, sock, close_timeout=EVENTUALLY):
            yield served


@contextmanager
def running_servers() -> Iterator[Servers]:
    """Serve nothing yet, at two addresses that stay."""
    with exchangeable(FaultyProtocol) as provider, exchangeable("auto") as api:
        yield Servers(provider, api)
