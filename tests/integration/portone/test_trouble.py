"""What V2's gateway makes of a provider that fails: what is unknown, what was refused, what was never sent."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest
from integration.iamport.scripted import Act, Scripted, answered
from integration.iamport.troubles import HTML, UNKNOWN, closed_port
from integration.portone.conftest import API_SECRET
from support.patience import given_time
from unit.adapters.portone.rows import TX, a_cancellation, a_row, a_transaction, amount

from payments.domain.errors import (
    ContractViolation,
    CredentialsRefused,
    GatewayError,
    NotSent,
    Rejected,
    StillAtWork,
    Unknown,
)
from payments.domain.money import Money
from payments.domain.refund import Refund
from payments.domain.report import Outcome, Rank
from payments.domain.values import GatewayId, MerchantId, RefundId
from payments.entrypoints.blocking import run
from payments.testing import NOON

IMP, M1 = GatewayId(TX), MerchantId("m_1")
REFUND = Refund(id=RefundId("r_1"), gateway_id=IMP, amount=300, remainder=1000, by="shop:x", requested_at=NOON)
OF_V1 = ("success without a response", "500 in the envelope", "404 with a payment", "a code that is a text")
TROUBLES = {name: act for name, act in UNKNOWN.items() if name not in OF_V1}


def said(value: object, status: int = 200) -> Act:
    return answered(status, json.dumps(value).encode())


def refused(status: int, kind: str, **more: Any) -> Act:
    return said({"type": kind, "message": "no", **more}, status)


def page_of(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(rows), "page": {"number": 0, "size": 10, "totalCount": len(rows)}}


def cancelled(**changes: Any) -> Act:
    return said({"cancellation": a_cancellation(**changes)})


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_whatever_is_not_the_providers_answer_leaves_a_refund_unknown(gateway_to: Any, trouble: Act) -> None:
    def unknown(deadline: float) -> None:
        with Scripted(said(a_row()), trouble) as server, pytest.raises(Unknown):
            run(gateway_to(server, deadline=deadline, body_cap=1 << 18).refund(REFUND, "KRW", M1))
        assert [one.method for one in server.asked()] == ["GET", "POST"]  # a cancel is never repeated blindly

    given_time(unknown)


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (refused(400, "INVALID_REQUEST"), "INVALID_REQUEST"),
        (refused(404, "PAYMENT_NOT_FOUND"), "PAYMENT_NOT_FOUND"),
        (refused(409, "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN"), "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN"),
        (refused(409, "SOMETHING_NEW"), "SOMETHING_NEW"),
        (refused(502, "PG_PROVIDER", pgCode="P1", pgMessage="점검 중"), "PG_PROVIDER"),
        (cancelled(status="FAILED"), "FAILED"),
    ],
)
def test_a_typed_refusal_is_believed(gateway_to: Any, act: Act, kind: str) -> None:
    with Scripted(said(a_row()), act) as server, pytest.raises(Rejected) as refusal:
        run(gateway_to(server).refund(REFUND, "KRW", M1))
    assert refusal.value.provider_code == kind


def test_a_refusal_of_the_pg_is_told_in_its_words(gateway_to: Any) -> None:
    act = refused(502, "PG_PROVIDER", pgCode="P1", pgMessage="점검 중")
    with Scripted(said(a_row()), act) as server, pytest.raises(Rejected) as refusal:
        run(gateway_to(server).refund(REFUND, "KRW", M1))
    assert refusal.value.provider_text == "P1 점검 중 no"


@pytest.mark.parametrize("act", [refused(503, "PG_PROVIDER"), refused(502, "BAD_GATEWAY"), refused(500, "INTERNAL")])
def test_an_error_of_the_server_is_no_refusal(gateway_to: Any, act: Act) -> None:
    with Scripted(said(a_row()), act) as server, pytest.raises(Unknown):
        run(gateway_to(server).refund(REFUND, "KRW", M1))


def test_an_outstanding_request_is_still_at_work(gateway_to: Any) -> None:
    act = refused(409, "IDEMPOTENCY_OUTSTANDING_REQUEST")
    with Scripted(said(a_row()), act) as server, pytest.raises(StillAtWork):
        run(gateway_to(server, tries=3).refund(REFUND, "KRW", M1))
    assert len(server.asked()) == 2


@pytest.mark.parametrize(("status", "kind"), [(401, "UNAUTHORIZED"), (403, "FORBIDDEN")])
def test_a_secret_that_is_refused_is_the_operators_affair(gateway_to: Any, status: int, kind: str) -> None:
    with Scripted(refused(status, kind)) as server, pytest.raises(CredentialsRefused) as told:
        run(gateway_to(server, tries=3).find(IMP, M1))
    assert len(server.asked()) == 1
    assert API_SECRET not in str(told.value)
    assert "V2 API secret" in str(told.value)


def test_what_was_not_sent_is_safe_to_send_again(gateway_to: Any) -> None:
    with pytest.raises(NotSent):
        run(gateway_to(closed_port()).refund(REFUND, "KRW", M1))
    with Scripted(said(a_row()), answered(429, HTML), cancelled(), said(a_row(amount=amount(cancelled=300)))) as server:
        assert run(gateway_to(server, tries=2).refund(REFUND, "KRW", M1)).refunded == 300


def test_a_cancel_carries_its_key_in_quotes_and_the_same_one_again(gateway_to: Any) -> None:
    with Scripted() as server:
        gateway = gateway_to(server)
        for refund in (REFUND, attrs.evolve(REFUND, sends=1, sent_at=NOON), attrs.evolve(REFUND, refusals=1)):
            server.acts[:] = [said(a_row()), cancelled(), said(a_row(amount=amount(cancelled=300)))]
            run(gateway.refund(refund, "KRW", M1))
        sent = [one for one in server.asked() if one.method == "POST"]
    keys = [{name.lower(): value for name, value in one.headers.items()}["idempotency-key"] for one in sent]
    assert keys[0] == keys[1] != keys[2]
    assert all(key[0] == key[-1] == '"' and len(key) >= 18 for key in keys)
    assert sent[0].json["currentCancellableAmount"] == 1000


def test_a_cancel_that_is_only_accepted_is_in_the_report_even_where_the_provider_hides_it(gateway_to: Any) -> None:
    with Scripted(said(a_row()), cancelled(status="REQUESTED"), said(a_row())) as server:
        report = run(gateway_to(server).refund(REFUND, "KRW", M1))
    assert (report.refunded, [one.outcome for one in report.refunds]) == (0, [Outcome.REQUESTED])
    assert REFUND.recognises(report.refunds[0])


def test_where_the_transactions_are_withdrawn_the_payment_is_the_attempt(gateway_to: Any) -> None:
    for gone in (answered(404, HTML), answered(410, b""), answered(405, b"{}")):
        with Scripted(gone, said(a_row())) as server:
            seen = run(gateway_to(server).attempts(M1))
        assert [report.gateway_id for report in seen.reports] == [TX]


def test_a_payment_that_is_not_known_has_no_attempts(gateway_to: Any) -> None:
    with Scripted(refused(404, "PAYMENT_NOT_FOUND")) as server:
        gateway = gateway_to(server)
        assert run(gateway.attempts(M1)).reports == ()
        assert run(gateway.find(IMP, M1)) is None


def test_a_404_of_a_router_is_no_answer_about_a_payment(gateway_to: Any) -> None:
    with Scripted(answered(404, HTML)) as server, pytest.raises(Unknown):
        run(gateway_to(server).find(IMP, M1))


def test_an_older_attempt_is_found_behind_the_one_that_is_shown(gateway_to: Any) -> None:
    older = a_transaction("FAILED", transactionId="older", failure={"reason": "거절"}, paidAt=None)
    with Scripted(said(a_row()), said({"items": [older, a_transaction()]})) as server:
        report = run(gateway_to(server).find(GatewayId("older"), M1))
    assert report is not None
    assert report.rank is Rank.DECLINED


def test_an_attempt_is_searched_for_where_only_its_id_is_known(gateway_to: Any) -> None:
    listed = {
        "items": [a_row(transactionId=f"{TX}-2", id="m_2"), a_row()],
        "page": {"number": 0, "size": 10, "totalCount": 2},
    }
    with Scripted(said(listed), said(a_row())) as server:
        report = run(gateway_to(server).find(IMP))
    assert report is not None
    assert report.merchant_id == "m_1"


def test_rows_of_v1_are_never_reported(gateway_to: Any) -> None:
    rows = [a_row(version="V1", transactionId="imp_1"), a_row()]
    with Scripted(said(page_of(*rows))) as server:
        listed = run(gateway_to(server).listing(NOON, NOON, 1))
        assert (
            json.loads(parse_qs(urlsplit(server.asked()[0].target).query)["requestBody"][0])["filter"]["version"]
            == "V2"
        )
    assert ([report.gateway_id for report in listed.reports], listed.skipped) == ([TX], ())
    with Scripted(said(a_row(version="V1"))) as server:
        assert run(gateway_to(server).find(IMP, M1)) is None


def test_one_row_that_cannot_be_read_is_told_and_walked_past(gateway_to: Any) -> None:
    page = {
        "items": [a_row("ON_HOLD", transactionId="odd"), a_row()],
        "page": {"number": 0, "size": 9, "totalCount": 2},
    }
    with Scripted(said(page)) as server:
        listed = run(gateway_to(server).listing(NOON, NOON, 1))
    assert len(listed.reports) == 1
    assert "odd" in listed.skipped[0]


def test_a_full_page_has_a_next_one_whatever_the_total_says(gateway_to: Any) -> None:
    """The documents call the total both the number of matches and the number of rows that were returned."""
    with Scripted(said(page_of(a_row(), a_row(transactionId="b")))) as server:
        assert run(gateway_to(server, page_size=2).listing(NOON, NOON, 1)).pages == 2


def test_an_answer_about_another_capture_is_a_contradiction(gateway_to: Any) -> None:
    acts = said(a_row()), cancelled(), said(a_row(transactionId="other")), said({"items": []})
    with Scripted(*acts) as server, pytest.raises(ContractViolation):
        run(gateway_to(server).refund(REFUND, "KRW", M1))


def test_no_cancel_is_sent_that_would_be_of_another_capture(gateway_to: Any) -> None:
    """The provider's cancel names the payment alone; two captures of one are impossible there, says its manual."""
    with Scripted(said(a_row(transactionId="other"))) as server, pytest.raises(Rejected) as refusal:
        run(gateway_to(server).refund(REFUND, "KRW", M1))
    assert refusal.value.provider_code == "OTHER_CAPTURE"
    assert [one.method for one in server.asked()] == ["GET"]


def test_ids_cannot_leave_their_place_in_the_path(gateway_to: Any) -> None:
    with Scripted(refused(404, "PAYMENT_NOT_FOUND")) as server:
        for name in ("..", "a/b", "a?b=c", "%2e%2e"):
            run(gateway_to(server).find(IMP, MerchantId(name)))
        assert all(one.target.startswith("/payments/") and one.target.count("/") == 2 for one in server.asked())


def test_the_secret_is_in_no_error_and_no_log(gateway_to: Any, caplog: pytest.LogCaptureFixture) -> None:
    with Scripted(refused(400, "INVALID_REQUEST", message=f"PortOne {API_SECRET}")) as server:
        gateway = gateway_to(server)
        with pytest.raises(GatewayError) as told:
            run(gateway.prepare(M1, Money(1000)))
    assert API_SECRET not in f"{told.value!r} {told.value} {caplog.text} {gateway._settings!r}"
