"""One call of the API, made by a blocking host program for the user of its own session."""

from collections.abc import Callable, Iterable, Mapping

import attrs

from payments.domain.values import Caller
from payments.entrypoints.blocking import run
from payments.entrypoints.http.edge.auth import Identity, Who
from payments.entrypoints.http.operations import Operation, Request, perform
from payments.entrypoints.http.shapes.bodies import check_size
from payments.entrypoints.http.shapes.errors import BodyTooLarge
from payments.entrypoints.http.shapes.problems import Reply, reply_to
from payments.entrypoints.service import Service


@attrs.frozen(kw_only=True)
class Received:
    """A request as the host received it. `buyer` is who is logged in."""

    path: Mapping[str, str]
    query: Iterable[tuple[str, str]]
    headers: Mapping[str, str]
    body: Callable[[], bytes]
    address: str
    buyer: str | None


def answered(operation: Operation, service: Service, received: Received) -> Reply:
    """Return the answer or the problem. A body that says that it is too large is not read."""
    headers = {name.lower(): value for name, value in received.headers.items()}
    try:
        check_size(headers.get("content-length") or "0", operation.max_body)
        body = received.body()
        check_size(str(len(body)), operation.max_body)
    except BodyTooLarge as error:
        return reply_to(error)
    request = Request(
        path=received.path,
        query=list(received.query),
        headers=headers,
        body=body,
        address=received.address,
        identity=Identity(Who.BUYER, Caller.buyer(received.buyer)) if received.buyer else None,
    )
    return run(perform(operation, service, request))
