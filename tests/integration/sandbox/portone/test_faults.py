"""Faults strike V2's calls and webhooks as they strike V1's."""

import json

import pytest
import requests
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import InvalidFault, Sandbox

LIST = {"requestBody": json.dumps({"filter": {"from": "2023-11-01T00:00:00Z"}})}


def test_an_error_is_typed_by_its_status_and_a_proxys_is_not(v2, sandbox: Sandbox, p1: str) -> None:
    sandbox.faults.add("v2_get_payment:500@1, v2_get_payment:404@2, v2_get_payment:maintenance@3")
    assert v2.refused("GET", "/payments/p1") == (500, "INVALID_REQUEST")
    assert v2.refused("GET", "/payments/p1") == (404, "PAYMENT_NOT_FOUND")
    assert v2.refused("GET", "/payments/p1") == (502, "PG_PROVIDER")
    assert v2.payment()["status"] == "PAID"
    sandbox.faults.add("v2_get_payment:html=502")
    answer = v2.session.get(f"{v2.url}/payments/p1", timeout=EVENTUALLY)
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=UTF-8")


@pytest.mark.parametrize("fault", ["refuse", "drop", "cut"])
def test_an_answer_may_not_arrive(v2, sandbox: Sandbox, p1: str, fault: str) -> None:
    sandbox.faults.add(f"v2_cancel:{fault}@1")
    with pytest.raises(requests.RequestException):
        v2.cancel(amount=300)
    assert v2.payment()["amount"]["cancelled"] == (0 if fault == "refuse" else 300)


def test_json_may_be_broken_or_lack_a_field(v2, sandbox: Sandbox, p1: str) -> None:
    sandbox.faults.add("v2_get_payment:truncated@1, v2_get_payment:missing=status@2, v2_get_payment:ill-typed=amount@3")
    with pytest.raises(requests.JSONDecodeError):
        v2.payment()
    assert "status" not in v2.payment()
    assert not isinstance(v2.payment()["amount"], dict)


def test_a_payment_may_have_a_new_status_or_be_left_out(v2, sandbox: Sandbox, p1: str) -> None:
    sandbox.faults.add("v2_get_payments:new-status@1, v2_get_payments:filtered@2, v2_get_transactions:new-status")
    assert v2.good("GET", "/payments")["items"][0]["status"] == "disputed"
    page = v2.good("GET", "/payments")
    assert (page["items"], page["page"]["totalCount"]) == ([], 0)
    assert v2.good("GET", "/payments/p1/transactions")["items"][0]["status"] == "disputed"


def test_others_act_on_the_same_payment(v2, sandbox: Sandbox, p1: str) -> None:
    sandbox.faults.add("v2_cancel:console-refund=400@1")
    assert v2.cancel_refused(currentCancellableAmount=1000) == (409, "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN")
    assert v2.payment()["amount"]["cancelled"] == 400
    failed = sandbox.portone.open_window("p2", 1000)
    sandbox.decline(failed)
    sandbox.faults.add("v2_get_payment:late-approval@1, v2_get_payment:second-tab@2")
    assert v2.payment("p2")["status"] == "PAID"
    v2.payment("p2")
    items = v2.good("GET", "/payments/p2/transactions")["items"]
    assert [item["status"] for item in items] == ["PAID", "PAID"]


def test_a_call_may_read_an_old_state(v2, sandbox: Sandbox, p1: str) -> None:
    sandbox.faults.add("v2_get_payment:stale@1")
    assert v2.payment()["status"] == "READY"
    assert v2.payment()["status"] == "PAID"


def test_rows_enter_and_leave_a_list_while_it_is_read(v2, sandbox: Sandbox) -> None:
    sandbox.approve(sandbox.portone.open_window("p1", 1000))
    sandbox.portone.open_window("p2", 1000)
    sandbox.move_clock(100)
    recent = {"requestBody": json.dumps({"filter": {"from": "2023-11-14T22:14:00Z"}})}
    sandbox.faults.add("v2_get_payments:row-enters@1, v2_get_payments:row-leaves@2")
    assert [item["id"] for item in v2.good("GET", "/payments", params=recent)["items"]] == ["p2"]
    sandbox.move_clock(100)
    ended = {"from": "2023-11-14T22:13:00Z", "until": "2023-11-14T22:13:50Z"}
    asked = {"requestBody": json.dumps({"filter": ended})}
    assert v2.good("GET", "/payments", params=asked)["items"] == []
    assert v2.payment("p1")["status"] == "CANCELLED"


def test_v2_alone_means_all_its_calls_and_no_name_none(v2, shop, sandbox: Sandbox, p1: str) -> None:
    sandbox.faults.add("v2:503")
    assert v2.refused("GET", "/payments")[0] == v2.refused("POST", "/payments/p1/cancel", {})[0] == 503
    assert shop.get("/payments/status/all")[0] == 200
    with pytest.raises(InvalidFault):
        sandbox.faults.add("v2_nothing:503")
    assert any(call.path == "/v2/payments" and call.fault == "error=503" for call in sandbox.journal.calls)


def test_a_forged_webhook_has_a_wrong_signature(sandbox: Sandbox, listener) -> None:
    sandbox.portone.settings.webhook_url = listener.url
    sandbox.faults.add("webhook:forged=stranger@1, webhook:drop@2")
    sandbox.approve(sandbox.portone.open_window("p1", 1000))
    assert sandbox.webhooks.wait(EVENTUALLY)
    forged, real = (json.loads(listener.hear()[1]) for _ in range(2))
    assert (forged["type"], real["type"]) == ("Transaction.Paid", "Transaction.Ready")
    assert forged["data"]["paymentId"].startswith("imp_forged_")
    first, second = (headers["webhook-signature"] for headers in listener.headers)
    assert first != second
    assert listener.heard.empty()
