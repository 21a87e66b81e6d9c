"""Seed data: what a file says is there from the start, and what it cannot say is refused with its place."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from payments.entrypoints.sandbox import Clock, Sandbox, SandboxSettings
from payments.entrypoints.sandbox.errors import InvalidSeedData

NOW = 1_700_000_000


def planted(folder: Path, data: Any, name: str = "seed.json") -> Sandbox:
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
    return Sandbox(SandboxSettings(seed_data=path), Clock.stopped(NOW))


def a_payment(**values: Any) -> dict[str, Any]:
    return {"imp_uid": "imp_1", "merchant_uid": "o-1", "amount": 1000} | values


def test_a_payment_is_paid_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    row = planted(tmp_path, {"payments": [a_payment()]}).payment("imp_1")
    assert (row.status, row.paid_at, row.started_at, row.pay_method) == ("paid", NOW, NOW, "card")
    assert (row.amount, row.sandbox, row.cancel_history) == (Decimal(1000), True, ())


@pytest.mark.parametrize("status", ["ready", "paid", "failed", "cancelled"])
def test_times_and_amounts_follow_from_the_status(tmp_path: Path, status: str) -> None:
    data = {"payments": [a_payment(status=status, started_at=-60, amount=10.5, currency="USD")]}
    row = planted(tmp_path, data).payment("imp_1")
    started = NOW - 60
    times = {"ready": (0, 0, 0), "paid": (started, 0, 0), "failed": (0, started, 0), "cancelled": (started, 0, started)}
    assert (row.paid_at, row.failed_at, row.cancelled_at) == times[status]
    given_back = Decimal("10.5") if status == "cancelled" else 0
    assert row.cancel_amount == sum(entry.amount for entry in row.cancel_history) == given_back
    assert row.hidden.updated_at == started


def test_every_property_of_a_payment_can_be_said(tmp_path: Path) -> None:
    whole = planted(tmp_path, {"payments": [a_payment(cancel_amount=300)]}).payment("imp_1").shown()
    whole["cancel_history"][0]["amount"] = 300
    again = json.loads(json.dumps(whole | {"promotion": {"id": "p", "discount": 1}}, default=int)) | {
        "imp_uid": "imp_2"
    }
    row = planted(tmp_path, {"payments": [again]}).payment("imp_2")
    assert row.shown() == whole | {"imp_uid": "imp_2", "promotion": {"id": "p", "discount": 1}}


def test_times_count_from_the_start_or_are_absolute(tmp_path: Path) -> None:
    said = [a_payment(started_at=1_600_000_000, paid_at=-5), a_payment(imp_uid="imp_2", failed_at=0, vbank_date=60)]
    sandbox = planted(tmp_path, {"payments": said})
    first, second = sandbox.payment("imp_1"), sandbox.payment("imp_2")
    assert (first.started_at, first.paid_at) == (1_600_000_000, NOW - 5)
    assert (second.failed_at, second.vbank_date) == (0, NOW + 60), "0 is unset, not the start"


def test_a_seeded_payment_lives_on(tmp_path: Path) -> None:
    account = a_payment(imp_uid="imp_v", status="ready", pay_method="vbank", vbank_num="1", vbank_date=60)
    sandbox = planted(tmp_path, {"payments": [a_payment(), account], "prepares": [{"merchant_uid": "p", "amount": 5}]})
    assert sandbox.console_cancel("imp_1", 400).cancel_amount == 400
    assert sandbox.book.was_paid("o-1")
    assert sandbox.book.prepared.get("p").amount == 5
    sandbox.settings.guesses.vbank_after_due = "failed"
    sandbox.move_clock(61)
    assert sandbox.payment("imp_v").status == "failed", "its deadline is watched"


def test_a_seeded_key_pays_and_its_schedule_runs(tmp_path: Path) -> None:
    later = {"customer_uid": "c-1", "merchant_uid": "s-1", "schedule_at": 60, "amount": 9900, "buyer_name": "홍길동"}
    refused = {"customer_uid": "c-2", "refuses": "분실 카드", "expiry": "2030-01"}
    data = {"customers": [{"customer_uid": "c-1", "customer_name": "성춘향"}, refused], "schedules": [later]}
    sandbox = planted(tmp_path, data)
    sandbox.move_clock(60)
    (row,) = sandbox.payments("s-1")
    assert (row.status, row.paid_at, row.buyer_name, row.customer_uid) == ("paid", NOW + 60, "홍길동", "c-1")
    assert sandbox.billing.customers.get("c-2").refusal(NOW, sandbox.settings.guesses) == "분실 카드"
    assert sandbox.billing.customers.get("c-1").inserted == NOW


def test_toml_says_the_same(tmp_path: Path) -> None:
    text = '[[payments]]\nimp_uid = "imp_1"\nmerchant_uid = "o-1"\namount = 10.10\n'
    text += '[[certifications]]\nimp_uid = "imp_c"\ncertified = true\nname = "홍길동"\n'
    text += '[[naver_reviews]]\nreview_id = "r"\ncreated_at = -10\n'
    sandbox = planted(tmp_path, text, "seed.toml")
    assert sandbox.payment("imp_1").amount == Decimal("10.10")
    assert sandbox.certifications.get("imp_c").name == "홍길동"
    assert list(sandbox.naver.reviews.values()) == [{"review_id": "r", "created_at": NOW - 10}]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("{", "cannot be read as seed data"),
        ("[]", "must hold an object"),
        ({"payment": []}, "seed data cannot have payment; it has: payments, prepares"),
        ({"payments": {}}, "payments must be a list of objects"),
        ({"payments": [1]}, "payments must be a list of objects"),
        ({"payments": [a_payment(amonut=1)]}, "payments[0]: there is no 'amonut'"),
        ({"payments": [a_payment(hidden={})]}, "payments[0]: there is no 'hidden'"),
        ({"payments": [a_payment(), {"imp_uid": "imp_2"}]}, "payments[1]: "),
        ({"payments": [a_payment(amount="1000")]}, "payments[0]: amount cannot be '1000'"),
        ({"payments": [a_payment(amount=True)]}, "payments[0]: amount cannot be True"),
        ({"payments": [a_payment(escrow=1)]}, "payments[0]: escrow cannot be 1"),
        ({"payments": [a_payment(name=None)]}, "payments[0]: name cannot be None"),
        ({"payments": [a_payment(status="done")]}, "payments[0]: "),
        ({"payments": [a_payment(sandbox=False)]}, "payments[0]: seeded payments must have `sandbox: true`"),
        ({"payments": [a_payment(), a_payment()]}, "payments[1]: imp_1 exists already"),
        ({"payments": [a_payment(cancel_amount=1001)]}, "payments[0]: cancel_amount must be between"),
        (
            {"payments": [a_payment(cancel_history=[{"amount": "1"}])]},
            "payments[0].cancel_history[0]: amount cannot be",
        ),
        ({"payments": [a_payment(cancel_history=1)]}, "payments[0].cancel_history must be a list"),
        ({"prepares": [{"merchant_uid": "p", "amount": 5}] * 2}, "prepares[1]: 결제정보 사전등록에 실패"),
        (
            {"schedules": [{"customer_uid": "c", "merchant_uid": "s", "schedule_at": 9, "amount": 1}]},
            "schedules[0]: 등록된",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, data: Any, said: str) -> None:
    with pytest.raises(InvalidSeedData) as refused:
        planted(tmp_path, data)
    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSeedData, match=r"none\.json cannot be read"):
        Sandbox(SandboxSettings(seed_data=tmp_path / "none.json"))
