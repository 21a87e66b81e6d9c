"""The accidents of the usual hand-written integration, one test each: what it did, and what happens here.

Those of the network (a token for every call, a call without a deadline, HTML in place of JSON) are told where the
provider is spoken to.
"""

import inspect
from typing import Any

import attrs
import pytest
from builders import a_payment, a_report
from unit.domain.laws import always, at_last
from unit.domain.lives import told
from unit.domain.simulator import Fault, Ids, World
from unit.domain.stories import ANN, SHOP, begun, bought, kept, only

from payments.adapters.memory.payments import MemoryPayments
from payments.adapters.system.merchant_ids import RandomIds
from payments.domain.errors import (
    AlreadyPaid,
    AttemptMismatch,
    ConcurrentUpdate,
    ContractViolation,
    MerchantIdTaken,
    PaymentNotFound,
    StorageUnavailable,
)
from payments.domain.machine import AWAITING, CANCELLED, FAILED, PAID
from payments.domain.money import Money
from payments.domain.payment import Disposition, Payment
from payments.domain.report import Rank, Report
from payments.domain.use_cases.checkout import Checkout, Outcome
from payments.domain.values import Caller, MerchantId, Mode

BOB = Caller.buyer("bob")


@pytest.fixture
def world() -> World:
    return World()


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


class TestTheClientChoosesTheAmount:
    """It trusted the amount the browser sent, so a membership cost one won."""

    def test_no_use_case_of_a_buyer_takes_an_amount(self) -> None:
        asked = {
            name: set(inspect.signature(getattr(Checkout, name)).parameters) - {"self"}
            for name in ("complete", "abandon", "cancel", "refresh_attempt")
        }
        assert asked == {
            "complete": {"caller", "merchant_id", "gateway_id"},
            "abandon": {"caller", "merchant_id"},
            "cancel": {"caller", "merchant_id"},
            "refresh_attempt": {"gateway_id", "by"},
        }

    @pytest.mark.parametrize("amount", [1, 11_999, 12_001, 24_000])
    def test_another_amount_than_asked_does_not_pay_and_goes_back(self, world: World, amount: int) -> None:
        payment = begun(world)
        attempt = world.pays(payment, price=Money(amount), tampered=True)
        seen = world.does(world.checkout.complete(ANN, payment.merchant_id, attempt))
        assert (seen.payment.status, seen.payment.reason) == (FAILED, "amount_mismatch")
        world.recovers()
        at_last(world)
        assert kept(world) == 0

    def test_the_same_number_of_another_currency_does_not_pay(self) -> None:
        payment = a_payment(currency="USD", amount=12_000)
        assert told(payment, [a_report(payment, amount=Money(12_000, "KRW"))]).status is FAILED


class TestTheStatusIsCheckedForTruth:
    """It asked `if status:` or `if success:`, and "failed" and "ready" are as true as "paid"."""

    @pytest.mark.parametrize("rank", [Rank.READY, Rank.DECLINED])
    def test_only_money_pays(self, rank: Rank) -> None:
        payment = a_payment()
        assert told(payment, [a_report(payment, rank=rank)]).status is not PAID

    def test_nothing_that_is_answered_is_true_by_accident(self) -> None:
        """There is no flag beside the status to be checked instead of it."""
        flags = {
            field.name for kind in (Payment, Report) for field in attrs.fields(kind) if field.type in (bool, "bool")
        }
        assert flags == {"prepared"}
        assert {field.name for field in attrs.fields(Outcome)} == {"payment", "confirmed"}

    def test_a_refunded_capture_that_is_still_called_paid_is_told_by_its_amounts(self) -> None:
        payment = a_payment()
        with pytest.raises(ContractViolation):
            a_report(payment, rank=Rank.CAPTURED, refunded=payment.price.minor)


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


class TestSomeoneElsesPaymentIsMarkedFailed:
    """It failed whatever id the browser sent along with "the payment failed"."""

    @pytest.mark.parametrize("what", ["abandon", "cancel"])
    def test_another_buyers_payment_is_not_touched(self, world: World, what: str) -> None:
        payment = begun(world)
        world.provider.decline(world.opens(payment))
        with pytest.raises(PaymentNotFound):
            world.does(getattr(world.checkout, what)(BOB, payment.merchant_id))
        assert (only(world).status, only(world).version) == (AWAITING, payment.version)

    def test_nor_by_completing_it_with_a_failed_attempt_of_ones_own(self, world: World) -> None:
        mine, theirs = begun(world, buyer="bob"), begun(world)
        failed = world.opens(mine)
        world.provider.decline(failed)
        with pytest.raises(PaymentNotFound):
            world.does(world.checkout.complete(BOB, theirs.merchant_id, failed))
        assert world.payment(theirs.merchant_id).status is AWAITING

    def test_a_browser_that_says_failed_is_not_believed(self, world: World) -> None:
        payment = begun(world)
        world.pays(payment)
        assert world.does(world.checkout.abandon(ANN, payment.merchant_id)).payment.status is PAID


class TestPaidIsOverwrittenByFailed:
    """A late webhook of the first, declined try overwrote the second one's "paid"."""

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "out of order"])
    def test_in_whatever_order_they_come_the_payment_is_paid(self, world: World, order: tuple[int, int]) -> None:
        payment = begun(world)
        declined, paid = world.opens(payment), world.opens(payment)
        world.provider.decline(declined)
        world.provider.approve(paid)
        for place in order:
            world.does(world.checkout.refresh_attempt((declined, paid)[place], "webhook"))
        assert only(world).status is PAID

    def test_a_stale_answer_about_the_paid_attempt_itself_changes_nothing(self, world: World) -> None:
        payment = begun(world)
        attempt = world.opens(payment)
        late = world.start(world.checkout.refresh_attempt(attempt, "webhook"))
        while late.at != "after find":  # it has read "ready", and then it hangs
            late.step()
        world.provider.approve(attempt)
        world.does(world.checkout.refresh_attempt(attempt, "webhook"))
        version = only(world).version
        late.run()
        assert (only(world).status, only(world).version) == (PAID, version)


class TestOneCapturePaysTwoOrders:
    """It never asked what the attempt had been paid for, so one receipt opened every door."""

    def test_an_attempt_at_one_payment_does_not_complete_another(self, world: World) -> None:
        cheap, dear = begun(world, order="cheap", amount=100), begun(world, order="dear", amount=100_000)
        attempt = world.pays(cheap)
        with pytest.raises(AttemptMismatch):
            world.does(world.checkout.complete(ANN, dear.merchant_id, attempt))
        assert world.payment(dear.merchant_id).status is AWAITING

    def test_nor_after_it_was_used(self, world: World) -> None:
        bought(world)
        other = begun(world, order="other")
        with pytest.raises(AttemptMismatch):
            world.does(world.checkout.complete(ANN, other.merchant_id, world.attempts[0]))
        assert world.payment(other.merchant_id).status is AWAITING

    def test_nor_when_the_provider_names_it_under_both(self, world: World) -> None:
        bought(world)
        other = begun(world, order="other")
        with pytest.raises(ContractViolation):
            world.does(world.checkout.record(a_report(other, gateway_id=world.attempts[0]), "test"))
        assert world.payment(other.merchant_id).status is AWAITING
        always(world)


class TestTestMoneyInALiveShop:
    """It never looked at the mode: play money through a test channel bought real goods."""

    def test_play_money_does_not_pay_in_a_live_shop(self) -> None:
        world = World(mode=Mode.LIVE)
        payment = begun(world)
        attempt = world.pays(payment, mode=Mode.TEST)
        seen = world.does(world.checkout.complete(ANN, payment.merchant_id, attempt))
        assert seen.payment.status is FAILED
        assert [a.disposition for a in seen.payment.attempts] == [Disposition.MISMATCH]

    def test_nor_does_real_money_pay_in_a_test_shop(self, world: World) -> None:
        payment = begun(world)
        attempt = world.pays(payment, mode=Mode.LIVE)
        world.does(world.checkout.complete(ANN, payment.merchant_id, attempt))
        world.recovers()
        assert only(world).status is FAILED
        assert kept(world) == 0  # it goes back


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
