"""Whose refund was it? What makes a capture shrink is told apart: ours, somebody else's, or ours without a word.

The provider keeps a history of refunds with ids and reasons, but older rows lack the ids, and no text is promised to
survive. So the law is tried at every fidelity: a won that went back is counted once, and a refund of ours that the
provider executed is never left open, because it would be sent again.
"""

from enum import Enum
from typing import Any

import attrs
import pytest
from builders import NOON, a_payment, a_report, paid, told, with_refund
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from unit.domain.worlds.lives import MINUTE, balanced, remembers

from payments.domain.errors import ContractViolation
from payments.domain.event import EventKind
from payments.domain.machine import CANCELLED, PAID
from payments.domain.payment import Payment
from payments.domain.refund import Refund, RefundStatus, attribute
from payments.domain.refunding import begin_send, rebase, refuse
from payments.domain.report import Rank, ReportedRefund
from payments.domain.values import GatewayId, RefundId

WON = 1000
CONSOLE = "관리자페이지취소"


def a_paid_payment() -> Payment:
    return paid(a_payment(amount=WON), gateway_id="imp_a")


def asked(payment: Payment, amount: int, name: str = "r1") -> Payment:
    return with_refund(payment, refund_id=name, amount=amount)


def sent(payment: Payment, amount: int, name: str = "r1") -> Payment:
    """Return *payment* with a refund that was handed to the provider, whose answer is not known."""
    payment = asked(payment, amount, name)
    return begin_send(payment, payment.refund(RefundId(name)), NOON)


def entry(amount: int, reason: str = "", provider_id: str = "") -> ReportedRefund:
    return ReportedRefund(provider_id=provider_id, amount=amount, reason=reason)


def shrunk(payment: Payment, *history: ReportedRefund, refunded: int | None = None) -> Payment:
    """Return *payment* after the provider reports that much of its capture gone, with this history."""
    known = payment.attempt(GatewayId("imp_a"))
    assert known
    gone = sum(r.amount for r in history) if refunded is None else refunded
    rank = Rank.CANCELLED if gone == WON else Rank.CAPTURED
    report = attrs.evolve(known.report, rank=rank, refunded=gone, refunds=tuple(history))
    return told(payment, report)


def books(payment: Payment) -> list[tuple[str, int, str]]:
    return [(r.by, r.amount, r.status.value) for r in payment.refunds]


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


# ---- every order of refunds at every fidelity ----


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
TestRefunding.settings = settings(max_examples=150, stateful_step_count=12, deadline=None)
