"""What every store insists on: no step of the domain is refused, and nothing else gets through."""

import itertools
from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest
from builders import NOON, a_payment, a_report, lives, orphans, paid, told, with_refund
from hypothesis import given, settings

from payments.domain.attempt import Attempt, Disposition
from payments.domain.event import Event, EventKind
from payments.domain.machine import CANCELLED, FAILED, PAID
from payments.domain.money import Money
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.refund import Refund, RefundStatus
from payments.domain.report import Rank
from payments.domain.successor import check_orphan, check_successor
from payments.domain.values import GatewayId, MerchantId, RefundId


def since(before: Payment, after: Payment) -> Payment:
    """Return *after* as a store that has *before* is given it: with the events since then alone."""
    return attrs.evolve(after, new_events=after.new_events[len(before.new_events) :])


# ---- no false alarm ----


@settings(max_examples=300, derandomize=True, deadline=None)
@given(lives(steps=12))
def test_whatever_the_domain_makes_of_a_payment_may_be_stored(life: list[Payment]) -> None:
    check_successor(None, life[0])
    for before, after in itertools.pairwise(life):
        check_successor(before, since(before, after))
    check_successor(None, life[-1])  # all at once, as in a copy of the database


@given(orphans())
def test_whatever_the_domain_makes_of_an_orphan_may_be_stored(orphan: Orphan) -> None:
    check_orphan(None, orphan)


# ---- nothing else gets through ----


def stored() -> Payment:
    """A paid payment of which 3,000 went back, with a stray that is held and a refund that was refused."""
    payment = paid(a_payment(merchant_id="m_1"), gateway_id="imp_a")
    payment = told(
        payment, a_report(payment, gateway_id="imp_a", refunded=3_000), a_report(payment, gateway_id="imp_b")
    )
    payment = with_refund(payment, refund_id="r1", amount=1_000)
    return attrs.evolve(payment, new_events=())


def changed(payment: Payment, gateway_id: str, **changes: object) -> Payment:
    attempt = payment.attempt(GatewayId(gateway_id))
    assert attempt
    return attrs.evolve(payment, attempts=payment.with_attempt(attrs.evolve(attempt, **changes)))


def reported(payment: Payment, gateway_id: str, **changes: object) -> Payment:
    attempt = payment.attempt(GatewayId(gateway_id))
    assert attempt
    return changed(payment, gateway_id, report=attrs.evolve(attempt.report, **changes))


def refund(payment: Payment, **changes: object) -> Payment:
    return attrs.evolve(payment, refunds=payment.with_refunds(attrs.evolve(payment.refund(RefundId("r1")), **changes)))


def another(payment: Payment, gateway_id: str, amount: int) -> Refund:
    """Return one more open refund."""
    named = {"id": RefundId("r2"), "gateway_id": GatewayId(gateway_id)}
    return attrs.evolve(payment.refund(RefundId("r1")), amount=amount, **named)


def entry(payment: Payment, **changes: object) -> Payment:
    """Return *payment* with one more event, which *changes* are set on, and the event's status."""
    facts = {"version": payment.version + 1, "status": payment.status} | changes
    event = Event(kind=EventKind.ATTEMPT_UPDATED, at=NOON, by="test", **facts)  # type: ignore[arg-type]
    return attrs.evolve(payment, version=payment.version + 1, status=event.status, new_events=(event,))


BREACHES: dict[str, Callable[[Payment], Payment]] = {
    "a change without an event": lambda p: attrs.evolve(p, version=p.version + 1),
    "an event with a gap": lambda p: entry(p, version=p.version + 2),
    "an event of the past": lambda p: entry(p, version=p.version),
    "a move that the table does not have": lambda p: entry(p, status=FAILED),
    "a status that no event says": lambda p: attrs.evolve(p, status=CANCELLED),
    "another buyer": lambda p: attrs.evolve(p, buyer="mallory"),
    "another price": lambda p: attrs.evolve(p, price=Money(1)),
    "another order": lambda p: attrs.evolve(p, order="other"),
    "another beginning": lambda p: attrs.evolve(p, created_at=NOON + timedelta(1)),
    "an attempt less": lambda p: attrs.evolve(p, attempts=p.attempts[:1]),
    "a refund less": lambda p: attrs.evolve(p, refunds=p.refunds[:1]),
    "an attempt at another payment": lambda p: reported(p, "imp_b", merchant_id=MerchantId("m_2")),
    "two accepted captures": lambda p: attrs.evolve(
        p, attempts=(*p.attempts, Attempt(report=a_report(p), disposition=Disposition.ACCEPTED))
    ),
    "a stray that becomes accepted": lambda p: changed(
        changed(p, "imp_a", disposition=Disposition.DUPLICATE), "imp_b", disposition=Disposition.ACCEPTED
    ),
    "a capture that becomes ready": lambda p: reported(p, "imp_b", rank=Rank.READY),
    "a refund that no book explains": lambda p: reported(p, "imp_b", refunded=1),
    "a refunded amount that shrinks": lambda p: reported(p, "imp_a", refunded=2_000),
    "more refunded than the provider says": lambda p: refund(p, status=RefundStatus.DONE),
    "more open than is left": lambda p: attrs.evolve(p, refunds=(*p.refunds, another(p, "imp_b", amount=12_001))),
    "two open refunds of one capture": lambda p: attrs.evolve(p, refunds=(*p.refunds, another(p, "imp_a", amount=1))),
    "a refund of another amount": lambda p: refund(p, amount=2_000),
}  # fmt: skip


@pytest.mark.parametrize("breach", BREACHES.values(), ids=BREACHES)
def test_a_successor_that_the_domain_cannot_make_is_not_stored(breach: Callable[[Payment], Payment]) -> None:
    payment = stored()
    check_successor(payment, attrs.evolve(payment, due_at=None))  # bookkeeping is
    with pytest.raises(ValueError, match=r"m_1|imp_|r1"):
        check_successor(payment, breach(payment))


def test_a_send_that_is_forgotten_is_not_stored() -> None:
    """It would be sent again while the first one is at work."""
    before = refund(stored(), sends=2)
    with pytest.raises(ValueError, match="r1"):
        check_successor(before, refund(before, sends=1))


def test_a_refund_that_is_done_stays_done() -> None:
    payment = stored()
    external = payment.refunds[0]
    reopened = attrs.evolve(payment, refunds=payment.with_refunds(attrs.evolve(external, status=RefundStatus.REFUSED)))
    with pytest.raises(ValueError, match="imp_a"):
        check_successor(payment, reopened)


def test_a_refused_refund_may_be_done_and_never_open_again() -> None:
    """A provider slower than we may assume executes what was refused; a person's answer is not taken back by us."""
    refused = refund(stored(), status=RefundStatus.REFUSED)
    executed = reported(refund(refused, status=RefundStatus.DONE), "imp_a", refunded=4_000)
    check_successor(refused, executed)
    with pytest.raises(ValueError, match="r1"):
        check_successor(refused, refund(refused, status=RefundStatus.OPEN))


ORPHAN_BREACHES: dict[str, Callable[[Orphan], Orphan]] = {
    "a change without an event": lambda o: attrs.evolve(o, version=o.version + 1),
    "another capture": lambda o: attrs.evolve(o, report=attrs.evolve(o.report, gateway_id=GatewayId("imp_b"))),
    "another finding": lambda o: attrs.evolve(o, found_at=NOON + timedelta(1)),
    "no money": lambda o: attrs.evolve(o, report=attrs.evolve(o.report, rank=Rank.READY, refunded=0)),
    "a refunded amount that shrinks": lambda o: attrs.evolve(o, report=attrs.evolve(o.report, refunded=1)),
}


@pytest.mark.parametrize("breach", ORPHAN_BREACHES.values(), ids=ORPHAN_BREACHES)
def test_an_orphan_that_the_domain_cannot_make_is_not_stored(breach: Callable[[Orphan], Orphan]) -> None:
    orphan = attrs.evolve(Orphan.found(a_report(gateway_id="imp_a", refunded=2), NOON, "test"), new_events=())
    check_orphan(orphan, attrs.evolve(orphan, due_at=None))
    with pytest.raises(ValueError, match=r"rphan|imp_a"):
        check_orphan(orphan, breach(orphan))


def test_the_payment_that_these_tests_break_is_whole() -> None:
    assert (stored().status, len(stored().refunds), len(stored().attempts)) == (PAID, 2, 2)
