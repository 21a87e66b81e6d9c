"""Payments inside Flask: a blueprint of the API's own operations, for the user of the program's session.

    app.register_blueprint(payments_blueprint(service, buyer=lambda: session.get("user")), url_prefix="/pay")

The calls block, as Flask's views do. A page of another site cannot send what they take, because they take JSON alone.
"""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from flask import Blueprint, Response, request

from payments.domain.values import Caller
from payments.entrypoints.blocking import run
from payments.entrypoints.http.app import OPERATIONS
from payments.entrypoints.http.edge.auth import Identity, Who
from payments.entrypoints.http.operations import Operation, Request, perform
from payments.entrypoints.http.shapes.errors import BodyTooLarge
from payments.entrypoints.http.shapes.problems import reply_to
from payments.entrypoints.service import Service


def payments_blueprint(service: Service, *, buyer: Callable[[], str | None]) -> Blueprint:
    """Return the blueprint over *service*, which the program opens and closes.

    *buyer* names the logged-in user; requests with an `Authorization` header have the API's own callers instead.
    """
    blueprint = Blueprint("payments", __name__)
    for operation in OPERATIONS:
        rule = operation.path.replace("{", "<").replace("}", ">")
        name = f"{operation.handler.__module__.rpartition('.')[2]}_{operation.handler.__name__}"
        blueprint.add_url_rule(rule, name, _view(service, operation, buyer), methods=[operation.method])
    blueprint.add_url_rule("/payments.js", "script", _script)
    return blueprint


def _view(service: Service, operation: Operation, buyer: Callable[[], str | None]) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        if (request.content_length or 0) > operation.max_body:
            return _answer(reply_to(BodyTooLarge(f"A body may have at most {operation.max_body} bytes.")))
        headers = {name.lower(): value for name, value in request.headers.items()}
        name = None if "authorization" in headers else buyer()
        asked = Request(
            path=path,
            query=list(request.args.items(multi=True)),
            headers=headers,
            body=request.get_data(),
            address=request.remote_addr or "",
            identity=Identity(Who.BUYER, Caller.buyer(name)) if name else None,
        )
        return _answer(run(perform(operation, service, asked)))

    return view


def _answer(reply: Any) -> Response:
    return Response(reply.body, reply.status, {"Cache-Control": "no-store", **reply.headers})


def _script() -> Response:
    script = files("payments.entrypoints.http").joinpath("static", "payments.js").read_bytes()
    return Response(script, headers={"Content-Type": "text/javascript; charset=utf-8"})
