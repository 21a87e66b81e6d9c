"""Django's requests as our API's operations: the same calls, checks, answers and problems, for the logged-in user."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from payments.entrypoints.django.wiring import service
from payments.entrypoints.hosts import calls
from payments.entrypoints.http.operations import Operation
from payments.entrypoints.http.shapes.errors import Unauthenticated
from payments.entrypoints.http.shapes.problems import Reply, reply_to


def answered(operation: Operation, request: HttpRequest, path: dict[str, str]) -> HttpResponse:
    """Perform *operation* for the request's user, and return the answer or the problem."""
    wired = service(request)
    buyer = buyer_of(request) if operation.callers else None
    if operation.callers and buyer is None:
        return rendered(reply_to(Unauthenticated("Log in first.")))
    received = calls.Received(
        path=path,
        query=[(name, value) for name, values in request.GET.lists() for value in values],
        headers=request.headers,
        body=lambda: request.body,
        address=request.META.get("REMOTE_ADDR", ""),
        buyer=buyer,
    )
    return rendered(calls.answered(operation, wired, received))


def buyer_of(request: HttpRequest) -> str | None:
    """Return the primary key of the logged-in user; None for an anonymous visitor."""
    user: Any = getattr(request, "user", None)
    return str(user.pk) if user is not None and user.is_authenticated else None


def rendered(reply: Reply) -> HttpResponse:
    """Return a finished reply as Django's response, never cached."""
    response = HttpResponse(reply.body, status=reply.status, content_type=reply.headers.get("Content-Type", ""))
    for name, value in reply.headers.items():
        response[name] = value
    response.setdefault("Cache-Control", "no-store")
    return response
