"""What the client makes of a provider that fails: what is unknown, what was refused, what was never sent."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable

import pytest
from builders import NOON
from integration.iamport.conftest import settings
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
from support.patience import EVENTUALLY, given_time, until
from unit.adapters.iamport.rows import a_row

from payments.adapters.iamport import IamportGateway
from payments.adapters.iamport.transport import Deadline, Transport
from payments.domain.errors import NotSent, Rejected, Unknown
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


@pytest.mark.parametrize("act", UNKNOWN.values(), ids=UNKNOWN)
def test_without_a_whole_answer_nobody_can_tell(gateway_to: GatewayTo, act: Act) -> None:
    def both_calls_end(deadline: float) -> None:
        with Scripted(act) as server:
            gateway = gateway_to(server, deadline=deadline)
            with pytest.raises(Unknown):
                run(gateway.find(IMP))
            with pytest.raises(Unknown):
                run(gateway.refund(REFUND, "KRW"))
            assert len(server.asked("/payments/cancel")) == 1  # a cancel is never repeated blindly

    given_time(both_calls_end)


@pytest.mark.parametrize("act", UNKNOWN.values(), ids=UNKNOWN)
def test_without_a_token_the_call_itself_is_not_sent(gateway_to: GatewayTo, act: Act) -> None:
    with Scripted(granted(a_row()), token_acts=(act,)) as server:
        with pytest.raises(NotSent):
            run(gateway_to(server, deadline=0.4).refund(REFUND, "KRW"))
        assert server.asked() == []


REFUSALS: dict[str, tuple[Act, str, str]] = {
    "in a success": (refused(200, 1, "이미 전액취소된 주문입니다."), "1", "이미 전액취소된 주문입니다."),
    "of the PG": (refused(200, -1, "결제취소에 실패하였습니다."), "-1", "결제취소에 실패하였습니다."),
    "of a parameter": (refused(400, -1, "필수입니다."), "-1", "필수입니다."),
    "of a cancel that is not found": (refused(404, -1, "없는 결제입니다."), "-1", "없는 결제입니다."),
    "without a word": (answered(200, b'{"code": 1}'), "1", ""),
}


@pytest.mark.parametrize(("act", "code", "said"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_told_in_the_providers_words(gateway_to: GatewayTo, act: Act, code: str, said: str) -> None:
    with Scripted(act) as server, pytest.raises(Rejected) as refusal:
        run(gateway_to(server).refund(REFUND, "KRW"))
    assert (refusal.value.provider_code, refusal.value.provider_text) == (code, said)


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("url", [closed_port(), "https://no-such-host.invalid"], ids=["refused", "no such name"])
def test_a_provider_that_is_not_there_was_not_asked(gateway_to: GatewayTo, url: str) -> None:
    with pytest.raises(NotSent):
        run(gateway_to(url, deadline=5.0).refund(REFUND, "KRW"))


def test_a_provider_that_went_away_since_was_not_asked(gateway_to: GatewayTo) -> None:
    """With a token at hand, so that it is the call itself that fails; what an earlier call sent does not count."""
    with Scripted(granted(a_row())) as server:
        gateway = gateway_to(server)
        run(gateway.find(IMP))
    with pytest.raises(NotSent):
        run(gateway.refund(REFUND, "KRW"))


def test_a_server_that_does_not_speak_tls_was_not_asked(gateway_to: GatewayTo) -> None:
    with Scripted(granted(a_row())) as server, pytest.raises(NotSent):
        run(gateway_to(server.url.replace("http:", "https:"), deadline=2.0).refund(REFUND, "KRW"))


def test_a_handshake_that_hangs_is_over_at_the_deadline(gateway_to: GatewayTo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        gateway = gateway_to(f"https://127.0.0.1:{silent.getsockname()[1]}", deadline=0.4)
        with pytest.raises(NotSent):
            run(gateway.refund(REFUND, "KRW"))


def test_too_many_calls_are_not_sent(gateway_to: GatewayTo) -> None:
    with Scripted(answered(429, HTML)) as server, pytest.raises(NotSent):
        run(gateway_to(server).refund(REFUND, "KRW"))


def test_with_every_connection_busy_a_further_call_is_not_sent() -> None:
    """Without a place of its own it would wait in the pool for as long as the others take."""
    with Scripted(hang) as server:
        transport = Transport(settings(server.url, connections=1))

        def wait_in_vain() -> None:
            with contextlib.suppress(Unknown):
                transport.send("GET", "/first", {}, None, Deadline(EVENTUALLY))

        first = threading.Thread(target=wait_in_vain)
        first.start()
        until(lambda: server.seen)
        with pytest.raises(NotSent):
            transport.send("GET", "/second", {}, None, Deadline(0.1))
        assert first.is_alive(), "the second did not wait until the first was over"
        assert [seen.target for seen in server.seen] == ["/first"]
    first.join()
    transport.close()
