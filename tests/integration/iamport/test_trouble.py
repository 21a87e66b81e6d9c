"""What the client makes of a provider that fails: what is unknown, what was refused, what was never sent."""

import contextlib
import socket
import threading

import pytest
from integration.iamport.scripted import (
    Act,
    Scripted,
    answered,
    drip,
    granted,
    hang,
    http,
    refused,
)
from integration.iamport.troubles import HTML, IMP, NAME, PAID, REFUND, UNKNOWN, GatewayTo, closed_port
from support.patience import EVENTUALLY, given_time, until
from unit.adapters.iamport.rows import a_row

from payments.domain.errors import NotSent, Rejected, StillAtWork, Unknown
from payments.entrypoints.blocking import run


@pytest.mark.parametrize("act", UNKNOWN.values(), ids=UNKNOWN)
def test_an_incomplete_answer_is_unknown(gateway_to: GatewayTo, act: Act) -> None:
    def both_calls_end(deadline: float) -> None:
        with Scripted(act) as server:
            gateway = gateway_to(server, deadline=deadline, body_cap=1 << 20)
            with pytest.raises(Unknown):
                run(gateway.find(IMP))
            with pytest.raises(Unknown):
                run(gateway.refund(REFUND, "KRW", NAME))
            assert len(server.asked("/payments/cancel")) == 1  # a cancel is never repeated blindly

    given_time(both_calls_end)


@pytest.mark.parametrize("act", UNKNOWN.values(), ids=UNKNOWN)
def test_without_a_token_the_call_itself_is_not_sent(gateway_to: GatewayTo, act: Act) -> None:
    with Scripted(granted(a_row()), token_acts=(act,)) as server:
        with pytest.raises(NotSent):
            run(gateway_to(server, deadline=0.4).refund(REFUND, "KRW", NAME))
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
        run(gateway_to(server).refund(REFUND, "KRW", NAME))
    assert (refusal.value.provider_code, refusal.value.provider_text) == (code, said)


def test_a_refusal_keeps_the_first_five_hundred_characters_that_the_provider_says(gateway_to: GatewayTo) -> None:
    with Scripted(refused(200, 1, "가" * 600)) as server, pytest.raises(Rejected) as refusal:
        run(gateway_to(server).refund(REFUND, "KRW", NAME))
    assert refusal.value.provider_text == "가" * 500


def test_an_answer_without_end_says_that_it_is_too_long(gateway_to: GatewayTo) -> None:
    with Scripted(UNKNOWN["a huge body that says so"]) as server, pytest.raises(Unknown, match="answer is too long"):
        run(gateway_to(server, body_cap=1 << 20).refund(REFUND, "KRW", NAME))


AT_WORK = {
    "ours": "이전 취소 요청을 처리 중입니다. 잠시 후 다시 시도해 주세요.",
    "of the PG": "결제취소에 실패하였습니다. 해당 거래는 취소가 진행중입니다.",
    "in other words": "취소가 진행되고 있는 결제건입니다.",
}


@pytest.mark.parametrize("said", AT_WORK.values(), ids=AT_WORK)
def test_a_cancel_that_is_being_executed_is_not_refused(gateway_to: GatewayTo, said: str) -> None:
    with Scripted(refused(200, -1, said)) as server, pytest.raises(StillAtWork):
        run(gateway_to(server, tries=3).refund(REFUND, "KRW", NAME))
    assert len(server.asked("/payments/cancel")) == 1


OVER = {
    "an error meanwhile": "결제취소에 실패하였습니다. 취소 처리 중 오류가 발생하였습니다.",
    "a failure meanwhile": "취소 처리중에 알 수 없는 장애가 발생했습니다.",
    "maintenance": "결제취소에 실패하였습니다. PG사 시스템 점검 중입니다.",
    "done before": "이미 전액취소된 주문입니다.",
}


@pytest.mark.parametrize("said", OVER.values(), ids=OVER)
def test_a_cancel_that_is_over_is_not_taken_for_one_at_work(gateway_to: GatewayTo, said: str) -> None:
    """Else the refund would stay open for ever, and nobody would be told."""
    with Scripted(refused(200, -1, said)) as server, pytest.raises(Rejected):
        run(gateway_to(server).refund(REFUND, "KRW", NAME))


def test_a_refund_is_waited_for_longer_than_any_other_call(gateway_to: GatewayTo) -> None:
    """The provider waits for the PG; sent again meanwhile, the same money could go back twice."""

    def only_the_refund_arrives(patience: float) -> None:
        slow = drip(http(200, PAID), patience / 4, at_once=len(http(200, PAID)) - 2)
        with Scripted(granted(a_row()), slow) as server:
            gateway = gateway_to(server, deadline=patience / 8, refund_deadline=EVENTUALLY)
            run(gateway.find(IMP))  # and has a token now
            with pytest.raises(Unknown):
                run(gateway.find(IMP))
            assert run(gateway.refund(REFUND, "KRW", NAME)).gateway_id == IMP

    given_time(only_the_refund_arrives)


@pytest.mark.parametrize("url", [closed_port(), "https://no-such-host.invalid"], ids=["refused", "no such name"])
def test_a_call_to_an_unreachable_provider_was_not_sent(gateway_to: GatewayTo, url: str) -> None:
    with pytest.raises(NotSent):
        run(gateway_to(url, deadline=5.0).refund(REFUND, "KRW", NAME))


def test_a_call_to_a_provider_that_went_away_was_not_sent(gateway_to: GatewayTo) -> None:
    """With a token at hand, so that it is the call itself that fails; what an earlier call sent does not count."""
    with Scripted(granted(a_row())) as server:
        gateway = gateway_to(server)
        run(gateway.find(IMP))
    with pytest.raises(NotSent):
        run(gateway.refund(REFUND, "KRW", NAME))


def test_a_call_to_a_server_without_tls_was_not_sent(gateway_to: GatewayTo) -> None:
    with Scripted(granted(a_row())) as server, pytest.raises(NotSent):
        run(gateway_to(server.url.replace("http:", "https:"), deadline=2.0).refund(REFUND, "KRW", NAME))


def test_a_handshake_that_hangs_ends_at_the_deadline(gateway_to: GatewayTo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        gateway = gateway_to(f"https://127.0.0.1:{silent.getsockname()[1]}", deadline=0.4)
        with pytest.raises(NotSent):
            run(gateway.refund(REFUND, "KRW", NAME))


def test_too_many_calls_are_not_sent(gateway_to: GatewayTo) -> None:
    with Scripted(answered(429, HTML)) as server, pytest.raises(NotSent):
        run(gateway_to(server).refund(REFUND, "KRW", NAME))


def test_with_every_connection_busy_a_further_call_is_not_sent(gateway_to: GatewayTo) -> None:
    """Without a place of its own it would wait in the pool for as long as the others take."""

    def busy(deadline: float) -> None:
        with Scripted(hang) as server:
            gateway = gateway_to(server, connections=1, deadline=EVENTUALLY, refund_deadline=deadline)

            def wait_in_vain() -> None:
                with contextlib.suppress(Unknown):
                    run(gateway.find(IMP))

            first = threading.Thread(target=wait_in_vain)
            first.start()
            until(server.asked)
            with pytest.raises(NotSent, match="busy"):
                run(gateway.refund(REFUND, "KRW", NAME))
            assert first.is_alive(), "the second did not wait until the first was over"
            assert len(server.asked()) == 1
        first.join()

    given_time(busy)
