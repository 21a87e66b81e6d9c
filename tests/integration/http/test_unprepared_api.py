"""What the provider does not know yet is shown to nobody; wrong keys are the operator's trouble, never the buyer's."""

import logging
from datetime import timedelta

import pytest
from support.api import RunningApi, slug

from payments.domain.errors import CredentialsRefused, NotSent, Unknown
from payments.domain.machine import Status
from payments.entrypoints.blocking import run

REFUSED = CredentialsRefused("The provider refused our REST API key. Nothing was done. Correct iamport.key.")


def live(api: RunningApi):
    payment = run(api.service.payments.live("alice", "gold"))
    assert payment is not None
    return payment


@pytest.mark.parametrize("error", [NotSent("away"), Unknown("no answer"), REFUSED], ids=lambda error: error.slug)
def test_an_unprepared_id_is_in_no_list_no_message_and_no_timeline(api: RunningApi, error):
    api.gateway.trouble("prepare", error)
    answer = api.post("/payments", {"order": "gold"}, headers=api.alice)
    unprepared = live(api)
    assert unprepared.merchant_id not in answer.text
    for headers in (api.alice, api.shop):
        assert api.get("/payments", headers=headers).json() == {"payments": []}
    events = api.get(f"/payments/{unprepared.merchant_id}/events", headers=api.shop)
    assert events.json() == {"events": []}
    later = api.service.clock.now() + timedelta(days=1)
    assert run(api.service.outbox.claim(later, later, 10)) == []


def test_beginning_again_announces_the_same_payment(api: RunningApi):
    api.gateway.trouble("prepare", NotSent("away"))
    api.post("/payments", {"order": "gold"}, headers=api.alice)
    unprepared = live(api)
    assert api.begun()["merchant_id"] == unprepared.merchant_id
    (listed,) = api.get("/payments", headers=api.alice).json()["payments"]
    assert listed["merchant_id"] == unprepared.merchant_id
    events = api.get(f"/payments/{unprepared.merchant_id}/events", headers=api.alice).json()["events"]
    assert [(event["version"], event["kind"]) for event in events] == [(1, "begun"), (2, "prepared")]


def test_wrong_keys_are_loud_in_the_log_and_told_to_no_buyer(api: RunningApi, caplog):
    """It is our own fault, so the payment is not failed, and the next try goes on with it."""
    api.gateway.trouble("prepare", REFUSED)
    answer = api.post("/payments", {"order": "gold"}, headers=api.alice)
    assert (answer.status_code, slug(answer)) == (503, "gateway-credentials-refused")
    assert int(answer.headers["Retry-After"]) > 0
    assert not {"key", "iamport"} & set(answer.json()["detail"].lower().replace(".", " ").split())
    (alarm,) = [record for record in caplog.records if record.name == "payments.alarms"]
    assert alarm.levelno >= logging.ERROR
    assert "credentials-refused" in alarm.getMessage()
    assert live(api).status is Status.AWAITING
    assert api.begun()["merchant_id"] == live(api).merchant_id


def test_wrong_keys_at_a_refund_leave_it_open(api: RunningApi, caplog):
    payment, _ = api.paid()
    api.gateway.trouble("refund", REFUSED)
    answer = api.post(f"/payments/{payment['merchant_id']}/refunds", {}, headers=api.shop)
    assert (answer.status_code, answer.json()["status"]) == (202, "open")
    assert any("credentials-refused" in record.getMessage() for record in caplog.records)
    run(api.service.refresher.refresh_soon(payment["merchant_id"]))
    run(api.service.sweep.sweep())
    assert api.stored(payment["merchant_id"]).refunded == 12_000
