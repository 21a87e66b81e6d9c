"""Whatever shops, banks and the clock do in any order, a billing key pays what it owes once, in time, and tells."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support.sandbox import a_key, a_payment, a_schedule

from payments.entrypoints.sandbox.billing.billing import Billing
from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.errors import CallRefused, NotPossible
from payments.entrypoints.sandbox.payments.book import Book
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.rows import Notice

NO = (NotPossible, CallRefused)
CUSTOMERS = st.sampled_from(["c-1", "c-2"])
ORDERS = st.sampled_from(["a", "b", "c", "d"])
STEPS = st.integers(1, 50)


class BillingLife(RuleBasedStateMachine):
    """Two keys and four orders, so that they meet."""

    @initialize(seed=st.integers(0, 9))
    def start(self, seed: int) -> None:
        self.notices: list[Notice] = []
        self.billing = Billing(Book(clock=Clock.stopped(1000), ids=Ids(seed), notify=self.notices.append))
        self.due: dict[str, int] = {}

    @property
    def now(self) -> int:
        return self.billing.book.clock.now()

    def tried(self, call: object, *args: object) -> bool:
        """Make a call; a refused one must leave book, keys and schedules as they were."""
        before = self.everything()
        try:
            call(*args)  # type: ignore[operator]
        except NO:
            assert self.everything() == before, "what is refused changes nothing"
            return False
        return True

    def everything(self) -> object:
        billing = self.billing
        return list(billing.book.all()), billing.customers.all(), list(billing.schedules.all())

    @rule(customer_uid=CUSTOMERS)
    def issue(self, customer_uid: str) -> None:
        self.billing.issue(a_key(customer_uid))

    @rule(customer_uid=CUSTOMERS, reason=st.sampled_from([None, "카드 한도초과"]))
    def bank(self, customer_uid: str, reason: str | None) -> None:
        self.tried(self.billing.customers.refuse, customer_uid, reason)

    @rule(customer_uid=CUSTOMERS)
    def forget(self, customer_uid: str) -> None:
        self.tried(self.billing.forget, customer_uid)

    @rule(customer_uid=CUSTOMERS, order=ORDERS)
    def pay_again(self, customer_uid: str, order: str) -> None:
        self.tried(self.billing.pay_again, customer_uid, a_payment(order))

    @rule(customer_uid=CUSTOMERS, orders=st.lists(ORDERS, min_size=1, max_size=3), step=st.integers(-5, 50))
    def schedule(self, customer_uid: str, orders: list[str], step: int) -> None:
        asks = [a_schedule(order, self.now + step) for order in orders]
        if self.tried(self.billing.schedule, customer_uid, asks):
            self.due |= dict.fromkeys(orders, self.now + step)

    @rule(customer_uid=CUSTOMERS, orders=st.lists(ORDERS, max_size=2))
    def unschedule(self, customer_uid: str, orders: list[str]) -> None:
        if self.tried(self.billing.unschedule, customer_uid, orders):
            self.due = {order: at for order, at in self.due.items() if self.waits(order)}

    @rule(order=ORDERS, step=STEPS, again=st.booleans())
    def move(self, order: str, step: int, again: bool) -> None:
        if self.tried(self.billing.reschedule if again else self.billing.move, order, self.now + step):
            self.due[order] = self.now + step

    @rule(order=ORDERS)
    def retry(self, order: str) -> None:
        self.tried(self.billing.retry, order)

    @rule(step=STEPS)
    def pass_time(self, step: int) -> None:
        told = len(self.notices)
        self.billing.book.clock.move(step)
        self.billing.catch_up()
        tried = [order for order, at in sorted(self.due.items(), key=lambda due: due[1]) if at <= self.now]
        heard = [notice.row.merchant_uid for notice in self.notices[told:]]
        assert sorted(heard) == sorted(tried), "what was due is tried once and told, paid or failed; nothing else is"
        assert [self.due[order] for order in heard] == sorted(self.due[order] for order in heard), "in order"
        for order in tried:
            del self.due[order]

    def waits(self, order: str) -> bool:
        return order in self.billing.schedules and self.billing.schedules.get(order).status == "scheduled"

    @invariant()
    def an_order_is_paid_once(self) -> None:
        for order in ("a", "b", "c", "d"):
            assert len([row for row in self.billing.book.by_merchant_uid(order) if row.paid_at]) <= 1

    @invariant()
    def what_waits_is_what_is_due(self) -> None:
        assert {order for order in ("a", "b", "c", "d") if self.waits(order)} == set(self.due)
        assert self.billing.schedules.next_at() == min(self.due.values(), default=None)

    @invariant()
    def a_schedule_says_what_became_of_it(self) -> None:
        for schedule in self.billing.schedules.all():
            assert (schedule.imp_uid is not None) == (schedule.executed_at > 0) == (schedule.status == "executed")
            assert (schedule.revoked_at > 0) == (schedule.status == "revoked")


TestBillingLife = BillingLife.TestCase
