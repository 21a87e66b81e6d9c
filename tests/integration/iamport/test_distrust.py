"""What the client does not believe or let through: answers about something else, ids as paths, secrets in logs."""

from typing import Any

import pytest
from integration.iamport.conftest import KEY, SECRET
from integration.iamport.scripted import (
    TOKEN,
    TOKEN_PATH,
    Scripted,
    answered,
    granted,
    refused,
    reset,
    token,
)
from integration.iamport.troubles import HTML, IMP, NAME, REFUND, GatewayTo, closed_port
from support.patience import EVENTUALLY
from unit.adapters.iamport.rows import a_row

from payments.domain.errors import ContractViolation, GatewayError, Unknown
from payments.domain.money import Money
from payments.domain.values import GatewayId, MerchantId
from payments.entrypoints.blocking import run
from payments.testing import NOON

# An answer about something else is never an answer.


def test_an_answer_about_another_attempt_is_a_contract_violation(gateway_to: GatewayTo) -> None:
    with Scripted(granted(a_row(imp_uid="imp_other"))) as server:
        gateway = gateway_to(server)
        for question in (gateway.find(IMP), gateway.refund(REFUND, "KRW", NAME), gateway.revoke(IMP, NAME)):
            with pytest.raises(ContractViolation):
                run(question)


def test_an_attempt_at_another_payment_keeps_its_name_and_hides_no_other(gateway_to: GatewayTo) -> None:
    """The use cases record it nowhere, and take the look for incomplete."""
    page = {"total": 2, "previous": 0, "next": 0, "list": [a_row(), a_row(imp_uid="imp_2", merchant_uid="m_2")]}
    with Scripted(granted(page)) as server:
        seen = run(gateway_to(server).attempts(MerchantId("m_1")))
    assert [report.merchant_id for report in seen.reports] == ["m_1", "m_2"]


def test_a_registration_of_another_payment_is_a_contract_violation(gateway_to: GatewayTo) -> None:
    others = [{"merchant_uid": "m_2", "amount": 1000}, {"merchant_uid": "m_1", "amount": 999}]
    others += [
        {"merchant_uid": "m_1", "amount": 1000, "currency": "USD"},
        {"merchant_uid": "m_1", "amount": float("nan")},
    ]
    for other in others:
        with Scripted(granted(other)) as server, pytest.raises(ContractViolation):
            run(gateway_to(server).prepare(MerchantId("m_1"), Money(1000)))


@pytest.mark.parametrize("following", [1, 3, 7, 2**40])
def test_pages_out_of_order_are_not_followed_and_hide_nothing(gateway_to: GatewayTo, following: int) -> None:
    page = {"total": 300, "previous": 0, "next": following, "list": [a_row()]}
    with Scripted(granted(page)) as server:
        seen = run(gateway_to(server).attempts(MerchantId("m_1")))
        assert len(server.asked()) == 1
    assert ([report.gateway_id for report in seen.reports], len(seen.unreadable)) == ([IMP], 1)


def test_pages_without_end_are_not_read_to_the_end(gateway_to: GatewayTo) -> None:
    pages = [granted({"total": 9**9, "previous": n - 1, "next": n + 1, "list": [a_row()]}) for n in range(1, 60)]
    with Scripted(*pages) as server:
        seen = run(gateway_to(server).attempts(MerchantId("m_1")))
        assert len(server.asked()) == 50
    assert (len(seen.reports), len(seen.unreadable)) == (50, 1)


def test_a_page_full_of_a_buyers_own_data_is_read(gateway_to: GatewayTo) -> None:
    """`custom_data` comes from the browser: rows that a hostile buyer has filled must not hide those of others."""
    rows = [a_row(imp_uid=f"imp_{number}", custom_data="x" * 65_536) for number in range(100)]
    with Scripted(granted({"total": 100, "previous": 0, "next": 0, "list": rows})) as server:
        assert len(run(gateway_to(server, deadline=EVENTUALLY).listing(NOON, NOON, 1)).reports) == 100


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


def test_a_redirect_does_not_receive_the_token(gateway_to: GatewayTo) -> None:
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
def test_an_id_that_no_attempt_can_have_is_not_sent(gateway_to: GatewayTo, name: str) -> None:
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
            run(gateway_to(server).refund(REFUND, "KRW", NAME))
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
