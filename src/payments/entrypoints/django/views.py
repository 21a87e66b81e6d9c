"""The views: one for each address, with the operations of our API by method.

They run outside of `ATOMIC_REQUESTS`, because a payment must be committed before the provider hears of it.
"""

from collections.abc import Callable
from functools import cache
from importlib.resources import files

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from payments.entrypoints.django.requests import answered
from payments.entrypoints.http.operations import Operation
from payments.entrypoints.http.routes import payments, provider

View = Callable[..., HttpResponse]


def view_of(*operations: Operation) -> View:
    """Return a view of these operations of one address. Strangers' calls need no CSRF token; all others do."""
    by_method = {operation.method: operation for operation in operations}

    def view(request: HttpRequest, **path: str) -> HttpResponse:
        operation = by_method.get(request.method or "")
        if operation is None:
            return HttpResponseNotAllowed(list(by_method))
        return answered(operation, request, path)

    for_users = any(operation.callers for operation in operations)
    checked: View = transaction.non_atomic_requests(csrf_protect(view) if for_users else csrf_exempt(view))
    return checked


begin_and_list = view_of(payments.begin, payments.listing)
show = view_of(payments.show)
timeline = view_of(payments.timeline)
complete = view_of(payments.complete)
abandon = view_of(payments.abandon)
cancel = view_of(payments.cancel)
returning = view_of(provider.returning)
webhook = view_of(provider.webhook)


def script(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """The script that guides a buyer through a payment."""
    return _javascript("payments.entrypoints.http", "static/payments.js")


def button_script(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """The script of the template tag's button."""
    return _javascript("payments.entrypoints.django", "button.js")


@cache
def _text(package: str, name: str) -> bytes:
    return files(package).joinpath(name).read_bytes()


def _javascript(package: str, name: str) -> HttpResponse:
    response = HttpResponse(_text(package, name), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300"
    return response
