"""CallScene and WebhookScene: what a strike sees, and what it changes."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import attrs
from starlette.requests import Request
from starlette.responses import Response

from payments.entrypoints.sandbox.errors import Refusal
from payments.entrypoints.sandbox.store import Store
from payments.entrypoints.sandbox.wire.call import Call
from payments.entrypoints.sandbox.wire.envelope import MEDIA_TYPE, Envelope, encode


@attrs.define
class CallScene:
    """A call while faults strike it."""

    request: Request
    store: Store
    needs_token: bool
    kind: type[Envelope] = Envelope
    """How the route's generation answers."""
    call: Call | None = None
    """What was asked for, once it is read."""
    envelope: Envelope | None = None
    """The answer as the journal has it."""
    sent: Response | None = None
    """What the client gets."""
    wait: float = 0.0
    """Seconds to wait, by real time, before the next step."""
    while_reading: ExitStack = attrs.field(factory=ExitStack)
    """Closed when the handler has read what it needs."""

    def fail_with(self, status: int, response: Response | None = None) -> None:
        """Answer *response*, or an envelope with *status*; the journal has the answer of the work, if there is one."""
        failure = self.kind.of(Refusal(status, -1, f"A fault of the sandbox answers {status}."))
        self.envelope = self.envelope or failure
        self.sent = response or failure.rendered()

    def change_body(self, change: Callable[[bytes], bytes]) -> bool:
        """Replace the JSON that is sent; return False if what is sent is not JSON."""
        if self.sent is None or self.sent.headers["content-type"] != MEDIA_TYPE:
            return False
        self.sent = Response(change(bytes(self.sent.body)), self.sent.status_code, media_type=MEDIA_TYPE)
        return True

    def change_answer(self, change: Callable[[dict[str, Any]], bool]) -> bool:
        """Let *change* alter the JSON that is sent; return False if it alters nothing, or if there is no JSON."""
        if self.sent is None or self.sent.headers["content-type"] != MEDIA_TYPE:
            return False
        answer = json.loads(bytes(self.sent.body), parse_float=Decimal)
        return change(answer) and self.change_body(lambda _: encode(answer))


@attrs.define
class WebhookScene:
    """A webhook while faults strike it."""

    body: dict[str, Any]
    delay: float = 0.0
    """Seconds by the sandbox's clock."""
    times: int = 1
    is_lost: bool = False
    is_overtaken: bool = False
    """Held back until the next one has gone out."""
    forged: list[dict[str, Any]] = attrs.field(factory=list)
    """Bodies of forged webhooks that go out before it."""
