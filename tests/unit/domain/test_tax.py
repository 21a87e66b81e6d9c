"""Tax parts: what goes back with a refund, and what is refused before it is sent."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.errors import BadInput, RefundRefused
from payments.domain.money import Money, TaxParts, refund_parts
from payments.domain.payment import Payment
from payments.domain.refund import RefundStatus
from payments.domain.refunding import RefundOrder, request
from payments.domain.values import Offer, RefundId, Terms
from payments.testing import NOON
from payments.testing.builders import a_payment, a_report, paid, told

MIXED = Terms(parts=TaxParts(tax_free=4_000, vat=727))


def a_mixed_payment() -> Payment:
    """Return 12,000 won of which 4,000 are tax free and 727 VAT, paid."""
    return paid(a_payment(terms=MIXED))


def parts_after(payment: Payment, refund_id: str, **order: object) -> tuple[int | None, int | None]:
    refund = request(payment, RefundOrder(reason="", **order), RefundId(refund_id), NOON, "shop:x").refunds[-1]  # type: ignore[arg-type]
    return refund.tax_free, refund.vat


def test_the_parts_of_a_price_are_never_more_than_the_price() -> None:
    with pytest.raises(BadInput, match="larger than the price"):
        Offer("책", Money(12_000), Terms(parts=TaxParts(tax_free=12_000, vat=1)))


def test_a_full_refund_gives_back_each_part_in_full() -> None:
    assert parts_after(a_mixed_payment(), "r") == (4_000, 727)


def test_a_payment_without_parts_is_refunded_without_parts() -> None:
    assert parts_after(paid(a_payment()), "r") == (None, None)


def test_the_rest_gives_back_the_rest_of_each_part() -> None:
    payment = a_mixed_payment()
    report = payment.attempts[0].report
    order = RefundOrder(reason="", amount=3_000, parts=TaxParts(tax_free=1_000, vat=180))
    payment = request(payment, order, RefundId("r1"), NOON, "shop:x")
    payment = told(payment, attrs.evolve(report, refunded=3_000))
    assert payment.refunds[0].status is RefundStatus.DONE or payment.refunds
    payment = attrs.evolve(payment, refunds=(attrs.evolve(payment.refunds[0], status=RefundStatus.DONE),))
    assert parts_after(payment, "r2") == (3_000, 547)


def test_a_partial_refund_is_taxable_and_carries_its_share_of_the_vat_unless_it_says_otherwise() -> None:
    assert parts_after(a_mixed_payment(), "r", amount=4_000) == (0, 363)
    assert parts_after(a_mixed_payment(), "r", amount=4_000, parts=TaxParts(tax_free=4_000)) == (4_000, 0)


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        (9_000, TaxParts()),  # only 8,000 are taxable
        (3_000, TaxParts(tax_free=3_001)),
        (5_000, TaxParts(tax_free=4_001)),
        (None, TaxParts(tax_free=0)),
        (3_000, TaxParts(tax_free=3_000, vat=1)),
        (None, TaxParts(vat=726)),
    ],
)
def test_a_refund_whose_parts_cannot_fit_is_refused_before_it_is_sent(amount: int | None, parts: TaxParts) -> None:
    with pytest.raises((RefundRefused, BadInput), match=r"Nothing was sent|larger than the refund"):
        parts_after(a_mixed_payment(), "r", amount=amount, parts=parts)


@pytest.mark.parametrize(
    ("amount", "tax_free", "sentence"), [(9_000, 0, "between 1000 and 4000"), (None, 0, "exactly 4000")]
)
def test_a_refund_is_told_which_part_may_be_tax_free(amount: int | None, tax_free: int, sentence: str) -> None:
    with pytest.raises(RefundRefused, match=sentence):
        parts_after(a_mixed_payment(), "r", amount=amount, parts=TaxParts(tax_free=tax_free))


def test_a_stray_of_the_same_amount_is_refunded_with_its_parts() -> None:
    payment = a_mixed_payment()
    second = a_report(payment, gateway_id="imp_second")
    refund = told(payment, second, stray_refund="r_stray").refunds[-1]
    assert (refund.gateway_id, refund.tax_free, refund.vat) == ("imp_second", 4_000, 727)


@given(amounts=st.lists(st.integers(1, 5_000), min_size=1, max_size=6), tax_free=st.integers(0, 12_000), data=st.data())
def test_refunds_that_are_let_through_always_add_up_to_the_parts(
    amounts: list[int], tax_free: int, data: st.DataObject
) -> None:
    whole, vat = 12_000, data.draw(st.integers(0, 12_000 - tax_free))
    parts, done, remainder = TaxParts(tax_free=tax_free, vat=vat), [], whole
    for amount in [*amounts, whole]:
        left, amount_now = parts.less(done, remainder), min(amount, remainder)
        if amount_now == 0:
            break
        asked = TaxParts(tax_free=data.draw(st.none() | st.integers(0, amount_now)))
        try:
            done.append(refund_parts(left, remainder, amount_now, asked))
        except RefundRefused:
            continue
        remainder -= amount_now
    if remainder:
        done.append(refund_parts(parts.less(done, remainder), remainder, remainder, TaxParts()))
    assert (sum(p.tax_free or 0 for p in done), sum(p.vat or 0 for p in done)) == (tax_free, vat)
