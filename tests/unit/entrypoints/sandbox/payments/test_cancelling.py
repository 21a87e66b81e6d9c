"""The rules of a cancel, one by one."""

from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.entrypoints.sandbox.errors import CallRefused
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.cancel_request import CancelRequest
from payments.entrypoints.sandbox.payments.cancelling import cancelled
from payments.entrypoints.sandbox.payments.row import Hidden, PaymentRow


def a_paid_row(**changes: object) -> PaymentRow:
    known = {"imp_uid": "imp_1", "merchant_uid": "a", "amount": Decimal(1000), "status": "paid", "paid_at": 5}
    return PaymentRow(**known | {"pay_method": "card"} | changes)


def cancel(row: PaymentRow, guesses: Guesses | None = None, **ask: object) -> PaymentRow:
    return cancelled(row, CancelRequest(**ask), 10, "id-1", guesses or Guesses())


def refusal(row: PaymentRow, guesses: Guesses | None = None, **ask: object) -> tuple[int, int, str]:
    with pytest.raises(CallRefused) as refused:
        cancel(row, guesses, **ask)
    return attrs.astuple(refused.value.refusal)


@pytest.mark.fact("§4.2", "documented", "A cancel without an amount cancels all that is left.")
@pytest.mark.fact("§4.2", "observed", "The amount of a payment never changes; `cancel_amount` grows.")
@given(st.lists(st.integers(1, 400), max_size=6), st.sampled_from([None, 0]))
def test_parts_and_then_all_that_is_left_make_the_whole(parts: list[int], rest: int | None) -> None:
    row = a_paid_row()
    for part in parts:
        if part <= row.remaining:
            row = cancel(row, amount=Decimal(part), checksum=row.remaining)
    if row.remaining:
        row = cancel(row, amount=None if rest is None else Decimal(rest))
    assert row.cancel_amount == row.amount == 1000
    assert (row.status, row.paid_at, row.failed_at) == ("cancelled", 5, 0)
    assert refusal(row) == (200, 1, "이미 전액취소된 주문입니다.")


@pytest.mark.fact("§4.2", "documented", "A checksum that is not the balance before the cancel stops it.")
@given(st.integers(1, 999), st.integers(0, 2000), st.integers(1, 2000))
def test_a_checksum_is_the_balance_before_the_cancel_or_nothing_happens(first: int, believed: int, second: int) -> None:
    row = cancel(a_paid_row(), amount=Decimal(first))
    ask = {"amount": Decimal(second), "checksum": Decimal(believed)}
    if believed == 1000 - first and second <= 1000 - first:
        assert cancel(row, **ask).cancel_amount == first + second
    else:
        refusal(row, **ask)


def test_a_checksum_of_zero_is_a_checksum() -> None:
    assert refusal(a_paid_row(), checksum=Decimal(0))[1] == 1


@pytest.mark.fact(
    "§4.2", "observed", "More than what is left is refused in the words of the PG, Kakao Pay's in English."
)
@pytest.mark.fact("§4.2", "guessed", "The PG notices, or PortOne: `cancel_too_much`.")
def test_more_than_what_is_left_is_refused_in_the_pgs_words() -> None:
    prefix = "결제취소에 실패하였습니다. "
    assert refusal(a_paid_row(), amount=Decimal(1001)) == (200, -1, prefix + "취소금액이 미정산 금액보다 큽니다.")
    kakao = refusal(a_paid_row(pg_provider="kakaopay"), amount=Decimal(1001))
    assert kakao == (200, -1, prefix + "(requested cancel amount is bigger than cancelable amount)")
    assert refusal(a_paid_row(), Guesses(cancel_too_much="portone"), amount=Decimal(1001))[1] == 1


def test_more_than_what_is_left_is_refused_also_when_it_was_once_there() -> None:
    assert refusal(cancel(a_paid_row(), amount=Decimal(300)), amount=Decimal(701))[1] == -1


@pytest.mark.parametrize("status", ["ready", "failed"])
def test_what_was_never_paid_cannot_be_cancelled(status: str) -> None:
    assert refusal(a_paid_row(status=status)) == (200, 1, "취소할 결제건이 존재하지 않습니다.")


@pytest.mark.fact("§4.2", "observed", "What the PG gave back itself is refused in words that were seen.")
def test_what_the_pg_gave_back_itself_is_refused_by_the_pg() -> None:
    row = a_paid_row(hidden=Hidden(cancelled_at_pg=True))
    text = "결제취소에 실패하였습니다. 해당거래 취소실패(기취소성공) : 전화 문의(1661-0808)"
    assert refusal(row) == (200, -1, text)


@pytest.mark.fact("§4.2", "observed", "A partial cancel makes the payment cancelled.")
@pytest.mark.fact("§4.2", "guessed", "It may stay paid instead: `partial_cancel_status`.")
def test_a_partial_cancel_shows_as_cancelled_or_paid_by_the_guess() -> None:
    assert cancel(a_paid_row(), amount=Decimal(1)).status == "cancelled"
    kept = Guesses(partial_cancel_status="paid")
    partly = cancel(a_paid_row(), kept, amount=Decimal(1))
    assert (partly.status, partly.cancel_amount) == ("paid", 1)
    assert cancel(partly, kept).status == "cancelled"


@pytest.mark.fact("§4.2", "documented", "Smartro wants the phone number of the refunded person too.")
def test_a_virtual_account_is_refunded_to_an_account() -> None:
    account = {"refund_holder": "홍길동", "refund_bank": "88", "refund_account": "110"}
    row = a_paid_row(pay_method="vbank")
    for missing in account:
        assert refusal(row, **account | {missing: ""})[:2] == (200, 1)
    assert cancel(row, **account).cancel_amount == 1000
    smartro = a_paid_row(pay_method="vbank", pg_provider="smartro_v2")
    refusal(smartro, **account)
    assert cancel(smartro, **account, refund_tel="010").cancel_amount == 1000


@pytest.mark.parametrize("pg", ["kcp", "html5_inicis"])
def test_parts_that_do_not_fit_what_is_left_are_refused(pg: str) -> None:
    row = a_paid_row(pg_provider=pg, hidden=Hidden(tax_free=Decimal(300)))
    refusal(row, tax_free=Decimal(0))
    refusal(row, amount=Decimal(800), tax_free=Decimal(0))
    assert cancel(row, tax_free=Decimal(300)).remaining == 0


@pytest.mark.fact("§4.2", "documented", "Some PGs want the tax-free part and the VAT of a cancel, others take 0.")
def test_tax_parts_must_be_given_where_the_pg_does_not_default_them() -> None:
    row = a_paid_row(pg_provider="kcp", hidden=Hidden(tax_free=Decimal(300)))
    refusal(row)
    refusal(row, tax_free=Decimal(301))
    row = cancel(row, amount=Decimal(500), tax_free=Decimal(200))
    refusal(row, amount=Decimal(200), tax_free=Decimal(101))
    assert cancel(row, tax_free=Decimal(100)).remaining == 0
    assert cancel(a_paid_row(hidden=Hidden(tax_free=Decimal(300)))).remaining == 0, "inicis defaults it to 0"
    refusal(a_paid_row(hidden=Hidden(vat_amount=Decimal(90))))
    assert cancel(a_paid_row(hidden=Hidden(vat_amount=Decimal(90))), vat_amount=Decimal(90)).remaining == 0


@pytest.mark.fact(
    "§4.2", "documented", "Escrow payments, and phone payments at most PGs, are cancelled whole or not at all."
)
def test_some_payments_are_cancelled_whole_or_not_at_all() -> None:
    for row in (a_paid_row(escrow=True), a_paid_row(pay_method="phone", pg_provider="danal_tpay")):
        refusal(row, amount=Decimal(1))
        assert cancel(row).remaining == 0
    assert cancel(a_paid_row(pay_method="phone"), amount=Decimal(1)).cancel_amount == 1


@pytest.mark.fact("§4.2", "documented", "`cancel_history` has one entry a cancel, with an id of its own.")
@pytest.mark.fact("§4.2", "documented", "`cancel_receipt_urls` has one address a cancel.")
def test_the_history_names_each_cancel() -> None:
    row = cancel(a_paid_row(pg_tid="tid", receipt_url="r"), amount=Decimal(1), reason="변심")
    assert [attrs.asdict(entry) for entry in row.cancel_history] == [
        {
            "pg_tid": "tid",
            "amount": 1,
            "cancelled_at": 10,
            "reason": "변심",
            "cancellation_id": "id-1",
            "receipt_url": "r",
        }
    ]
    assert (row.cancel_reason, row.cancelled_at, row.cancel_receipt_urls) == ("변심", 10, ("r",))


def test_a_negative_amount_is_no_cancel() -> None:
    assert refusal(a_paid_row(), amount=Decimal(-1))[0] == 400
