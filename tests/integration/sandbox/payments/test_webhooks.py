"""Webhooks: what is told, to whom, in which form, and what is kept of it."""

import json
import socket
from urllib.parse import parse_qs

import pytest
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import NotPossible, Sandbox


def body_of(listener) -> dict[str, str]:
    kind, body = listener.hear()
    assert kind == "application/json"
    return json.loads(body)


def told(imp_uid: str, status: str) -> dict[str, str]:
    return {"imp_uid": imp_uid, "merchant_uid": "order-1", "status": status}


@pytest.mark.fact("§6", "documented", "Approvals, issued accounts, deposits and cancels in the console are told.")
@pytest.mark.fact("§6", "documented", "A webhook has imp_uid, merchant_uid and status, and a cancel's cancellation_id.")
@pytest.mark.fact("§4.2", "documented", "A cancel in the console has a fixed reason.")
@pytest.mark.fact("§5.1", "documented", "An issued account is ready, and paid once its deposit came.")
def test_approvals_accounts_deposits_and_console_cancels_are_told(sandbox: Sandbox, listener) -> None:
    sandbox.settings.webhook_url = listener.url
    imp_uid = sandbox.open_window("order-1", 1000)
    sandbox.issue_vbank(imp_uid)
    assert body_of(listener) == told(imp_uid, "ready")
    sandbox.deposit(imp_uid)
    assert body_of(listener) == told(imp_uid, "paid")
    row = sandbox.console_cancel(imp_uid, 300)
    assert body_of(listener) == told(imp_uid, "cancelled") | {"cancellation_id": row.cancel_history[0].cancellation_id}
    assert row.cancel_reason == "관리자페이지취소"
    assert sandbox.webhooks.wait(EVENTUALLY)
    assert [delivery.http for delivery in sandbox.webhooks.of(imp_uid)] == [200, 200, 200]


@pytest.mark.fact("§6", "documented", "A failed payment and a buyer who walks away are never told.")
@pytest.mark.fact("§5.1", "documented", "A window that nobody finishes stays ready.")
def test_failures_and_walking_away_are_never_told(sandbox: Sandbox, listener) -> None:
    sandbox.settings.webhook_url = listener.url
    declined, left, paid = (sandbox.open_window("order-1", 1000) for _ in range(3))
    sandbox.decline(declined)
    sandbox.leave(left)
    sandbox.approve(paid)
    assert body_of(listener) == told(paid, "paid"), "the first that is told is the approval"
    assert sandbox.webhooks.wait(EVENTUALLY)
    assert len(sandbox.webhooks.deliveries) == 1


@pytest.mark.fact("§5.1", "documented", "A failed payment may be approved later, and that is told.")
def test_a_late_approval_is_told(sandbox: Sandbox, listener) -> None:
    sandbox.settings.webhook_url = listener.url
    imp_uid = sandbox.open_window("order-1", 1000)
    sandbox.decline(imp_uid)
    row = sandbox.approve_late(imp_uid)
    assert (row.status, row.failed_at, row.fail_reason) == ("paid", 0, None)
    assert body_of(listener) == told(imp_uid, "paid")
    with pytest.raises(NotPossible):
        sandbox.approve_late(imp_uid)


@pytest.mark.fact("§4.2", "documented", "A cancel by API is told only with `enable_webhook`, at the console's address.")
def test_a_cancel_by_api_is_told_only_when_asked(sandbox: Sandbox, shop, listener) -> None:
    sandbox.settings.webhook_url = listener.url
    imp_uid = sandbox.open_window("order-1", 1000)
    sandbox.approve(imp_uid)
    assert body_of(listener) == told(imp_uid, "paid")
    shop.good("POST", "/payments/cancel", json={"imp_uid": imp_uid, "amount": 1})
    row = shop.good("POST", "/payments/cancel", json={"imp_uid": imp_uid, "amount": 2, "enable_webhook": True})
    assert body_of(listener)["cancellation_id"] == row["cancel_history"][1]["cancellation_id"]
    assert sandbox.webhooks.wait(EVENTUALLY)
    assert len(sandbox.webhooks.deliveries) == 2


@pytest.mark.fact("§6", "documented", "`notice_url`, one or several, takes the place of the console's address.")
def test_a_payments_own_urls_come_before_the_consoles(sandbox: Sandbox, listener) -> None:
    sandbox.settings.webhook_url = "http://127.0.0.1:1/never"
    imp_uid = sandbox.open_window("order-1", 1000, notice_url=[f"{listener.url}/1", f"{listener.url}/2"])
    sandbox.approve(imp_uid)
    assert [listener.heard.get(timeout=EVENTUALLY)[0] for _ in range(2)] == ["/hook/1", "/hook/2"]
    assert sandbox.webhooks.wait(EVENTUALLY)
    assert {delivery.url for delivery in sandbox.webhooks.deliveries} == {f"{listener.url}/1", f"{listener.url}/2"}


@pytest.mark.fact("§6", "documented", "Webhooks are JSON or forms, as the console says.")
def test_a_form_is_sent_when_the_console_says_so(sandbox: Sandbox, listener) -> None:
    sandbox.settings.webhook_url, sandbox.settings.webhook_format = listener.url, "form"
    imp_uid = sandbox.open_window("order-1", 1000)
    sandbox.approve(imp_uid)
    kind, body = listener.hear()
    assert kind == "application/x-www-form-urlencoded"
    assert {name: values[0] for name, values in parse_qs(body.decode()).items()} == told(imp_uid, "paid")


@pytest.mark.fact("§6", "documented", "A webhook goes out once unless support switched repeats on.")
@pytest.mark.fact("§6", "documented", "A network error shows as code 0.")
def test_a_refused_connection_is_code_0_and_is_not_tried_again(sandbox: Sandbox) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        sandbox.settings.webhook_url = f"http://127.0.0.1:{unused.getsockname()[1]}/hook"
        imp_uid = sandbox.open_window("order-1", 1000)
        sandbox.approve(imp_uid)
        assert sandbox.webhooks.wait(EVENTUALLY)
    (delivery,) = sandbox.webhooks.of(imp_uid)
    assert (delivery.http, delivery.error, delivery.delivered) == (0, "ConnectionError", False)


@pytest.mark.fact(
    "§6", "documented", "Repeats come a minute apart after a network error or a 5xx, five at most, until a 200."
)
def test_retries_come_a_minute_apart_and_stop_at_200(sandbox: Sandbox, listener) -> None:
    sandbox.settings.webhook_url, sandbox.settings.webhook_retries = listener.url, 5
    listener.answers[:] = [(503, b""), (500, b""), (200, b"ok")]
    imp_uid = sandbox.open_window("order-1", 1000)
    sandbox.approve(imp_uid)
    for _ in range(2):
        assert body_of(listener) == told(imp_uid, "paid")
        assert sandbox.webhooks.wait(EVENTUALLY)
        assert listener.heard.empty(), "not before its minute is over"
        sandbox.move_clock(60)
    assert body_of(listener) == told(imp_uid, "paid")
    assert [delivery.wait(EVENTUALLY) for delivery in sandbox.webhooks.of(imp_uid)] == [True] * 3
    assert [(each.attempt, each.http) for each in sandbox.webhooks.of(imp_uid)] == [(1, 503), (2, 500), (3, 200)]


@pytest.mark.fact("§6", "documented", "A 4xx is not repeated.")
def test_a_4xx_is_not_sent_again(sandbox: Sandbox, listener) -> None:
    sandbox.settings.webhook_url, sandbox.settings.webhook_retries = listener.url, 5
    listener.answers[:] = [(404, b"")]
    imp_uid = sandbox.open_window("order-1", 1000)
    sandbox.approve(imp_uid)
    assert sandbox.webhooks.wait(EVENTUALLY)
    assert [delivery.http for delivery in sandbox.webhooks.of(imp_uid)] == [404]


@pytest.mark.fact("§6", "documented", "A webhook sent again by hand goes where the first went.")
def test_a_resend_goes_where_the_first_went(sandbox: Sandbox, listener) -> None:
    sandbox.settings.webhook_url = listener.url
    imp_uid = sandbox.open_window("order-1", 1000)
    with pytest.raises(NotPossible):
        sandbox.resend_webhook(imp_uid)
    sandbox.approve(imp_uid)
    first = body_of(listener)
    sandbox.settings.webhook_url = "http://127.0.0.1:1/changed"
    (again,) = sandbox.resend_webhook(imp_uid)
    assert body_of(listener) == first
    assert again.url == listener.url


@pytest.mark.fact("§6", "documented", "Support can have the webhook go out before the window answers.")
def test_webhook_priority_tells_before_the_window_answers(sandbox: Sandbox, listener) -> None:
    sandbox.settings.webhook_url, sandbox.settings.webhook_first = listener.url, True
    imp_uid = sandbox.open_window("order-1", 1000)
    sandbox.approve(imp_uid)
    assert [delivery.http for delivery in sandbox.webhooks.of(imp_uid)] == [200]


@pytest.mark.fact(
    "§7.5", "documented", "Before the approval `confirm_url` gets imp_uid, merchant_uid and amount; a 200 lets it pass."
)
@pytest.mark.fact("§7.5", "documented", "Anything else fails the payment, for the reason given or an unknown one.")
def test_a_shop_may_object_before_the_approval(sandbox: Sandbox, listener) -> None:
    listener.answers[:] = [
        (200, b""),
        (400, b'{"reason":"\xec\x9e\xac\xea\xb3\xa0 \xeb\xb6\x80\xec\xa1\xb1"}'),
        (500, b""),
    ]
    good, refused, silent = (sandbox.open_window(uid, 1000, confirm_url=listener.url) for uid in "abc")
    assert sandbox.approve(good).status == "paid"
    assert body_of(listener) == {"imp_uid": good, "merchant_uid": "a", "amount": 1000}
    row = sandbox.approve(refused)
    stopped = "고객사 요청에 의해 결제를 중단합니다. (상세사유 : {})"
    assert (row.status, row.fail_reason) == ("failed", stopped.format("재고 부족"))
    assert sandbox.approve(silent).fail_reason == stopped.format("알 수 없음")
