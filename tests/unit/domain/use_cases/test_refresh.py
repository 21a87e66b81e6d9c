"""Bringing a payment up to date: by its id, and by a hint about one attempt."""

import attrs
import pytest
from builders import a_payment, a_report
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import begun, only

from payments.domain.attempt import Disposition
from payments.domain.errors import (
    ContractViolation,
    PaymentNotFound,
)
from payments.domain.machine import PAID
from payments.domain.report import Rank
from payments.domain.values import GatewayId, MerchantId

# ---- look ----


def test_a_look_sees_every_attempt_and_not_only_the_newest(world: World) -> None:
    payment = begun(world)
    paid, _newest = world.opens(payment), world.opens(payment)
    world.provider.approve(paid)
    assert world.does(world.checkout.refresh(payment.merchant_id, "test")).status is PAID


def test_an_attempt_that_contradicts_itself_does_not_hide_the_paid_one(world: World) -> None:
    payment = begun(world)
    bad, good = world.opens(payment), world.opens(payment)
    other = world.does(world.begin(order="other"))
    world.does(world.checkout.record(a_report(other, gateway_id=bad, rank=Rank.READY), "test"))  # taken by another
    world.provider.approve(good)
    with pytest.raises(ContractViolation):
        world.does(world.checkout.refresh(payment.merchant_id, "test"))
    assert world.payment(payment.merchant_id).status is PAID


def test_an_answer_about_another_payment_is_never_settled(world: World) -> None:
    payment, stranger = begun(world), a_payment()

    async def strangers(_: MerchantId) -> list[object]:
        return [a_report(stranger)]

    checkout = attrs.evolve(world.checkout, gateway=type("Liar", (), {"attempts": staticmethod(strangers)})())
    with pytest.raises(ContractViolation):
        world.does(checkout.refresh(payment.merchant_id, "test"))
    assert [(p.merchant_id, p.version) for p in world.payments()] == [(payment.merchant_id, payment.version)]


# ---- hear ----


def test_a_hint_about_nothing_the_provider_knows_is_nothing(world: World) -> None:
    assert world.does(world.checkout.refresh_attempt(GatewayId("imp_made_up"), "webhook")) is None


def test_a_hint_about_somebody_elses_unpaid_attempt_is_refused(world: World) -> None:
    attempt = world.opens(a_payment(merchant_id="stranger"))
    with pytest.raises(PaymentNotFound):
        world.does(world.checkout.refresh_attempt(attempt, "webhook"))
    assert not world.payments()


def test_a_hint_about_money_nobody_here_asked_for_is_held(world: World) -> None:
    attempt = world.pays(a_payment(merchant_id="stranger"))
    payment = world.does(world.checkout.refresh_attempt(attempt, "webhook"))
    assert [a.disposition for a in payment.attempts] == [Disposition.ORPHAN]
    assert payment.attempts[0].is_open_stray
    world.does(world.checkout.refresh_attempt(attempt, "webhook"))  # again: nothing new
    assert only(world).version == payment.version
