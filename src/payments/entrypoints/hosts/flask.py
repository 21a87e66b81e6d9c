"""Payments inside Flask: a blueprint of the API's own operations, for the user of the program's session.

    app.register_blueprint(payments_blueprint(service, buyer=lambda: session.get("user")), url_prefix="/pay")

The calls block, as Flask's views do. A page of another site cannot send what they take, because they take JSON alone.
"""

from collections.abc import Callable
from importlib.resources import files

from flask import Blueprint, Response, request

from payments.entrypoints.hosts.calls import Received, answered
from payments.entrypoints.http.app import OPERATIONS
from payments.entrypoints.http.operations import Operation
from payments.entrypoints.http.shapes.problems import Reply
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
        received = Received(
            path=path,
            query=request.args.items(multi=True),
            headers=dict(request.headers),
            body=request.get_data,
            address=request.remote_addr or "",
            buyer=None if "authorization" in request.headers else buyer(),
        )
        return _answer(answered(operation, service, received))

    return view


def _answer(reply: Reply) -> Response:
    return Response(reply.body, reply.status, {"Cache-Control": "no-store", **reply.headers})


def _script() -> Response:
    script = files("payments.entrypoints.http").joinpath("static", "payments.js").read_bytes()
    return Response(script, headers={"Content-Type": "text/javascript; charset=utf-8"})
