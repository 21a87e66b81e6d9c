"""Operation: one call of the API as data. Its route, its checks and its documentation are made from it.

Operation   method, path, who may call it (from the table in edge/access), input, output, possible problems
Call        one validated request, as a handler gets it
Answer      what a handler returns
perform     authenticate, decode, handle, encode: a coroutine that needs no event loop, so it runs in one thread
"""

from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Any

import attrs
import msgspec

from payments.domain.access import Scope
from payments.domain.errors import BadInput, PaymentNotFound, PaymentsError
from payments.domain.values import Caller, MerchantId, RefundId, recorded_id
from payments.entrypoints.http.edge.access import Access, access_to
from payments.entrypoints.http.edge.auth import Identity, Who, authenticate
from payments.entrypoints.http.edge.idempotency import HEADER, idempotency_key, once, refund_id_of
from payments.entrypoints.http.shapes.bodies import MAX_BODY, Pairs, check_media_type, decode_body, decode_query
from payments.entrypoints.http.shapes.errors import NotAllowed, Unauthenticated
from payments.entrypoints.http.shapes.problems import Reply, reply_to
from payments.entrypoints.limits import Limits, Standing, network_of
from payments.entrypoints.logs import note
from payments.entrypoints.observing.tracing import span
from payments.entrypoints.service import Service
from payments.entrypoints.tokens import BadToken


@attrs.frozen(kw_only=True)
class Request:
    """A request as received, before any validation."""

    path: Mapping[str, str]
    query: Pairs = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    address: str = ""
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
        note(payment=named)
        return named


@attrs.frozen
class Answer:
    """A status, headers, and a body: a Struct becomes JSON, a str is HTML, None is empty."""

    status: int
    body: msgspec.Struct | str | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict)


class Lane(StrEnum):
    """Where an operation runs. Each lane has its own room and queue, so nothing waits behind another kind of call."""

    PROVIDER = "provider"  # calls of callers that may wait for the provider
    STORE = "store"  # calls of callers that need the database alone
    STRANGERS = "strangers"  # a returning phone
    HINTS = "hints"  # webhooks
    PROBES = "probes"
    LOOP = "loop"  # it needs no I/O and so no thread


Handler = Callable[[Service, Call], Coroutine[Any, Any, Answer]]
Shape = type[msgspec.Struct]


@attrs.frozen(kw_only=True)
class Operation:
    """`bodies`: if they differ by caller. `answers`: status to (meaning, shape). `max_body`: bytes.

    `text_type`: the media type of an answer that is text.
    `hint`: the provider calls it, so body and query are read leniently; only the documented fields are of interest.
    """

    method: str
    path: str
    tag: str
    summary: str
    handler: Handler
    access: Access
    query: Shape | None = None
    body: Shape | None = None
    bodies: Mapping[Who, Shape] = attrs.field(factory=dict)
    answers: Mapping[int, tuple[str, Shape | type[str] | None]]
    problems: tuple[type[PaymentsError], ...] = ()
    idempotent: bool = False
    max_body: int = MAX_BODY
    hint: bool = False
    text_type: str = "text/html"
    lane: Lane

    @property
    def callers(self) -> tuple[Who, ...]:
        """Who may call it with credentials."""
        return tuple(self.access.callers)

    @property
    def is_limited(self) -> bool:
        """Whether its callers are counted. Webhooks are not: the provider does not repeat one that is refused."""
        return not self.access.public or self.lane is Lane.STRANGERS

    @property
    def scope(self) -> Scope | None:
        """The scope that an API key needs; None if the operation takes no API keys."""
        return self.access.scope

    @property
    def takes_body(self) -> bool:
        return self.body is not None or bool(self.bodies)

    def shape_for(self, identity: Identity | None) -> Shape | None:
        """Return the shape of this caller's request body."""
        return self.bodies[identity.who] if identity and self.bodies else self.body


def operation(method: str, path: str, **facts: Any) -> Callable[[Handler], Operation]:
    """Return a decorator that makes an Operation; the first line of the handler's docstring is the summary.

    Raises LookupError where the table of access has no row for it.
    """
    access = access_to(method, path)

    def make(handler: Handler) -> Operation:
        summary = (handler.__doc__ or "").strip().partition("\n")[0].rstrip(".")
        return Operation(method=method, path=path, handler=handler, summary=summary, access=access, **facts)

    return make


async def perform(operation: Operation, service: Service, request: Request) -> Reply:
    """Return the finished reply to a request. Every PaymentsError becomes a problem."""
    with span(f"use case {operation.handler.__name__}") as traced:
        try:
            return await _validated(operation, service, request)
        except PaymentsError as error:
            traced.note(error__type=error.slug)
            return reply_to(error)


async def _validated(operation: Operation, service: Service, request: Request) -> Reply:
    identity = await _identity(operation, service, request)
    standing = counted(operation, service.limits, identity, request)
    with share_of(operation, service.limits, identity):
        reply = await _answered(operation, service, request, identity)
    return attrs.evolve(reply, headers={**standing.headers, **reply.headers}) if standing else reply


def counted(operation: Operation, limits: Limits, identity: Identity | None, request: Request) -> Standing | None:
    """Count the request against its caller's limit. Raises TooManyRequests."""
    if not operation.is_limited:
        return None
    if identity is None:
        return limits.address.take(network_of(request.address))
    if identity.who is Who.SHOP:
        return limits.key.take(identity.caller.name)
    standing = limits.buyer.take(identity.name)
    named = request.path.get("merchant_id")
    if named and operation.lane is Lane.PROVIDER:  # the caller's own budget, so that nobody uses up another's
        limits.payment.take(f"{identity.name} {named}")
    if operation.idempotent and request.headers.get(HEADER) is not None:
        limits.new_keys.take(identity.name)
    return standing


def share_of(operation: Operation, limits: Limits, identity: Identity | None) -> AbstractContextManager[None]:
    """Return a place among the calls of one buyer that may wait for the provider. A shop's key has no such share."""
    if identity is None or identity.who is Who.SHOP or operation.lane is not Lane.PROVIDER:
        return nullcontext()
    return limits.share.of(identity.name)


async def _answered(operation: Operation, service: Service, request: Request, identity: Identity | None) -> Reply:
    shape = operation.shape_for(identity)
    if operation.hint:
        return await _handled(operation, service, Call(request=request))
    call = Call(
        request=request,
        identity=identity,
        query=decode_query(request.query, operation.query) if operation.query else None,
        body=decode_body(request.body, request.headers, shape) if shape else None,
    )
    key = idempotency_key(request.headers) if operation.idempotent else None
    if key is None:
        return await _handled(operation, service, call)
    scope = f"{call.caller} {operation.method} {operation.path}"
    intent = "\n".join([*request.path.values(), msgspec.json.encode(call.body).decode()])
    known = attrs.evolve(call, refund_id=refund_id_of(scope, key, intent))
    return await once(service, scope, key, intent, lambda: _reply(operation, service, known))


async def _identity(operation: Operation, service: Service, request: Request) -> Identity | None:
    if operation.access.public:
        return None
    identity = request.identity or await _authenticated(service, request)
    note(caller=identity.who.value)
    if identity.who not in operation.access.callers:
        raise NotAllowed("These credentials do not allow this call.")
    if request.identity and operation.method != "GET":
        check_media_type(request.headers)  # else a form of another site could call this with the user's session
    if operation.scope:
        identity.check_scope(operation.scope)
    return identity


async def _authenticated(service: Service, request: Request) -> Identity:
    """Return who the headers say is calling; wrong credentials are counted against their address."""
    try:
        return await authenticate(service, request.headers.get("authorization"))
    except (Unauthenticated, BadToken):
        service.limits.failures.take(network_of(request.address))
        raise


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
