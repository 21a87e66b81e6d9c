"""What is made of PortOne's answers: the facts that the domain needs, and nothing that they do not say."""

from typing import Any

import pytest
from unit.adapters.portone.rows import TX, a_cancellation, a_row, a_transaction, amount, received

from payments.adapters.portone import wire
from payments.domain.errors import ContractViolation, GatewayError, Unknown
from payments.domain.money import Money
from payments.domain.report import Outcome, Rank, Report
from payments.domain.values import Mode

EASY = {
    "type": "PaymentMethodEasyPay",
    "provider": "KAKAOPAY",
    "easyPayMethod": {"type": "PaymentMethodEasyPayMethodCharge"},
}
CARD = {
    "type": "PaymentMethodCard",
    "card": {"issuer": "신한카드", "brand": "LOCAL"},
    "approvalNumber": "30012345",
    "installment": {"month": 3, "isInterestFree": False},
}
ACCOUNT = {
    "type": "PaymentMethodVirtualAccount",
    "bank": "KOOKMIN",
    "accountNumber": "X590901",
    "remitteeName": "상점",
    "expiredAt": "2026-11-05T14:59:59Z",
}


def read(row: dict[str, Any], usual: Mode = Mode.TEST) -> Report:
    return wire.report(received(row), usual)


def test_a_payment_and_its_transaction_are_the_same_report() -> None:
    assert read(a_row(method=CARD)) == read(a_transaction(method=CARD))


def test_a_capture_has_what_the_domain_asks_for() -> None:
    seen = read(a_row(method=CARD, pgTxId="pg-1", receiptUrl="https://pg.example/r"))
    assert (seen.provider, seen.gateway_id, seen.merchant_id) == ("portone", TX, "m_1")
    assert (seen.rank, seen.amount, seen.refunded, seen.mode) == (Rank.CAPTURED, Money(1000), 0, Mode.TEST)
    assert (seen.method, seen.receipt_url) == ("card", "https://pg.example/r")
    assert (seen.approval.number, seen.approval.months, seen.approval.pg) == ("30012345", 3, "tosspayments")
    assert (seen.approval.card, seen.approval.transaction_id) == ("신한카드", "pg-1")


def test_sums_are_minor_units_on_the_wire() -> None:
    assert read(a_row(amount=amount(1999), currency="USD")).amount == Money(1999, "USD")


@pytest.mark.parametrize("status", ["READY", "PAY_PENDING"])
def test_what_is_not_decided_is_ready(status: str) -> None:
    assert read(a_row(status)).rank is Rank.READY


def test_a_payment_without_a_channel_has_the_mode_that_the_shop_expects() -> None:
    assert read(a_row("READY", channel=None), Mode.LIVE).mode is Mode.LIVE
    assert read(a_row("READY", channel=None, channelGroup={"isForTest": True}), Mode.LIVE).mode is Mode.TEST


def test_money_without_a_channel_is_never_taken_for_real_money() -> None:
    with pytest.raises(ContractViolation):
        read(a_row(channel=None), Mode.LIVE)


def test_a_decline_carries_the_pgs_words_and_a_closed_window_is_known() -> None:
    said = {"reason": "거절", "pgCode": "51", "pgMessage": "한도 초과"}
    assert read(a_row("FAILED", failure=said)).reason == "51 한도 초과 거절"
    assert read(a_row("FAILED", failure={"pgCode": "PAY_PROCESS_CANCELED"})).reason == "left"


@pytest.mark.parametrize(
    ("status", "amounts", "rank", "refunded"),
    [
        ("PARTIAL_CANCELLED", amount(cancelled=300), Rank.CAPTURED, 300),
        ("PARTIAL_CANCELLED", amount(cancelled=1000), Rank.CANCELLED, 1000),
        ("CANCELLED", amount(cancelled=1000), Rank.CANCELLED, 1000),
        ("CANCELLED", amount(paid=900, cancelled=900), Rank.CANCELLED, 1000),
        ("CANCELLED", amount(paid=0), Rank.DECLINED, 0),
    ],
)
def test_amounts_decide_what_a_refund_is(status: str, amounts: dict[str, int], rank: Rank, refunded: int) -> None:
    seen = read(a_row(status, amount=amounts, cancellations=[]))
    assert (seen.rank, seen.refunded) == (rank, refunded)


def test_a_cancelled_payment_of_which_money_is_left_is_a_contradiction() -> None:
    with pytest.raises(ContractViolation):
        read(a_row("CANCELLED", amount=amount(cancelled=300)))


def test_the_history_tells_what_is_done_what_waits_and_what_failed() -> None:
    told = [a_cancellation(), a_cancellation("REQUESTED", 200, id="c2"), a_cancellation("FAILED", 100, id="c3")]
    seen = read(a_row("PARTIAL_CANCELLED", amount=amount(cancelled=300), cancellations=told))
    assert [one.outcome for one in seen.refunds] == [Outcome.DONE, Outcome.REQUESTED, Outcome.FAILED]
    assert seen.done[0].reason == "[r_1] 변심"


def test_a_cancel_of_an_unknown_kind_counts_as_not_finished() -> None:
    """Then it is never sent again; a person can still end it."""
    seen = read(a_row(cancellations=[a_cancellation("ON_HOLD")]))
    assert seen.refunds[0].outcome is Outcome.REQUESTED


@pytest.mark.parametrize(
    ("method", "word"),
    [
        (EASY, "kakaopay"),
        ({"type": "PaymentMethodTransfer"}, "transfer"),
        ({"type": "PaymentMethodEasyPay", "provider": "TOSS_BRANDPAY"}, "toss_brandpay"),
        ({"type": "PaymentMethodCrypto"}, "crypto"),
        ({"type": "PaymentMethodOfTheFuture", "x": 1}, "ofthefuture"),
        (None, ""),
    ],
)
def test_unknown_means_of_payment_are_kept_as_text(method: dict[str, Any] | None, word: str) -> None:
    assert read(a_row(method=method)).method == word


def test_an_account_waits_until_its_time_at_a_bank_that_buyers_know() -> None:
    deposit = read(a_row("VIRTUAL_ACCOUNT_ISSUED", method=ACCOUNT)).deposit
    assert deposit is not None
    assert (deposit.bank, deposit.account, deposit.holder) == ("국민은행", "X590901", "상점")
    assert deposit.due.isoformat() == "2026-11-05T14:59:59+00:00"


def test_an_account_without_an_end_waits_for_the_longest_that_a_pg_gives() -> None:
    method = {name: value for name, value in ACCOUNT.items() if name != "expiredAt"}
    deposit = read(a_row("VIRTUAL_ACCOUNT_ISSUED", method=method)).deposit
    assert deposit is not None
    assert deposit.due.isoformat() == "2026-12-02T03:00:00+00:00"


def test_an_unknown_status_is_unknown_and_names_the_row() -> None:
    with pytest.raises(Unknown, match="ON_HOLD"):
        read(a_row("ON_HOLD"))
    assert wire.name_of(received(a_row("ON_HOLD"))) == TX


@pytest.mark.parametrize(
    "row",
    [
        {},
        a_row(amount=None),
        a_row(amount=amount() | {"total": "1000"}),
        a_row(amount=amount() | {"total": 10.5}),
        a_row(amount=amount(cancelled=2000)),
        a_row(currency="ZZZ"),
        a_row(id="x" * 41),
        a_row(status=None),
        a_row(channel={"type": "DEV"}),
        a_row(cancellations=[{}]),
    ],
)
def test_what_is_missing_or_impossible_is_never_guessed(row: dict[str, Any]) -> None:
    with pytest.raises(GatewayError):
        read(row)


def test_null_is_absent_and_other_fields_are_ignored() -> None:
    row = received(a_row() | {"receiptUrl": None, "method": None, "failure": None, "somethingNew": {"a": [1]}})
    assert wire.report(row, Mode.TEST) == read(a_row())


def test_payments_of_v1_are_recognised() -> None:
    assert wire.is_of_v1(received(a_row(version="V1")))
    assert not wire.is_of_v1(received(a_row()))


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[]", b'{"message": "no"}', b'{"type": 1}', b""])
def test_an_error_without_a_type_is_not_the_providers(body: bytes) -> None:
    assert wire.refusal(body) is None
