"""Operation: one call of the API as data, from which its route, its checks and its documentation are all made.

Operation   method, path, who may call, what goes in, what comes out, what may go wrong
Call        one request of it, checked: what a handler sees
Answer      what a handler returns
perform     authenticate, decode, handle, encode: a coroutine without a loop, so it runs whole in one thread
"""

from collections.abc import Callable, Coroutine, Mapping
from enum import StrEnum
from typing import Any

import attrs
import msgspec

from payments.domain.errors import BadInput, PaymentNotFound, PaymentsError
from payments.domain.values import Caller, MerchantId, RefundId, recorded_id
from payments.entrypoints.http.edge.auth import Identity, Who, authenticate
from payments.entrypoints.http.edge.idempotency import idempotency_key, once, refund_id_of
from payments.entrypoints.http.shapes.bodies import decode_body, decode_query
from payments.entrypoints.http.shapes.errors import NotAllowed
from payments.entrypoints.http.shapes.problems import Reply, reply_to
from payments.entrypoints.service import Service


@attrs.frozen(kw_only=True)
class Request:
    """A request as it came, read from the socket but not yet looked at."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@attrs.frozen(kw_only=True)
class Call:
    """A request that was understood. `identity` is there wherever the operation names callers."""

    request: Request
    identity: Identity | None = None
    query: Any = None
    body: Any = None
    refund_id: RefundId | None = None
    """Where a refund is asked for with an idempotency key: the same key is the same refund, even after a crash."""

    @property
    def who(self) -> Identity:
        """The caller's identity. Raises NotAllowed where the operation asks for none."""
        if self.identity is None:
            raise NotAllowed("This call is nobody's.")
        return self.identity

    @property
    def caller(self) -> Caller:
        return self.who.caller

    @property
    def merchant_id(self) -> MerchantId:
        """The payment in the path, if these credentials may touch it. Raises PaymentNotFound."""
        try:
            named = recorded_id(self.request.path["merchant_id"])
        except BadInput:
            raise PaymentNotFound from None
        self.who.check(named)
        return named


@attrs.frozen
class Answer:
    """A status, a body to be encoded (a text is HTML, None is nothing), and headers."""

    status: int
    body: msgspec.Struct | str | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict)


class Lane(StrEnum):
    """Where an operation runs. What strangers may call has few threads of its own: a flood of it harms nobody."""

    CALLERS = "callers"
    STRANGERS = "strangers"
    LOOP = "loop"  # it asks nobody, so it needs no thread


Handler = Callable[[Service, Call], Coroutine[Any, Any, Answer]]
Shape = type[msgspec.Struct]


@attrs.frozen(kw_only=True)
class Operation:
    """`callers` empty: anybody. `bodies`: by who calls, where it differs. `answers`: status to (meaning, shape)."""

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
    def takes_body(self) -> bool:
        return self.body is not None or bool(self.bodies)

    def shape_for(self, identity: Identity | None) -> Shape | None:
        """Return the shape of the body this caller sends."""
        return self.bodies[identity.who] if identity and self.bodies else self.body


def operation(method: str, path: str, **facts: Any) -> Callable[[Handler], Operation]:
    """Make an Operation of a handler; the first line of its docstring is the summary."""

    def make(handler: Handler) -> Operation:
        summary = (handler.__doc__ or "").strip().partition("\n")[0].rstrip(".")
        return Operation(method=method, path=path, handler=handler, summary=summary, **facts)

    return make


async def perform(operation: Operation, service: Service, request: Request) -> Reply:
    """Return the finished answer to a request; every error that the domain knows is one too."""
    try:
        return await _understood(operation, service, request)
    except PaymentsError as error:
        return reply_to(error)


async def _understood(operation: Operation, service: Service, request: Request) -> Reply:
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
    return await once(service, scope, key, intent, lambda: _told(operation, service, known))


async def _identity(operation: Operation, service: Service, request: Request) -> Identity | None:
    if not operation.callers:
        return None
    identity = await authenticate(service, request.headers.get("authorization"))
    if identity.who not in operation.callers:
        raise NotAllowed("These credentials are not for this call.")
    return identity


async def _told(operation: Operation, service: Service, call: Call) -> Reply:
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
