"""The console, the administration, the state file and the command show both generations."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Clock, Sandbox, SandboxSettings, running_sandbox
from payments.entrypoints.sandbox.portone_settings import STORE_ID, V2_SECRET


def admin(sandbox: Sandbox, path: str, method: str = "GET", **body: object) -> tuple[int, object]:
    answer = requests.request(method, f"{sandbox.url}/_sandbox/{path}", json=body or None, timeout=EVENTUALLY)
    return answer.status_code, answer.json()


def test_the_console_shows_both_generations(sandbox: Sandbox, paid: str, p1: str) -> None:
    _, overview = admin(sandbox, "console")
    assert [(row["merchant_uid"], row["generation"]) for row in overview["payments"]] == [
        ("p1", "V2"),
        ("order-1", "V1"),
    ]
    assert overview["payments"][0]["actions"] == ["refund"]
    assert admin(sandbox, f"payments/{p1}/refund", "POST", amount=300)[0] == 200
    assert sandbox.payment(p1).cancel_amount == 300


def test_what_only_v2_has_is_an_action_too(v2, sandbox: Sandbox) -> None:
    asked = {"storeId": STORE_ID, "channelKey": "channel-key-v2-paypal", "orderName": "o", "payMethod": "CARD"}
    http, opened = admin(sandbox, "payments", "POST", paymentId="p1", totalAmount=1000, currency="USD", **asked)
    assert http == 200
    act = f"payments/{opened['imp_uid']}/"
    assert admin(sandbox, act + "review", "POST")[0] == 200
    assert v2.payment()["status"] == "PAY_PENDING"
    assert admin(sandbox, act + "approve", "POST")[0] == 200
    v2.cancel(amount=10)
    assert admin(sandbox, act + "refuse_cancels", "POST")[0] == 200
    v2.cancel(amount=10)
    assert admin(sandbox, act + "settle_cancels", "POST")[0] == 200
    for action in ("dispute", "resolve", "charge_back"):
        assert admin(sandbox, act + action, "POST")[0] == 200
    assert v2.payment()["status"] == "CANCELLED"
    assert admin(sandbox, act + "review", "POST")[0] == 409


def test_v2s_settings_are_shown_and_changed_below_portone(sandbox: Sandbox) -> None:
    _, shown = admin(sandbox, "settings")
    assert V2_SECRET not in json.dumps(shown)
    assert "whsec_" not in json.dumps(shown)
    assert shown["portone"]["variants"]["account_over"] == ["FAILED", "CANCELLED"]
    changed = {"webhook_url": "http://127.0.0.1:9/", "guesses": {"account_over": "CANCELLED"}}
    assert admin(sandbox, "settings", "PATCH", portone=changed)[0] == 200
    assert sandbox.settings.portone.webhook_url == "http://127.0.0.1:9/"
    assert sandbox.settings.portone.guesses.account_over == "CANCELLED"
    for wrong in ({"secret": "x"}, {"guesses": {"nothing": 1}}, {"webhook_url": 5}, {"webhook_jitter": "no"}):
        assert admin(sandbox, "settings", "PATCH", portone=wrong)[0] == 400


def test_v2s_state_survives_its_process(tmp_path: Path) -> None:
    settings = SandboxSettings(seed=7, state=tmp_path / "state")
    head = {"Authorization": f"PortOne {V2_SECRET}", "Idempotency-Key": '"refund-0000000001"'}
    body = {"reason": "r", "amount": 300}

    def cancelled(sandbox: Sandbox) -> tuple[int, object]:
        url = f"{sandbox.portone.url}/payments/p1/cancel"
        answer = requests.post(url, json=body, headers=head, timeout=EVENTUALLY)
        return answer.status_code, answer.json()

    with running_sandbox(settings, clock=Clock.stopped()) as sandbox:
        sandbox.approve(sandbox.portone.open_window("p1", 1000, customer={"fullName": "홍길동"}))
        first = cancelled(sandbox)
        key = sandbox.portone.issue_key()
    with running_sandbox(SandboxSettings(seed=7, state=tmp_path / "state")) as sandbox:
        assert cancelled(sandbox) == first
        row = sandbox.portone.payment("p1")
        assert (row.cancel_amount, row.buyer_name, row.is_v2) == (300, "홍길동", True)
        assert sandbox.portone.keys.get(key).status == "ISSUED"
        assert sandbox.portone.views().payment(row)["status"] == "PARTIAL_CANCELLED"


def test_the_command_prints_both_sets_of_settings() -> None:
    command = [sys.executable, "-m", "payments.entrypoints.sandbox", "--port", "0", "--v2-secret", "mine"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    ) as run:
        assert run.stdout
        lines = [run.stdout.readline() for _ in range(5)]
        url = lines[2].split()[-1]
        headers = {"Authorization": "PortOne mine"}
        assert requests.get(f"{url}/payments", headers=headers, timeout=EVENTUALLY).status_code == 200
        assert f'src="{url}/v2/browser-sdk.js"' in lines[3]
        assert STORE_ID in lines[3]
        assert "secret mine" in lines[4]
        run.send_signal(signal.SIGINT)
        run.wait(EVENTUALLY)


@pytest.mark.iamport_sandbox(portone={"webhook_jitter": False})
def test_the_plugin_has_fixtures_of_v2(portone_sandbox, paid_v2_payment, iamport_sandbox: Sandbox) -> None:
    payment = paid_v2_payment(12_000, "p1")
    assert portone_sandbox.payment("p1").imp_uid == payment.transaction_id
    assert requests.get(f"{portone_sandbox.url}/banks", timeout=EVENTUALLY).status_code == 200
    assert portone_sandbox.settings.webhook_jitter is False
    assert paid_v2_payment().payment_id != paid_v2_payment().payment_id
    with pytest.raises(pytest.fail.Exception, match="was not paid"):
        paid_v2_payment(500, confirmUrl="http://127.0.0.1:1/never")


def test_each_test_has_settings_of_its_own(portone_sandbox) -> None:
    assert portone_sandbox.settings.webhook_jitter is True
    assert list(portone_sandbox.book.all()) == []
