"""Whose refund was it? What makes a capture shrink is told apart: ours, somebody else's, or ours without a word.

The provider keeps a history of refunds with ids and reasons, but older rows lack the ids, and no text is promised to
survive. So the law is tried at every fidelity: a won that went back is counted once, and a refund of ours that the
provider executed is never left open, because it would be sent again.
"""

from typing import Any

import attrs
import pytest
from builders import NOON, a_payment, a_report
from unit.domain.attribution import CONSOLE, WON, a_paid_payment, asked, books, entry, sent, shrunk
from unit.domain.worlds.lives import balanced

from payments.domain.errors import ContractViolation
from payments.domain.event import EventKind
from payments.domain.machine import CANCELLED, PAID
from payments.domain.refund import Refund, RefundStatus, attribute
from payments.domain.refunding import refuse
from payments.domain.report import Outcome, ReportedRefund
from payments.domain.values import GatewayId


def test_our_refund_is_known_by_its_label_in_the_history() -> None:
    payment = sent(a_paid_payment(), 300)
    label = payment.refunds[0].label
    after = shrunk(payment, entry(200, CONSOLE, "can_1"), entry(300, label, "can_2"))
    assert books(after) == [("test", 300, "done"), ("external", 200, "done")]
    assert [r.provider_id for r in after.refunds] == ["can_2", "can_1"]
    assert after.status is PAID  # a part went back: it is still paid


def test_a_console_refund_is_recorded_as_external_in_its_own_words() -> None:
    after = shrunk(a_paid_payment(), entry(200, CONSOLE, "can_1"), entry(100, "마음이 바뀜", "can_2"))
    assert books(after) == [("external", 200, "done"), ("external", 100, "done")]
    assert [r.reason for r in after.refunds] == [CONSOLE, "마음이 바뀜"]
    assert [h.kind for h in after.new_events[-2:]] == [EventKind.REFUNDED] * 2


def test_a_console_refund_of_just_our_amount_does_not_pass_for_ours() -> None:
    after = shrunk(sent(a_paid_payment(), 300), entry(300, CONSOLE, "can_1"))
    assert books(after) == [("test", 300, "open"), ("external", 300, "done")]


@pytest.mark.parametrize(
    ("known", "then", "gone"),
    [
        ([entry(100, CONSOLE)], [entry(100, CONSOLE), entry(200)], 300),  # the words of ours were lost
        ([entry(300, CONSOLE)], [entry(300, CONSOLE)], 500),  # the history lags behind the sum
        ([], [entry(100, CONSOLE), entry(200)], 300),  # it had nothing to tell before
    ],
    ids=["lost", "lagging", "silent before"],
)
def test_an_older_console_refund_without_an_id_does_not_hide_that_ours_was_made(
    known: list[ReportedRefund], then: list[ReportedRefund], gone: int
) -> None:
    """Fails where the old one is held against the new growth: ours would stay open, and be sent a second time."""
    before = shrunk(a_paid_payment(), *known, refunded=gone - 200)
    after = shrunk(sent(before, 200), *then, refunded=gone)
    assert books(after) == [("external", gone - 200, "done"), ("test", 200, "done")]


def test_a_second_console_refund_does_not_count_the_first_again() -> None:
    first = shrunk(a_paid_payment(), entry(200, CONSOLE, "can_1"))
    after = shrunk(first, entry(200, CONSOLE, "can_1"), entry(200, CONSOLE, "can_2"))
    assert books(after) == [("external", 200, "done")] * 2
    assert len({r.id for r in after.refunds}) == 2


def test_without_a_history_the_growth_is_one_external_refund() -> None:
    assert books(shrunk(a_paid_payment(), refunded=250)) == [("external", 250, "done")]


def test_without_a_history_growth_of_just_our_amount_is_ours() -> None:
    assert books(shrunk(sent(a_paid_payment(), 300), refunded=300)) == [("test", 300, "done")]


@pytest.mark.parametrize("history", [(), (entry(200), entry(300))], ids=["no history", "no reasons"])
def test_without_a_label_more_than_our_amount_holds_ours_too(history: tuple[ReportedRefund, ...]) -> None:
    """Somebody refunded beside us. To leave ours open would be to send it again."""
    after = shrunk(sent(a_paid_payment(), 300), *history, refunded=500)
    assert books(after) == [("test", 300, "done"), ("external", 200, "done")]


def test_what_others_say_of_a_refund_does_not_make_the_silent_rest_theirs() -> None:
    after = shrunk(sent(a_paid_payment(), 300), entry(200, CONSOLE, "can_1"), entry(300, "", "can_2"))
    assert books(after) == [("test", 300, "done"), ("external", 200, "done")]
    assert [r.provider_id for r in after.refunds] == ["can_2", "can_1"]


@pytest.mark.parametrize("refunded", [300, 500])
def test_growth_that_nothing_explains_is_not_a_refund_that_was_never_sent(refunded: int) -> None:
    """Fails where an intent alone is taken for its execution: the buyer would be told of money that never came."""
    after = shrunk(asked(a_paid_payment(), 300), refunded=refunded)
    assert books(after) == [("test", 300, "open"), ("external", refunded, "done")]


def test_a_console_refund_of_just_our_amount_is_not_the_one_that_the_provider_has_accepted() -> None:
    """Found by the simulation on V2: it was told done by another's refund, and then executed as well."""
    payment = sent(a_paid_payment(), 300)
    waiting = attrs.evolve(entry(300, payment.refunds[0].label, "can_1"), outcome=Outcome.REQUESTED)
    accepted = shrunk(payment, waiting, refunded=0)
    assert accepted.refunds[0].accepted_at is not None
    beside = shrunk(accepted, waiting, entry(300, "", "can_2"), refunded=300)
    assert books(beside) == [("test", 300, "open"), ("external", 300, "done")]
    after = shrunk(beside, entry(300, "", "can_2"), entry(300, payment.refunds[0].label, "can_1"))
    assert books(after) == [("test", 300, "done"), ("external", 300, "done")]
    balanced(after)


def test_less_than_our_amount_is_not_ours() -> None:
    after = shrunk(sent(a_paid_payment(), 300), refunded=200)
    assert books(after) == [("test", 300, "open"), ("external", 200, "done")]


def test_our_refund_is_known_again_when_its_id_comes_later_or_not_at_all() -> None:
    payment = sent(a_paid_payment(), 300)
    label = payment.refunds[0].label
    without_id = shrunk(payment, entry(300, label))
    later = shrunk(without_id, entry(300, label, "can_1"), entry(200, CONSOLE, "can_2"))
    assert books(later) == [("test", 300, "done"), ("external", 200, "done")]
    with_id = shrunk(payment, entry(300, label, "can_1"))
    later = shrunk(with_id, entry(300, label), entry(200, CONSOLE))
    assert books(later) == [("test", 300, "done"), ("external", 200, "done")]
    assert later.refunds[1].reason == CONSOLE


def test_a_refund_that_was_given_up_and_is_executed_after_all_is_done() -> None:
    payment = sent(a_paid_payment(), 300)
    given_up = refuse(payment, payment.refunds[0], NOON, "no")
    after = shrunk(given_up, entry(300, payment.refunds[0].label, "can_1"))
    assert books(after) == [("test", 300, "done")]
    assert after.refunds[0].failure == ""


def test_an_external_refund_that_outruns_an_open_one_refuses_it() -> None:
    after = shrunk(sent(a_paid_payment(), 600), entry(500, CONSOLE, "can_1"))
    assert books(after) == [("test", 600, "refused"), ("external", 500, "done")]
    assert after.new_events[-1].kind is EventKind.REFUND_REFUSED
    balanced(after)


def test_an_external_refund_beside_which_ours_still_fits_leaves_it_open() -> None:
    after = shrunk(sent(a_paid_payment(), 500), entry(500, CONSOLE, "can_1"))
    assert books(after) == [("test", 500, "open"), ("external", 500, "done")]


def test_a_refund_of_all_that_is_left_cancels_and_a_part_does_not() -> None:
    part = shrunk(a_paid_payment(), entry(999, CONSOLE, "can_1"))
    assert (part.status, part.refunded) == (PAID, 999)
    end = shrunk(part, entry(999, CONSOLE, "can_1"), entry(1, CONSOLE, "can_2"))
    assert (end.status, end.refunded, end.reason) == (CANCELLED, WON, "refunded")


def test_one_refund_listed_twice_is_one_refund() -> None:
    payment = sent(a_paid_payment(), 300)
    label = payment.refunds[0].label
    after = shrunk(payment, entry(300, label, "can_1"), entry(300, label, "can_2"))
    assert sum(r.amount for r in after.refunds if r.status is RefundStatus.DONE) == 600  # every won is in the books


def test_refunds_of_two_attempts_whose_ids_end_alike_keep_their_own_names() -> None:
    tail = "0123456789abcdef0123456789"
    refunds: list[Refund] = []
    for attempt in (GatewayId("imp_x" + tail), GatewayId("imp_y" + tail)):
        refunds += attribute(refunds, attempt, [entry(100, CONSOLE, "can_1")], 100, NOON)
    assert refunds[0].id != refunds[1].id


@pytest.mark.parametrize("changes", [{"amount": 0}, {"amount": -100}, {"amount": 301}], ids=str)
def test_a_history_of_more_or_less_than_was_refunded_does_not_exist(changes: dict[str, Any]) -> None:
    with pytest.raises(ContractViolation):
        a_report(a_payment(amount=WON), refunded=300, refunds=(attrs.evolve(entry(100), **changes),))


@pytest.mark.parametrize("history", ["missing", "later", "never"])
def test_a_refused_refund_that_is_executed_late_never_makes_the_books_exceed_the_capture(history: str) -> None:
    """Refused, executed late, and once without a history: 1,500 of 1,000 were in the books."""
    payment = sent(a_paid_payment(), 500)
    label = payment.refunds[0].label
    given_up = refuse(payment, payment.refunds[0], NOON, "no")
    second = sent(given_up, 500, "r2")
    after = shrunk(second, *([] if history != "later" else [entry(500, label, "can_1")]), refunded=500)
    full = [entry(500, label, "can_1"), entry(500, "[r2]", "can_2")]
    after = shrunk(after, *(full if history != "never" else []), refunded=1_000)
    balanced(after)
    assert sum(r.amount for r in after.refunds if r.status is RefundStatus.DONE) == 1_000
    assert not after.open_refunds


def test_a_refund_that_is_named_after_its_money_was_booked_as_another_is_not_booked_twice() -> None:
    """Executed late and told without a history, it is in the books as external; then the history names it."""
    payment = sent(a_paid_payment(), 500)
    label = payment.refunds[0].label
    given_up = refuse(payment, payment.refunds[0], NOON, "no")
    booked = shrunk(given_up, refunded=500)
    after = shrunk(booked, entry(500, label, "can_1"), entry(100, CONSOLE, "can_2"))
    assert sum(r.amount for r in after.refunds if r.status is RefundStatus.DONE) == 600
    balanced(after)
