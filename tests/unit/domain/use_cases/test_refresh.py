"""Bringing a payment up to date: by its id, and by a hint about one attempt."""

import pytest
from builders import a_payment, a_report
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import begun, bought, only

from payments.domain.errors import PaymentNotFound
from payments.domain.machine import AWAITING, PAID
from payments.domain.ports import AlarmKind, Attempts
from payments.domain.report import Rank
from payments.domain.values import GatewayId, Mode

# ---- look ----


def test_a_look_sees_every_attempt_and_not_only_the_newest(world: World) -> None:
    payment = begun(world)
    paid, _newest = world.opens(payment), world.opens(payment)
    world.provider.approve(paid)
    assert world.does(world.refresher.refresh(payment, "test")).payment.status is PAID


def test_an_attempt_that_contradicts_itself_does_not_hide_the_paid_one(world: World) -> None:
    payment = begun(world)
    bad, good = world.opens(payment), world.opens(payment)
    other = world.does(world.begin(order="other"))
    world.does(world.refresher.record(a_report(other, gateway_id=bad, rank=Rank.READY), "test"))  # taken by another
    world.provider.approve(good)
    refreshed = world.does(world.refresher.refresh(payment, "test"))
    assert (refreshed.payment.status, refreshed.complete) == (PAID, False)
    assert str(bad) in refreshed.payment.unreadable  # what a person sees, who wonders why it never expires
    assert AlarmKind.CONTRACT_BROKEN in [alarm.kind for alarm in world.alarms.raised]


def test_an_answer_about_another_payment_is_never_settled(world: World) -> None:
    payment, stranger = begun(world), a_payment()
    world.wire.replaced["attempts"] = lambda *_: Attempts((a_report(stranger),))
    refreshed = world.does(world.refresher.refresh(payment, "test"))
    assert (refreshed.payment.status, refreshed.payment.attempts, refreshed.complete) == (AWAITING, (), False)
    assert [p.merchant_id for p in world.payments()] == [payment.merchant_id]


def test_a_look_that_contradicts_what_is_known_is_incomplete_and_somebody_is_told(world: World) -> None:
    """Nothing is closed or expired on the word of a provider that has just been wrong."""
    payment = bought(world)
    other = a_report(payment, gateway_id=world.attempts[0], mode=Mode.LIVE)
    world.wire.replaced["attempts"] = lambda *_: Attempts((other,))
    refreshed = world.does(world.refresher.refresh(payment, "test"))
    assert (refreshed.payment.status, refreshed.complete) == (PAID, False)
    told = [(alarm.kind, alarm.merchant_id) for alarm in world.alarms.raised]
    assert told == [(AlarmKind.CONTRACT_BROKEN, payment.merchant_id)]


# ---- hear ----


def test_a_hint_about_nothing_the_provider_knows_is_nothing(world: World) -> None:
    assert world.does(world.refresher.refresh_attempt(GatewayId("imp_made_up"), "webhook")) is None


def test_a_hint_about_somebody_elses_unpaid_attempt_is_refused(world: World) -> None:
    attempt = world.opens(a_payment(merchant_id="m_forgotten"))
    with pytest.raises(PaymentNotFound):
        world.does(world.refresher.refresh_attempt(attempt, "webhook"))
    assert not world.payments()


def test_a_provider_that_says_less_than_before_is_not_believed_and_somebody_is_told(world: World) -> None:
    """A replica that is behind, or a payment that somebody reset: the books stay, and a person looks."""
    payment = bought(world)
    before = a_report(payment, gateway_id=world.attempts[0], rank=Rank.READY)
    world.wire.replaced["attempts"] = lambda *_: Attempts((before,))
    refreshed = world.does(world.refresher.refresh(payment, "test"))
    assert (refreshed.payment.status, refreshed.payment.version) == (PAID, only(world).version)
    assert [alarm.kind for alarm in world.alarms.raised] == [AlarmKind.KNOWLEDGE_WENT_BACKWARDS]


def test_a_replica_that_stays_behind_is_told_once(world: World) -> None:
    payment = bought(world)
    version = only(world).version
    stale = Attempts((a_report(payment, gateway_id=world.attempts[0], rank=Rank.READY),))
    for _ in range(5):
        world.wire.replaced["attempts"] = lambda *_: stale
        world.does(world.refresher.refresh(payment, "test"))
        world.wire.replaced.clear()  # the next answer comes from one that is up to date
        world.does(world.refresher.refresh(payment, "test"))
    assert [alarm.kind for alarm in world.alarms.raised] == [AlarmKind.KNOWLEDGE_WENT_BACKWARDS]
    assert only(world).version == version


def test_each_kind_of_going_backwards_is_told_once(world: World) -> None:
    """That a refund is missing is another matter than that the capture is."""
    payment = bought(world)
    paid = world.truth()[0]
    world.provider.refund_in_console(world.attempts[0], 5_000)
    world.does(world.refresher.refresh(payment, "test"))
    opened = a_report(payment, gateway_id=world.attempts[0], rank=Rank.READY)
    for report in (paid, opened, paid, opened):
        world.wire.replaced["attempts"] = lambda *_, report=report: Attempts((report,))
        world.does(world.refresher.refresh(payment, "test"))
    assert [alarm.kind for alarm in world.alarms.raised] == [AlarmKind.KNOWLEDGE_WENT_BACKWARDS] * 2
    assert len({alarm.sentence for alarm in world.alarms.raised}) == 2
