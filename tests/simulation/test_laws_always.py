"""Each law that holds after every step notices a write or a call that breaks it."""

from datetime import timedelta

import attrs
import pytest
from builders import NOON, a_payment, an_attempt, paid, with_refund

from payments.domain import refunding
from payments.domain.attempt import Disposition
from payments.domain.event import Event, EventKind
from payments.domain.machine import Status
from payments.domain.messages import Message
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.refund import RefundStatus
from payments.domain.report import ReportedRefund
from payments.domain.values import GatewayId, MerchantId
from simulation.rows import Row
from simulation.world import World


def broken(world: World) -> set[str]:
    """Return the numbers of the laws that are broken now."""
    return {violation.law.split()[0] for violation in world.laws.violations}


def paid_payment(world: World) -> Payment:
    """Return a payment that is paid, and of which something is left."""
    return next(p for p in world.laws.payments.values() if p.status is Status.PAID and p.accepted and p.accepted.left)


def row_of(world: World, owner: str) -> Row:
    return next(row for row in world.provider.rows.values() if row.owner == owner and row.captured_at and row.remaining)


def test_paid_without_a_capture_at_the_provider(calm_world: World) -> None:
    forged = paid(a_payment())
    calm_world.provider.rows[forged.attempts[0].gateway_id] = attrs.evolve(row_of(calm_world, "ours"), rank=1)
    calm_world.laws.wrote(None, forged, forged.new_events)
    assert "1" in broken(calm_world)


def test_a_change_without_its_event(calm_world: World) -> None:
    known = paid_payment(calm_world)
    calm_world.laws.wrote(known, attrs.evolve(known, version=known.version + 1), [])
    assert "2" in broken(calm_world)


def test_a_message_about_nothing_that_is_stored(calm_world: World) -> None:
    begun = a_payment()
    calm_world.laws.told(Message.about(begun, begun.new_events[0]))
    assert "2" in broken(calm_world)


def test_a_move_that_the_table_refuses(calm_world: World) -> None:
    known = paid_payment(calm_world)
    event = Event(kind=EventKind.DECLINED, at=NOON, by="test", version=known.version + 1, status=Status.FAILED)
    after = attrs.evolve(known, version=known.version + 1, status=Status.FAILED)
    calm_world.laws.wrote(known, after, [event])
    assert {"3", "11"} <= broken(calm_world)


def test_refunds_above_the_capture(calm_world: World) -> None:
    known = paid_payment(calm_world)
    more = with_refund(known, amount=1)
    too_much = attrs.evolve(more.refunds[-1], amount=known.price.minor + 1)
    calm_world.laws.wrote(known, attrs.evolve(known, refunds=(*known.refunds, too_much)), [])
    assert "4" in broken(calm_world)


def test_an_attempt_at_two_payments(calm_world: World) -> None:
    taken = paid_payment(calm_world).attempts[0]
    thief = attrs.evolve(a_payment(), attempts=(taken,), new_events=())
    calm_world.laws.wrote(None, thief, a_payment().new_events)
    assert "5" in broken(calm_world)


def test_a_refund_executed_twice(calm_world: World) -> None:
    row = row_of(calm_world, "ours")
    row.refunds = [ReportedRefund(amount=1, reason="[r1] again")] * 2
    calm_world.provider.executed["r1"] = [row, row]
    calm_world.laws.moved(row)
    assert "6" in broken(calm_world)


@pytest.mark.parametrize("change", [{"attempts": ()}, {"refunds": ()}])
def test_knowledge_that_is_lost(calm_world: World, change: dict[str, object]) -> None:
    known = next(p for p in calm_world.laws.payments.values() if p.refunds)
    calm_world.laws.wrote(known, attrs.evolve(known, **change), [])
    assert "7" in broken(calm_world)


def test_a_disposition_that_changes(calm_world: World) -> None:
    known = paid_payment(calm_world)
    other = attrs.evolve(known.attempts[0], disposition=Disposition.LATE)
    calm_world.laws.wrote(known, attrs.evolve(known, attempts=(other,)), [])
    assert "7" in broken(calm_world)


def test_a_price_that_is_prepared_without_a_row(calm_world: World) -> None:
    calm_world.laws.about_to_prepare(MerchantId("kr_none"), Money(1))
    assert "10" in broken(calm_world)


def test_a_refund_that_is_sent_without_a_row(calm_world: World) -> None:
    refund = with_refund(paid_payment(calm_world), amount=1).refunds[-1]
    calm_world.laws.about_to_send(refund, 0)
    assert "10" in broken(calm_world)


@pytest.mark.parametrize("by", ["clock", "buyer:buyer-2"])
def test_a_payment_that_is_closed_without_a_look(calm_world: World, by: str) -> None:
    begun = a_payment()
    calm_world.laws.wrote(None, begun, begun.new_events)
    event = Event(kind=EventKind.CLOSED, at=NOON, by=by, version=2, status=Status.CANCELLED)
    calm_world.laws.wrote(begun, attrs.evolve(begun, version=2, status=Status.CANCELLED), [event])
    assert "11" in broken(calm_world)


def test_a_refund_that_is_told_refused_and_is_executed(calm_world: World) -> None:
    row = row_of(calm_world, "ours")
    known = calm_world.laws.payments[row.merchant_id]
    refund = attrs.evolve(with_refund(known, refund_id="rx", amount=1).refunds[-1], status=RefundStatus.REFUSED)
    calm_world.asked_refunds["rx"] = None
    calm_world.laws.wrote(known, attrs.evolve(known, refunds=(*known.refunds, refund)), [])
    assert not broken(calm_world)
    calm_world.provider.refund_in_console(row, 1, reason="[rx] executed after all")
    assert broken(calm_world) == {"12"}


def test_a_payment_that_two_workers_hold(calm_world: World) -> None:
    ids = [paid_payment(calm_world).merchant_id]
    calm_world.laws.claimed(ids, NOON, NOON + timedelta(minutes=5))
    calm_world.laws.claimed(ids, NOON + timedelta(minutes=1), NOON + timedelta(minutes=6))
    assert broken(calm_world) == {"13"}


def test_a_stored_send_that_leaves_twice(calm_world: World) -> None:
    known = paid_payment(calm_world)
    asked = with_refund(known, amount=1)
    sending = refunding.begin_send(asked, asked.refunds[-1], calm_world.scheduler.time())
    calm_world.laws.wrote(known, sending, asked.new_events)
    calm_world.laws.about_to_send(sending.refunds[-1], 0)
    before = broken(calm_world)
    calm_world.laws.about_to_send(sending.refunds[-1], 0)
    assert (before, broken(calm_world)) == (set(), {"13"})


def test_a_refund_that_arrives_while_it_is_at_work(calm_world: World) -> None:
    refund = with_refund(paid_payment(calm_world), amount=1).refunds[-1]
    calm_world.in_flight[refund.id] = 2
    calm_world.laws.arrives(refund)
    assert broken(calm_world) == {"13"}


@pytest.mark.parametrize("owner", ["foreign", "orphaned"])
def test_another_systems_row_that_is_touched(calm_world: World, owner: str) -> None:
    calm_world.laws.about_to_touch(row_of(calm_world, owner).gateway_id)
    assert broken(calm_world) == {"14"}


def test_a_mark_that_moves_over_what_is_not_known(calm_world: World) -> None:
    assert calm_world.laws.reconciled_until
    row = row_of(calm_world, "orphaned")
    del calm_world.laws.orphans[row.gateway_id]
    calm_world.laws.reconciled_until["iamport"] = NOON - timedelta(days=1)
    calm_world.laws.mark_moved(NOON + timedelta(days=400))
    assert broken(calm_world) == {"15"}


def test_an_accepted_refund_that_is_sent_again(calm_world: World) -> None:
    known = with_refund(paid_payment(calm_world), refund_id="rx", amount=1)
    refund = attrs.evolve(known.refunds[-1], sends=1, sent_at=calm_world.scheduler.time(), accepted_at=NOON)
    calm_world.laws.payments[known.merchant_id] = attrs.evolve(known, refunds=(*known.refunds[:-1], refund))
    calm_world.laws.refund_owner[refund.id] = known.merchant_id
    calm_world.laws.about_to_send(refund, 0)
    assert broken(calm_world) == {"13"}


def test_a_key_that_stands_for_two_requests_or_a_request_with_two_keys(calm_world: World) -> None:
    refund = with_refund(paid_payment(calm_world), amount=1).refunds[-1]
    calm_world.laws.named(refund, "one key")
    calm_world.laws.named(refund, "one key")
    calm_world.laws.named(attrs.evolve(refund, refusals=1), "another key")
    assert not broken(calm_world)
    calm_world.laws.named(refund, "a third key")
    calm_world.laws.named(attrs.evolve(refund, remainder=7), "one key")
    assert [violation.law.split()[0] for violation in calm_world.laws.violations] == ["22", "22"]


def test_a_refund_that_takes_the_money_of_another_capture(calm_world: World) -> None:
    refund = with_refund(paid_payment(calm_world), amount=1).refunds[-1]
    calm_world.laws.executes(refund, row_of(calm_world, "foreign"))
    assert broken(calm_world) == {"6"}


def test_two_accepted_captures(calm_world: World) -> None:
    known = paid_payment(calm_world)
    second = an_attempt(known, gateway_id="imp_second")
    calm_world.provider.rows[GatewayId("imp_second")] = attrs.evolve(row_of(calm_world, "ours"))
    calm_world.laws.wrote(known, attrs.evolve(known, attempts=known.with_attempt(second)), [])
    assert "17" in broken(calm_world)


def test_a_report_of_more_than_was_ever_so(calm_world: World) -> None:
    known = paid_payment(calm_world)
    more = an_attempt(known, gateway_id="imp_invented", disposition=Disposition.DUPLICATE)
    calm_world.laws.wrote(known, attrs.evolve(known, attempts=known.with_attempt(more)), [])
    assert "1" in broken(calm_world)
