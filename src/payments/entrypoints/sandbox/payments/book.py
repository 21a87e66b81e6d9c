"""Book: the payments of one store as Iamport sees them; in memory, without I/O, pure except for its clock and its ids.

opening     `create`, `open`: what `IMP.request_pay` does at the server before a window shows
paying      `approve`, `decline`, `issue_account`, `leave`, `deposit`, `approve_late`
cancelling  `cancel` (API), `console_cancel`, `cancel_at_pg`, `finish_cancels` (those at work)

Reading and storing are in `rows`, virtual accounts that are issued by API in `accounts`.
"""

import heapq
from collections.abc import Callable
from decimal import Decimal

import attrs

from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.errors import CallRefused, NotPossible, Refusal, WindowRefused
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments import paying
from payments.entrypoints.sandbox.payments.at_work import check_at_work, executed, taken_on
from payments.entrypoints.sandbox.payments.cancel_request import CancelRequest, console_cancel_request
from payments.entrypoints.sandbox.payments.cancelling import cancelled
from payments.entrypoints.sandbox.payments.channels import CHANNELS, Channel, choose
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.messages import (
    ALREADY_PAID,
    ALREADY_PAID_CODE,
    BUYER_LEFT,
    BUYER_LEFT_EASY_PAY,
    NOTHING_TO_CANCEL,
)
from payments.entrypoints.sandbox.payments.opening import WindowRequest, ready_row
from payments.entrypoints.sandbox.payments.paying import PaymentDetails
from payments.entrypoints.sandbox.payments.prepared import Prepared
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.payments.rows import Notice, Rows
from payments.entrypoints.sandbox.payments.strict_pgs import window_refusal


@attrs.define
class Book(Rows):
    """The payments, and what happens to them."""

    clock: Clock = attrs.field(factory=Clock)
    ids: Ids = attrs.field(factory=Ids)
    guesses: Guesses = attrs.field(factory=Guesses)
    channels: tuple[Channel, ...] = CHANNELS
    shop_name: str = "샌드박스 상점"
    prepared: Prepared = attrs.field(default=attrs.Factory(lambda self: Prepared(self.guesses), takes_self=True))
    receipts_at: str = ""
    """Where `receipt_url`s begin."""
    cancels_take: int = 0
    """Seconds from the moment a cancel is taken on until it is executed; 0: at once."""
    account_lapsed: Callable[[PaymentRow], object] = lambda _: None
    """Called with a V2 payment whose account's deadline has passed."""
    _deadlines: list[tuple[int, str]] = attrs.field(factory=list, init=False)

    def create(self, request: WindowRequest, channel: Channel, prefix: str) -> PaymentRow:
        """Store a new ready payment under an imp_uid of its own."""
        imp_uid = self.ids.imp_uid(prefix)
        while imp_uid in self.past:
            imp_uid = self.ids.imp_uid(prefix)
        return self.insert(ready_row(request, channel, imp_uid, order=len(self.past), now=self.clock.now()))

    def _index(self, row: PaymentRow) -> None:
        super()._index(row)
        if row.awaits_deposit:
            self.watch_deadline(row)
        for work in row.hidden.at_work:
            self._watch(work.at, row)

    # opening

    def open(self, request: WindowRequest, *, enforce_prepare: bool = True) -> PaymentRow:
        """Return a new ready payment. Raises WindowRefused if no window opens."""
        if self.was_paid(request.merchant_uid):
            raise WindowRefused(ALREADY_PAID_CODE, ALREADY_PAID)
        if enforce_prepare:
            self.prepared.check(request.merchant_uid, request.amount, request.currency)
        channel = choose(self.channels, channel_key=request.channel_key, pg=request.pg)
        if channel is None:
            raise WindowRefused(self.guesses.bad_request_code, "존재하지 않는 channelKey입니다.")
        if self.guesses.pg_limits == "kept" and (why := window_refusal(request, channel.pg_provider)):
            raise WindowRefused(self.guesses.declined_code, self.guesses.pg_limit_text.format(why))
        return self.create(request, channel, "imp")

    # paying

    def approve(self, imp_uid: str, details: PaymentDetails | None = None) -> PaymentRow:
        """The PG approves the window's payment."""
        row = self._open_window(imp_uid)
        if not row.is_v2 and self.guesses.second_window == "refused" and self.was_paid(row.merchant_uid):
            raise WindowRefused(ALREADY_PAID_CODE, ALREADY_PAID)
        return self._paid(row, details or PaymentDetails())

    def approve_late(self, imp_uid: str) -> PaymentRow:
        """The PG approves what it had refused: failed becomes paid, and a webhook says so."""
        return self._paid(self._with_status(imp_uid, "failed", "approved late"), PaymentDetails())

    def _paid(self, row: PaymentRow, details: PaymentDetails) -> PaymentRow:
        row = paying.paid(row, details, self.clock.now(), self.ids, self.guesses)
        return self.store_and_notify(attrs.evolve(row, receipt_url=self.receipt_url(row.imp_uid)))

    def receipt_url(self, imp_uid: str) -> str:
        """Return where a payment's sales slip is shown."""
        return f"{self.receipts_at}/_sandbox/receipts/{imp_uid}"

    def decline(self, imp_uid: str, reason: str) -> PaymentRow:
        """The PG refuses; no webhook reports it."""
        return self.store_as_reported(paying.failed(self._open_window(imp_uid), reason, self.clock.now()))

    def leave(self, imp_uid: str) -> tuple[PaymentRow, str]:
        """The buyer cancels in the window: return the payment and the text that the page gets."""
        row = self._open_window(imp_uid)
        text = BUYER_LEFT if row.pg_provider in paying.FAIL_ON_LEAVING else BUYER_LEFT_EASY_PAY
        return self.store_as_reported(paying.left(row, text, self.clock.now(), self.guesses)), text

    def issue_account(self, imp_uid: str, bank_code: str = "088") -> PaymentRow:
        """The buyer chooses a virtual account: the payment stays `ready` until its deposit."""
        row = self._open_window(imp_uid)
        return self.assign_account(row, bank_code, row.hidden.vbank_due, self.shop_name)

    def assign_account(self, row: PaymentRow, bank_code: str, due: int, holder: str) -> PaymentRow:
        """Give *row* an account that waits for its deposit until *due* (UNIX seconds; 0: 30 days from now)."""
        issued = paying.account_issued(row, bank_code, due, holder, self.clock.now(), self.ids)
        self.watch_deadline(issued)
        return self.store_and_notify(issued)

    def watch_deadline(self, row: PaymentRow) -> None:
        """Check *row* again when the deadline of its account has passed."""
        self._watch(row.vbank_date + 1, row)

    def _watch(self, at: int, row: PaymentRow) -> None:
        heapq.heappush(self._deadlines, (at, row.imp_uid))

    def deposit(self, imp_uid: str) -> PaymentRow:
        """Someone pays into the account."""
        row = self.payment(imp_uid)
        if not row.awaits_deposit:
            raise NotPossible(f"{imp_uid} does not wait for a deposit")
        paid = row.with_status("paid", self.clock.now(), paid_at=self.clock.now())
        return self.store_and_notify(paid, trigger="VIRTUAL_ACCOUNT_DEPOSIT")

    def catch_up(self) -> None:
        """Do what is due by the clock: accounts whose deadline has passed (see Guesses), and cancels at work."""
        now = self.clock.now()
        while self._deadlines and self._deadlines[0][0] <= now:
            _, imp_uid = heapq.heappop(self._deadlines)
            row = self._executed(self.payment(imp_uid), now)
            if row.awaits_deposit and row.vbank_date >= now:
                self.watch_deadline(row)
            elif row.awaits_deposit and row.is_v2:
                self.account_lapsed(row)
            elif row.awaits_deposit and self.guesses.vbank_after_due == "failed":
                self.store(paying.failed(row, self.guesses.vbank_expired_text, now))

    # cancelling

    def cancel(self, request: CancelRequest) -> PaymentRow:
        """Refund as requested by API: return the payment after it. Raises CallRefused if nothing was refunded."""
        row, now = self._to_cancel(request), self.clock.now()
        check_at_work(row, self.guesses)
        if self.cancels_take:
            at = now + self.cancels_take
            self._watch(at, row)
            return self.store(taken_on(row, request, at, self.guesses))
        return self._cancelled(cancelled(row, request, now, self.ids.uuid(), self.guesses), request)

    def _cancelled(self, row: PaymentRow, request: CancelRequest) -> PaymentRow:
        self.store(row)
        if request.enable_webhook:
            self.notify(Notice(row, row.cancel_history[-1].cancellation_id, requested_by_api=True))
        return row

    def finish_cancels(self) -> None:
        """Execute every cancel that is at work now."""
        for row in [row for row in self.all() if row.hidden.at_work]:
            self._executed(row, max(work.at for work in row.hidden.at_work))

    def _executed(self, row: PaymentRow, until: int) -> PaymentRow:
        for work in row.hidden.at_work:
            if work.at <= until:
                after = executed(row, work, min(work.at, self.clock.now()), self.ids.uuid(), self.guesses)
                moved = after.cancel_amount != row.cancel_amount
                row = self._cancelled(after, work.request) if moved else self.store(after)
        return row

    def _to_cancel(self, request: CancelRequest) -> PaymentRow:
        if request.imp_uid:
            found = [row for row in map(self.payment, {request.imp_uid} & self.past.keys()) if not row.is_v2]
        elif request.merchant_uid:
            found = self.by_merchant_uid(request.merchant_uid)
        else:
            http = self.guesses.cancel_without_uid_http
            raise CallRefused(Refusal(http, 1, self.guesses.cancel_without_uid_text))
        if self.guesses.cancel_by_merchant_uid == "paid":
            found.sort(key=lambda row: row.status in ("paid", "cancelled"))
        if not found:
            raise CallRefused(NOTHING_TO_CANCEL)
        return found[0 if self.guesses.cancel_by_merchant_uid == "oldest" else -1]

    def console_cancel(self, imp_uid: str, amount: Decimal | None = None) -> PaymentRow:
        """Refund in the console, which needs no refund account here; its webhook always goes out."""
        row, request = self.payment(imp_uid), console_cancel_request(imp_uid, amount)
        row = cancelled(row, request, self.clock.now(), self.ids.uuid(), self.guesses)
        return self.store_and_notify(row, row.cancel_history[-1].cancellation_id)

    def cancel_at_pg(self, imp_uid: str) -> PaymentRow:
        """The PG refunds by itself (in its admin page, at the end of a test day): Iamport still says paid."""
        row = self._with_status(imp_uid, "paid", "cancelled at the PG")
        return self.store(attrs.evolve(row, hidden=attrs.evolve(row.hidden, cancelled_at_pg=True)))

    # what a move needs

    def _with_status(self, imp_uid: str, status: str, move: str) -> PaymentRow:
        row = self.payment(imp_uid)
        if row.status != status:
            raise NotPossible(f"{imp_uid} is {row.status}; only a {status} payment can be {move}")
        return row

    def _open_window(self, imp_uid: str) -> PaymentRow:
        row = self.payment(imp_uid)
        if row.status != "ready":
            raise NotPossible(f"the window of {imp_uid} is closed: the payment is {row.status}")
        if row.awaits_deposit:
            raise NotPossible(f"the window of {imp_uid} is closed: it has issued a virtual account")
        return row
