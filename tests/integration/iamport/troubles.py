"""What the tests of a failing provider share: an attempt, its answers, and every way to leave the outcome unknown."""

import contextlib
import functools
import json
from collections.abc import Callable

from integration.iamport.scripted import (
    Act,
    answered,
    drip,
    flood,
    granted,
    hang,
    http,
    refused,
    reset,
    say,
)
from support.system.town import held_port
from unit.adapters.iamport.rows import a_row

from payments.adapters.iamport import IamportGateway
from payments.domain.refund import Refund
from payments.domain.values import GatewayId, MerchantId, RefundId
from payments.testing import NOON

GatewayTo = Callable[..., IamportGateway]
_HELD = contextlib.ExitStack()

IMP = GatewayId("imp_056607798398")

PAID = json.dumps({"code": 0, "message": None, "response": a_row()}).encode()

HTML = b"<!doctype html><title>502 Bad Gateway</title>"

NAME = MerchantId("m_1")
REFUND = Refund(id=RefundId("r_1"), gateway_id=IMP, amount=300, remainder=1000, by="shop:x", requested_at=NOON)

UNKNOWN: dict[str, Act] = {
    "a hang": hang,
    "a head that drips": drip(http(200, PAID), 0.02),
    "a body that drips": drip(http(200, PAID), 0.02, at_once=200),
    "100 Continue for ever": flood(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a reset after the request": reset,
    "a close without an answer": say(b""),
    "half a head": say(http(200, PAID)[:20]),
    "half a body": say(http(200, PAID)[:-10]),
    "half a body without a length": say(b"HTTP/1.1 200 OK\r\n\r\n" + PAID[:-10]),
    "a broken chunk": say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + PAID),
    "no HTTP at all": say(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "HTML with 200": answered(200, HTML),
    "garbage": answered(200, b'{"code": 0, "response": '),
    "gzip": answered(200, b"\x1f\x8b\x08\x00" + b"\x00" * 40, "Content-Encoding: gzip"),
    "an empty body": answered(200, b""),
    "no content": say(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "an array": answered(200, b"[]"),
    "a code that is a text": answered(200, b'{"code": "0", "response": {}}'),
    "success without a response": granted(None),
    "500": answered(500, HTML),
    "500 in the envelope": refused(500, -1, "서버 오류"),
    "503": answered(503, b""),
    "a redirect": answered(302, b"", "Location: http://127.0.0.1:9/"),
    "a redirect with a body that never comes": say(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 99\r\n\r\n"),
    "403 of a wall before the provider": answered(403, HTML),
    "404 of a wall before the provider": answered(404, HTML),
    "404 with success": answered(404, b'{"code": 0, "message": null, "response": null}'),
    "404 with a payment": answered(404, PAID),
    "a huge body": flood(b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 65536),
    "a huge body that says so": answered(200, PAID + b" " * (1 << 20)),
    "a huge head": flood(b"HTTP/1.1 200 OK\r\n" + b"X-Pad: 0123456789\r\n" * 1000),
}


@functools.cache
def closed_port() -> str:
    """Return an address at which nobody listens. It stays held: another server of the tests would be given it."""
    return f"http://127.0.0.1:{_HELD.enter_context(held_port())}"
