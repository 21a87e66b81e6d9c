"""Rows: the payments of one store, those of both generations, with every state they were in.

reading  `payment`, `all`, `newest`, `attempts` (both generations); `by_merchant_uid`, `with_status`, `was_paid` (V1)
storing  `insert`, `store`, `store_and_notify`, `store_as_reported`
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import attrs

from payments.entrypoints.sandbox.errors import CallRefused
from payments.entrypoints.sandbox.payments.messages import NO_PAYMENT
from payments.entrypoints.sandbox.payments.row import PaymentRow


@attrs.frozen
class Notice:
    """What a webhook reports: the payment as it was then, and the cancellation if it reports one."""

    row: PaymentRow
    cancellation_id: str | None = None
    requested_by_api: bool = False
    """A cancel with `enable_webhook`: goes to the console's URL, and only if the payment had a webhook before."""
    event: str = ""
    """What happened (V2), where the status of the payment does not say it: CancelPending, DisputeCreated, …."""
    trigger: str = ""
    """Who or what outside of PortOne caused it (V2)."""


@attrs.define
class Rows:
    """Every state of every payment; `notify` is called for what webhooks report."""

    notify: Callable[[Notice], object] = lambda _: None
    past: dict[str, tuple[PaymentRow, ...]] = attrs.field(factory=dict, repr=False)
    """The states of each payment by imp_uid, oldest first; the last is how it is now."""
    _by_merchant: dict[str, list[str]] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        for row in self.all():
            self._index(row)

    # reading

    def payment(self, imp_uid: str) -> PaymentRow:
        """Return a payment of either generation. Raises CallRefused (404) if there is none."""
        if imp_uid not in self.past:
            raise CallRefused(NO_PAYMENT)
        return self.past[imp_uid][-1]

    def all(self) -> Iterable[PaymentRow]:
        """Return every payment, oldest first."""
        return (states[-1] for states in self.past.values())

    def newest(self) -> Iterable[tuple[PaymentRow, ...]]:
        """Return the states of every payment, the newest payment first."""
        return (self.past[imp_uid] for imp_uid in reversed(self.past))

    def attempts(self, order: str) -> list[PaymentRow]:
        """Return the payments under *order*, of both generations, oldest first."""
        return [self.past[imp_uid][-1] for imp_uid in self._by_merchant.get(order, [])]

    def by_merchant_uid(self, merchant_uid: str, status: str = "all") -> list[PaymentRow]:
        """Return the V1 payments of *merchant_uid* that have *status*, oldest first."""
        return [row for row in self.attempts(merchant_uid) if not row.is_v2 and status in ("all", row.status)]

    def with_status(self, status: str) -> list[PaymentRow]:
        """Return all V1 payments of *status*, or every one for `all`."""
        return [row for row in self.all() if not row.is_v2 and status in ("all", row.status)]

    def was_paid(self, merchant_uid: str) -> bool:
        """Return whether *merchant_uid* was ever paid; it can never be paid again, not even after a refund."""
        return any(row.paid_at for row in self.by_merchant_uid(merchant_uid))

    @contextmanager
    def as_it_was(self, changes: int) -> Iterator[None]:
        """Show every payment as it was *changes* ago, or as it began. For reading only: what is stored then is lost."""
        present = self.past
        self.past = {imp_uid: past[: max(1, len(past) - changes)] for imp_uid, past in present.items()}
        try:
            yield
        finally:
            self.past = present

    # storing

    def insert(self, row: PaymentRow) -> PaymentRow:
        """Store a payment that is new to the book."""
        self._index(row)
        return self.store(row)

    def _index(self, row: PaymentRow) -> None:
        self._by_merchant.setdefault(row.merchant_uid, []).append(row.imp_uid)

    def store(self, row: PaymentRow) -> PaymentRow:
        """Store *row* as the newest state of its payment, and return it."""
        states = self.past.get(row.imp_uid, ())
        if not states or states[-1] is not row:
            self.past[row.imp_uid] = (*states, row)
        return row

    def store_and_notify(
        self, row: PaymentRow, cancellation_id: str | None = None, event: str = "", trigger: str = ""
    ) -> PaymentRow:
        """Store *row* and send a webhook about it."""
        self.store(row)
        self.notify(Notice(row, cancellation_id, event=event, trigger=trigger))
        return row

    def store_as_reported(self, row: PaymentRow) -> PaymentRow:
        """Store what V1 sends no webhook about; V2 sends one about every change."""
        return self.store_and_notify(row) if row.is_v2 else self.store(row)
