"""Operation: one call of the API as data. Its route, its checks and its documentation are made from it.

Operation   method, path, allowed callers, input, output, possible problems
Call        one validated request, as a handler gets it
Answer      what a handler returns
perform     authenticate, decode, handle, encode: a coroutine that needs no event loop, so it runs in one thread
"""

from collections.abc import Callable, Coroutine, Mapping
from enum import StrEnum
from typing import Any

import attrs
import msgspec

from payments.domain.access import Scope
from payments.domain.errors import BadInput, PaymentNotFound, PaymentsError
from payments.domain.values import Caller, MerchantId, RefundId, recorded_id
from payments.entrypoints.http.edge.auth import Identity, Who, authenticate
from payments.entrypoints.http.edge.idempotency import idempotency_key, once, refund_id_of
from payments.entrypoints.http.edge.scopes import scope_of
from payments.entrypoints.http.shapes.bodies import decode_body, decode_query
from payments.entrypoints.http.shapes.errors import NotAllowed
from payments.entrypoints.http.shapes.problems import Reply, reply_to
from payments.entrypoints.service import Service


@attrs.frozen(kw_only=True)
class Request:
    """A request as received, before any validation."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    identity: Identity | None = None
    """Set by a host program that has authenticated its own user; then no credentials are read from the headers."""


@attrs.frozen(kw_only=True)
class Call:
    """A validated request. `identity` is set if the operation requires a caller."""

    request: Request
    identity: Identity | None = None
    query: Any = None
    body: Any = None
    refund_id: RefundId | None = None
    """Set if the request has an idempotency key: the same key means the same refund, even after a crash."""

    @property
    def who(self) -> Identity:
        """The caller's identity. Raises NotAllowed if the operation requires none."""
        if self.identity is None:
            raise NotAllowed("This call has no authenticated caller.")
        return self.identity

    @property
    def caller(self) -> Caller:
        return self.who.caller

    @property
    def merchant_id(self) -> MerchantId:
        """The payment in the path. Raises PaymentNotFound if these credentials are for another payment."""
        try:
            named = recorded_id(self.request.path["merchant_id"])
        except BadInput:
            raise PaymentNotFound from None
        self.who.check(named)
        return named


@attrs.frozen
class Answer:
    """A status, headers, and a body: a Struct becomes JSON, a str is HTML, None is empty."""

    status: int
    body: msgspec.Struct | str | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict)


class Lane(StrEnum):
    """Where an operation runs. Calls without credentials have their own few threads: a flood blocks only them."""

    CALLERS = "callers"
    STRANGERS = "strangers"
    LOOP = "loop"  # it needs no I/O and so no thread


Handler = Callable[[Service, Call], Coroutine[Any, Any, Answer]]
Shape = type[msgspec.Struct]


@attrs.frozen(kw_only=True)
class Operation:
    """Empty `callers`: no credentials. `bodies`: if they differ by caller. `answers`: status to (meaning, shape)."""

    method: str
    path: str
    tag: str
    summary: str
    handler: Handler
    callers: tuple[Who, ...] = ()
    query: Shape | None = None
    body: Shape | None = None
    bodies: Mapping[Who, Shape] = attrs.field(factory=dict)
    form: bool = False
    answers: Mapping[int, tuple[str, Shape | type[str] | None]]
    problems: tuple[type[PaymentsError], ...] = ()
    idempotent: bool = False
    lane: Lane = Lane.CALLERS

    @property
    def scope(self) -> Scope | None:
        """The scope that an API key needs; None if the operation takes no API keys."""
        return scope_of(self.method, self.path) if Who.SHOP in self.callers else None

    @property
    def takes_body(self) -> bool:
        return self.body is not None or bool(self.bodies)

    def shape_for(self, identity: Identity | None) -> Shape | None:
        """Return the shape of this caller's request body."""
        return self.bodies[identity.who] if identity and self.bodies else self.body


def operation(method: str, path: str, **facts: Any) -> Callable[[Handler], Operation]:
    """Return a decorator that makes an Operation; the first line of the handler's docstring is the summary."""

    def make(handler: Handler) -> Operation:
        summary = (handler.__doc__ or "").strip().partition("\n")[0].rstrip(".")
        return Operation(method=method, path=path, handler=handler, summary=summary, **facts)

    return make


async def perform(operation: Operation, service: Service, request: Request) -> Reply:
    """Return the finished reply to a request. Every PaymentsError becomes a problem."""
    try:
        return await _validated(operation, service, request)
    except PaymentsError as error:
        return reply_to(error)


async def _validated(operation: Operation, service: Service, request: Request) -> Reply:
    identity = await _identity(operation, service, request)
    shape = operation.shape_for(identity)
    call = Call(
        request=request,
        identity=identity,
        query=decode_query(request.query, operation.query) if operation.query else None,
        body=decode_body(request.body, request.headers, shape, form=operation.form) if shape else None,
    )
    key = idempotency_key(request.headers) if operation.idempotent else None
    if key is None:
        return await _handled(operation, service, call)
    scope = f"{call.caller} {operation.method} {operation.path}"
    intent = "\n".join([*request.path.values(), msgspec.json.encode(call.body).decode()])
    known = attrs.evolve(call, refund_id=refund_id_of(scope, key, intent))
    return await once(service, scope, key, intent, lambda: _reply(operation, service, known))


async def _identity(operation: Operation, service: Service, request: Request) -> Identity | None:
    if not operation.callers:
        return None
    identity = request.identity or await authenticate(service, request.headers.get("authorization"))
    if identity.who not in operation.callers:
        raise NotAllowed("These credentials do not allow this call.")
    if operation.scope:
        identity.check_scope(operation.scope)
    return identity


async def _reply(operation: Operation, service: Service, call: Call) -> Reply:
    try:
        return await _handled(operation, service, call)
    except PaymentsError as error:
        return reply_to(error)


async def _handled(operation: Operation, service: Service, call: Call) -> Reply:
    answer = await operation.handler(service, call)
    if answer.body is None:
        return Reply(answer.status, b"", answer.headers)
    if isinstance(answer.body, str):
        return Reply(
            answer.status, answer.body.encode(), {"Content-Type": "text/html; charset=utf-8", **answer.headers}
        )
    body = msgspec.json.encode(answer.body)
    return Reply(answer.status, body, {"Content-Type": "application/json", **answer.headers})
