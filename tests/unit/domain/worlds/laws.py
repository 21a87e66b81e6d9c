"""What must hold in a world.

always     after every step, whatever is under way, lost or dead
at_last    once the faults have stopped and the worker has come to rest
"""

import itertools
from collections import Counter

from unit.domain.worlds.lives import balanced
from unit.domain.worlds.simulator import World

from payments.domain.attempt import Disposition
from payments.domain.machine import AWAITING, CANCELLED, FAILED, PAID, Status
from payments.domain.payment import Payment
from payments.domain.report import Report
from payments.domain.values import GatewayId

MOVES: dict[Status, set[Status]] = {
    AWAITING: {AWAITING, PAID, FAILED, CANCELLED},
    FAILED: {FAILED, PAID, CANCELLED},
    PAID: {PAID, CANCELLED},
    CANCELLED: {CANCELLED},
}


def always(world: World) -> None:
    assert not world.breaches
    truth = {report.gateway_id: report for report in world.truth()}
    payments = world.payments()
    for payment in payments:
        _known_truly(payment, truth)
        _told_without_a_gap(world, payment)
        balanced(payment, hold=world.hold_strays)
    for orphan in world.orphans():
        assert truth[orphan.gateway_id].joined(orphan.report) == truth[orphan.gateway_id]
    owners = Counter(a.gateway_id for p in payments for a in p.attempts)
    assert max(owners.values(), default=1) == 1, "an attempt belongs to two payments"
    for report in truth.values():
        labels = Counter(r.reason.split("]")[0] for r in report.refunds if r.reason.startswith("["))
        assert max(labels.values(), default=1) == 1, "a refund was executed twice"


def _known_truly(payment: Payment, truth: dict[GatewayId, Report]) -> None:
    """What we know was true at the provider at some time, and a payment is paid by a capture that is there."""
    for attempt in payment.attempts:
        real = truth[attempt.gateway_id]
        assert real.joined(attempt.report) == real, "more is known than was ever true"
    if payment.status is PAID:
        assert payment.accepted
        real = truth[payment.accepted.gateway_id]
        assert real.is_capture
        assert (real.merchant_id, real.amount, real.mode) == (payment.merchant_id, payment.price, payment.mode)


def _told_without_a_gap(world: World, payment: Payment) -> None:
    timeline = world.timeline(payment.merchant_id)
    assert [h.version for h in timeline] == list(range(1, payment.version + 1))
    assert all(b.status in MOVES[a.status] for a, b in itertools.pairwise(timeline))
    if not payment.version:
        assert payment.status is AWAITING, "nobody was told how it ended"
        return
    assert (timeline[0].status, timeline[-1].status) == (AWAITING, payment.status)


def at_last(world: World) -> None:
    always(world)
    payments = {p.merchant_id: p for p in world.payments()}
    for report in world.truth():
        if report.is_capture:
            if report.merchant_id in payments:
                _dealt_with(payments[report.merchant_id], report, hold=world.hold_strays)
            else:
                assert report in [orphan.report for orphan in world.orphans()], "an orphan that we do not know of"
    for payment in payments.values():
        captures = [a for a in payment.attempts if a.disposition is Disposition.ACCEPTED]
        assert len(captures) <= 1
        assert payment.status is not AWAITING or world.now() < payment.expiry, "awaiting past its expiry"
        assert not payment.open_refunds
    assert not world.untold(), "the shop was not told of a change"


def _dealt_with(payment: Payment, report: Report, *, hold: bool) -> None:
    """Every capture is known with all that went back of it, and it is accepted, gone, or held for a reason."""
    known = payment.attempt(report.gateway_id)
    assert known, "money is at the provider that we do not know of"
    assert known.report == report
    if known.is_stray and report.remaining:
        refused = [r.failure for r in payment.refunds if r.gateway_id == report.gateway_id and r.failure]
        assert hold or known.note or known.disposition is Disposition.WRONG_MODE or refused, (
            "a stray lies here without a reason"
        )
