"""Desk: what happens to payments by V2, in the book that both generations share. Whoever calls it holds the lock.

reading     `attempts`, `get`, `paid_already`
opening     `register`, `open`, `create`
approving   `agree` and `confirm` (manual channels), `review` (PAY_PENDING)
cancelling  `cancel`, `cancel_elsewhere`, `settle`, `stop`, `catch_up`
accounts    `close_account`
disputes    `dispute`, `resolve`
"""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.errors import NotPossible, WindowRefused
from payments.entrypoints.sandbox.payments import paying
from payments.entrypoints.sandbox.payments.book import Book
from payments.entrypoints.sandbox.payments.paying import PaymentDetails
from payments.entrypoints.sandbox.payments.portone import PortOneCancellation
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.payments.rows import Notice
from payments.entrypoints.sandbox.portone.book import cancelling
from payments.entrypoints.sandbox.portone.book.cancel_request import PortOneCancel
from payments.entrypoints.sandbox.portone.book.cancelling import facts_of
from payments.entrypoints.sandbox.portone.book.limits import window_refusal
from payments.entrypoints.sandbox.portone.book.minor import major
from payments.entrypoints.sandbox.portone.book.opening import PortOneRequest, row_of
from payments.entrypoints.sandbox.portone.book.prepared import PortOneRegistration, Registered
from payments.entrypoints.sandbox.portone.errors import refused, refused_by_pg
from payments.entrypoints.sandbox.portone_guesses import PortOneGuesses

ALREADY_PAID: Final = "PaymentAlreadyPaid"
ACCOUNT_ENDED: Final = "가상계좌 입금이 마감되었습니다."
CONSOLE_REASON: Final = "콘솔에서 취소"


@attrs.define
class Desk:
    """The V2 side of the book; no I/O."""

    book: Book
    guesses: PortOneGuesses
    registered: Registered
    _at_work: set[str] = attrs.field(factory=set, init=False)
    """Payments with a cancel that nobody sees yet."""

    def __attrs_post_init__(self) -> None:
        self.book.account_lapsed = self._lapsed
        working = (row for row in self.book.all() if any(entry.works_until for entry in facts_of(row).cancellations))
        self._at_work = {row.imp_uid for row in working}

    # reading

    def attempts(self, payment_id: str) -> list[PaymentRow]:
        """Return the attempts under *payment_id*, oldest first; those of V1 are among them."""
        return self.book.attempts(payment_id)

    def get(self, payment_id: str) -> PaymentRow:
        """Return the attempt that the payment shows. Raises CallRefused (404) if there is none."""
        rows = self.attempts(payment_id)
        if not rows:
            raise refused("PAYMENT_NOT_FOUND")
        captured = [row for row in rows if row.paid_at]
        return captured[-1] if captured and self.guesses.shown_attempt == "captured" else rows[-1]

    def paid_already(self, payment_id: str) -> bool:
        """Return whether *payment_id* can be paid no more, because it was."""
        return any(self._blocks(row) for row in self.attempts(payment_id) if row.paid_at)

    def _blocks(self, row: PaymentRow) -> bool:
        if not row.is_v2:
            return self.guesses.id_paid_in_v1 == "taken"
        return self.guesses.paid_again == "never" or row.remaining > 0

    # opening

    def register(self, registration: PortOneRegistration) -> None:
        """Keep the values that the payment's windows must have. Raises CallRefused once it was paid."""
        if self.paid_already(registration.payment_id):
            raise refused("ALREADY_PAID")
        self.registered.add(registration)

    def open(self, request: PortOneRequest) -> PaymentRow:
        """Open a window: a READY payment. Raises WindowRefused with the SDK's code if none opens."""
        if self.paid_already(request.payment_id):
            raise WindowRefused(ALREADY_PAID, "The payment was paid already.")
        known = self.registered.find(request.payment_id)
        if known is not None and known.differs(request.total, request.tax_free, request.currency):
            raise WindowRefused("AmountNotEqualToPredefined", "The amount is not the registered one.")
        if self._is_full(request.payment_id):
            raise WindowRefused("InvalidEntityState", "The payment has had too many attempts.")
        if self.guesses.pg_limits == "kept" and (why := window_refusal(request, self.book.clock.now())):
            raise WindowRefused("PGProviderError", self.guesses.limit_text.format(why))
        row = self.create(request)
        self.book.notify(Notice(row))
        return row

    def check_attempts(self, payment_id: str) -> None:
        """Raise CallRefused if a payment by API cannot begin under *payment_id*."""
        if self.paid_already(payment_id):
            raise refused("ALREADY_PAID")
        if self._is_full(payment_id):
            raise refused("MAX_TRANSACTION_COUNT_REACHED")

    def _is_full(self, payment_id: str) -> bool:
        limit = self.guesses.attempts_limit
        return bool(limit) and sum(row.is_v2 for row in self.attempts(payment_id)) >= limit

    def create(self, request: PortOneRequest) -> PaymentRow:
        """Store a new READY payment under a transaction id of its own."""
        book = self.book
        return book.insert(row_of(request, book.ids.uuid(), order=len(book.past), now=book.clock.now()))

    def open_again(self, row: PaymentRow) -> PaymentRow:
        """Return another READY attempt of the same payment, as a window of a second tab."""
        book = self.book
        fresh: dict[str, Any] = {"status": "ready", "failed_at": 0, "fail_reason": None, "paid_at": 0}
        fresh |= {"cancel_amount": 0 * row.amount, "cancelled_at": 0, "vbank_num": None}
        facts = attrs.evolve(facts_of(row), cancellations=(), payment_token="", is_pending=False)
        hidden = attrs.evolve(row.hidden, order=len(book.past), updated_at=book.clock.now(), portone=facts)
        return book.insert(attrs.evolve(row, imp_uid=book.ids.uuid(), hidden=hidden, **fresh))

    # approving

    def check_window(self, row: PaymentRow) -> None:
        """Raise WindowRefused if another attempt of the payment was paid while the window of *row* was open."""
        others = self.guesses.second_window == "refused" and self.paid_already(row.merchant_uid)
        if row.is_v2 and row.status == "ready" and others:
            raise WindowRefused(ALREADY_PAID, "The payment was paid already.")

    def agree(self, row: PaymentRow, how: Mapping[str, Any]) -> PaymentRow:
        """The buyer agrees in the window of a manual channel: nothing is taken before `confirm`."""
        return self._with(row, payment_token=self.book.ids.uuid(), agreed=dict(how))

    def confirm(self, payment_id: str, token: str, expected: Mapping[str, Any]) -> PaymentRow:
        """Take the money that the buyer agreed to, or issue the account. Raises CallRefused."""
        rows = self.attempts(payment_id)
        if not rows:
            raise refused("PAYMENT_NOT_FOUND")
        if self.paid_already(payment_id):
            raise refused("ALREADY_PAID")
        row = next((row for row in rows if token and facts_of(row).payment_token == token), None)
        if row is None or row.status != "ready" or row.awaits_deposit:
            raise refused("INVALID_PAYMENT_TOKEN")
        known = {
            "txId": row.imp_uid,
            "currency": row.currency,
            "totalAmount": row.amount,
            "taxFreeAmount": row.hidden.tax_free,
            "isTest": row.sandbox,
        }
        if any(known[name] != value for name, value in expected.items() if value is not None):
            raise refused("INFORMATION_MISMATCH")
        how = dict(facts_of(row).agreed)
        if how.get("method") == "vbank":
            return self.book.issue_account(row.imp_uid, str(how.get("bank_code", "088")))
        return self.book.approve(row.imp_uid, PaymentDetails(**how))

    def review(self, row: PaymentRow) -> PaymentRow:
        """The PG examines the payment for days, as PayPal does: PAY_PENDING."""
        if not row.is_v2 or row.status != "ready":
            raise NotPossible(f"{row.imp_uid} is {row.status}; only an open V2 payment can be examined")
        return self.book.store_and_notify(_with(row, is_pending=True), trigger="ASYNC_PAY_PENDING")

    # accounts

    def close_account(self, payment_id: str) -> PaymentRow:
        """Close an account before its deposit. Raises CallRefused."""
        row = self.get(payment_id)
        if not row.awaits_deposit:
            raise refused("PAYMENT_NOT_WAITING_FOR_DEPOSIT")
        return self._ended(row)

    def _lapsed(self, row: PaymentRow) -> None:
        if self.guesses.account_after_due == "is over":
            self._ended(row)

    def _ended(self, row: PaymentRow) -> PaymentRow:
        now = self.book.clock.now()
        if self.guesses.account_over == "CANCELLED":
            return self.book.store(row.with_status("cancelled", now, cancelled_at=now))
        return self.book.store_as_reported(paying.failed(row, ACCOUNT_ENDED, now))

    # cancelling

    def cancel(self, payment_id: str, request: PortOneCancel) -> tuple[PaymentRow, PortOneCancellation]:
        """Refund as requested by API: the payment after it, and the cancellation. Raises CallRefused."""
        row = self.get(payment_id)
        if not row.is_v2:
            return self._cancel_v1(row, request)
        now = self.book.clock.now()
        entry = cancelling.requested(row, request, now, self.book.ids.uuid(), self.guesses)
        if why := cancelling.refuses(row):
            return self._refused(row, entry, why)
        if self.book.cancels_take:
            entry = attrs.evolve(entry, works_until=now + self.book.cancels_take)
            self._at_work.add(row.imp_uid)
            return self.book.store(cancelling.with_cancellation(row, entry)), entry
        if facts_of(row).asynchronous:
            return self._taken_on(row, entry), entry
        row = self._done(row, entry)
        return row, _entry(row, entry.id)

    def _cancel_v1(self, row: PaymentRow, request: PortOneCancel) -> tuple[PaymentRow, PortOneCancellation]:
        if self.guesses.v1_cancel == "refused":
            raise refused("PAYMENT_NOT_FOUND")
        entry = cancelling.requested(row, request, self.book.clock.now(), "", self.guesses)
        after = self.book.console_cancel(row.imp_uid, major(entry.total, row.currency))
        done = after.cancel_history[-1]
        return after, attrs.evolve(entry, id=done.cancellation_id, status="SUCCEEDED", cancelled_at=done.cancelled_at)

    def _refused(self, row: PaymentRow, entry: PortOneCancellation, why: str) -> tuple[PaymentRow, PortOneCancellation]:
        if self.guesses.pg_refusal == "PG_PROVIDER":
            raise refused_by_pg("ALREADY_CANCELED_PAYMENT", why)
        row = self.book.store(cancelling.failed(row, entry))
        return row, _entry(row, entry.id)

    def _taken_on(self, row: PaymentRow, entry: PortOneCancellation) -> PaymentRow:
        row = cancelling.with_cancellation(row, entry)
        if entry.skip_webhook:
            return self.book.store(row)
        return self.book.store_and_notify(row, entry.id, event="CancelPending")

    def _done(self, row: PaymentRow, entry: PortOneCancellation, trigger: str = "") -> PaymentRow:
        row = cancelling.done(row, entry, self.book.clock.now())
        return self.book.store(row) if entry.skip_webhook else self.book.store_and_notify(row, entry.id, "", trigger)

    def cancel_elsewhere(self, row: PaymentRow, amount: int | None, trigger: str = "CONSOLE") -> PaymentRow:
        """Refund in the console, or by a chargeback; *amount* in minor units, all that is left by default."""
        request = PortOneCancel(reason=CONSOLE_REASON, amount=amount, trigger=trigger)
        entry = cancelling.requested(row, request, self.book.clock.now(), self.book.ids.uuid(), self.guesses)
        return self._done(row, entry)

    def settle(self, row: PaymentRow, *, accepted: bool = True) -> PaymentRow:
        """The PG ends the cancels of *row* that were taken on: done, or refused."""
        for entry in facts_of(row).cancellations:
            if entry.status == "REQUESTED":
                row = self._settled(row, entry, accepted=accepted)
        return row

    def _settled(self, row: PaymentRow, entry: PortOneCancellation, *, accepted: bool) -> PaymentRow:
        fits = entry.total <= cancelling.remaining(row, self.guesses) + (
            entry.total if self.guesses.requested_cancel == "lowers" else 0
        )
        if accepted and fits:
            return self._done(
                row, attrs.evolve(entry, works_until=0), "" if entry.works_until else "ASYNC_CANCEL_APPROVED"
            )
        return self.book.store(cancelling.failed(row, attrs.evolve(entry, works_until=0)))

    def stop(self, payment_id: str, cancellation_id: str) -> int:
        """Stop a cancel that was taken on; return when (UNIX seconds). Raises CallRefused."""
        row = self.get(payment_id)
        entry = next((entry for entry in facts_of(row).cancellations if entry.id == cancellation_id), None)
        if entry is None:
            raise refused("PAYMENT_CANCELLATION_NOT_FOUND")
        if entry.status != "REQUESTED":
            raise refused("PAYMENT_CANCELLATION_NOT_PENDING")
        self.book.store(cancelling.failed(row, entry))
        return self.book.clock.now()

    def catch_up(self) -> None:
        """Carry out the cancels at work that are due by the clock."""
        self.finish_cancels(self.book.clock.now())

    def finish_cancels(self, until: int | None = None) -> None:
        """Carry out the cancels at work that are due at *until*; all of them by default."""
        for transaction_id in sorted(self._at_work):
            row = self.book.payment(transaction_id)
            for entry in facts_of(row).cancellations:
                if entry.works_until and (until is None or entry.works_until <= until):
                    row = self._settled(row, entry, accepted=True)
            if not any(entry.works_until for entry in facts_of(row).cancellations):
                self._at_work.discard(transaction_id)

    # disputes

    def dispute(self, row: PaymentRow, reason: str) -> PaymentRow:
        """The buyer disputes the payment at the card company."""
        opened = {"status": "UNRESOLVED", "reason": reason, "createdAt": self.book.clock.now()}
        changed = _with(row, disputes=(*facts_of(row).disputes, opened))
        return self.book.store_and_notify(changed, event="DisputeCreated", trigger="DISPUTE_CREATED")

    def resolve(self, row: PaymentRow) -> PaymentRow:
        """Every dispute of the payment is over."""
        ended = {"status": "RESOLVED", "resolvedAt": self.book.clock.now()}
        changed = _with(row, disputes=tuple({**one, **ended} for one in facts_of(row).disputes))
        return self.book.store_and_notify(changed, event="DisputeResolved", trigger="DISPUTE_RESOLVED")

    def _with(self, row: PaymentRow, **changes: Any) -> PaymentRow:
        return self.book.store(_with(row, **changes))


def _with(row: PaymentRow, **changes: Any) -> PaymentRow:
    return attrs.evolve(row, hidden=attrs.evolve(row.hidden, portone=attrs.evolve(facts_of(row), **changes)))


def _entry(row: PaymentRow, cancellation_id: str) -> PortOneCancellation:
    return next(entry for entry in facts_of(row).cancellations if entry.id == cancellation_id)
