"""Connections to the provider: shared, replaced after a broken answer, never inherited; and bounded repeats."""

import contextlib
import json
import os
from collections.abc import Callable

import pytest
from builders import NOON
from integration.iamport.scripted import (
    Act,
    Scripted,
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
from support.patience import given_time
from unit.adapters.iamport.rows import a_row

from payments.adapters.iamport import IamportGateway
from payments.domain.errors import Unknown
from payments.domain.refund import Refund
from payments.domain.values import GatewayId, RefundId
from payments.entrypoints.blocking import run

GatewayTo = Callable[..., IamportGateway]

IMP = GatewayId("imp_056607798398")

PAID = json.dumps({"code": 0, "message": None, "response": a_row()}).encode()

HTML = b"<!doctype html><title>502 Bad Gateway</title>"

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


def test_a_broken_answer_does_not_cost_a_connection(gateway_to: GatewayTo) -> None:
    """A place that is not given back would hang the third call of a pool of two."""
    broken = [UNKNOWN["a huge body that says so"], UNKNOWN["half a body"], reset, UNKNOWN["a redirect"]] * 3
    with Scripted(*broken, granted(a_row())) as server:
        gateway = gateway_to(server, connections=2)
        for _ in broken:
            with pytest.raises(Unknown):
                run(gateway.find(IMP))
        assert run(gateway.find(IMP)) is not None


def test_good_calls_share_one_connection(gateway_to: GatewayTo) -> None:
    with Scripted(granted(a_row())) as server:
        gateway = gateway_to(server)
        for _ in range(20):
            run(gateway.find(IMP))
        assert server.connections == 1


@pytest.mark.filterwarnings("ignore:This process")
def test_a_forked_process_opens_connections_of_its_own(gateway_to: GatewayTo) -> None:
    """As under a server that loads the shop before it forks; on a shared one, answers go to whoever reads first."""
    with Scripted(granted(a_row())) as server:
        gateway = gateway_to(server)
        run(gateway.find(IMP))
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                os._exit(0 if run(gateway.find(IMP)) else 1)
            os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        run(gateway.find(IMP))
        assert server.connections == 2


# What may be sent again, and what may not.


def test_a_look_is_repeated_after_a_failure(gateway_to: GatewayTo) -> None:
    with Scripted(answered(502, HTML), reset, granted(a_row())) as server:
        assert run(gateway_to(server, tries=3).find(IMP)) is not None
        assert len(server.asked()) == 3


def test_repeats_are_bounded_by_number(gateway_to: GatewayTo) -> None:
    with Scripted(answered(502, HTML)) as server:
        with pytest.raises(Unknown):
            run(gateway_to(server, tries=3).find(IMP))
        assert len(server.asked()) == 3


def test_repeats_are_bounded_by_time(gateway_to: GatewayTo) -> None:
    """The pauses double: all ten tries would take longer than any of the deadlines here."""

    def ends_early(deadline: float) -> None:
        with Scripted(answered(502, HTML)) as server:
            with pytest.raises(Unknown):
                run(gateway_to(server, tries=10, deadline=deadline).find(IMP))
            assert 1 <= len(server.asked()) < 10

    given_time(ends_early)


def test_a_cancel_is_repeated_only_where_it_was_not_taken(gateway_to: GatewayTo) -> None:
    with Scripted(answered(429, HTML), granted(a_row(cancel_amount=300, status="cancelled"))) as server:
        assert run(gateway_to(server, tries=3).refund(REFUND, "KRW")).refunded == 300
        assert len(server.asked("/payments/cancel")) == 2
    with Scripted(answered(502, HTML), granted(a_row())) as server:
        with pytest.raises(Unknown):
            run(gateway_to(server, tries=3).refund(REFUND, "KRW"))
        assert len(server.asked("/payments/cancel")) == 1
