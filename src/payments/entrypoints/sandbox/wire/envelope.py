"""Envelope: an answer of the API, and JSON as the original writes it."""

import json
from decimal import Decimal
from typing import Any, Final

import attrs
from starlette.responses import Response

from payments.entrypoints.sandbox.errors import Refusal

MEDIA_TYPE: Final = "application/json; charset=UTF-8"


def plain(amount: Any) -> int | float:
    """Return a Decimal as the JSON number Iamport would write: an integer if it is whole."""
    if not isinstance(amount, Decimal):
        raise TypeError(f"no JSON for {type(amount).__name__}")
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def encode(value: Any) -> bytes:
    """Return JSON as the original's PHP writes it: sorted keys, non-ASCII as \\uXXXX, slashes escaped."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=plain, allow_nan=False)
    return text.replace("/", "\\/").encode("ascii")


@attrs.frozen
class Reply:
    """What a route answers: the envelope's `response` and the HTTP status."""

    response: Any
    http: int = 200
    note: str = ""
    """What the journal and the log say about it; no part of the answer."""


@attrs.frozen
class Envelope:
    """A whole answer of the API."""

    http: int
    code: int
    message: str | None
    response: Any
    note: str = ""

    @classmethod
    def of(cls, reply: Reply | Refusal) -> "Envelope":
        """Return the envelope of a success or a refusal."""
        if isinstance(reply, Refusal):
            return cls(reply.http, reply.code, reply.message, None)
        return cls(reply.http, 0, None, reply.response, reply.note)

    @classmethod
    def of_closed_pg(cls, text: str) -> "Envelope":
        """Return the refusal of a PG that is closed for a while: HTTP 200 with code -1."""
        return cls.of(Refusal(200, -1, text))

    @classmethod
    def of_call_at_work(cls, text: str) -> "Envelope":
        """Return the refusal of a call while an earlier one is at work."""
        return cls.of(Refusal(200, -1, text))

    def rendered(self) -> Response:
        """Return it as an HTTP response."""
        body = encode({"code": self.code, "message": self.message, "response": self.response})
        return Response(body, self.http, media_type=MEDIA_TYPE)
