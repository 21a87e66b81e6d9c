"""What the client makes of a provider that fails: what is unknown, what was refused, what was never sent."""

import contextlib
import socket
import threading

import pytest
from integration.iamport.conftest import settings
from integration.iamport.scripted import (
    Act,
    Scripted,
    answered,
    granted,
    hang,
    refused,
)
from integration.iamport.troubles import HTML, IMP, REFUND, UNKNOWN, GatewayTo, closed_port
from support.patience import EVENTUALLY, given_time, until
from unit.adapters.iamport.rows import a_row

from payments.adapters.iamport.transport import Deadline, Transport
from payments.domain.errors import NotSent, Rejected, Unknown
from payments.entrypoints.blocking import run


@pytest.mark.parametrize("act", UNKNOWN.values(), ids=UNKNOWN)
def test_an_incomplete_answer_is_unknown(gateway_to: GatewayTo, act: Act) -> None:
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
def test_a_refusal_carries_the_providers_code_and_text(gateway_to: GatewayTo, act: Act, code: str, said: str) -> None:
    with Scripted(act) as server, pytest.raises(Rejected) as refusal:
        run(gateway_to(server).refund(REFUND, "KRW"))
    assert (refusal.value.provider_code, refusal.value.provider_text) == (code, said)


@pytest.mark.parametrize("url", [closed_port(), "https://no-such-host.invalid"], ids=["refused", "no such name"])
def test_a_call_to_an_unreachable_provider_was_not_sent(gateway_to: GatewayTo, url: str) -> None:
    with pytest.raises(NotSent):
        run(gateway_to(url, deadline=5.0).refund(REFUND, "KRW"))


def test_a_call_to_a_provider_that_went_away_was_not_sent(gateway_to: GatewayTo) -> None:
    """With a token at hand, so that it is the call itself that fails; what an earlier call sent does not count."""
    with Scripted(granted(a_row())) as server:
        gateway = gateway_to(server)
        run(gateway.find(IMP))
    with pytest.raises(NotSent):
        run(gateway.refund(REFUND, "KRW"))


def test_a_call_to_a_server_without_tls_was_not_sent(gateway_to: GatewayTo) -> None:
    with Scripted(granted(a_row())) as server, pytest.raises(NotSent):
        run(gateway_to(server.url.replace("http:", "https:"), deadline=2.0).refund(REFUND, "KRW"))


def test_a_handshake_that_hangs_ends_at_the_deadline(gateway_to: GatewayTo) -> None:
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
