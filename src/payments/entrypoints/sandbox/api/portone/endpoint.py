"""V2's API: a table of handlers behind the secret, the idempotency store, the errors by type and the journal."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from payments.entrypoints.sandbox.api.endpoint import record_call
from payments.entrypoints.sandbox.api.portone import (
    access,
    billing_keys,
    cancels,
    cash_receipts,
    instant,
    lists,
    payments,
    schedules,
    shipping,
)
from payments.entrypoints.sandbox.api.portone.table import PREFIX, Answer, Line, PortOneCall
from payments.entrypoints.sandbox.errors import CallRefused, Refusal
from payments.entrypoints.sandbox.faults.calls import StruckCall
from payments.entrypoints.sandbox.faults.scene import CallScene
from payments.entrypoints.sandbox.portone.envelope import TypedEnvelope
from payments.entrypoints.sandbox.portone.errors import refused
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.call import Call, read_bytes
from payments.entrypoints.sandbox.wire.envelope import Envelope, Reply
from payments.entrypoints.sandbox.wire.params import Params, decode_form, decode_json

MODULES = (access, lists, payments, cancels, instant, billing_keys, schedules, cash_receipts, shipping)
TABLE: tuple[Line, ...] = tuple(line for module in MODULES for line in module.TABLE)
NAMES = frozenset(line.name for line in TABLE)
"""What faults are aimed at."""


@attrs.frozen
class PortOneEndpoint:
    """One route of V2: reads the call, lets its handler answer under the sandbox's lock, records both."""

    sandbox: Sandbox
    line: Line

    async def respond(self, request: Request) -> Response:
        """Answer one HTTP request, well or as the faults have it."""
        sandbox = self.sandbox
        if hits := sandbox.faults.hits(self.line.name):
            scene = CallScene(request, sandbox.store, needs_token=False, kind=TypedEnvelope)
            return await StruckCall(self, sandbox.faults, hits, scene).answered()
        began = time.perf_counter()
        call: PortOneCall | None = None
        try:
            call = await self.read(request)
            reply = self.answer(call, self.handle)
            if self.line.after is not None and isinstance(reply, Answer):
                reply = await run_in_threadpool(self.line.after, sandbox, reply)
            envelope = TypedEnvelope.of(reply)
        except CallRefused as error:
            envelope = TypedEnvelope.of(error.refusal)
        self.record(request, call, envelope, began)
        return envelope.rendered()

    async def read(self, request: Request) -> PortOneCall:
        """Read a request. Raises CallRefused if it cannot be read."""
        raw = await read_bytes(request)
        query = decode_form(request.url.query)
        header = request.headers.get("idempotency-key", "")
        keyed = self.sandbox.portone.idempotency.request_of(header, request.method, request.url.path, raw)
        return PortOneCall(
            method=request.method,
            path=request.url.path,
            path_params={name: unquote(str(value)) for name, value in request.path_params.items()},
            query=Params(query, "{}"),
            body=Params(self._body(raw, query), "{}"),
            authorization=request.headers.get("authorization", ""),
            keyed=keyed,
        )

    def _body(self, raw: bytes, query: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON object of the body or, as GET and DELETE have it, of the query."""
        asked = query.get("requestBody")
        prefers_query = self.sandbox.settings.portone.guesses.query_or_body == "query"
        text = raw
        if isinstance(asked, str) and (prefers_query or not raw.strip()):
            text = asked.encode()
        try:
            return decode_json(text) if text.strip() else {}
        except ValueError as error:
            raise refused("INVALID_REQUEST", "body: a JSON object") from error

    def answer(self, call: Call, handle: Callable[[Call], Reply]) -> Reply | Refusal:
        """Check the secret of *call* and let *handle* answer, or answer as before. Raises CallRefused."""
        portone = self.sandbox.portone
        with self.sandbox.lock:
            self.sandbox.catch_up()
            if self.line.secret:
                portone.tokens.check(call.authorization)
            _check_store(call, portone.settings.store_id)
            keyed = call.keyed if isinstance(call, PortOneCall) else None
            if keyed is None:
                return handle(call)
            known = portone.idempotency.answered(keyed)
            if known is not None:
                return Answer(known[1], known[0], note="answered as before, by its Idempotency-Key")
            envelope, works = _outcome(call, handle)
            portone.idempotency.keep(keyed, envelope.http, envelope.response, works)
            return Answer(envelope.response, envelope.http, envelope.note, works)

    def handle(self, call: Call) -> Reply:
        """Let the route's handler answer. Raises CallRefused."""
        if not isinstance(call, PortOneCall):  # unreachable: `read` makes no other
            raise TypeError("a call of V1 came to V2")
        return self.line.handler(self.sandbox, call)

    def answered_instead(self, call: Call, envelope: Envelope) -> None:
        """Keep the refusal of a PG under the call's key: it was the outcome of the work."""
        keyed = call.keyed if isinstance(call, PortOneCall) else None
        if keyed is not None and envelope.message == "PG_PROVIDER":
            self.sandbox.portone.idempotency.keep(keyed, envelope.http, envelope.response)

    def record(self, request: Request, call: Call | None, envelope: Envelope, began: float, fault: str = "") -> None:
        """Note a call in the journal; it began at *began* (`time.perf_counter`)."""
        record_call(self.sandbox, request, call, envelope, time.perf_counter() - began, fault)


def _outcome(call: Call, handle: Callable[[Call], Reply]) -> tuple[TypedEnvelope, int]:
    try:
        reply = handle(call)
    except CallRefused as error:
        return TypedEnvelope.of(error.refusal), 0
    return TypedEnvelope.of(reply), reply.works if isinstance(reply, Answer) else 0


def _check_store(call: Call, store_id: str) -> None:
    inner = call.body.values.get("filter")
    places = (call.query.values, call.body.values, inner if isinstance(inner, dict) else {})
    if any(place.get("storeId") not in (None, store_id) for place in places):
        raise refused("FORBIDDEN", "storeId: another store's")


def portone_routes(sandbox: Sandbox) -> list[Route]:
    """Return the routes of V2's API over *sandbox*."""
    return [Route(PREFIX + line.path, PortOneEndpoint(sandbox, line).respond, methods=[line.method]) for line in TABLE]


def no_route() -> Response:
    """Return what an unknown address of V2 answers: no type, as a router would."""
    return Response(json.dumps({"message": "Not Found"}), 404, media_type="application/json")
