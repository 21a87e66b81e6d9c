"""V2's channels refuse what their PGs refuse: each limit by a request at its border."""

from datetime import datetime
from typing import Any, Final

import pytest

from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.clock import KOREA, Clock
from payments.entrypoints.sandbox.errors import CallRefused, WindowRefused
from payments.entrypoints.sandbox.payments.portone_channels import PortOneChannel
from payments.entrypoints.sandbox.portone.book.cancel_request import PortOneCancel
from payments.entrypoints.sandbox.portone_settings import PortOneSettings
from payments.entrypoints.sandbox.settings import SandboxSettings

PGS: Final = (
    "INICIS_V2 KCP_V2 NICE_V2 TOSSPAYMENTS KAKAOPAY NAVERPAY SMARTRO_V2 KPN KSNET WELCOME GALAXIA TOSSPAY_V2 PAYPAL_V2 "
    "MOBILIANS_V2 DANAL"
).split()
CHANNELS: Final = tuple(PortOneChannel(key=pg, name=pg, pg_provider=pg, pg_merchant_id=pg) for pg in PGS)
NOON: Final = datetime(2026, 1, 10, 12, tzinfo=KOREA)
KIM: Final = {"fullName": "김", "phoneNumber": "01012345678", "email": "kim@shop.test"}
MONTHS: Final = {"card": {"installment": {"monthOption": {"availableMonthList": [2, 3]}}}}
ACCOUNT: Final[dict[str, Any]] = {"to_account": True, "holder_phone": "010"}


def _due(day: str) -> dict[str, Any]:
    return {"payMethod": "VIRTUAL_ACCOUNT", "virtualAccount": {"accountExpiry": {"dueDate": day}}}


@pytest.fixture
def sandbox() -> Sandbox:
    settings = SandboxSettings(portone=PortOneSettings(channels=CHANNELS), seed=1)
    return Sandbox(settings, Clock.stopped(NOON.timestamp()))


WINDOWS: Final[list[tuple[str, str, dict[str, Any], dict[str, Any]]]] = [
    ("DANAL", "payMethod", {"payMethod": "CARD"}, {"payMethod": "MOBILE"}),
    (
        "KPN",
        "payMethod",
        {"payMethod": "EASY_PAY", "easyPay": {"easyPayProvider": "LPAY"}},
        {"payMethod": "EASY_PAY", "easyPay": {"easyPayProvider": "EASY_PAY_PROVIDER_PAYCO"}},
    ),
    ("NICE_V2", "orderName", {"orderName": "50%"}, {"orderName": "50_"}),
    ("NICE_V2", "orderName", {"orderName": "책" * 21}, {"orderName": "책" * 20}),
    ("TOSSPAY_V2", "orderName", {"orderName": "a,b"}, {"orderName": "a b"}),
    ("KSNET", "customer.fullName", {"customer": {"email": "kim@shop.test"}}, {}),
    (
        "NICE_V2",
        "customer.fullName's length",
        {"customer": {"fullName": "남궁" * 8}},
        {"customer": {"fullName": "남" * 15}},
    ),
    ("SMARTRO_V2", "customer.phoneNumber", {"customer": {}}, {}),
    ("INICIS_V2", "customer.email", {"customer": {**KIM, "email": ""}}, {}),
    ("KAKAOPAY", "currency", {"currency": "USD"}, {}),
    ("INICIS_V2", "currency", {"currency": "USD", "payMethod": "TRANSFER"}, {"currency": "USD"}),
    ("PAYPAL_V2", "currency", {"currency": "KRW"}, {"currency": "USD"}),
    ("TOSSPAYMENTS", "currency", {"payMethod": "PAYPAL"}, {"payMethod": "PAYPAL", "currency": "USD"}),
    ("KAKAOPAY", "totalAmount", {"totalAmount": 99}, {"totalAmount": 100}),
    ("NAVERPAY", "totalAmount", {"totalAmount": 9}, {"totalAmount": 10}),
    ("GALAXIA", "virtualAccount", {"payMethod": "VIRTUAL_ACCOUNT"}, _due("2026-01-13")),
    ("TOSSPAYMENTS", "virtualAccount", _due("2026-04-10 12:00:01"), _due("2026-04-10 12:00:00")),
    ("KCP_V2", "virtualAccount", _due("2026-01-10 12:00:00"), _due("2026-01-10 12:00:01")),
    ("KPN", "availableMonthList", MONTHS, {}),
    ("KAKAOPAY", "availableMonthList", MONTHS, {"card": {"installment": {"monthOption": {"fixedMonth": 3}}}}),
    ("KCP_V2", "taxFreeAmount", {"taxFreeAmount": 1_001}, {"taxFreeAmount": 1_000}),
    ("PAYPAL_V2", "taxFreeAmount", {"currency": "USD", "taxFreeAmount": 1}, {"currency": "USD"}),
    ("KAKAOPAY", "vatAmount", {"vatAmount": 90}, {}),
    ("WELCOME", "vatAmount", {"vatAmount": 101}, {"vatAmount": 100}),
]


def _open(sandbox: Sandbox, pg: str, **params: Any) -> str:
    usual = {"channelKey": pg, "orderName": "책", "customer": KIM, "totalAmount": 1_000}
    asked = usual | params
    return sandbox.portone.open_window("order1", asked.pop("totalAmount"), **asked)


@pytest.mark.parametrize(("pg", "named", "refused", "taken"), WINDOWS, ids=[f"{one[0]} {one[1]}" for one in WINDOWS])
@pytest.mark.fact("V2 §9.2", "guessed", "The words for what a PG does not allow: `limit_text`.")
def test_a_pg_opens_no_window_beyond_its_limits(
    sandbox: Sandbox, pg: str, named: str, refused: dict[str, Any], taken: dict[str, Any]
) -> None:
    with pytest.raises(WindowRefused, match=f"허용하지 않는 요청입니다: {named}"):
        _open(sandbox, pg, **refused)
    assert sandbox.portone.desk.attempts("order1") == []
    assert _open(sandbox, pg, **taken)


@pytest.mark.parametrize(
    ("pg", "refused", "taken"),
    [("KCP_V2", "with-hyphen", "a" * 40), ("MOBILIANS_V2", "abc", "abcd"), ("TOSSPAYMENTS", "order.1", "order_1")],
)
def test_a_pg_takes_only_ids_of_its_form(sandbox: Sandbox, pg: str, refused: str, taken: str) -> None:
    with pytest.raises(WindowRefused, match="paymentId"):
        sandbox.portone.open_window(refused, 1_000, channelKey=pg)
    assert sandbox.portone.open_window(taken, 1_000, channelKey=pg)


@pytest.mark.fact("V2 §9.2", "guessed", "Which limits of a PG are enforced: `pg_limits`.")
def test_a_sandbox_without_limits_takes_what_any_pg_takes(sandbox: Sandbox) -> None:
    sandbox.portone.settings.guesses.pg_limits = "none"
    sandbox.approve(_open(sandbox, "KAKAOPAY", totalAmount=10, payMethod="MOBILE", vatAmount=1), "phone")
    sandbox.move_clock(400 * 86_400)
    _, entry = sandbox.portone.desk.cancel("order1", PortOneCancel(reason="x"))
    assert entry.status == "SUCCEEDED"


CANCELS: Final[list[tuple[str, str, str, dict[str, Any], float, dict[str, Any], float]]] = [
    ("DANAL", "MOBILE", "other month", {}, 22 * 24, {}, 21 * 24),  # the first of February, and the last of January
    ("KPN", "MOBILE", "other month", {}, 22 * 24, ACCOUNT, 22 * 24),
    ("DANAL", "MOBILE", "part", {"amount": 999}, 1, {"amount": 1_000}, 1),
    ("WELCOME", "MOBILE", "part", {"amount": 999}, 1, {}, 1),
    ("KSNET", "CARD", "too old", {}, 181 * 24, {}, 180 * 24),
    ("NAVERPAY", "CARD", "too old", {}, 1096 * 24, {}, 1095 * 24),
    ("SMARTRO_V2", "VIRTUAL_ACCOUNT", "holderPhoneNumber", {"to_account": True}, 1, ACCOUNT, 1),
    ("KSNET", "VIRTUAL_ACCOUNT", "hours", ACCOUNT, 11, ACCOUNT, 10),  # 23:00, and 22:00
]


@pytest.mark.parametrize(
    ("pg", "method", "why", "refused", "late", "taken", "early"), CANCELS, ids=[f"{one[0]} {one[2]}" for one in CANCELS]
)
@pytest.mark.fact("V2 §6.4", "guessed", "The code of a cancel beyond a PG's limits: `limit_pg_code`.")
def test_a_pg_cancels_nothing_beyond_its_limits(
    sandbox: Sandbox,
    pg: str,
    method: str,
    why: str,
    refused: dict[str, Any],
    late: float,
    taken: dict[str, Any],
    early: float,
) -> None:
    _pay(sandbox, pg, method)
    sandbox.move_clock(early * 3600)
    if early == late:
        _refused(sandbox, refused, why)
    _, entry = sandbox.portone.desk.cancel("order1", PortOneCancel(reason="x", **taken))
    assert entry.status == "SUCCEEDED"
    if early < late:
        fresh = Sandbox(sandbox.settings, Clock.stopped(NOON.timestamp()))
        _pay(fresh, pg, method)
        fresh.move_clock(late * 3600)
        _refused(fresh, refused, why)


def _refused(sandbox: Sandbox, asked: dict[str, Any], why: str) -> None:
    with pytest.raises(CallRefused) as caught:
        sandbox.portone.desk.cancel("order1", PortOneCancel(reason="x", **asked))
    assert caught.value.refusal.extra["pgCode"] == "NOT_ALLOWED"
    assert caught.value.refusal.extra["pgMessage"].endswith(f": {why}")


def test_inicis_cancels_a_part_of_a_phone_bill(sandbox: Sandbox) -> None:
    _pay(sandbox, "INICIS_V2", "MOBILE")
    assert sandbox.portone.desk.cancel("order1", PortOneCancel(reason="x", amount=10))[1].total == 10


def test_ksnet_cancels_in_at_most_nine_parts(sandbox: Sandbox) -> None:
    _pay(sandbox, "KSNET", "CARD")
    for _ in range(9):
        sandbox.portone.desk.cancel("order1", PortOneCancel(reason="x", amount=10))
    _refused(sandbox, {"amount": 10}, "too many parts")


def _pay(sandbox: Sandbox, pg: str, method: str) -> None:
    asked = _due("2026-01-20") if method == "VIRTUAL_ACCOUNT" else {"payMethod": method}
    transaction_id = _open(sandbox, pg, **asked)
    if method == "VIRTUAL_ACCOUNT":
        sandbox.issue_vbank(transaction_id)
        sandbox.deposit(transaction_id)
    else:
        sandbox.approve(transaction_id, "phone" if method == "MOBILE" else "card")
