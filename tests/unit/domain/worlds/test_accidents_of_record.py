"""Accidents of the usual hand-written integration: what it lost or overwrote, and what happens here."""

from typing import Any

import attrs
import pytest
from builders import a_payment
from unit.domain.worlds.laws import at_last
from unit.domain.worlds.simulator import Ids, World
from unit.domain.worlds.stories import ANN, SHOP, begun, only
from unit.domain.worlds.wire import Fault

from payments.adapters.memory.payments import MemoryPayments
from payments.adapters.system.merchant_ids import RandomIds
from payments.domain.errors import (
    AlreadyPaid,
    ConcurrentUpdate,
    MerchantIdTaken,
    StorageUnavailable,
)
from payments.domain.machine import AWAITING, CANCELLED, PAID
from payments.domain.payment import Payment
from payments.domain.use_cases.checkout import Checkout
from payments.domain.values import MerchantId


class TestTheProviderIsToldBeforeTheRowIsSaved:
    """It called the provider, then saved: a crash in between left money that nobody knew of."""

    def test_the_row_is_there_before_prepare_is_sent(self, world: World) -> None:
        process = world.start(world.begin())
        while process.at != "before prepare":
            process.step()
        assert (only(world).status, only(world).due_at is not None) == (AWAITING, True)

    def test_a_store_that_fails_means_that_nothing_is_sent(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        async def full(*_: Any) -> Payment:
            raise StorageUnavailable("The disk is full. Nothing was stored.")

        monkeypatch.setattr(MemoryPayments, "add", full)
        with pytest.raises(StorageUnavailable):
            begun(world)
        assert world.provider.calls.count("prepare") == 0


class TestASaveErrorIsSwallowed:
    """It caught every error of the database and answered "paid": the row still said "awaiting"."""

    def test_a_payment_that_could_not_be_stored_as_paid_is_not_called_paid(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        payment = begun(world)
        attempt = world.pays(payment)

        async def full(*_: Any) -> Payment:
            raise StorageUnavailable("The disk is full. Nothing was stored.")

        with monkeypatch.context() as broken:
            broken.setattr(MemoryPayments, "update", full)
            with pytest.raises(StorageUnavailable):
                world.does(world.checkout.complete(ANN, payment.merchant_id, attempt))
        assert only(world).status is AWAITING
        world.recovers()
        assert only(world).status is PAID  # the money was not forgotten


class TestAnIdCollidesOrIsGuessed:
    """It made ids of the user and the time: two tabs collided, and a neighbour's id could be counted out."""

    def test_a_taken_id_is_replaced_by_a_new_one(self, world: World) -> None:
        first = begun(world)
        world.checkout = checkout_with_ids(world, first.merchant_id, MerchantId("fresh"))
        assert begun(world, order="other").merchant_id == "fresh"
        assert len(world.payments()) == 2
        assert world.payment(first.merchant_id).order == "order"  # it was not overwritten

    def test_after_three_taken_ids_it_gives_up_and_sends_nothing(self, world: World) -> None:
        first = begun(world)
        asked = len(world.provider.calls)
        world.checkout = checkout_with_ids(world, *[first.merchant_id] * 4)
        with pytest.raises(ConcurrentUpdate):
            begun(world, order="other")
        assert (len(world.payments()), len(world.provider.calls)) == (1, asked)

    def test_the_store_itself_refuses_a_second_payment_under_one_id(self, world: World) -> None:
        first = begun(world)
        with pytest.raises(MerchantIdTaken):
            world.does(world.checkout.payments.add(a_payment(merchant_id=first.merchant_id)))

    def test_the_same_buyer_order_and_moment_give_unlike_ids(self) -> None:
        ids = RandomIds()
        names = {ids.merchant_id() for _ in range(1_000)}
        assert len(names) == 1_000
        assert all(len({name[i] for name in names}) > 30 for i in range(32))  # every place of it is random


class TestPaidIsOverwrittenByFailed:
    """A late webhook of the first, declined try overwrote the second one's "paid"."""

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "out of order"])
    def test_in_whatever_order_they_come_the_payment_is_paid(self, world: World, order: tuple[int, int]) -> None:
        payment = begun(world)
        declined, paid = world.opens(payment), world.opens(payment)
        world.provider.decline(declined)
        world.provider.approve(paid)
        for place in order:
            world.does(world.refresher.refresh_attempt((declined, paid)[place], "webhook"))
        assert only(world).status is PAID

    def test_a_stale_answer_about_the_paid_attempt_itself_changes_nothing(self, world: World) -> None:
        payment = begun(world)
        attempt = world.opens(payment)
        late = world.start(world.refresher.refresh_attempt(attempt, "webhook"))
        while late.at != "after find":  # it has read "ready", and then it hangs
            late.step()
        world.provider.approve(attempt)
        world.does(world.refresher.refresh_attempt(attempt, "webhook"))
        version = only(world).version
        late.run()
        assert (only(world).status, only(world).version) == (PAID, version)


class TestTheLookUpHidesThePaidAttempt:
    """It asked for "the" payment under its id and got the newest: a window left open, while an older one was paid."""

    @pytest.mark.parametrize("newest", ["opened", "declined"])
    def test_every_attempt_is_looked_at(self, world: World, newest: str) -> None:
        payment = begun(world)
        paid, later = world.opens(payment), world.opens(payment)
        if newest == "declined":
            world.provider.decline(later)
        world.provider.approve(paid)
        world.does(world.checkout.abandon(ANN, payment.merchant_id))
        assert only(world).status is PAID

    def test_nor_does_closing_trust_the_newest(self, world: World) -> None:
        payment = begun(world)
        paid, _newest = world.opens(payment), world.opens(payment)
        world.provider.approve(paid)
        with pytest.raises(AlreadyPaid):
            world.does(world.checkout.cancel(SHOP, payment.merchant_id))
        assert only(world).status is PAID


class TestTheWebhookNeverComes:
    """It waited for a call that the provider makes once, and on failures never."""

    @pytest.mark.parametrize("fault", [None, *Fault])
    def test_the_worker_asks_by_itself(self, world: World, fault: Fault | None) -> None:
        world.pays(begun(world))
        world.wire.faults.append(fault)
        world.recovers()
        at_last(world)
        assert (only(world).status, only(world).reason) == (PAID, "")
        assert not [p for p in world.payments() if p.status is CANCELLED]


def checkout_with_ids(world: World, *names: MerchantId) -> Checkout:
    """Return the world's checkout, for which chance takes these names."""
    rest = iter(names)

    class Chosen(Ids):
        def merchant_id(self) -> MerchantId:
            return next(rest)

    return attrs.evolve(world.checkout, ids=Chosen())
