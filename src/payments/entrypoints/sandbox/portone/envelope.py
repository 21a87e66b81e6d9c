"""TypedEnvelope: an answer of V2: the value itself, or a refusal with its type."""

import json
from typing import Any

import attrs
from starlette.responses import Response

from payments.entrypoints.sandbox.errors import Refusal
from payments.entrypoints.sandbox.portone.errors import TypedRefusal
from payments.entrypoints.sandbox.wire.envelope import MEDIA_TYPE, Envelope, Reply


@attrs.frozen
class TypedEnvelope(Envelope):
    """A whole answer of V2; what the journal calls code and message are its status and its type."""

    @classmethod
    def of(cls, reply: Reply | Refusal) -> "TypedEnvelope":
        """Return the answer of a success or a refusal."""
        if isinstance(reply, Refusal):
            typed = TypedRefusal.of(reply)
            body = {"type": typed.type, "message": typed.message, **typed.extra}
            return cls(typed.http, -1, typed.type, body)
        failed = reply.http >= 400
        return cls(
            reply.http, -1 if failed else 0, reply.response["type"] if failed else None, reply.response, reply.note
        )

    @classmethod
    def of_closed_pg(cls, text: str) -> "TypedEnvelope":
        """Return the refusal of a PG that is closed for a while."""
        extra = {"pgCode": "MAINTENANCE", "pgMessage": text}
        return cls.of(TypedRefusal(502, -1, "The PG refused.", "PG_PROVIDER", extra))

    @classmethod
    def of_call_at_work(cls, _: str) -> "TypedEnvelope":
        """Return the refusal of a call while the first one with its key is at work."""
        kind = "IDEMPOTENCY_OUTSTANDING_REQUEST"
        return cls.of(TypedRefusal(409, -1, "The first request has not ended.", kind))

    def rendered(self) -> Response:
        """Return it as an HTTP response."""
        body: Any = json.dumps(self.response, ensure_ascii=False, separators=(",", ":")).encode()
        return Response(body, self.http, media_type=MEDIA_TYPE)
