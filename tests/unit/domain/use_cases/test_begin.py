"""Beginning a payment: stored and prepared first, the same order once, another price anew."""

from datetime import timedelta

import pytest
from unit.domain.worlds.laws import at_last
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import ANN, SHOP, begun, bought, closed, only
from unit.domain.worlds.wire import Fault

from payments.domain.books.search import Filter
from payments.domain.errors import (
    AlreadyPaid,
    BadInput,
    ConcurrentUpdate,
    CredentialsRefused,
    GatewayError,
    Rejected,
)
from payments.domain.event import EventKind
from payments.domain.machine import AWAITING, CANCELLED, FAILED, PAID
from payments.domain.money import Money, TaxParts
from payments.domain.payment import Payment
from payments.domain.ports import AlarmKind
from payments.domain.values import Caller, Method, Offer, Terms


def test_begin_stores_and_prepares_before_anyone_learns_the_merchant_id(world: World) -> None:
    payment = begun(world)
    assert (payment.status, payment.prepared, payment.buyer, payment.price) == (AWAITING, True, "ann", Money(12_000))
    assert [h.kind for h in world.timeline(payment.merchant_id)] == [EventKind.BEGUN, EventKind.PREPARED]
    assert world.provider.calls.count("prepare") == 1
    assert payment.due_at == world.now() + timedelta(seconds=30)


def test_the_same_order_again_is_the_same_payment_with_fresh_time(world: World) -> None:
    first = begun(world)
    world.pass_time(timedelta(minutes=20))
    again = world.does(
        world.checkout.begin("ann", "order", Offer("멤버십 1년", Money(12_000)), Method.KAKAOPAY, Caller.buyer("ann"))
    )
    assert (again.merchant_id, again.version, again.method) == (first.merchant_id, first.version, Method.KAKAOPAY)
    assert again.expires_at == world.now() + timedelta(minutes=30)
    assert world.provider.calls.count("prepare") == 1


def begun_with(world: World, terms: Terms) -> Payment:
    offer = Offer("멤버십 1년", Money(12_000), terms)
    payment: Payment = world.does(world.checkout.begin("ann", "order", offer, Method.CARD, SHOP))
    return payment


def test_an_order_begun_again_takes_the_terms_that_are_offered_now(world: World) -> None:
    first = begun_with(world, Terms(max_instalments=3))
    again = begun_with(world, Terms(max_instalments=6))
    assert (again.merchant_id, again.terms.max_instalments) == (first.merchant_id, 6)
    assert begun(world).terms.max_instalments == 6  # whoever offers none leaves them as they are


def test_an_order_begun_again_with_other_tax_parts_is_another_payment(world: World) -> None:
    """Parts that nobody says are no other parts."""
    first = begun_with(world, Terms(parts=TaxParts(tax_free=2_000)))
    assert begun_with(world, Terms(parts=TaxParts(tax_free=2_000))).merchant_id == first.merchant_id
    assert begun_with(world, Terms()).merchant_id == first.merchant_id
    assert begun_with(world, Terms(parts=TaxParts(tax_free=3_000))).merchant_id != first.merchant_id


def test_a_failed_payment_is_handed_out_again(world: World) -> None:
    first = begun(world)
    attempt = world.opens(first)
    world.provider.decline(attempt)
    world.does(world.checkout.abandon(ANN, first.merchant_id))
    assert begun(world).merchant_id == first.merchant_id


def test_another_price_closes_the_old_payment_and_begins_a_new_one(world: World) -> None:
    old, new = begun(world), begun(world, amount=15_000)
    assert new.merchant_id != old.merchant_id
    assert (world.payment(old.merchant_id).status, world.payment(old.merchant_id).reason) == (CANCELLED, "superseded")
    assert world.timeline(old.merchant_id)[-1].by == "buyer:ann"


def test_a_paid_order_is_not_begun_again(world: World) -> None:
    bought(world)
    for amount in (12_000, 15_000):
        with pytest.raises(AlreadyPaid):
            begun(world, amount=amount)
    assert len(world.payments()) == 1


def test_a_payment_that_was_paid_without_a_word_is_not_closed_for_another_price(world: World) -> None:
    world.pays(begun(world))
    with pytest.raises(AlreadyPaid):
        begun(world, amount=15_000)
    assert only(world).status is PAID


def test_an_order_may_be_begun_again_once_its_payment_is_closed(world: World) -> None:
    assert closed(world).merchant_id != begun(world).merchant_id


def test_an_id_that_took_the_wrong_money_is_not_handed_out_again(world: World) -> None:
    """The provider opens no window for it any more, so the buyer could not pay."""
    first = begun(world)
    world.does(world.refresher.refresh_attempt(world.pays(first, price=Money(1), tampered=True), "webhook"))
    second = begun(world)
    assert second.merchant_id != first.merchant_id
    world.does(world.refresher.refresh_attempt(world.pays(second), "webhook"))
    world.recovers()
    at_last(world)
    assert world.payment(second.merchant_id).status is PAID


def test_two_buyers_may_buy_the_same_order(world: World) -> None:
    assert begun(world, buyer="ann").merchant_id != begun(world, buyer="bob").merchant_id


@pytest.mark.parametrize(("buyer", "order"), [("", "order"), ("ann", ""), ("x" * 121, "order"), ("ann", "x" * 121)])
def test_a_payment_needs_a_buyer_and_an_order_that_can_be_kept(world: World, buyer: str, order: str) -> None:
    with pytest.raises(BadInput):
        begun(world, buyer=buyer, order=order)
    assert not world.payments()
    assert "prepare" not in world.provider.calls


def test_a_price_the_provider_refuses_fails_the_payment_in_its_words(world: World) -> None:
    world.provider.trouble("prepare", Rejected("no", "F01", "최소 금액 미만"))
    with pytest.raises(Rejected):
        begun(world)
    assert (only(world).status, only(world).reason, only(world).prepared) == (FAILED, "F01 최소 금액 미만", False)
    assert world.timeline(only(world).merchant_id)[-1].kind is EventKind.PREPARE_REFUSED
    assert begun(world).prepared  # and the buyer may try again


@pytest.mark.parametrize("fault", Fault)
def test_what_could_not_be_prepared_awaits_and_is_prepared_by_the_next_try(world: World, fault: Fault) -> None:
    world.wire.faults.append(fault)
    with pytest.raises(GatewayError):
        begun(world)
    assert (only(world).status, only(world).prepared) == (AWAITING, False)
    assert begun(world).prepared
    assert len(world.payments()) == 1


def test_a_payment_closed_while_it_is_prepared_is_not_handed_out(world: World) -> None:
    process = world.start(world.begin())
    while process.at != "after prepare":
        process.step()
    world.does(world.checkout.cancel(SHOP, only(world).merchant_id))
    payment: Payment = process.run().result
    assert payment.status is AWAITING
    assert [p.status for p in world.payments()] == [CANCELLED, AWAITING]


def test_a_beginner_who_is_always_overtaken_gives_up(world: World) -> None:
    """Everybody else closes what he begins: three tries, and a sentence."""
    process = world.start(world.begin())
    while process.alive:
        process.step()
        for payment in world.payments():
            if payment.status is AWAITING and process.alive:
                world.does(world.checkout.cancel(SHOP, payment.merchant_id))
    assert isinstance(process.error, ConcurrentUpdate)
    assert len(world.payments()) == 3


# ---- nobody knows a payment whose price the provider does not know ----


def test_an_unprepared_payment_is_in_no_list_and_no_message(world: World) -> None:
    """Whoever knows the id can open a window for it, of any amount."""
    process = world.start(world.begin())
    while process.at != "before prepare":
        process.step()
    assert only(world).version == 0
    assert world.does(world.checkout.page(SHOP, Filter())) == []
    world.does(world.courier.deliver(1_000))
    assert not world.shop.told
    process.run()
    world.does(world.courier.deliver(1_000))
    assert [p.merchant_id for p in world.does(world.checkout.page(SHOP, Filter()))] == [only(world).merchant_id]
    assert len(world.shop.told) == 2


def test_our_own_keys_do_not_fail_the_buyers_payment(world: World) -> None:
    """A rotated key refuses every prepare: the buyer comes back later, and an operator is told now."""
    world.provider.trouble("prepare", CredentialsRefused("The provider refused the keys. Nothing was done."))
    with pytest.raises(CredentialsRefused):
        begun(world)
    assert (only(world).status, only(world).reason, only(world).version) == (AWAITING, "", 0)
    assert [(a.kind, a.merchant_id) for a in world.alarms.raised] == [
        (AlarmKind.CREDENTIALS_REFUSED, only(world).merchant_id)
    ]
    assert begun(world).prepared


def test_the_same_number_of_another_currency_is_another_price(world: World) -> None:
    old = begun(world)
    dollars = Offer("멤버십 1년", Money(12_000, "USD"))
    new = world.does(world.checkout.begin("ann", "order", dollars, Method.CARD, Caller.buyer("ann")))
    assert (new.price, world.payment(old.merchant_id).status) == (Money(12_000, "USD"), CANCELLED)
