"""Whatever buyers, banks, shops and the console do in any order, the book stays a book that Iamport could have."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.errors import CallRefused, NotPossible, WindowRefused
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments import accounts
from payments.entrypoints.sandbox.payments.book import Book
from payments.entrypoints.sandbox.payments.cancel_request import CancelRequest
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.opening import WindowRequest
from payments.entrypoints.sandbox.payments.paying import PaymentDetails
from payments.entrypoints.sandbox.payments.rows import Notice

NO = (NotPossible, CallRefused, WindowRefused)
AMOUNTS = st.integers(1, 9)  # so small that cancels meet the balance from both sides
ACCOUNT = {"refund_holder": "홍길동", "refund_bank": "88", "refund_account": "110"}


class BookLife(RuleBasedStateMachine):
    """A store with three orders at most, so that they meet."""

    rows = Bundle("rows")

    @initialize(seed=st.integers(0, 9))
    def start(self, seed: int) -> None:
        self.notices: list[Notice] = []
        free = Guesses(pg_limits="none")  # sums so small that no PG would take them
        self.book = Book(clock=Clock.stopped(), ids=Ids(seed), guesses=free, notify=self.notices.append)
        self.asked: dict[str, Decimal] = {}

    @rule(target=rows, uid=st.sampled_from(["a", "b", "c"]), amount=AMOUNTS, pg=st.sampled_from(["", "kakaopay"]))
    def open(self, uid: str, amount: int, pg: str) -> str:
        burnt = any(row.paid_at for row in self.book.by_merchant_uid(uid))
        try:
            row = self.book.open(WindowRequest(merchant_uid=uid, amount=Decimal(amount), pg=pg))
        except WindowRefused:
            assert burnt, "a window that nothing forbids must open"
            return "imp_none"
        assert not burnt, "once paid, a merchant_uid never opens again"
        self.asked[row.imp_uid] = Decimal(amount)
        return row.imp_uid

    def do(self, move: str, imp_uid: str, *args: object) -> None:
        before = {row.imp_uid: row for row in self.book.all()}
        try:
            getattr(self.book, move)(imp_uid, *args)
        except NO:
            assert before == {row.imp_uid: row for row in self.book.all()}, "what is refused changes nothing"
            return
        others = {row.imp_uid: row for row in self.book.all() if row.imp_uid != imp_uid}
        assert others.items() <= before.items(), "a move touches one payment"

    @rule(imp_uid=rows, method=st.sampled_from(["card", "kakaopay", "trans", "phone"]))
    def approve(self, imp_uid: str, method: str) -> None:
        self.do("approve", imp_uid, PaymentDetails(method=method))

    @rule(target=rows, uid=st.sampled_from(["d", "e", "f", "g"]), amount=AMOUNTS)
    def buy(self, uid: str, amount: int) -> str:
        imp_uid = self.open(uid, amount, "")
        if imp_uid != "imp_none":
            self.approve(imp_uid, "card")
        return imp_uid

    @rule(imp_uid=rows, move=st.sampled_from(["leave", "issue_account", "deposit", "approve_late", "cancel_at_pg"]))
    def move(self, imp_uid: str, move: str) -> None:
        self.do(move, imp_uid)

    @rule(imp_uid=rows)
    def decline(self, imp_uid: str) -> None:
        told = len(self.notices)
        self.do("decline", imp_uid, "한도초과")
        assert len(self.notices) == told, "an ordinary failure is never announced"

    @rule(imp_uid=rows)
    def revoke(self, imp_uid: str) -> None:
        with contextlib.suppress(*NO):
            accounts.revoke(self.book, imp_uid)

    @rule(imp_uid=rows, amount=st.none() | AMOUNTS)
    def console_cancel(self, imp_uid: str, amount: int | None) -> None:
        self.do("console_cancel", imp_uid, None if amount is None else Decimal(amount))

    @rule(
        imp_uid=rows,
        amount=st.none() | st.just(0) | AMOUNTS,
        believed=st.none() | st.none() | AMOUNTS,
        webhook=st.booleans(),
    )
    def cancel(self, imp_uid: str, amount: int | None, believed: int | None, webhook: bool) -> None:
        told = len(self.notices)
        before = self.book.past[imp_uid][-1] if imp_uid in self.book.past else None
        ask = CancelRequest(
            imp_uid=imp_uid,
            amount=None if amount is None else Decimal(amount),
            checksum=None if believed is None else Decimal(believed),
            enable_webhook=webhook,
            **ACCOUNT,
        )
        try:
            after = self.book.cancel(ask)
        except CallRefused:
            assert before is None or self.book.payment(imp_uid) is before
            return
        assert before is not None
        assert believed is None or before.remaining == believed, "a wrong checksum executes nothing"
        assert after.cancel_amount - before.cancel_amount == (amount or before.remaining)
        assert len(self.notices) == told + webhook, "a cancel by API is told only when asked"

    @rule(seconds=st.integers(0, 40 * 24 * 3600))
    def wait(self, seconds: int) -> None:
        self.book.clock.move(seconds)
        self.book.catch_up()

    @invariant()
    def money_adds_up(self) -> None:
        for row in self.book.all() if hasattr(self, "book") else []:
            assert row.amount == self.asked[row.imp_uid], "cancels never change the amount"
            assert 0 <= row.cancel_amount <= row.amount
            assert sum(entry.amount for entry in row.cancel_history) == row.cancel_amount
            assert len({entry.cancellation_id for entry in row.cancel_history}) == len(row.cancel_history)
            assert (row.status == "cancelled") == (row.cancel_amount > 0)

    @invariant()
    def fields_agree_with_the_status(self) -> None:
        for row in self.book.all() if hasattr(self, "book") else []:
            assert (row.paid_at > 0) == (row.status in ("paid", "cancelled"))
            assert (row.failed_at > 0) == (row.status == "failed") == (row.fail_reason is not None)
            assert (row.cancelled_at > 0) == (row.status == "cancelled")
            assert row.started_at <= row.hidden.updated_at <= self.book.clock.now()

    @invariant()
    def knowledge_only_grows(self) -> None:
        for states in self.book.past.values() if hasattr(self, "book") else []:
            amounts = [state.cancel_amount for state in states]
            assert amounts == sorted(amounts)

    @invariant()
    def notices_tell_states_that_were(self) -> None:
        for notice in self.notices if hasattr(self, "notices") else []:
            assert notice.row in self.book.past[notice.row.imp_uid]
            assert notice.row.status != "failed"
            assert (notice.cancellation_id is not None) == (notice.row.status == "cancelled")


TestBookLife = BookLife.TestCase
TestBookLife.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_the_same_seed_gives_the_same_rows() -> None:
    def run(seed: int) -> list[object]:
        book = Book(clock=Clock.stopped(), ids=Ids(seed))
        row = book.open(WindowRequest(merchant_uid="a", amount=Decimal(100)))
        book.approve(row.imp_uid)
        book.cancel(CancelRequest(imp_uid=row.imp_uid, amount=Decimal(40)))
        return [state for states in book.past.values() for state in states]

    assert run(7) == run(7)
    assert run(7) != run(8)


@pytest.mark.fact(
    "§7.3", "guessed", "Two windows of an order opened before either was paid can both be paid: `second_window`."
)
def test_two_windows_of_one_order_can_both_be_paid_unless_the_guess_forbids_it() -> None:
    for second in ("pays", "refused"):
        book = Book(clock=Clock.stopped(), ids=Ids(1))
        book.guesses.second_window = second
        first, other = (book.open(WindowRequest(merchant_uid="a", amount=Decimal(100))).imp_uid for _ in range(2))
        book.approve(first)
        if second == "pays":
            assert book.approve(other).status == "paid"
        else:
            with pytest.raises(WindowRefused, match="F1002"):
                book.approve(other)


@pytest.mark.fact("§5.1", "guessed", "An account whose deadline has passed stays ready, or fails: `vbank_after_due`.")
def test_an_account_whose_deadline_passed_stays_ready_unless_the_guess_fails_it() -> None:
    for after, expected in (("stays ready", "ready"), ("failed", "failed")):
        book = Book(clock=Clock.stopped(), ids=Ids(1))
        book.guesses.vbank_after_due = after
        row = book.issue_account(book.open(WindowRequest(merchant_uid="a", amount=Decimal(100))).imp_uid)
        book.clock.move(row.vbank_date - book.clock.now())
        book.catch_up()
        assert book.payment(row.imp_uid).status == "ready", "the last second still counts"
        book.clock.move(1)
        book.catch_up()
        assert book.payment(row.imp_uid).status == expected
