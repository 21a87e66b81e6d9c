"""Each way a provider can fail on a real socket, and the one error it becomes: nothing done, or nobody can tell."""

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from builders import NOON
from integration.iamport.conftest import KEY, SECRET, settings
from integration.iamport.scripted import (
    TOKEN,
    TOKEN_PATH,
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
    token,
)
from support.patience import EVENTUALLY, given_time, until
from unit.adapters.iamport.rows import a_row

from payments.adapters.iamport import IamportGateway
from payments.adapters.iamport.transport import Deadline, Transport
from payments.domain.errors import ContractViolation, GatewayError, NotSent, Rejected, Unknown
from payments.domain.money import Money
from payments.domain.refund import Refund
from payments.domain.values import GatewayId, MerchantId, RefundId
from payments.entrypoints.blocking import run

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

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


# An answer about something else is never an answer.


def test_an_answer_about_another_attempt_breaks_the_contract(gateway_to: GatewayTo) -> None:
    with Scripted(granted(a_row(imp_uid="imp_other"))) as server:
        gateway = gateway_to(server)
        for question in (gateway.find(IMP), gateway.refund(REFUND, "KRW"), gateway.revoke(IMP)):
            with pytest.raises(ContractViolation):
                run(question)


def test_attempts_at_another_payment_break_the_contract(gateway_to: GatewayTo) -> None:
    page = {"total": 2, "previous": 0, "next": 0, "list": [a_row(), a_row(imp_uid="imp_2", merchant_uid="m_2")]}
    with Scripted(granted(page)) as server, pytest.raises(ContractViolation):
        run(gateway_to(server).attempts(MerchantId("m_1")))


def test_an_amount_registered_for_another_payment_breaks_the_contract(gateway_to: GatewayTo) -> None:
    others = [{"merchant_uid": "m_2", "amount": 1000}, {"merchant_uid": "m_1", "amount": 999}]
    others += [
        {"merchant_uid": "m_1", "amount": 1000, "currency": "USD"},
        {"merchant_uid": "m_1", "amount": float("nan")},
    ]
    for other in others:
        with Scripted(granted(other)) as server, pytest.raises(ContractViolation):
            run(gateway_to(server).prepare(MerchantId("m_1"), Money(1000)))


def test_pages_that_go_in_circles_break_the_contract(gateway_to: GatewayTo) -> None:
    page = {"total": 300, "previous": 0, "next": 1, "list": [a_row()]}
    with Scripted(granted(page)) as server, pytest.raises(ContractViolation):
        run(gateway_to(server).attempts(MerchantId("m_1")))


def test_pages_without_end_are_not_read_to_the_end(gateway_to: GatewayTo) -> None:
    pages = [granted({"total": 9**9, "previous": n - 1, "next": n + 1, "list": [a_row()]}) for n in range(1, 60)]
    with Scripted(*pages) as server:
        with pytest.raises(Unknown):
            run(gateway_to(server).attempts(MerchantId("m_1")))
        assert len(server.asked()) == 50


# Environment and address.


def test_the_environment_changes_nothing(gateway_to: GatewayTo, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """requests would replace our Authorization by a .netrc's, and go through a proxy."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login thief password thief\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", closed_port())
    monkeypatch.setenv("http_proxy", closed_port())
    with Scripted(granted(a_row())) as server:
        run(gateway_to(server).find(IMP))
        assert server.asked()[0].headers["authorization"].startswith("Bearer a1b2")


def test_a_redirect_takes_the_token_nowhere(gateway_to: GatewayTo) -> None:
    with (
        Scripted(granted(a_row())) as elsewhere,
        Scripted(answered(307, b"", f"Location: {elsewhere.url}/payments/x")) as server,
    ):
        with pytest.raises(Unknown):
            run(gateway_to(server).find(IMP))
        assert elsewhere.seen == []


@pytest.mark.parametrize(
    "name", ["..", ".", "a/../../users/getToken", "x?include_sandbox=false", "a#b", "한글 id", "%2e%2e"]
)
def test_an_id_cannot_leave_its_place_in_the_path(gateway_to: GatewayTo, name: str) -> None:
    with Scripted(refused(404, -1, "존재하지 않는 결제정보입니다.")) as server:
        assert run(gateway_to(server).find(GatewayId(name))) is None
        path, _, query = server.asked()[0].target.partition("?")
        assert path.removeprefix("/payments/").isascii()
        assert not set(path.removeprefix("/payments/")) & set("./?# ")
        assert query == "include_sandbox=true"


@pytest.mark.parametrize("name", ["", "i" * 65, "\ud800" * 1_000_000], ids=["empty", "long", "endless"])
def test_an_id_that_no_attempt_has_is_no_question(gateway_to: GatewayTo, name: str) -> None:
    """An empty one would ask for the list of all payments."""
    with Scripted(granted([])) as server:
        assert run(gateway_to(server).find(GatewayId(name))) is None
        assert server.seen == []


# Secrets.


def test_no_secret_gets_out(gateway_to: GatewayTo, caplog: pytest.LogCaptureFixture) -> None:
    """Not in logs, errors or what settings look like, even where the provider repeats them to us."""
    caplog.set_level("DEBUG")
    told_back = refused(400, -1, f"bad: {KEY} {SECRET} Bearer {TOKEN}.")
    keys_told_back = refused(401, -1, f"bad: {KEY} {SECRET}.")
    cases = [(told_back, token()), (told_back, keys_told_back), (reset, token()), (answered(500, HTML), token())]
    told = ""
    for act, token_act in cases:
        with Scripted(act, token_acts=(token_act,)) as server, pytest.raises(GatewayError) as trouble:
            run(gateway_to(server).refund(REFUND, "KRW"))
        told += f"{trouble.value} {trouble.value!r} {gateway_to(server)._settings!r}"
    told += caplog.text
    assert "bad: ***" in told
    assert "POST /payments/cancel" in told
    assert [secret for secret in (KEY, SECRET, TOKEN) if secret in told] == []


def test_each_call_is_one_line_in_the_log(gateway_to: GatewayTo, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="payments.iamport")
    with Scripted(granted(a_row()), answered(500, HTML)) as server:
        gateway = gateway_to(server)
        run(gateway.find(IMP))
        with pytest.raises(Unknown):
            run(gateway.find(IMP))
    lines = [record.getMessage().rpartition(" in ")[0] for record in caplog.records]
    assert lines == ["GET /payments/{}: 200 code 0", "GET /payments/{}: Unknown"]
    assert TOKEN_PATH not in caplog.text
