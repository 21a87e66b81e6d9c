"""Who may ask about a payment, and what everybody else can learn: nothing."""

from collections.abc import Callable

import pytest
from unit.domain.worlds.laws import always
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import ANN, SHOP, UseCase, begun, only

from payments.domain.books.search import Filter
from payments.domain.errors import (
    AttemptMismatch,
    PaymentNotFound,
)
from payments.domain.values import Caller, GatewayId, MerchantId

BOB = Caller.buyer("bob")

ASKING: dict[str, Callable[[World, Caller, MerchantId], UseCase]] = {
    "read": lambda w, who, it: w.checkout.visible_to(who, it),
    "timeline": lambda w, who, it: w.checkout.timeline(who, it),
    "complete": lambda w, who, it: w.checkout.complete(who, it, w.attempts[0]),
    "abandon": lambda w, who, it: w.checkout.abandon(who, it),
    "cancel": lambda w, who, it: w.checkout.cancel(who, it),
}


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
def test_another_buyers_payment_cannot_be_told_from_an_absent_one(
    world: World, ask: Callable[[World, Caller, MerchantId], UseCase]
) -> None:
    payment = begun(world)
    world.opens(payment)
    asked, errors = len(world.provider.calls), []
    for merchant_id in (payment.merchant_id, MerchantId("absent")):
        with pytest.raises(PaymentNotFound) as refused:
            world.does(ask(world, BOB, merchant_id))
        errors.append((type(refused.value), str(refused.value)))
    assert errors[0] == errors[1]
    assert len(world.provider.calls) == asked  # nor by how long it takes to ask the provider
    assert (only(world).version, only(world).due_at) == (payment.version, payment.due_at)


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
def test_its_buyer_and_the_shop_may_ask(world: World, ask: Callable[[World, Caller, MerchantId], UseCase]) -> None:
    payment = begun(world)
    world.opens(payment)
    for caller in (ANN, SHOP, Caller.system("worker")):
        world.does(ask(world, caller, payment.merchant_id))


def test_a_list_shows_a_buyer_only_their_own_payments(world: World) -> None:
    mine, theirs = begun(world, order="a"), begun(world, order="b", buyer="bob")

    def listed(caller: Caller, which: Filter) -> set[MerchantId]:
        return {payment.merchant_id for payment in world.does(world.checkout.page(caller, which))}

    for which in (Filter(), Filter(buyer="ann"), Filter(buyer="bob")):
        assert listed(BOB, which) == {theirs.merchant_id}
    assert listed(SHOP, Filter()) == {mine.merchant_id, theirs.merchant_id}


def test_a_page_has_a_hundred_payments_where_nobody_says_how_many(world: World) -> None:
    for number in range(101):
        begun(world, order=f"order-{number}")
    assert len(world.does(world.checkout.page(SHOP, Filter()))) == 100


def test_a_buyer_cannot_tell_anothers_attempt_from_a_made_up_one(world: World) -> None:
    mine, others = begun(world), begun(world, buyer="bob")
    theirs = world.pays(others)
    errors = []
    for attempt in (theirs, GatewayId("imp_made_up")):
        with pytest.raises(AttemptMismatch) as refused:
            world.does(world.checkout.complete(ANN, mine.merchant_id, attempt))
        errors.append(str(refused.value))
    assert errors[0] == errors[1]
    always(world)
