"""Book: the payments of one store as Iamport sees them; in memory, pure but for its clock and seed, no I/O.

opening     `open`: what `IMP.request_pay` does at the server before a window shows
paying      `approve`, `decline`, `issue_account`, `leave`, `deposit`, `approve_late`
cancelling  `cancel` (API), `console_cancel`, `cancel_at_pg`
looking     `payment`, `by_merchant_uid`, `with_status`; virtual accounts by API are in `accounts`
"""

import heapq
from collections.abc import Callable, Iterable
from decimal import Decimal

import attrs

from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments import paying
from payments.entrypoints.sandbox.payments.cancelling import CancelAsk, cancelled
from payments.entrypoints.sandbox.payments.channels import CHANNELS, Channel, choose
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.messages import (
    ALREADY_PAID,
    ALREADY_PAID_CODE,
    BUYER_LEFT,
    BUYER_LEFT_EASY_PAY,
    CONSOLE_CANCEL_REASON,
    NO_PAYMENT,
    NOTHING_TO_CANCEL,
    NotPossibleError,
    Refusal,
    RefusedError,
    WindowRefusedError,
)
from payments.entrypoints.sandbox.payments.opening import WindowAsk
from payments.entrypoints.sandbox.payments.paying import How
from payments.entrypoints.sandbox.payments.prepared import Prepared
from payments.entrypoints.sandbox.payments.row import Behind, PaymentRow


@attrs.frozen
class Notice:
    """Something a webhook tells: the row as it stood then, and the cancellation if it is one."""

    row: PaymentRow
    cancellation_id: str | None = None
    asked_by_api: bool = False
    """A cancel with `enable_webhook`: goes to the console's URL, and only for payments that had a webhook before."""


@attrs.define
class Book:
    """The rows, newest state in `payment`, all their states in `past`; `notify` hears what webhooks tell."""

    clock: Clock = attrs.field(factory=Clock)
    ids: Ids = attrs.field(factory=Ids)
    guesses: Guesses = attrs.field(factory=Guesses)
    channels: tuple[Channel, ...] = CHANNELS
    shop_name: str = "샌드박스 상점"
    notify: Callable[[Notice], None] = lambda _: None
    receipts_at: str = ""
    """Where `receipt_url`s begin."""
    prepared: Prepared = attrs.field(init=False)
    past: dict[str, list[PaymentRow]] = attrs.field(factory=dict, init=False)
    _by_merchant: dict[str, list[str]] = attrs.field(factory=dict, init=False)
    _due: list[tuple[int, str]] = attrs.field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        self.prepared = Prepared(self.guesses)

    # looking

    def payment(self, imp_uid: str) -> PaymentRow:
        """Return the row as it stands; RefusedError (404) if there is none."""
        if imp_uid not in self.past:
            raise RefusedError(NO_PAYMENT)
        return self.past[imp_uid][-1]

    def rows(self) -> Iterable[PaymentRow]:
        """Return every row, oldest first."""
        return (states[-1] for states in self.past.values())

    def by_merchant_uid(self, merchant_uid: str, status: str = "all") -> list[PaymentRow]:
        """Return the rows under *merchant_uid* that have *status*, oldest first."""
        rows = [self.past[imp_uid][-1] for imp_uid in self._by_merchant.get(merchant_uid, [])]
        return [row for row in rows if status in ("all", row.status)]

    def with_status(self, status: str) -> list[PaymentRow]:
        """Return all rows of *status*, or every one for `all`."""
        return [row for row in self.rows() if status in ("all", row.status)]

    def was_paid(self, merchant_uid: str) -> bool:
        """Whether the merchant_uid is burnt: once paid, never again, also after a refund."""
        return any(row.paid_at for row in self.by_merchant_uid(merchant_uid))

    # opening

    def open(self, ask: WindowAsk, *, enforce_prepare: bool = True) -> PaymentRow:
        """Return a new ready row; WindowRefusedError where no window opens."""
        if self.was_paid(ask.merchant_uid):
            raise WindowRefusedError(ALREADY_PAID_CODE, ALREADY_PAID)
        if enforce_prepare:
            self.prepared.check(ask.merchant_uid, ask.amount, ask.currency)
        channel = choose(self.channels, channel_key=ask.channel_key, pg=ask.pg)
        if channel is None:
            raise WindowRefusedError(self.guesses.bad_request_code, "존재하지 않는 channelKey입니다.")
        return self.add(ask, channel, "imp")

    def add(self, ask: WindowAsk, channel: Channel, prefix: str) -> PaymentRow:
        """Keep a new ready row under an imp_uid of its own."""
        now = self.clock.now()
        imp_uid = self.ids.imp_uid(prefix)
        while imp_uid in self.past:
            imp_uid = self.ids.imp_uid(prefix)
        row = PaymentRow(
            imp_uid=imp_uid,
            merchant_uid=ask.merchant_uid,
            amount=ask.amount,
            channel=ask.channel,
            pg_provider=channel.pg_provider,
            pg_id=channel.pg_id,
            name=ask.name,
            currency=ask.currency,
            escrow=ask.escrow,
            custom_data=ask.custom_data,
            user_agent=ask.user_agent,
            started_at=now,
            customer_uid=ask.customer_uid,
            **ask.buyer,
            behind=self._behind(ask, now),
        )
        return self.adopt(row)

    def adopt(self, row: PaymentRow) -> PaymentRow:
        """Keep a row that is new to the book."""
        self._by_merchant.setdefault(row.merchant_uid, []).append(row.imp_uid)
        if row.awaits_deposit:
            self.watch(row)
        return self.keep(row)

    def _behind(self, ask: WindowAsk, now: int) -> Behind:
        return Behind(
            order=len(self.past),
            updated_at=now,
            notice_urls=ask.notice_urls,
            confirm_url=ask.confirm_url,
            m_redirect_url=ask.m_redirect_url,
            language=ask.language,
            asked_method=ask.pay_method,
            vbank_due=ask.vbank_due,
            tax_free=ask.tax_free,
            vat_amount=ask.vat_amount,
        )

    def keep(self, row: PaymentRow) -> PaymentRow:
        """Store *row* as the newest state of its payment and return it."""
        states = self.past.setdefault(row.imp_uid, [])
        if not states or states[-1] is not row:
            states.append(row)
        return row

    # paying

    def approve(self, imp_uid: str, how: How | None = None) -> PaymentRow:
        """The PG approves the window's payment."""
        row = self._open_window(imp_uid)
        if self.guesses.second_window == "refused" and self.was_paid(row.merchant_uid):
            raise WindowRefusedError(ALREADY_PAID_CODE, ALREADY_PAID)
        return self._take(row, how or How())

    def approve_late(self, imp_uid: str) -> PaymentRow:
        """The PG approves what it had refused: failed becomes paid, and a webhook says so."""
        row = self._in(imp_uid, "failed", "only a failed payment can be approved late")
        return self._take(row, How())

    def _take(self, row: PaymentRow, how: How) -> PaymentRow:
        row = paying.paid(row, how, self.clock.now(), self.ids, self.guesses)
        return self.tell(attrs.evolve(row, receipt_url=self.receipt_url(row.imp_uid)))

    def receipt_url(self, imp_uid: str) -> str:
        """Return where a payment's sales slip is shown."""
        return f"{self.receipts_at}/_sandbox/receipts/{imp_uid}"

    def decline(self, imp_uid: str, reason: str) -> PaymentRow:
        """The PG refuses; no webhook ever tells."""
        return self.keep(paying.failed(self._open_window(imp_uid), reason, self.clock.now()))

    def leave(self, imp_uid: str) -> tuple[PaymentRow, str]:
        """The buyer cancels in the window: return the row and the text the page gets."""
        row = self._open_window(imp_uid)
        text = BUYER_LEFT if row.pg_provider in paying.FAIL_ON_LEAVING else BUYER_LEFT_EASY_PAY
        return self.keep(paying.left(row, text, self.clock.now(), self.guesses)), text

    def issue_account(self, imp_uid: str, bank_code: str = "088") -> PaymentRow:
        """The buyer chose a virtual account: it waits, `ready`, for its deposit."""
        row = self._open_window(imp_uid)
        return self.issue(row, bank_code, row.behind.vbank_due, self.shop_name)

    def issue(self, row: PaymentRow, bank_code: str, due: int, holder: str) -> PaymentRow:
        """Give *row* an account that waits for its deposit until *due* (0: 30 days)."""
        issued = paying.account_issued(row, bank_code, due, holder, self.clock.now(), self.ids)
        self.watch(issued)
        return self.tell(issued)

    def watch(self, row: PaymentRow) -> None:
        """Look at *row* again when its account's deadline has passed."""
        heapq.heappush(self._due, (row.vbank_date, row.imp_uid))

    def deposit(self, imp_uid: str) -> PaymentRow:
        """Someone pays into the account."""
        row = self._awaiting(imp_uid)
        return self.tell(row.with_status("paid", self.clock.now(), paid_at=self.clock.now()))

    def catch_up(self) -> None:
        """Do what has fallen due by the clock: accounts whose deadline passed (see Guesses)."""
        now = self.clock.now()
        while self._due and self._due[0][0] < now:
            _, imp_uid = heapq.heappop(self._due)
            row = self.payment(imp_uid)
            if row.awaits_deposit and row.vbank_date >= now:
                self.watch(row)
            elif row.awaits_deposit and self.guesses.vbank_after_due == "failed":
                self.keep(paying.failed(row, self.guesses.vbank_expired_text, now))

    # cancelling

    def cancel(self, ask: CancelAsk) -> PaymentRow:
        """Give money back as asked by API: the row after it; RefusedError where nothing was given back."""
        row = cancelled(self._to_cancel(ask), ask, self.clock.now(), self.ids.uuid(), self.guesses)
        self.keep(row)
        if ask.enable_webhook:
            self.notify(Notice(row, row.cancel_history[-1].cancellation_id, asked_by_api=True))
        return row

    def _to_cancel(self, ask: CancelAsk) -> PaymentRow:
        if ask.imp_uid:
            found = [self.past[ask.imp_uid][-1]] if ask.imp_uid in self.past else []
        elif ask.merchant_uid:
            found = self.by_merchant_uid(ask.merchant_uid)
        else:
            http = self.guesses.cancel_without_uid_http
            raise RefusedError(Refusal(http, 1, self.guesses.cancel_without_uid_text))
        if self.guesses.cancel_by_merchant_uid == "paid":
            found.sort(key=lambda row: row.status in ("paid", "cancelled"))
        if not found:
            raise RefusedError(NOTHING_TO_CANCEL)
        return found[0 if self.guesses.cancel_by_merchant_uid == "oldest" else -1]

    def console_cancel(self, imp_uid: str, amount: Decimal | None = None) -> PaymentRow:
        """Give money back from the console, which needs no refund account here; its webhook always goes out."""
        row = self.payment(imp_uid)
        ask = CancelAsk(
            imp_uid=imp_uid,
            amount=amount,
            reason=CONSOLE_CANCEL_REASON,
            tax_free=Decimal(0),
            vat_amount=Decimal(0),
            refund_holder="console",
            refund_bank="088",
            refund_account="0",
            refund_tel="0",
        )
        row = cancelled(row, ask, self.clock.now(), self.ids.uuid(), self.guesses)
        return self.tell(row, row.cancel_history[-1].cancellation_id)

    def cancel_at_pg(self, imp_uid: str) -> PaymentRow:
        """The PG gives the money back by itself (its admin page, the end of a test day): PortOne stays paid."""
        row = self._in(imp_uid, "paid", "only a paid payment can be cancelled at the PG")
        return self.keep(attrs.evolve(row, behind=attrs.evolve(row.behind, cancelled_at_pg=True)))

    def tell(self, row: PaymentRow, cancellation_id: str | None = None) -> PaymentRow:
        """Store *row* and let webhooks tell of it."""
        self.keep(row)
        self.notify(Notice(row, cancellation_id))
        return row

    # states that a move needs

    def _in(self, imp_uid: str, status: str, sentence: str) -> PaymentRow:
        row = self.payment(imp_uid)
        if row.status != status:
            raise NotPossibleError(f"{sentence}; {imp_uid} is {row.status}")
        return row

    def _open_window(self, imp_uid: str) -> PaymentRow:
        row = self._in(imp_uid, "ready", "the window is no longer open")
        if row.awaits_deposit:
            raise NotPossibleError(f"the window of {imp_uid} is over: it has issued an account")
        return row

    def _awaiting(self, imp_uid: str) -> PaymentRow:
        row = self.payment(imp_uid)
        if not row.awaits_deposit:
            raise NotPossibleError(f"{imp_uid} does not wait for a deposit")
        return row
