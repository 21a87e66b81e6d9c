"""Orphans: captures under an id of ours without a payment. They are booked apart, and only a person decides."""

from datetime import timedelta

import attrs
import pytest
from builders import NOON, a_report

from payments.domain.errors import ContractViolation
from payments.domain.event import EventKind
from payments.domain.money import Money
from payments.domain.orphan import ORPHAN_CHECKS, Orphan
from payments.domain.report import Rank

LATER = NOON + timedelta(hours=1)
REPORT = a_report(gateway_id="imp_a")


def an_orphan(**changes: object) -> Orphan:
    return Orphan.found(attrs.evolve(REPORT, **changes), NOON, "reconciliation")


def kinds(orphan: Orphan) -> list[tuple[int, EventKind]]:
    return [(event.version, event.kind) for event in orphan.new_events]


def test_an_orphan_is_told_once_and_waits_for_a_person() -> None:
    orphan = an_orphan()
    assert (orphan.is_open, kinds(orphan)) == (True, [(1, EventKind.STRAYED)])
    assert orphan.seen(REPORT, LATER, "webhook") is orphan
    assert attrs.evolve(orphan, new_events=()) == orphan, "whether its events are stored is no part of what it is"


def test_a_refund_in_the_console_is_told_with_what_went_back_this_time() -> None:
    orphan = an_orphan(refunded=2_000)
    part = orphan.seen(attrs.evolve(REPORT, refunded=5_000), LATER, "sweep")
    everything = part.seen(attrs.evolve(REPORT, rank=Rank.CANCELLED, refunded=12_000), LATER, "sweep")
    assert [event.amount for event in everything.new_events] == [12_000, 3_000, 7_000]
    assert (part.is_open, everything.is_open) == (True, False)


def test_a_stale_answer_takes_nothing_back() -> None:
    orphan = an_orphan(refunded=5_000)
    assert orphan.seen(REPORT, LATER, "webhook") is orphan


def test_a_receipt_link_of_an_orphan_is_kept_quietly() -> None:
    after = an_orphan().seen(attrs.evolve(REPORT, receipt_url="https://receipt.test/1"), LATER, "sweep")
    assert (after.report.receipt_url, after.version) == ("https://receipt.test/1", 1)


def test_another_amount_of_the_same_capture_is_a_contradiction() -> None:
    with pytest.raises(ContractViolation):
        an_orphan().seen(attrs.evolve(REPORT, amount=Money(1)), LATER, "sweep")


def test_a_held_orphan_says_why_and_is_not_open() -> None:
    held = an_orphan().held("belongs to order 17", LATER, "shop:desk")
    assert (held.is_open, held.note, kinds(held)[-1]) == (False, "belongs to order 17", (2, EventKind.STRAY_HELD))


def test_checks_of_an_orphan_end_after_a_year() -> None:
    orphan, times = an_orphan(), []
    while orphan.due_at:
        times.append(orphan.due_at - NOON)
        orphan = orphan.checked_at(orphan.due_at)
    assert tuple(times) == ORPHAN_CHECKS
    assert times[-1] == timedelta(days=365)
