"""What a payment object means, and that of any JSON whatever come only Reports and our own errors."""

import contextlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from unit.adapters.iamport.rows import CARD_PAID, VBANK, a_row, any_json, as_read

from payments.adapters.iamport import wire
from payments.domain.errors import ContractViolation, GatewayError, Unknown
from payments.domain.money import EXPONENTS, Money
from payments.domain.report import Approval, Deposit, Rank, Report, ReportedRefund
from payments.domain.values import GatewayId, MerchantId, Mode


def report(**changes: Any) -> Report:
    return wire.report(as_read(a_row(**changes)))


def test_a_real_answer_of_a_card_payment_is_read() -> None:
    assert report() == Report(
        gateway_id=GatewayId("imp_056607798398"),
        merchant_id=MerchantId("m_1"),
        rank=Rank.CAPTURED,
        amount=Money(1000, "KRW"),
        mode=Mode.TEST,
        method="card",
        captured_at=datetime(2021, 12, 9, 3, 30, 56, tzinfo=UTC),
        receipt_url="https://receipts.example/1",
        approval=Approval(number="49573845", pg="html5_inicis", card="BC카드"),
    )


@pytest.mark.parametrize(
    ("quota", "months"), [(3, 3), (0, 0), (None, 0), ("3", 0), (3.5, 3), (-1, 0), (1e9, 0), (True, 0)]
)
def test_what_an_approval_is_called_is_kept_and_never_refused(quota: Any, months: int) -> None:
    approval = report(card_quota=quota, pg_tid="StdpayCARD1", apply_num=None, card_name=7).approval
    assert approval == Approval(transaction_id="StdpayCARD1", pg="html5_inicis", months=months)


def test_amounts_and_not_the_status_decide_what_is_paid() -> None:
    ranks = {
        ("paid", 0): Rank.CAPTURED,
        ("paid", 1): Rank.CAPTURED,
        ("cancelled", 999): Rank.CAPTURED,
        ("cancelled", 1000): Rank.CANCELLED,
        ("paid", 1000): Rank.CANCELLED,
        ("ready", 0): Rank.READY,
        ("failed", 0): Rank.DECLINED,
    }
    for (status, cancelled), rank in ranks.items():
        seen = report(status=status, cancel_amount=cancelled)
        assert (seen.rank, seen.refunded) == (rank, cancelled), status


@pytest.mark.parametrize(
    "changes",
    [
        {"cancel_amount": 1001},  # more back than was taken
        {"cancel_amount": -1},
        {"status": "ready", "cancel_amount": 1},  # back what was never taken
        {"status": "failed", "cancel_amount": 1000},
        {"status": "cancelled", "cancel_amount": 0},  # taken, cancelled, and nothing back
        {"status": "cancelled", "cancel_amount": 0, "paid_at": None},
        {"amount": 0},
        {"amount": -1000},
        {"amount": 1000.5},  # won have no fraction
        {"amount": float("nan")},
        {"amount": float("inf")},
        {"amount": 2**53},
        {"amount": 10**400},
        {"currency": "WON"},
        {"currency": ""},
        {"imp_uid": ""},
        {"imp_uid": "\ud800"},
        {"imp_uid": "i" * 65},
        {"merchant_uid": ""},
        {"merchant_uid": "m" * 41},
        {"merchant_uid": "a\x00b"},
        {"cancel_amount": 300, "cancel_history": [{"amount": 200}, {"amount": 200}]},
        {"cancel_amount": 300, "cancel_history": [{"amount": 0}]},
        {"cancel_amount": 300, "cancel_history": [{"amount": 300.5}]},
    ],
    ids=str,
)
def test_an_impossible_payment_is_a_contract_violation(changes: dict[str, Any]) -> None:
    with pytest.raises(ContractViolation):
        report(**changes)


@pytest.mark.parametrize("name", ["amount", "cancel_amount"])
@pytest.mark.parametrize("value", ["1e999999999", "-1e999999999", "1e-999999999", "1e99999999999999999999"])
def test_a_sum_that_no_computer_can_hold_is_the_trouble_of_its_row_alone(name: str, value: str) -> None:
    text = json.dumps(a_row(**{name: "HERE"})).replace('"HERE"', value)
    with pytest.raises((ContractViolation, Unknown)):
        wire.report(wire.decoded(text.encode()))


@pytest.mark.parametrize(
    "name", ["imp_uid", "merchant_uid", "amount", "cancel_amount", "currency", "status", "sandbox"]
)
@pytest.mark.parametrize("value", [..., None, [], {}, "1000x", 5, True], ids=str)
def test_a_missing_required_field_is_unknown(name: str, value: object) -> None:
    of_its_type = {"imp_uid": str, "merchant_uid": str, "currency": str, "status": str, "sandbox": bool}.get(name, int)
    if type(value) is of_its_type:
        return
    with pytest.raises(Unknown):
        report(**{name: value})


def test_an_unknown_status_is_unknown_and_not_a_failure() -> None:
    with pytest.raises(Unknown):
        report(status="disputed")


def test_fields_that_nobody_needs_may_be_anything_or_gone() -> None:
    required = {"imp_uid", "merchant_uid", "amount", "cancel_amount", "currency", "status", "sandbox"}
    assert wire.report(as_read({name: CARD_PAID[name] for name in required})).rank is Rank.CAPTURED
    optional = ["pay_method", "paid_at", "receipt_url", "fail_reason", "vbank_num", "custom_data"]
    unusable: dict[str, Any] = {name: [{}] for name in optional}
    assert report(**unusable, brand_new={"deep": [1]}).amount == Money(1000)


def test_an_account_closed_before_its_deposit_is_declined_even_if_called_cancelled() -> None:
    assert report(status="cancelled", cancel_amount=0, paid_at=0).rank is Rank.DECLINED


def test_an_issued_account_waits_and_an_abandoned_window_does_not() -> None:
    due = datetime(2021, 12, 10, 3, 29, 59, tzinfo=UTC)
    waiting = report(**VBANK)
    assert waiting.deposit == Deposit(bank="국민은행", account="12345678901234", holder="상점", due=due)
    assert waiting.method == "virtual_account"
    for nothing in (None, "", "unknown", 7):
        assert report(**VBANK | {"vbank_num": nothing}).deposit is None, nothing
    assert report(**VBANK | {"pay_method": "card"}).deposit is None
    assert report(**VBANK | {"status": "paid"}).deposit is None


def test_an_account_without_a_due_date_waits_as_long_as_any() -> None:
    deposit = report(**VBANK | {"vbank_date": 0}).deposit
    assert deposit is not None
    assert deposit.due == datetime(2022, 1, 8, 3, 30, 56, tzinfo=UTC)


def test_the_sandbox_flag_alone_decides_the_mode() -> None:
    assert (report(sandbox=True).mode, report(sandbox=False).mode) == (Mode.TEST, Mode.LIVE)


def test_the_history_names_each_refund() -> None:
    history = [
        {"pg_tid": "t", "amount": 300, "cancelled_at": 1, "reason": "[r_1] 고객 요청", "cancellation_id": "c-1"},
        {"amount": 100, "reason": None},  # older answers lack the id
    ]
    seen = report(status="cancelled", cancel_amount=400, cancel_history=history)
    assert seen.refunds == (
        ReportedRefund(provider_id="c-1", amount=300, reason="[r_1] 고객 요청", at=datetime.fromtimestamp(1, UTC)),
        ReportedRefund(amount=100),
    )


@pytest.mark.parametrize("history", ["", 0, {}, [None], [{"amount": "300"}], [{}]], ids=str)
def test_an_unreadable_history_does_not_count_as_empty(history: object) -> None:
    with pytest.raises(Unknown):
        report(cancel_amount=300, cancel_history=history)


def test_known_methods_get_our_name_and_unknown_ones_keep_theirs() -> None:
    words = {"trans": "transfer", "phone": "mobile", "samsung": "samsungpay", "kakaopay": "kakaopay", "point": "point"}
    assert {word: report(pay_method=word).method for word in words} == words


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", " https://a.example", "https://" + "a" * 1000]
)
def test_a_receipt_that_must_not_be_linked_to_is_left_out(url: str) -> None:
    assert report(receipt_url=url).receipt_url == ""


@pytest.mark.parametrize("moment", [0, -1, 10**12, 1e300, float("nan"), "1639020656", True, None], ids=str)
def test_an_invalid_time_is_unset(moment: object) -> None:
    assert report(paid_at=moment).captured_at is None


def test_texts_that_a_database_refuses_are_replaced() -> None:
    seen = report(status="failed", fail_reason="한도\x00초과\ud83d" + "x" * 2000)
    assert seen.reason.startswith("한도\ufffd초과?xx")
    assert len(seen.reason) == 1000


# The law of the wire: what is written as Iamport writes it is read back as the same report.

MOMENTS = st.integers(1, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    currency = draw(st.sampled_from(["KRW", "USD", "KWD"]))
    rank = draw(st.sampled_from(Rank))
    amount = draw(st.integers(1, 10**15))
    refunded = {Rank.CANCELLED: amount, Rank.CAPTURED: draw(st.integers(0, amount - 1))}.get(rank, 0)
    deposit = st.builds(Deposit, bank=WORDS, account=WORDS.filter(lambda t: t not in ("", "unknown")), due=MOMENTS)
    waits = draw(st.none() | deposit) if rank is Rank.READY else None
    return Report(
        gateway_id=GatewayId(draw(WORDS.filter(bool))),
        merchant_id=MerchantId(draw(WORDS.filter(bool))),
        rank=rank,
        amount=Money(amount, currency),
        refunded=refunded,
        mode=draw(st.sampled_from(Mode)),
        method="virtual_account" if waits else draw(st.sampled_from(["card", "mobile", "samsungpay", "point", ""])),
        reason=draw(WORDS) if rank is Rank.DECLINED else "",
        captured_at=draw(st.none() | MOMENTS) if rank >= Rank.CAPTURED else None,
        deposit=waits,
        refunds=(ReportedRefund(provider_id=draw(WORDS), amount=refunded, reason=draw(WORDS)),) if refunded else (),
    )


def written(told: Report) -> str:
    """Write *told* as Iamport would; sums digit by digit, because a float would be our mistake, not theirs."""

    def sum_of(minor: int) -> str:
        return f"{Decimal(minor).scaleb(-EXPONENTS[told.amount.currency]):f}"

    words = {"virtual_account": "vbank", "mobile": "phone", "samsungpay": "samsung"}
    row = {
        "imp_uid": told.gateway_id,
        "merchant_uid": told.merchant_id,
        "status": {Rank.READY: "ready", Rank.DECLINED: "failed"}.get(
            told.rank, "cancelled" if told.refunded else "paid"
        ),
        "currency": told.amount.currency,
        "sandbox": told.mode is Mode.TEST,
        "pay_method": words.get(told.method, told.method),
        "fail_reason": told.reason or None,
        "paid_at": int(told.captured_at.timestamp()) if told.captured_at else 0,
        "vbank_num": told.deposit.account if told.deposit else None,
        "vbank_name": told.deposit.bank if told.deposit else None,
        "vbank_date": int(told.deposit.due.timestamp()) if told.deposit else 0,
    }
    history = [
        f'{json.dumps({"cancellation_id": r.provider_id, "reason": r.reason})[:-1]}, "amount": {sum_of(r.amount)}}}'
        for r in told.refunds
    ]
    sums = f'"amount": {sum_of(told.amount.minor)}, "cancel_amount": {sum_of(told.refunded)}'
    return f'{json.dumps(row)[:-1]}, {sums}, "cancel_history": [{", ".join(history)}]}}'


@given(reports())
def test_a_report_survives_the_wire(told: Report) -> None:
    assert wire.report(wire.decoded(written(told).encode())) == told


# Hostile input: a Report, or an error of the gateway; nothing else comes out.


@given(changes=st.dictionaries(st.sampled_from([*CARD_PAID, *VBANK, "unheard_of"]), any_json(), max_size=6))
@example(changes={"cancel_history": [{"amount": 1e308}]})
def test_any_row_raises_only_our_errors(changes: dict[str, Any]) -> None:
    outcome: Report | GatewayError
    try:
        outcome = report(**changes)
    except GatewayError as error:
        outcome = error
    told = repr(outcome) if isinstance(outcome, Report) else str(outcome)
    assert len(told.encode()) < 20_000  # nothing in it that a log, a page or a database refuses


@given(body=st.binary(max_size=60) | any_json().map(lambda value: json.dumps(value).encode()))
@example(b'{"code": 0, "message": null, "response": {"amount": 1e-99999999999999999999}}')
@example(b'{"code": 1e99999999999999999999}')
@example(b'{"code": NaN}')
@example(b"[" * 100_000)
@example(b'{"code": ' + b"9" * 100_000 + b"}")
@example(b"\xff\xfe{}")
@example(b"\xef\xbb\xbf{}")
@example(b'"\\ud800"')
def test_any_body_raises_only_our_errors(body: bytes) -> None:
    readers = (wire.report, wire.page, wire.grant, lambda value: wire.registration(value, MerchantId("m")))
    with contextlib.suppress(GatewayError):
        wire.envelope(body)
    for reader in readers:
        with contextlib.suppress(GatewayError):
            reader(wire.decoded(body))


@pytest.mark.parametrize("code", ["NaN", "Infinity", "null", "true", '"0"', "[]"])
def test_a_code_that_is_not_a_number_is_unknown(code: str) -> None:
    with pytest.raises(Unknown):
        wire.envelope(f'{{"code": {code}, "message": "x", "response": {{}}}}'.encode())
