"""The machine's law in its own words: money, refusal and a shut door say what a payment is, whatever the order.

The law never looks at the table. To prove that it is the law, `test_the_law_kills_every_mutant_of_the_table` changes
each of the 16 cells to every other value it could have, and sees the law broken each time.
"""

import attrs
import pytest
from builders import NOON, a_payment
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from payments.domain import machine
from payments.domain.errors import AlreadyPaid, IllegalTransition
from payments.domain.event import Event, EventKind
from payments.domain.machine import (
    AWAITING,
    CANCELLED,
    CAPTURED,
    CLOSED,
    DECLINED,
    FAILED,
    PAID,
    REFUNDED,
    TRANSITIONS,
    Status,
    Trigger,
    move,
)
from payments.domain.payment import Payment

KIND = {
    CAPTURED: EventKind.CAPTURED,
    DECLINED: EventKind.DECLINED,
    CLOSED: EventKind.CLOSED,
    REFUNDED: EventKind.REFUNDED,
}
BOUNDED = settings(max_examples=120, stateful_step_count=8, derandomize=True, deadline=None, database=None)


class PaymentLife(RuleBasedStateMachine):
    """What a payment has met so far decides what it is: nothing else does."""

    def __init__(self) -> None:
        super().__init__()
        self.payment = a_payment()
        self.money = self.refusal = self.shut = False

    def expected(self) -> Status:
        return CANCELLED if self.shut else PAID if self.money else FAILED if self.refusal else AWAITING

    @rule(trigger=st.sampled_from(Trigger))
    def take(self, trigger: Trigger) -> None:
        before = self.expected()
        event = Event(kind=KIND[trigger], at=NOON, by="test", reason="told")
        if {CAPTURED: self.shut, CLOSED: before is PAID, REFUNDED: not (self.money or self.shut)}.get(trigger):
            with pytest.raises(IllegalTransition):
                self.payment.after(trigger, event)
            return
        self.money |= trigger is CAPTURED
        self.refusal |= trigger is DECLINED
        self.shut |= trigger in (CLOSED, REFUNDED)
        after = self.payment.after(trigger, event)
        assert after.status is self.expected()
        assert (after is self.payment) is (before is self.expected())  # a replay changes nothing at all
        if after is not self.payment:
            self.told(after, event)
        self.payment = after

    def told(self, after: Payment, event: Event) -> None:
        """Each change is one entry of the timeline, numbered by the version it made."""
        version = self.payment.version + 1
        entry = attrs.evolve(event, version=version, status=self.expected())
        assert after.version == version
        assert after.new_events == (*self.payment.new_events, entry)


TestPaymentLife = PaymentLife.TestCase
TestPaymentLife.settings = settings(max_examples=200, stateful_step_count=12, derandomize=True, deadline=None)

CELLS = [(status, trigger) for status in Status for trigger in Trigger]
MUTANTS = [
    pytest.param(status, trigger, other, id=f"{status}-{trigger}-{other}")
    for status, trigger in CELLS
    for other in (*Status, None)
    if other is not TRANSITIONS[status][trigger]
]


def test_the_table_is_total() -> None:
    assert set(TRANSITIONS) == set(Status)
    assert all(set(row) == set(Trigger) for row in TRANSITIONS.values())
    assert len(MUTANTS) == 16 * 4


@pytest.mark.parametrize(("status", "trigger", "other"), MUTANTS)
def test_the_law_kills_every_mutant_of_the_table(
    status: Status, trigger: Trigger, other: Status | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = {s: dict(row) for s, row in TRANSITIONS.items()}
    table[status][trigger] = other
    monkeypatch.setattr(machine, "TRANSITIONS", table)
    quick = settings(BOUNDED, phases=[Phase.generate])  # the first counterexample is enough: it need not be small
    with pytest.raises((AssertionError, IllegalTransition, pytest.fail.Exception)):
        run_state_machine_as_test(PaymentLife, settings=quick)


def test_the_same_bounded_run_passes_on_the_true_table() -> None:
    run_state_machine_as_test(PaymentLife, settings=BOUNDED)


def test_nobody_can_change_the_table() -> None:
    with pytest.raises(TypeError):
        TRANSITIONS[PAID] = {}  # type: ignore[index]
    with pytest.raises(TypeError):
        TRANSITIONS[PAID][CLOSED] = CANCELLED  # type: ignore[index]


def test_a_refused_move_names_both_sides() -> None:
    with pytest.raises(IllegalTransition, match="cancelled cannot be captured"):
        move(CANCELLED, CAPTURED)


def test_a_paid_payment_is_refunded_and_never_cancelled() -> None:
    paid = a_payment(status=PAID)
    with pytest.raises(AlreadyPaid):
        paid.closed(NOON, "shop:1", "shop")
