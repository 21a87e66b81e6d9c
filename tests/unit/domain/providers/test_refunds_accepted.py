"""A refund that the provider has accepted is its own affair: it is never sent again, and later done or refused."""

from datetime import timedelta

import attrs
import pytest
from builders import NOON, a_payment, a_report, told
from support.shops import begun

from payments.domain import refunding
from payments.domain.errors import RefundInProgress, Unknown
from payments.domain.event import EventKind
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.ports import AlarmKind
from payments.domain.refund import RefundStatus
from payments.domain.refunding import FAILED_LATER, RefundOrder, begin_send, failed
from payments.domain.report import Outcome, ReportedRefund
from payments.domain.schedule import LONGEST_AT_WORK, REFUSAL_WAITS
from payments.domain.values import Caller, RefundId
from payments.testing import Shop, shop

OPERATOR = Caller.shop("kim")
R1 = RefundId("r-one")


@pytest.fixture
def here() -> Shop:
    return shop()


def accepted(here: Shop) -> Payment:
    """Return a paid payment with a refund that the provider has accepted and not executed."""
    payment = begun(here)
    here.run(here.refresher.refresh_attempt(here.pay(payment), "webhook"))
    here.gateway.accept_refunds()
    outcome = here.run(here.refunds.refund(OPERATOR, payment.merchant_id, RefundOrder(reason="변심"), R1))
    assert not outcome.confirmed
    return outcome.payment


def later(here: Shop, payment: Payment, **span: float) -> Payment:
    here.clock.advance(**span)
    here.run(here.sweep.sweep())
    return here.run(here.store.payments.get(payment.merchant_id))


def kinds(here: Shop, payment: Payment) -> list[EventKind]:
    return [event.kind for event in here.run(here.store.payments.timeline(payment.merchant_id))]


def test_an_accepted_refund_stays_open_and_tells_the_shop(here: Shop) -> None:
    payment = accepted(here)
    refund = payment.refund(R1)
    assert (refund.status, refund.accepted_at, payment.status) == (RefundStatus.OPEN, here.clock.now(), Status.PAID)
    assert payment.refunded == 0
    assert kinds(here, payment)[-1] is EventKind.REFUND_ACCEPTED


def test_an_accepted_refund_is_never_sent_again(here: Shop) -> None:
    payment = accepted(here)
    for _ in range(5):
        payment = later(here, payment, hours=6)
    here.run(here.refunds.send(payment.merchant_id, R1))
    assert here.gateway.calls.count("refund") == 1
    assert payment.refund(R1).is_open


def test_the_sweep_learns_that_an_accepted_refund_was_executed(here: Shop) -> None:
    payment = accepted(here)
    here.gateway.settle_refunds()
    payment = later(here, payment, minutes=1)
    assert (payment.refund(R1).status, payment.status) == (RefundStatus.DONE, Status.CANCELLED)
    assert kinds(here, payment).count(EventKind.REFUNDED) == 1


def test_an_accepted_refund_that_fails_later_is_refused(here: Shop) -> None:
    payment = accepted(here)
    here.gateway.settle_refunds(done=False)
    payment = later(here, payment, minutes=1)
    assert (payment.refund(R1).status, payment.status) == (RefundStatus.REFUSED, Status.PAID)
    again = here.run(here.refunds.refund(OPERATOR, payment.merchant_id, RefundOrder(reason="다시")))
    assert again.payment.status is Status.CANCELLED


def test_what_became_of_an_earlier_send_is_not_why_an_accepted_refund_failed(here: Shop) -> None:
    """Found by the simulation: after a rebase, the shop was told the words of the refusal that had led to it."""
    payment = begun(here)
    gateway_id = here.pay(payment)
    here.run(here.refresher.refresh_attempt(gateway_id, "webhook"))
    here.gateway.refund_in_console(gateway_id, 100)
    here.gateway.accept_refunds()
    here.run(here.refunds.refund(OPERATOR, payment.merchant_id, RefundOrder(reason="변심", amount=300), R1))
    here.gateway.settle_refunds(done=False)
    refund = later(here, payment, hours=1).refund(R1)
    assert (refund.status, refund.failure) == (RefundStatus.REFUSED, FAILED_LATER)


def test_an_accepted_refund_is_checked_once_a_day_in_the_end(here: Shop) -> None:
    payment = accepted(here)
    checks = 0
    while payment.due_at and payment.due_at <= payment.refund(R1).requested_at + timedelta(days=30):
        payment = later(here, payment, seconds=max((payment.due_at - here.clock.now()).total_seconds(), 0))
        checks += 1
    assert 30 <= checks <= 45


def test_a_person_is_told_once_of_an_accepted_refund_that_does_not_end(here: Shop) -> None:
    payment = accepted(here)
    payment = later(here, payment, days=7)
    assert AlarmKind.REFUND_UNFINISHED not in [alarm.kind for alarm in here.alarms.raised]
    for _ in range(5):
        payment = later(here, payment, days=2)
    told = [alarm for alarm in here.alarms.raised if alarm.kind is AlarmKind.REFUND_UNFINISHED]
    assert [(alarm.merchant_id, R1 in alarm.sentence) for alarm in told] == [(payment.merchant_id, True)]
    assert payment.refund(R1).is_open
    here.gateway.settle_refunds()
    assert later(here, payment, days=2).refund(R1).status is RefundStatus.DONE


def test_no_other_refund_of_the_capture_begins_meanwhile(here: Shop) -> None:
    payment = accepted(here)
    here.clock.advance(minutes=LONGEST_AT_WORK / timedelta(minutes=1) + 1)
    with pytest.raises(RefundInProgress):
        here.run(here.refunds.refund(OPERATOR, payment.merchant_id, RefundOrder(reason="다시", amount=1)))


def test_a_failed_refund_of_a_stray_is_sent_again_after_its_wait(here: Shop) -> None:
    payment = begun(here)
    here.run(here.checkout.cancel(OPERATOR, payment.merchant_id))
    here.gateway.accept_refunds()
    late = here.gateway.open(payment.merchant_id, payment.price)
    here.gateway.approve(late)
    here.run(here.refresher.refresh_attempt(late, "webhook"))
    later(here, payment, minutes=1)
    here.gateway.settle_refunds(done=False)
    payment = later(here, payment, minutes=2)
    assert payment.open_refunds[0].not_before == here.clock.now() + REFUSAL_WAITS[0]
    payment = later(here, payment, minutes=31)
    assert [refund.status for refund in payment.refunds] == [RefundStatus.DONE]
    assert here.gateway.calls.count("refund") == 2


def test_a_refund_whose_acceptance_nobody_heard_of_is_not_sent_again_either(here: Shop) -> None:
    payment = begun(here)
    here.run(here.refresher.refresh_attempt(here.pay(payment), "webhook"))
    here.gateway.accept_refunds()
    here.gateway.trouble("refund", Unknown("the answer was lost"), after_the_work=True)
    here.run(here.refunds.refund(OPERATOR, payment.merchant_id, RefundOrder(reason="변심"), R1))
    payment = later(here, payment, minutes=1)
    assert payment.refund(R1).accepted_at == here.clock.now()
    later(here, payment, hours=1)
    assert here.gateway.calls.count("refund") == 1


def test_a_refund_that_failed_before_anybody_heard_of_it_is_refused(here: Shop) -> None:
    payment = begun(here)
    here.run(here.refresher.refresh_attempt(here.pay(payment), "webhook"))
    here.gateway.accept_refunds()
    here.gateway.trouble("refund", Unknown("the answer was lost"), after_the_work=True)
    here.run(here.refunds.refund(OPERATOR, payment.merchant_id, RefundOrder(reason="변심"), R1))
    here.gateway.settle_refunds(done=False)
    payment = later(here, payment, minutes=1)
    assert payment.refund(R1).status is RefundStatus.REFUSED
    assert here.gateway.calls.count("refund") == 1


def late_and_accepted(refusals: int = 0) -> Payment:
    """Return a payment whose late capture's automatic refund the provider has accepted."""
    payment = attrs.evolve(a_payment(), status=Status.CANCELLED)
    payment = told(payment, a_report(payment, gateway_id="imp-1"), stray_refund=R1)
    refund = attrs.evolve(payment.refund(R1), accepted_at=NOON, provider_id="c-1", sends=1, refusals=refusals)
    return attrs.evolve(payment, refunds=payment.with_refunds(refund))


def test_a_strays_refund_that_keeps_failing_waits_longer_and_is_given_up_after_the_last_wait() -> None:
    refund = late_and_accepted().refund(R1)
    for times, wait in enumerate(REFUSAL_WAITS, 1):
        refund = failed(attrs.evolve(refund, accepted_at=NOON, provider_id="c-1"), NOON).refund or refund
        assert (refund.refusals, refund.not_before) == (times, NOON + wait)
        assert (refund.accepted_at, refund.provider_id) == (None, "")
    given_up = failed(refund, NOON).refund
    assert given_up is not None
    assert given_up.status is RefundStatus.REFUSED


def test_an_accepted_refund_fails_at_its_first_failure_however_often_it_was_refused_before() -> None:
    payment = late_and_accepted(refusals=2)
    failure = ReportedRefund(amount=payment.price.minor, provider_id="c-1", outcome=Outcome.FAILED)
    report = attrs.evolve(payment.attempts[0].report, refunds=(failure,))
    refund = told(payment, report).refund(R1)
    assert (refund.refusals, refund.accepted_at) == (3, None)


def test_an_automatic_refund_is_due_when_it_is_decided_and_no_send_is_on_its_way_once_it_is_accepted() -> None:
    payment = attrs.evolve(a_payment(), status=Status.CANCELLED)
    payment = told(payment, a_report(payment), stray_refund=R1, at=NOON)
    refund = payment.refund(R1)
    assert refund.not_before == NOON
    sent = begin_send(payment, refund, NOON).refund(R1)
    assert sent.sending_until == NOON + LONGEST_AT_WORK
    requested = ReportedRefund(amount=sent.amount, provider_id="c-1", outcome=Outcome.REQUESTED)
    heard = refunding.accepted(sent, requested, NOON).refund
    assert heard is not None
    assert (heard.accepted_at, heard.provider_id, heard.sending_until) == (NOON, "c-1", None)
