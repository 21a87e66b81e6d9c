"""Accidents of the usual hand-written integration: what it believed, and what happens here."""

import inspect

import attrs
import pytest
from builders import a_payment, a_report
from unit.domain.worlds.laws import always, at_last
from unit.domain.worlds.lives import recorded
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import ANN, begun, bought, kept, only

from payments.domain.attempt import Disposition
from payments.domain.errors import (
    AttemptMismatch,
    ContractViolation,
    PaymentNotFound,
)
from payments.domain.machine import AWAITING, CANCELLED, FAILED, PAID
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.report import Rank, Report
from payments.domain.use_cases.checkout import Checkout, Outcome
from payments.domain.use_cases.refreshing import Refresher
from payments.domain.values import Caller, Mode

BOB = Caller.buyer("bob")


class TestTheClientChoosesTheAmount:
    """It trusted the amount the browser sent, so a membership cost one won."""

    def test_no_use_case_of_a_buyer_takes_an_amount(self) -> None:
        asked = {
            name: set(inspect.signature(getattr(Checkout, name)).parameters) - {"self"}
            for name in ("complete", "abandon", "cancel")
        }
        assert asked == {
            "complete": {"caller", "merchant_id", "gateway_id"},
            "abandon": {"caller", "merchant_id"},
            "cancel": {"caller", "merchant_id", "force"},
        }
        hinted = set(inspect.signature(Refresher.refresh_attempt).parameters)
        assert hinted == {"self", "gateway_id", "merchant_id", "provider", "by"}

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
        assert recorded(payment, [a_report(payment, amount=Money(12_000, "KRW"))]).status is FAILED


class TestTheStatusIsCheckedForTruth:
    """It asked `if status:` or `if success:`, and "failed" and "ready" are as true as "paid"."""

    @pytest.mark.parametrize("rank", [Rank.READY, Rank.DECLINED])
    def test_only_money_pays(self, rank: Rank) -> None:
        payment = a_payment()
        assert recorded(payment, [a_report(payment, rank=rank)]).status is not PAID

    def test_nothing_that_is_answered_is_true_by_accident(self) -> None:
        """There is no flag beside the status to be checked instead of it."""
        flags = {
            field.name for kind in (Payment, Report) for field in attrs.fields(kind) if field.type in (bool, "bool")
        }
        assert flags == {"prepared", "one_per_order"}  # how it was begun, which says nothing about money
        assert {field.name for field in attrs.fields(Outcome)} == {"payment", "confirmed"}

    def test_a_refunded_capture_that_is_still_called_paid_is_told_by_its_amounts(self) -> None:
        payment = a_payment()
        with pytest.raises(ContractViolation):
            a_report(payment, rank=Rank.CAPTURED, refunded=payment.price.minor)


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
            world.does(world.refresher.record(a_report(other, gateway_id=world.attempts[0]), "test"))
        assert world.payment(other.merchant_id).status is AWAITING
        always(world)


class TestTestMoneyInALiveShop:
    """It never looked at the mode: play money through a test channel bought real goods."""

    def test_play_money_does_not_pay_in_a_live_shop(self) -> None:
        world = World(mode=Mode.LIVE)
        payment = begun(world)
        attempt = world.pays(payment, mode=Mode.TEST)
        with pytest.raises(AttemptMismatch):  # asked for it by name, the provider shows no test row
            world.does(world.checkout.complete(ANN, payment.merchant_id, attempt))
        world.does(world.sweep.sweep())
        assert only(world).status is AWAITING
        assert [a.disposition for a in only(world).attempts] == [Disposition.WRONG_MODE]

    def test_nor_does_real_money_pay_in_a_test_shop(self, world: World) -> None:
        payment = begun(world)
        attempt = world.pays(payment, mode=Mode.LIVE)
        world.does(world.checkout.complete(ANN, payment.merchant_id, attempt))
        world.recovers()
        assert (only(world).status, only(world).reason) == (CANCELLED, "expired")
        assert kept(world) == 12_000  # it is held: a person decides
