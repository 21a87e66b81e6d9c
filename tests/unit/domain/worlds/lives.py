"""What a provider may say of attempts, in the order it becomes true and in every other: strategies and the books' laws.

├── Telling            snapshots of one attempt's life, each true at some moment
├── lives, declined    hypothesis strategies of such lives
├── recorded           a payment after reports, one after the other, checked at every step
└── balanced           the laws of the books that hold for a payment at any time
"""

import itertools
from collections.abc import Iterable, Sequence
from datetime import timedelta

import attrs
from builders import NOON, a_deposit, fresh, told
from hypothesis import strategies as st

from payments.domain.attempt import Disposition
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.refund import RefundStatus
from payments.domain.report import Rank, Report, ReportedRefund
from payments.domain.successor import check_successor
from payments.domain.values import GatewayId, Mode

MINUTE = timedelta(minutes=1)


@st.composite
def lives(
    draw: st.DrawFn,
    payment: Payment,
    gateway_id: str = "imp_a",
    *,
    amounts: Sequence[Money] | None = None,
    modes: Sequence[Mode] | None = None,
) -> list[Report]:
    """The snapshots of one attempt: opened, perhaps declined, perhaps captured, perhaps refunded in parts or in full.

    What a provider leaves out now and then is left out now and then: the receipt, the history, the refunds' ids.
    """
    opened = Report(
        gateway_id=GatewayId(gateway_id),
        merchant_id=payment.merchant_id,
        rank=Rank.READY,
        amount=draw(st.sampled_from(amounts or [payment.price])),
        mode=draw(st.sampled_from(modes or [payment.mode])),
        deposit=draw(st.sampled_from([None, a_deposit()])),
    )
    snapshots = [opened]
    if draw(st.booleans()):
        reasons = draw(st.lists(st.sampled_from(["", "한도 초과", "limit"]), min_size=1, max_size=2, unique=True))
        snapshots += [attrs.evolve(opened, rank=Rank.DECLINED, reason=reason) for reason in reasons]
    if draw(st.integers(0, 3)):
        snapshots += draw(captures(opened))
    return snapshots


@st.composite
def captures(draw: st.DrawFn, opened: Report) -> list[Report]:
    """The snapshots of a capture and of its refunds in the provider's console."""
    captured = attrs.evolve(opened, rank=Rank.CAPTURED, captured_at=NOON)
    snapshots = [captured, attrs.evolve(captured, receipt_url="https://receipt.test/1")]
    cuts = sorted(draw(st.sets(st.integers(1, opened.amount.minor), max_size=2)))
    with_ids, with_history = draw(st.booleans()), draw(st.booleans())
    parts = [b - a for a, b in itertools.pairwise([0, *cuts])]
    history = tuple(
        ReportedRefund(provider_id=f"can_{n}" if with_ids else "", amount=part, reason="관리자페이지취소")
        for n, part in enumerate(parts)
    )
    for count, refunded in enumerate(cuts, 1):
        snapshots.append(
            attrs.evolve(
                captured,
                rank=Rank.CANCELLED if refunded == opened.amount.minor else Rank.CAPTURED,
                refunded=refunded,
                refunds=history[:count] if with_history else (),
            )
        )
    return snapshots


def recorded(payment: Payment, reports: Iterable[Report], *, hold: bool = False) -> Payment:
    """Return *payment* after *reports*, a minute apart; at every step the books balance and nothing is forgotten."""
    for number, report in enumerate(reports, 1):
        at = NOON + number * MINUTE
        after = told(payment, report, at=at, stray_refund=None if hold else fresh("r"))
        balanced(after, hold=hold)
        remembers(payment, after)
        check_successor(payment, attrs.evolve(after, new_events=after.new_events[len(payment.new_events) :]))
        assert told(after, report, at=at, stray_refund="never") is after  # no news: the very same object
        payment = after
    return payment


def remembers(before: Payment, after: Payment) -> None:
    """Knowledge never goes backwards, and every change is one event, numbered without a gap."""
    for attempt in before.attempts:
        known = after.attempt(attempt.gateway_id)
        assert known
        assert (known.report.rank, known.report.refunded) >= (attempt.report.rank, attempt.report.refunded)
        assert attempt.disposition in (None, known.disposition)
    assert {r.id for r in before.refunds} <= {r.id for r in after.refunds}
    assert after.new_events[: len(before.new_events)] == before.new_events
    fresh = after.new_events[len(before.new_events) :]
    assert [h.version for h in fresh] == list(range(before.version + 1, after.version + 1))


def balanced(payment: Payment, *, hold: bool = False) -> None:
    """Hold the payment against the laws of the books."""
    accepted = [a for a in payment.attempts if a.disposition is Disposition.ACCEPTED]
    assert len(accepted) <= 1
    holds = bool(accepted) and accepted[0].left > 0
    closed_before = any(r.status in (RefundStatus.QUESTIONED, RefundStatus.MERGED) for r in payment.refunds)
    assert (payment.status is Status.PAID) is holds or (holds and closed_before and payment.status is Status.CANCELLED)
    for attempt in payment.attempts:
        report = attempt.report
        assert (attempt.disposition is not None) is report.is_capture
        of_it = [r for r in payment.refunds if r.gateway_id == attempt.gateway_id]
        done = sum(r.amount for r in of_it if r.status is RefundStatus.DONE)
        on_its_way = sum(r.amount for r in of_it if r.is_open)
        assert done == report.refunded  # every won that went back is in our own books too
        assert attempt.outside == sum(r.amount for r in of_it if r.status is RefundStatus.OUTSIDE)
        assert len([r for r in of_it if r.is_open]) <= 1
        gone = report.refunded + attempt.outside + on_its_way
        assert gone <= (report.amount.minor if report.is_capture else 0)
        given_up = any(r.failure and not r.failure.startswith("overtaken") for r in of_it)  # the provider said no
        held = hold or bool(attempt.note) or given_up or attempt.disposition is Disposition.WRONG_MODE
        if attempt.is_stray and not held and not any(r.was_outside for r in of_it):
            assert on_its_way == report.remaining, "a stray lies here without a reason"
    if accepted:
        exact = (payment.merchant_id, payment.price, payment.mode)
        report = accepted[0].report
        assert (report.merchant_id, report.amount, report.mode) == exact
