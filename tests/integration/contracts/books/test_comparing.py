"""Comparing with the provider's list, over every store: what agrees, differs, or is unknown on either side."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from payments import testing
from payments.domain.books.comparison import MOST_FINDINGS, Comparison, Finding, FindingKind, Seen
from payments.domain.errors import BadInput, PaymentNotFound, Unknown
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.ports import Store
from payments.domain.report import Rank, Report
from payments.domain.use_cases.comparing import Comparing
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Offer
from payments.entrypoints.blocking import run

SHOP = Caller.shop("accountant")
PRICE = Money(12_000)
HOUR = timedelta(hours=1)


@pytest.fixture
def shop(store: Store) -> testing.Shop:
    return testing.shop(store=store)


def compare(shop: testing.Shop, **back: float) -> Comparison:
    """Compare what happened up to now."""
    comparing = Comparing.over(shop.reconciliation, shop.store.comparisons, shop.refunds.ids)
    now = shop.clock.now()
    return run(comparing.compare(SHOP, now - timedelta(**(back or {"hours": 2})), now))


def kinds(comparison: Comparison) -> list[FindingKind]:
    return [finding.kind for finding in comparison.findings]


def paid(shop: testing.Shop) -> Payment:
    """Return a payment that its buyer has paid, a minute ago."""
    begun = run(shop.checkout.begin("kim", "order-1", Offer("gold", PRICE), Method.CARD, SHOP))
    attempt = shop.pay(begun)
    return run(shop.checkout.complete(SHOP, begun.merchant_id, attempt)).payment


def accepted_of(payment: Payment) -> GatewayId:
    assert payment.accepted
    return payment.accepted.gateway_id


def captured(shop: testing.Shop, merchant_id: str) -> GatewayId:
    attempt = shop.gateway.open(merchant_id, PRICE)
    shop.gateway.approve(attempt)
    return attempt


def test_books_that_agree_have_no_finding(shop: testing.Shop) -> None:
    paid(shop)
    shop.clock.advance(hours=1)
    found = compare(shop)
    assert (found.agrees, found.agreed, found.findings) == (True, 1, ())


def test_what_differs_is_recorded_and_told_once(shop: testing.Shop) -> None:
    payment = paid(shop)
    shop.gateway.refund_in_console(accepted_of(payment), 5_000)
    shop.clock.advance(hours=1)
    [finding] = compare(shop).findings
    assert (finding.kind, finding.merchant_id) == (FindingKind.DIFFERED, payment.merchant_id)
    assert finding.seen == Seen(rank=Rank.CAPTURED, amount=PRICE, refunded=5_000)
    assert run(shop.store.payments.get(payment.merchant_id)).refunded == 5_000
    assert compare(shop).agrees


def test_a_capture_that_no_payment_here_explains_is_unknown_here(shop: testing.Shop) -> None:
    attempt = captured(shop, "m_lost")
    shop.clock.advance(hours=1)
    [finding] = compare(shop).findings
    assert (finding.kind, finding.gateway_id) == (FindingKind.UNKNOWN_HERE, attempt)


def test_a_capture_that_the_provider_forgot_is_unknown_there(shop: testing.Shop) -> None:
    payment = paid(shop)
    del shop.gateway._rows[accepted_of(payment)]
    shop.clock.advance(hours=1)
    [finding] = compare(shop).findings
    assert (finding.kind, finding.merchant_id) == (FindingKind.UNKNOWN_THERE, payment.merchant_id)


def test_a_capture_that_the_list_shows_elsewhere_is_known_there(shop: testing.Shop) -> None:
    """Fails where the list is believed to show a capture at its time, although it was refunded later."""
    payment = paid(shop)
    at = shop.clock.now()
    shop.clock.advance(days=3)
    shop.gateway.refund_in_console(accepted_of(payment), 5_000)
    comparing = Comparing.over(shop.reconciliation, shop.store.comparisons, shop.refunds.ids)
    assert run(comparing.compare(SHOP, at - HOUR, at + HOUR)).agrees


def test_what_was_found_is_stored_and_listed_the_latest_first(shop: testing.Shop) -> None:
    captured(shop, "m_lost")
    found = []
    for _ in range(3):
        shop.clock.advance(minutes=20)
        found.append(compare(shop))
    page = shop.store.comparisons.page
    assert [*run(page(None, 2)), *run(page(found[1].id, 2))] == found[::-1]
    assert found[0].by == str(SHOP)
    assert [run(shop.store.comparisons.find(id)) for id in (found[1].id, "nobody")] == [found[1], None]
    with pytest.raises(PaymentNotFound):
        run(page("nobody", 2))


def test_no_period_of_the_future_and_none_without_a_length_is_compared(shop: testing.Shop) -> None:
    comparing = Comparing.over(shop.reconciliation, shop.store.comparisons, shop.refunds.ids)
    now = shop.clock.now()
    for since in (now, now + HOUR, now - timedelta(days=9_999)):
        with pytest.raises(BadInput):
            run(comparing.compare(SHOP, since, now + HOUR))


def test_a_provider_that_does_not_answer_leaves_nothing_that_looks_compared(shop: testing.Shop) -> None:
    shop.gateway.trouble("listing", Unknown("no answer"))
    with pytest.raises(Unknown):
        compare(shop)
    assert run(shop.store.comparisons.page(None, 10)) == []


def test_a_comparison_is_loaded_as_it_was_stored(shop: testing.Shop) -> None:
    made = compare(shop)
    many = tuple(
        Finding(kind=kind, merchant_id=MerchantId("m" * 40), what="가" * 300, seen=seen)
        for kind in FindingKind
        for seen in [None, *(Seen(rank=rank, amount=Money(1_999, "USD"), refunded=999) for rank in Rank)]
        for _ in range(MOST_FINDINGS // 20)
    )
    whole = attrs.evolve(made, id="x", findings=many, more=7, foreign=3)
    run(shop.store.comparisons.add(whole))
    assert whole in run(shop.store.comparisons.page(None, 5))


def test_captures_of_another_installation_are_counted_apart(shop: testing.Shop) -> None:
    paid(shop)
    captured(shop, "another-systems-order")
    shop.clock.advance(hours=1)
    found = compare(shop)
    assert (found.agreed, found.foreign, found.findings) == (1, 1, ())
    assert found.started_at <= found.finished_at
    assert found.by == "shop:accountant"


def test_a_row_that_cannot_be_read_is_told_and_hides_no_other(shop: testing.Shop) -> None:
    payment = paid(shop)
    shop.gateway.make_unreadable(accepted_of(payment))
    lost = captured(shop, "m_lost")
    shop.clock.advance(hours=1)
    unknown, listed, ours = compare(shop).findings
    assert (unknown.kind, unknown.gateway_id) == (FindingKind.UNKNOWN_HERE, lost)
    assert (listed.kind, listed.merchant_id, listed.gateway_id) == (FindingKind.NOT_RECORDED, None, None)
    assert (ours.kind, ours.merchant_id) == (FindingKind.NOT_RECORDED, payment.merchant_id)
    assert ours.gateway_id == accepted_of(payment)
    assert accepted_of(payment) in listed.what
    assert accepted_of(payment) in ours.what


def test_a_capture_that_the_list_leaves_out_is_asked_about_with_its_payment(
    shop: testing.Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PortOne V2 has no call by attempt: without the payment's id it searches, and may find nothing."""
    payment = paid(shop)
    find, asked = shop.gateway.find, list[tuple[object, ...]]()

    async def found(*named: Any) -> Report | None:
        asked.append(named)
        return await find(*named)

    monkeypatch.setattr(shop.gateway, "find", found)
    row = shop.gateway._rows[accepted_of(payment)]
    shop.gateway._rows[accepted_of(payment)] = attrs.evolve(row, since=row.since + 10 * HOUR)
    shop.clock.advance(hours=1)
    assert compare(shop).agrees
    assert asked == [(accepted_of(payment), payment.merchant_id)]
