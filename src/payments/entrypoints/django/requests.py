"""Django's requests as our API's operations: the same calls, checks, answers and problems, for the logged-in user."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from payments.domain.values import Caller
from payments.entrypoints.blocking import run
from payments.entrypoints.django.wiring import service
from payments.entrypoints.http.edge.auth import Identity, Who
from payments.entrypoints.http.operations import Operation, Request, perform
from payments.entrypoints.http.shapes.errors import BodyTooLarge, Unauthenticated
from payments.entrypoints.http.shapes.problems import Reply, reply_to


def answered(operation: Operation, request: HttpRequest, path: dict[str, str]) -> HttpResponse:
    """Perform *operation* for the request's user, and return the answer or the problem."""
    wired = service(request)
    if int(request.META.get("CONTENT_LENGTH") or 0) > operation.max_body:
        return rendered(reply_to(BodyTooLarge(f"A body may have at most {operation.max_body} bytes.")))
    identity = identity_of(request) if operation.callers else None
    if operation.callers and identity is None:
        return rendered(reply_to(Unauthenticated("Log in first.")))
    query = [(name, value) for name, values in request.GET.lists() for value in values]
    address = request.META.get("REMOTE_ADDR", "")
    asked = Request(
        path=path, query=query, headers=_headers(request), body=request.body, identity=identity, address=address
    )
    return rendered(run(perform(operation, wired, asked)))


def identity_of(request: HttpRequest) -> Identity | None:
    """Return the logged-in user as a buyer, whose name is the primary key; None for an anonymous visitor."""
    user: Any = getattr(request, "user", None)
    return Identity(Who.BUYER, Caller.buyer(str(user.pk))) if user is not None and user.is_authenticated else None


def _headers(request: HttpRequest) -> dict[str, str]:
    """Return the headers by lower-case name."""
    return {name.lower(): value for name, value in request.headers.items()}


def rendered(reply: Reply) -> HttpResponse:
    """Return a finished reply as Django's response, never cached."""
    response = HttpResponse(reply.body, status=reply.status, content_type=reply.headers.get("Content-Type", ""))
    for name, value in reply.headers.items():
        response[name] = value
    response.setdefault("Cache-Control", "no-store")
    return response
