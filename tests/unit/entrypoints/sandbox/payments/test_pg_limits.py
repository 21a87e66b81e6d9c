"""Channels refuse what their PGs refuse: each limit by a request at its border."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest

from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.clock import KOREA, Clock
from payments.entrypoints.sandbox.errors import CallRefused, WindowRefused
from payments.entrypoints.sandbox.payments.cancel_request import CancelRequest
from payments.entrypoints.sandbox.payments.channels import Channel
from payments.entrypoints.sandbox.settings import SandboxSettings

PGS: Final = (
    "html5_inicis kakaopay naverpay nice_v2 tosspay_v2 smartro_v2 mobilians_v2 ksnet welcome galaxia danal danal_tpay "
    "paypal_v2 kcp"
).split()
CHANNELS: Final = tuple(Channel(pg_provider=pg, pg_id=pg, channel_key=pg, channel_name=pg) for pg in PGS)
NOON: Final = datetime(2026, 1, 10, 12, tzinfo=KOREA)
ACCOUNT: Final = {"refund_holder": "김", "refund_bank": "088", "refund_account": "110"}


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(SandboxSettings(channels=CHANNELS, seed=1), Clock.stopped(NOON.timestamp()))


WINDOWS: Final[list[tuple[str, str, dict[str, Any], dict[str, Any]]]] = [
    ("danal", "pay_method", {"pay_method": "card"}, {"pay_method": "phone"}),
    ("nice_v2", "pay_method", {"pay_method": "naverpay"}, {"pay_method": "kakaopay"}),
    ("nice_v2", "name", {"name": "50%"}, {"name": "50_"}),
    ("tosspay_v2", "name", {"name": "a,b"}, {"name": "a b"}),
    ("kakaopay", "currency", {"currency": "USD"}, {"currency": "KRW"}),
    ("paypal_v2", "currency", {"currency": "KRW"}, {"currency": "USD"}),
    ("kakaopay", "amount", {"amount": 99}, {"amount": 100}),
    ("naverpay", "amount", {"amount": 9}, {"amount": 10}),
    ("galaxia", "vbank_due", {"pay_method": "vbank"}, {"pay_method": "vbank", "vbank_due": "20260113"}),
    ("smartro_v2", "card_quota", {"display": {"card_quota": []}}, {}),
    ("kakaopay", "card_quota", {"display": {"card_quota": [2, 3]}}, {"display": {"card_quota": [3]}}),
    ("welcome", "buyer_name", {"buyer_name": ""}, {}),
    ("nice_v2", "buyer_name's length", {"buyer_name": "남궁" * 8}, {"buyer_name": "남" * 15}),
    ("smartro_v2", "merchant_uid", {"merchant_uid": "a-1"}, {"merchant_uid": "a1"}),
    ("mobilians_v2", "merchant_uid", {"merchant_uid": "abc"}, {"merchant_uid": "abcd"}),
    ("html5_inicis", "tax_free", {"tax_free": 1001}, {"tax_free": 1000}),
    ("kakaopay", "vat_amount", {"vat_amount": 90}, {}),
    ("welcome", "vat_amount", {"vat_amount": 101}, {"vat_amount": 100}),
]


@pytest.mark.parametrize(("pg", "named", "refused", "taken"), WINDOWS, ids=[f"{one[0]} {one[1]}" for one in WINDOWS])
@pytest.mark.fact("§7.2", "guessed", "The words for what a PG does not allow: `pg_limit_text`.")
def test_a_pg_opens_no_window_beyond_its_limits(
    sandbox: Sandbox, pg: str, named: str, refused: dict[str, Any], taken: dict[str, Any]
) -> None:
    usual = {"pg": pg, "merchant_uid": "order1", "amount": 1_000, "name": "책", "buyer_name": "김"}
    if pg == "paypal_v2":
        usual["currency"] = "USD"
    with pytest.raises(WindowRefused, match=f"허용하지 않는 요청입니다: {named}"):
        sandbox.open_window(**(usual | refused))
    assert sandbox.payments("order1") == []
    assert sandbox.open_window(**(usual | taken))


@pytest.mark.fact("§7.2", "guessed", "Which limits of a PG are enforced: `pg_limits`.")
def test_a_sandbox_without_limits_takes_what_any_pg_takes(sandbox: Sandbox) -> None:
    sandbox.settings.guesses.pg_limits = "none"
    row = sandbox.approve(sandbox.open_window("a-1", 10, pg="kakaopay", name="50%", vat_amount=1), "phone")
    sandbox.move_clock(timedelta(days=400).total_seconds())
    assert sandbox.book.cancel(CancelRequest(imp_uid=row.imp_uid)).status == "cancelled"


CANCELS: Final[list[tuple[str, str, str, dict[str, Any], float, dict[str, Any], float]]] = [
    ("danal", "phone", "other month", {}, 22 * 24, {}, 21 * 24),  # the first of February, and the last of January
    ("ksnet", "card", "too old", {}, 181 * 24, {}, 180 * 24),
    ("naverpay", "card", "too old", {"reason": "x"}, 1096 * 24, {"reason": "x"}, 1095 * 24),
    ("danal_tpay", "vbank", "virtual account", ACCOUNT, 1, {}, -1),
    ("welcome", "trans", "refund account", {}, 1, {**ACCOUNT, "refund_tel": "010"}, 1),
    ("smartro_v2", "trans", "refund_tel", ACCOUNT, 1, {**ACCOUNT, "refund_tel": "010"}, 1),
    ("ksnet", "vbank", "hours", ACCOUNT, 11, ACCOUNT, 10),  # 23:00, and 22:00
    ("naverpay", "card", "reason", {}, 1, {"reason": "x"}, 1),
]


@pytest.mark.parametrize(
    ("pg", "method", "why", "refused", "late", "taken", "early"), CANCELS, ids=[f"{one[0]} {one[2]}" for one in CANCELS]
)
def test_a_pg_refunds_nothing_beyond_its_limits(
    sandbox: Sandbox,
    pg: str,
    method: str,
    why: str,
    refused: dict[str, Any],
    late: float,
    taken: dict[str, Any],
    early: float,
) -> None:
    row = _paid(sandbox, pg, method)
    sandbox.move_clock(late * 3600)
    with pytest.raises(CallRefused, match=f"허용하지 않는 요청입니다: {why}"):
        sandbox.book.cancel(CancelRequest(imp_uid=row, **refused))
    if early < 0:
        return  # no border: it never does
    fresh = Sandbox(SandboxSettings(channels=CHANNELS, seed=1), Clock.stopped(NOON.timestamp()))
    row = _paid(fresh, pg, method)
    fresh.move_clock(early * 3600)
    assert fresh.book.cancel(CancelRequest(imp_uid=row, **taken)).status == "cancelled"


def test_ksnet_refunds_in_at_most_nine_parts(sandbox: Sandbox) -> None:
    row = _paid(sandbox, "ksnet", "card")
    for _ in range(9):
        sandbox.book.cancel(CancelRequest(imp_uid=row, amount=Decimal(10)))
    with pytest.raises(CallRefused, match="too many parts"):
        sandbox.book.cancel(CancelRequest(imp_uid=row, amount=Decimal(10)))


def _paid(sandbox: Sandbox, pg: str, method: str) -> str:
    imp_uid = sandbox.open_window(
        "order1", 1_000, pg=pg, pay_method=method, name="책", buyer_name="김", vbank_due="20260120"
    )
    if method == "vbank":
        sandbox.issue_vbank(imp_uid)
        return sandbox.deposit(imp_uid).imp_uid
    return sandbox.approve(imp_uid, method).imp_uid
