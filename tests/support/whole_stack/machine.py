"""WholeStack: Hypothesis plays buyers, staff, the bank, a stranger and the worker; the sandbox's own book is the model.

The rules only say what somebody does. What must be true of an answer is in `people`, of the books in `laws`.
"""

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule
from support.whole_stack.laws import Ledger, check_books, check_the_end
from support.whole_stack.people import People
from support.whole_stack.stack import BUYERS, Stack

from payments.domain.errors import GatewayError
from payments.domain.machine import Status
from payments.entrypoints.blocking import run
from payments.entrypoints.sandbox.payments.row import PaymentRow

CALLERS: Final = st.sampled_from([*BUYERS, "shop", "shop"])
KEYS: Final = st.sampled_from([None, None, None, "k-1", "k-2"])
ORDERS: Final = st.sampled_from(["o-1", "o-2", "o-3"])
AMOUNTS: Final = st.sampled_from([12_000, 12_000, 12_000, 8_000])
EXPECTED: Final = st.sampled_from([None, 12_000, 8_000, 100])
ANSWERS: Final = st.sampled_from(["", "", "approve", "approve", "decline", "leave", "issue_vbank"])
FAULTS: Final = (
    *("cancel:drop x1", "cancel:cut x1", "cancel:500-done x1", "cancel:500 x1", "cancel:maintenance x1"),
    *("cancel:in-progress x1", "cancel:slow=90 x1", "prepare:drop x1", "prepare:500 x1", "*:token x1"),
    *("find_payments:garbage x1", "find_payments:missing x1", "find_payments:filtered x1", "get_payment:cut x1"),
    *("get_payment:stale x1", "find_payments:stale x1", "list_payments:row-leaves x1"),
    *("webhook:drop x1", "webhook:twice x1", "webhook:reordered x1", "webhook:late=600 x1", "webhook:forged x1"),
)
FAULTS_AT_FIRST: Final = st.booleans().flatmap(
    lambda some: st.lists(st.sampled_from(FAULTS), min_size=1, max_size=4) if some else st.just([])
)
DONE_UNHEARD: Final = ("cancel:cut x1", "cancel:500-done x1")
"""The provider refunds, and nobody hears of it."""
AFTERWARDS: Final = (timedelta(hours=2), timedelta(hours=7), *(timedelta(days=8) for _ in range(16)))
"""How time passes at the end: past every expiry, every doubt, and the longest wait between two checks."""


class WholeStack(RuleBasedStateMachine):
    """One example is one shop, from its first buyer until nothing is left to do."""

    payments, windows = Bundle("payments"), Bundle("windows")

    def __init__(self, opened: Callable[[], AbstractContextManager[Stack]]) -> None:
        super().__init__()
        self._open = contextlib.ExitStack()
        self.stack = self._open.enter_context(opened())
        self.ledger = Ledger()
        self.people = People(self.stack, self.ledger)
        self.sound = self.troubled = True

    @initialize(target=windows, faults=FAULTS_AT_FIRST)
    def a_buyer_in_two_tabs(self, faults: list[str]) -> Any:
        """Half of the examples know no trouble at all, so that more can be asserted of their answers."""
        begun = self.people.begin(BUYERS[0], "o-1", 12_000, None)
        assert begun
        tabs = [self.people.open(begun.merchant_id, tampered=False) for _ in range(2)]
        self.troubled = bool(faults)
        for fault in faults:
            self.trouble(fault)
        return multiple(*(imp_uid for imp_uid in tabs if imp_uid))

    # buyers

    @rule(target=payments, buyer=st.sampled_from(BUYERS), order=ORDERS, amount=AMOUNTS, key=KEYS)
    def begin(self, buyer: str, order: str, amount: int, key: str | None) -> Any:
        begun = self.people.begin(buyer, order, amount, key)
        return begun.merchant_id if begun else multiple()

    @rule(target=payments, buyer=st.sampled_from(BUYERS), order=ORDERS, amount=AMOUNTS, expected=EXPECTED)
    def begin_in_the_browser(self, buyer: str, order: str, amount: int, expected: int | None) -> Any:
        begun = self.people.begin_in_the_browser(buyer, order, amount, expected)
        return begun.merchant_id if begun else multiple()

    @rule(target=windows, merchant_id=payments, tampered=st.sampled_from([False] * 3 + [True]), how=ANSWERS)
    def open(self, merchant_id: str, tampered: bool, how: str) -> Any:
        imp_uid = self.people.open(merchant_id, tampered=tampered)
        if imp_uid is None:
            return multiple()
        if how:
            self.people.at_the_provider(how, imp_uid)
        return imp_uid

    @rule(target=windows, buyer=st.sampled_from(BUYERS), order=ORDERS, amount=AMOUNTS, told=st.booleans())
    def buy(self, buyer: str, order: str, amount: int, told: bool) -> Any:
        """The way that most buyers take, in one step: without it, few examples would come to any money."""
        begun = self.people.begin(buyer, order, amount, None)
        imp_uid = self.people.open(begun.merchant_id, tampered=False) if begun else None
        if not begun or not imp_uid:
            return multiple()
        self.people.at_the_provider("approve", imp_uid)
        if told:
            self.people.complete(begun.merchant_id, imp_uid, buyer)
        return imp_uid

    @rule(imp_uid=windows, what=st.sampled_from(["approve", "decline", "issue_vbank", "deposit", "approve_late"]))
    def answer(self, imp_uid: str, what: str) -> None:
        self.people.at_the_provider(what, imp_uid)

    @rule(imp_uid=windows, data=st.data(), who=CALLERS)
    def complete(self, imp_uid: str, data: st.DataObject, who: str) -> None:
        mine = self.people.row(imp_uid).merchant_uid
        others = [each for each in self.people.begun if each != mine]
        merchant_id = data.draw(st.sampled_from([mine, mine, mine, *others]))
        self.people.complete(merchant_id, imp_uid, who)

    @rule(merchant_id=payments)
    def abandon(self, merchant_id: str) -> None:
        self.people.abandon(merchant_id)

    @rule(merchant_id=payments, who=CALLERS)
    def cancel(self, merchant_id: str, who: str) -> None:
        self.people.cancel(merchant_id, who)

    @rule(merchant_id=payments, who=CALLERS)
    def read(self, merchant_id: str, who: str) -> None:
        self.people.read(merchant_id, who)

    # the shop's staff, the console, and a stranger

    @rule(imp_uid=windows, amount=st.sampled_from([None, 3_000, 3_000, 20_000]), key=KEYS)
    def refund(self, imp_uid: str, amount: int | None, key: str | None) -> None:
        self.people.refund(self.people.row(imp_uid).merchant_uid, amount, key)

    @precondition(lambda self: self.troubled)
    @rule(imp_uid=windows, fault=st.sampled_from(DONE_UNHEARD))
    def refund_a_part_unheard(self, imp_uid: str, fault: str) -> None:
        """The accident that costs most, in one step: few examples would come to it."""
        self.people.complete(self.people.row(imp_uid).merchant_uid, imp_uid, "shop")
        self.trouble(fault)
        self.people.refund(self.people.row(imp_uid).merchant_uid, 3_000, None)

    @rule(imp_uid=windows, amount=st.sampled_from([None, 2_000, 2_000]))
    def console(self, imp_uid: str, amount: int | None) -> None:
        self.people.at_the_provider("console_cancel", imp_uid, amount)

    @rule(imp_uid=windows, status=st.sampled_from(["paid", "cancelled"]), form=st.booleans(), times=st.integers(1, 2))
    def webhook(self, imp_uid: str, status: str, form: bool, times: int) -> None:
        for _ in range(times):
            self.people.hint(imp_uid, self.people.row(imp_uid).merchant_uid, status, form=form)

    @rule(merchant_id=payments, imp_uid=st.just("imp_made_up") | windows)
    def forge(self, merchant_id: str, imp_uid: str) -> None:
        self.people.hint(imp_uid, merchant_id, "paid", form=False)

    # time, the worker, and trouble

    @rule(span=st.sampled_from([5, 20, 20, 90, 700, 41 * 60, 6 * 3600]))
    def wait(self, span: int) -> None:
        self.stack.sandbox.move_clock(span)
        assert self.stack.sandbox.webhooks.wait()

    @rule(what=st.sampled_from(["sweep", "sweep", "recent", "catch_up", "follow", "deliver"]))
    def work(self, what: str) -> None:
        worker = self.stack.worker
        if what == "deliver":
            self.stack.deliver()
            return
        if what == "follow":
            run(worker.hints.follow())
            return
        rounds: dict[str, Any] = {"sweep": worker.sweep.sweep}
        rounds |= {name: getattr(worker.reconciliation, name) for name in ("recent", "catch_up")}
        with contextlib.suppress(*([GatewayError] if self.people.faulty else [])):
            done = run(rounds[what]())
            assert self.people.faulty or not done.troubles, done.troubles

    @precondition(lambda self: self.troubled)
    @rule(fault=st.sampled_from(FAULTS))
    def more_trouble(self, fault: str) -> None:
        self.trouble(fault)

    def trouble(self, fault: str) -> None:
        self.people.faulty = True
        self.ledger.blinded |= any(hides in fault for hides in ("stale", "filtered", "leaves"))
        self.stack.sandbox.faults.add(fault)

    @precondition(lambda self: self.people.faulty)
    @rule()
    def no_trouble(self) -> None:
        self.stack.sandbox.faults.clear()

    @rule(closed=st.booleans())
    def shop_closes(self, closed: bool) -> None:
        self.stack.endpoint.closed = closed

    # what must hold

    @invariant()
    def the_books_are_true(self) -> None:
        self.sound = False
        check_books(self.stack, self.ledger)
        self.sound = True

    def teardown(self) -> None:
        with self._open:
            if self.sound:
                self.recovers()
                check_books(self.stack, self.ledger)
                check_the_end(self.stack, self.ledger)

    def recovers(self) -> None:
        """Nothing goes wrong from now on; the worker works until nothing is left to do."""
        self.stack.sandbox.faults.clear()
        self.stack.endpoint.closed = False
        for number, span in enumerate(AFTERWARDS):
            self.stack.sandbox.move_clock(span.total_seconds())
            self.stack.sandbox.webhooks.wait()
            if number < 2:
                run(self.stack.worker.reconciliation.catch_up())
            run(self.stack.worker.sweep.sweep())
            self.stack.deliver()
            if number > 2 and all(self._is_at_rest(shown) for shown in self.stack.books()):
                return

    def _is_at_rest(self, shown: dict[str, Any]) -> bool:
        rows = {row.imp_uid: row for row in self.stack.sandbox.payments(shown["merchant_id"])}
        known = {attempt["gateway_id"]: attempt["refunded"] for attempt in shown["attempts"]}
        same = all(known.get(row.imp_uid) == row.cancel_amount for row in rows.values() if row.paid_at)
        strays = [a for a in shown["attempts"] if a["disposition"] not in (None, "accepted")]
        back = all(a["refunded"] == a["amount"] or _is_by_account(rows[a["gateway_id"]]) for a in strays)
        at_rest = shown["status"] != Status.AWAITING and same and back
        return at_rest and not self.stack.stored(shown["merchant_id"]).open_refunds


def _is_by_account(row: PaymentRow) -> bool:
    return row.vbank_num is not None
