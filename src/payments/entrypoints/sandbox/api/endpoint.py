"""The API of the original: a table of handlers behind tokens, the envelope and the journal."""

import time
from collections.abc import Callable

import attrs
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from payments.entrypoints.sandbox.api import certifications, changes, naver, payments, pgs, receipts, subscribe
from payments.entrypoints.sandbox.api.table import Entry
from payments.entrypoints.sandbox.faults.calls import StruckCall
from payments.entrypoints.sandbox.payments.messages import Refusal, RefusedError
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.wire import Call, Envelope, Reply, read_call

TABLES = (changes, payments, subscribe, certifications, receipts, pgs, naver)
TABLE = tuple(entry for module in TABLES for entry in module.TABLE)
NAMES = frozenset(entry.name for entry in TABLE)
"""What faults are aimed at."""


@attrs.frozen
class Endpoint:
    """One route: reads the call, lets its handler answer under the sandbox's lock, records both."""

    sandbox: Sandbox
    entry: Entry

    async def handle(self, request: Request) -> Response:
        """Answer one HTTP request, well or as the faults have it."""
        if hits := self.sandbox.faults.hits(self.entry.name):
            return await StruckCall(self, request, hits).answered()
        began = time.perf_counter()
        call: Call | None = None
        try:
            call = await self.read(request)
            envelope = Envelope.of(self.answer(call))
        except RefusedError as error:
            envelope = Envelope.of(error.refusal)
        self.record(request, call, envelope, (time.perf_counter() - began) * 1000)
        return envelope.rendered()

    async def read(self, request: Request) -> Call:
        """Read a request; RefusedError where it is none."""
        return await read_call(request, self.sandbox.settings.guesses.bad_parameter_text)

    def answer(self, call: Call, handle: Callable[[Call], Reply] | None = None) -> Reply | Refusal:
        """Do what *call* asks for; *handle* stands in for the handler."""
        with self.sandbox.lock:
            self.sandbox.catch_up()
            if self.entry.token:
                self.sandbox.tokens.check(call.authorization)
            return handle(call) if handle else self.entry.handler(self.sandbox, call)

    def record(
        self, request: Request, call: Call | None, envelope: Envelope, milliseconds: float, fault: str = ""
    ) -> None:
        """Note a call in the journal."""
        self.sandbox.journal.add(
            at=self.sandbox.clock.exact(),
            method=request.method,
            path=request.url.path,
            query=dict(call.query.values) if call else {},
            body=call.masked_body() if call else {},
            http=envelope.http,
            code=envelope.code,
            message=envelope.message,
            milliseconds=round(milliseconds, 3),
            fault=fault,
        )


def api_routes(sandbox: Sandbox) -> list[Route]:
    """Return the routes of the API over *sandbox*, whose faults are aimed at their names."""
    sandbox.faults.know(NAMES)
    return [Route(entry.path, Endpoint(sandbox, entry).handle, methods=[entry.method]) for entry in TABLE]
