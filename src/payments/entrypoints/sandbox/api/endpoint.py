"""The API of the original: a table of handlers behind tokens, the envelope and the journal."""

import logging
import time
from collections.abc import Callable

import attrs
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from payments.entrypoints.sandbox.api import (
    certifications,
    changes,
    customers,
    naver,
    payments,
    pgs,
    receipts,
    schedules,
)
from payments.entrypoints.sandbox.api.table import Entry
from payments.entrypoints.sandbox.errors import CallRefused, Refusal
from payments.entrypoints.sandbox.faults.calls import StruckCall
from payments.entrypoints.sandbox.faults.scene import CallScene
from payments.entrypoints.sandbox.payments.messages import NO_PAYMENT
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.call import Call, read_call
from payments.entrypoints.sandbox.wire.envelope import Envelope, Reply

LOG = logging.getLogger("payments.sandbox")
TABLES = (changes, payments, customers, schedules, certifications, receipts, pgs, naver)
TABLE = tuple(entry for module in TABLES for entry in module.TABLE)
NAMES = frozenset(entry.name for entry in TABLE)
"""What faults are aimed at."""


@attrs.frozen
class Endpoint:
    """One route: reads the call, lets its handler answer under the sandbox's lock, records both."""

    sandbox: Sandbox
    entry: Entry

    async def respond(self, request: Request) -> Response:
        """Answer one HTTP request, well or as the faults have it."""
        sandbox = self.sandbox
        if hits := sandbox.faults.hits(self.entry.name):
            scene = CallScene(request, sandbox.store, needs_token=self.entry.token)
            return await StruckCall(self, sandbox.faults, hits, scene).answered()
        began = time.perf_counter()
        call: Call | None = None
        try:
            call = await self.read(request)
            envelope = Envelope.of(self.answer(call, self.handle))
        except CallRefused as error:
            envelope = Envelope.of(error.refusal)
        self.record(request, call, envelope, began)
        return envelope.rendered()

    async def read(self, request: Request) -> Call:
        """Read a request. Raises CallRefused if it cannot be read."""
        return await read_call(request, self.sandbox.settings.guesses.bad_parameter_text)

    def answer(self, call: Call, handle: Callable[[Call], Reply]) -> Reply | Refusal:
        """Check the token of *call* and let *handle* answer. Raises CallRefused."""
        with self.sandbox.lock:
            self.sandbox.catch_up()
            if self.entry.token:
                self.sandbox.tokens.check(call.authorization)
            return handle(call)

    def handle(self, call: Call) -> Reply:
        """Let the route's handler answer. Raises CallRefused; V1 does not know payments of V2."""
        book, named = self.sandbox.book, call.path_params.get("imp_uid", "")
        if named in book.past and book.payment(named).is_v2:
            raise CallRefused(NO_PAYMENT)
        return self.entry.handler(self.sandbox, call)

    def answered_instead(self, call: Call, envelope: Envelope) -> None:
        """V1 keeps no answers."""

    def record(self, request: Request, call: Call | None, envelope: Envelope, began: float, fault: str = "") -> None:
        """Note a call in the journal; it began at *began* (`time.perf_counter`)."""
        record_call(self.sandbox, request, call, envelope, time.perf_counter() - began, fault)


def record_call(
    sandbox: Sandbox, request: Request, call: Call | None, envelope: Envelope, seconds: float = 0, fault: str = ""
) -> None:
    """Note a call in the journal, and its note in the log too; *call* is None if it was not read."""
    if envelope.note:
        LOG.warning("%s %s: %s", request.method, request.url.path, envelope.note)
    sandbox.journal.add(
        at=sandbox.clock.exact(),
        method=request.method,
        path=request.url.path,
        query=dict(call.query.values) if call else {},
        body=call.masked_body() if call else {},
        http=envelope.http,
        code=envelope.code,
        message=envelope.message,
        milliseconds=round(seconds * 1000, 3),
        fault=fault,
        note=envelope.note,
    )


def api_routes(sandbox: Sandbox) -> list[Route]:
    """Return the routes of the API over *sandbox*."""
    return [Route(entry.path, Endpoint(sandbox, entry).respond, methods=[entry.method]) for entry in TABLE]
