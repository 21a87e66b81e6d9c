"""Faults of webhooks, as a shop's endpoint hears them; and time: deposits, tokens and late webhooks follow the clock.

What would break these: a webhook that is sent although it is said to be lost, or that waits for the machine's time.
"""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from support.patience import EVENTUALLY
from support.sandbox import bought

from payments.entrypoints.sandbox import Sandbox


@pytest.fixture
def hearing(sandbox: Sandbox, listener: Any) -> Sandbox:
    sandbox.settings.webhook_url = listener.url
    return sandbox


def test_a_webhook_is_lost_and_the_console_knows(hearing: Sandbox, listener: Any) -> None:
    hearing.faults.add("webhook:drop@1")
    lost, _ = bought(hearing, "a"), bought(hearing, "b")
    assert listener.told() == ("b", "paid")
    assert hearing.webhooks.wait(EVENTUALLY)
    assert listener.heard.empty()
    assert [(d.http, d.fault) for d in hearing.webhooks.of(lost)] == [(0, "drop")]
    hearing.resend_webhook(lost)
    assert listener.told() == ("a", "paid")


def test_a_webhook_comes_late_by_the_sandboxs_clock(hearing: Sandbox, listener: Any) -> None:
    hearing.faults.add("webhook:late=3600@1")
    bought(hearing, "a")
    bought(hearing, "b")
    hearing.move_clock(3599)
    bought(hearing, "c")
    assert [listener.told()[0], listener.told()[0]] == ["b", "c"]
    hearing.move_clock(1)
    assert listener.told() == ("a", "paid")


def test_a_webhook_comes_twice(hearing: Sandbox, listener: Any) -> None:
    hearing.faults.add("webhook:twice x1")
    bought(hearing, "a")
    bought(hearing, "b")
    assert [listener.told()[0] for _ in range(3)] == ["a", "a", "b"]


def test_a_webhook_is_overtaken_by_the_next(hearing: Sandbox, listener: Any) -> None:
    hearing.faults.add("webhook:reordered@1")
    imp_uid = bought(hearing, "a")
    hearing.console_cancel(imp_uid)
    assert [listener.told(), listener.told()] == [("a", "cancelled"), ("a", "paid")]


def test_a_reordered_webhook_that_nothing_overtakes_comes_a_minute_later(hearing: Sandbox, listener: Any) -> None:
    hearing.faults.add("webhook:reordered@1")
    bought(hearing, "a")
    hearing.move_clock(59)
    assert listener.heard.empty()
    hearing.move_clock(1)
    assert listener.told() == ("a", "paid")


def test_a_lie_comes_before_the_truth(hearing: Sandbox, listener: Any) -> None:
    hearing.faults.add("webhook:forged@1,webhook:forged=stranger@2")
    for merchant_uid in ("a", "b"):
        bought(hearing, merchant_uid)
    assert [listener.told(), listener.told()] == [("a", "cancelled"), ("a", "paid")]
    (_, lie), (_, truth) = listener.hear(), listener.hear()
    stranger = json.loads(lie)["imp_uid"]
    assert stranger.startswith("imp_forged_")
    assert stranger not in hearing.book.past
    assert json.loads(truth)["imp_uid"] in hearing.book.past
    assert [d.fault for d in hearing.webhooks.deliveries] == ["forged", "", "forged", ""]


def test_an_account_a_token_and_a_deposit_follow_the_clock(hearing: Sandbox, listener: Any, shop: Any) -> None:
    hearing.settings.guesses.vbank_after_due = "failed"
    due = hearing.clock.now() + 3600
    early, late = (hearing.open_window(uid, 1000, vbank_due=_korean(due)) for uid in ("early", "late"))
    for imp_uid in (early, late):
        assert hearing.issue_vbank(imp_uid).vbank_date == due
    hearing.move_clock(1800)
    assert shop.get("/payments/find/early")[0] == 401, "the token lived for half an hour"
    hearing.deposit(early)
    hearing.move_clock(1801)
    assert (hearing.payment(early).status, hearing.payment(late).status) == ("paid", "failed")
    assert hearing.payment(early).paid_at == due - 1800
    assert [listener.told() for _ in range(3)] == [("early", "ready"), ("late", "ready"), ("early", "paid")]


def _korean(at: int) -> str:
    return datetime.fromtimestamp(at, timezone(timedelta(hours=9))).strftime("%Y-%m-%d %H:%M:%S")
