"""Line: one line of the table of V2's routes; PortOneCall and Answer: what its handler is asked, and answers."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from payments.entrypoints.sandbox.portone.access import Request as KeyedRequest
from payments.entrypoints.sandbox.portone.fields import Fields
from payments.entrypoints.sandbox.wire.call import Call
from payments.entrypoints.sandbox.wire.envelope import Reply

if TYPE_CHECKING:
    from payments.entrypoints.sandbox.service import Sandbox

PREFIX = "/v2"
"""Where V2's API stands on a port that both generations share; V2's own port has it at the root."""


@attrs.frozen(kw_only=True)
class PortOneCall(Call):
    """One call of V2, read."""

    keyed: KeyedRequest | None = None
    """Its idempotency key, if it has one."""

    @property
    def asked(self) -> Fields:
        """The JSON object that is asked with: the body, or `requestBody` of the query."""
        return Fields(self.body.values)

    @property
    def payment_id(self) -> str:
        """The payment of the path."""
        return self.path_params["payment_id"]


@attrs.frozen
class Answer(Reply):
    """What a route answers; with `works`, an earlier call with the same key is still at work for so many seconds."""

    works: int = 0


Handler = Callable[["Sandbox", PortOneCall], Answer]


@attrs.frozen
class Line:
    """A method and path of V2, who answers, and whether a secret is needed."""

    method: str
    path: str
    handler: Handler
    secret: bool = True
    after: "Callable[[Sandbox, Answer], Answer] | None" = None
    """Waits for what the handler has begun, outside of the sandbox's lock."""

    @property
    def name(self) -> str:
        """The route's name, which faults are aimed at."""
        return f"v2_{self.handler.__name__}"
