"""Whose refund it was, in every order of refunds and at every fidelity of the provider's history."""

from enum import Enum

import attrs
from builders import NOON
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from unit.domain.attribution import CONSOLE, WON, a_paid_payment, asked, entry, shrunk
from unit.domain.worlds.lives import MINUTE, balanced, remembers

from payments.domain.refund import Refund, RefundStatus
from payments.domain.refunding import begin_send, rebase, refuse
from payments.domain.report import ReportedRefund
from payments.domain.values import RefundId


class Fidelity(Enum):
    """What the provider's history tells of each refund."""

    ALL = "ids and reasons"
    NO_IDS = "reasons"
    NO_REASONS = "ids"
    NO_LABELS = "ids and the console's reasons"
    THEIR_WORDS = "the console's reasons alone"
    NOTHING = "amounts alone"
    NO_HISTORY = "none"

    def tells(self, truth: ReportedRefund) -> ReportedRefund:
        with_ids = self in (Fidelity.ALL, Fidelity.NO_REASONS, Fidelity.NO_LABELS)
        ours = truth.reason.startswith("[")
        with_reason = self in (Fidelity.ALL, Fidelity.NO_IDS) or (self in SILENT_ON_OURS and not ours)
        return attrs.evolve(
            truth, provider_id=truth.provider_id if with_ids else "", reason=truth.reason if with_reason else ""
        )


SILENT_ON_OURS = (Fidelity.NO_LABELS, Fidelity.THEIR_WORDS)


class Refunding(RuleBasedStateMachine):
    """Our refunds and the console's, executed in any order, learnt of late or early, at one fidelity."""

    fidelity: Fidelity

    def __init__(self) -> None:
        super().__init__()
        self.payment = a_paid_payment()
        self.history: list[ReportedRefund] = []
        self.executed: set[RefundId] = set()
        self.slow: list[Refund] = []

    @initialize(fidelity=st.sampled_from(Fidelity))
    def choose(self, fidelity: Fidelity) -> None:
        event(fidelity.name)
        self.fidelity = fidelity

    @property
    def left(self) -> int:
        return WON - sum(r.amount for r in self.history)

    def execute(self, amount: int, reason: str) -> None:
        self.history.append(entry(amount, reason, f"can_{len(self.history)}"))

    @precondition(lambda self: not self.payment.open_refunds and self.payment.attempts[0].report.remaining)
    @rule(share=st.integers(1, 4))
    def ask(self, share: int) -> None:
        amount = max(1, self.payment.attempts[0].report.remaining * share // 4)
        self.payment = asked(self.payment, amount, f"r{len(self.payment.refunds)}")

    @precondition(lambda self: self.payment.open_refunds)
    @rule()
    def send(self) -> None:
        """As the provider does it: executed where the checksum is what is left, else nothing."""
        refund = self.payment.open_refunds[0]
        self.payment = begin_send(self.payment, refund, NOON)
        if refund.remainder == self.left:
            assert refund.id not in self.executed, "a refund is executed twice"
            self.executed.add(refund.id)
            self.execute(refund.amount, refund.label)

    @precondition(lambda self: self.payment.open_refunds)
    @rule()
    def give_up(self) -> None:
        """The provider refuses it, and may execute it nevertheless: an earlier send of it was slower than we assume."""
        refund = self.payment.open_refunds[0]
        self.payment = refuse(self.payment, refund, NOON, "no")
        if refund.sends and refund.id not in self.executed:
            self.slow.append(refund)

    @precondition(lambda self: any(refund.amount <= self.left for refund in self.slow))
    @rule()
    def execute_late(self) -> None:
        refund = next(refund for refund in self.slow if refund.amount <= self.left)
        self.slow.remove(refund)
        self.executed.add(refund.id)
        self.execute(refund.amount, refund.label)

    @precondition(lambda self: self.left)
    @rule(share=st.integers(1, 4))
    def refund_in_the_console(self, share: int) -> None:
        self.execute(max(1, self.left * share // 4), CONSOLE)

    @rule()
    def refresh(self) -> None:
        history = [self.fidelity.tells(r) for r in self.history] if self.fidelity is not Fidelity.NO_HISTORY else []
        before, self.payment = self.payment, shrunk(self.payment, *history, refunded=WON - self.left)
        remembers(before, self.payment)
        for refund in self.payment.open_refunds:
            self.payment = rebase(self.payment, refund, NOON + MINUTE)

    @invariant()
    def books_agree(self) -> None:
        balanced(self.payment)

    @invariant()
    def what_is_known_to_be_executed_is_not_open(self) -> None:
        if self.payment.refunded == WON - self.left:
            assert not self.executed & {r.id for r in self.payment.open_refunds}

    @invariant()
    def a_full_history_is_told_exactly(self) -> None:
        if self.fidelity is Fidelity.ALL and self.payment.refunded == WON - self.left:
            done = [r for r in self.payment.refunds if r.status is RefundStatus.DONE]
            assert {r.provider_id: r.amount for r in done} == {r.provider_id: r.amount for r in self.history}
            assert {r.id for r in done if r.by == "test"} == self.executed


TestRefunding = Refunding.TestCase
TestRefunding.settings = settings(max_examples=150, stateful_step_count=12, derandomize=True, deadline=None)
