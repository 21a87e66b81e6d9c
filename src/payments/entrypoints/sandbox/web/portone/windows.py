"""What a page asks `PortOne` for, and what a person presses in the window: with V2's results."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.billing.cards import Card
from payments.entrypoints.sandbox.billing.customers import CARD_FIELDS
from payments.entrypoints.sandbox.errors import WindowRefused
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.asking import (
    BAD,
    bare,
    channel_for,
    customer_asked,
    language_of,
    text_of,
    texts,
)
from payments.entrypoints.sandbox.portone.billing.keys import BillingKey
from payments.entrypoints.sandbox.service import DECLINED, Sandbox
from payments.entrypoints.sandbox.web.portone import results

METHODS: Final = ("CARD", "MOBILE", "EASY_PAY", "PAYPAL")
KINDS: Final = {"v2_payment": results.PAYMENT, "v2_billing_key": results.ISSUE, "v2_both": results.BOTH}
TYPED: Final = Card("4092023012341234", "2099-12")
"""The card of whoever presses "pay" in a window."""


@attrs.frozen
class PortOneWindows:
    """The windows of V2 over one sandbox."""

    sandbox: Sandbox

    def open(self, kind: str, params: dict[str, Any], where: dict[str, Any]) -> dict[str, Any]:
        """Open a window for what a page passed: its address, its result if none opens, or an error to be thrown."""
        url = str(params.get("redirectUrl") or "")
        try:
            if kind == "v2_payment":
                return _opened("windows", self.sandbox.portone.request_payment(params, **where).imp_uid)
            if kind == "v2_both":
                return _opened("windows", self._both(params, where).imp_uid)
            return _opened("billing-keys", self._asked(params).billing_key)
        except WindowRefused as error:
            failure = {"code": error.error_code, "message": error.error_msg}
            if error.error_code == BAD:
                return {"thrown": failure}
            asked = params.get("paymentId")
            result = results.not_opened(KINDS[kind], asked, error.error_code, error.error_msg)
            return {"result": result, "redirect": self.back(url, result)}

    def _both(self, params: dict[str, Any], where: dict[str, Any]) -> PaymentRow:
        paying = {"payMethod": params.get("billingKeyAndPayMethod"), **params}
        row = self.sandbox.portone.request_payment(paying, **where)
        self._asked({"billingKeyMethod": paying["payMethod"], **params}, row.imp_uid)
        return row

    def _asked(self, params: Mapping[str, Any], transaction_id: str = "") -> BillingKey:
        method = bare(params.get("billingKeyMethod"))
        if method not in METHODS:
            raise WindowRefused(BAD, f"billingKeyMethod: one of {', '.join(METHODS)}")
        portone, easy = self.sandbox.portone, params.get("easyPay")
        channel = channel_for(params, portone.settings)
        with self.sandbox.lock:
            key = portone.charges.new_key(
                channel,
                method=method,
                easy_pay=bare(easy.get("easyPayProvider")) if isinstance(easy, dict) else "",
                customer=customer_asked(params.get("customer")),
                custom_data=text_of(params.get("customData")),
                issue_id=str(params.get("issueId") or ""),
                issue_name=str(params.get("issueName") or ""),
                notice_urls=texts(params.get("noticeUrls")),
                redirect_url=str(params.get("redirectUrl") or ""),
                language=language_of(params),
                issue_token=portone.book.ids.uuid() if channel.manual else "",
                transaction_id=transaction_id,
            )
            portone.keys.keep(key)
            portone.announce("Ready", key)
        return key

    def back(self, url: str, result: dict[str, Any]) -> str | None:
        """Return the address that a redirect goes back to."""
        return results.redirect(url, result, self.sandbox.portone.settings.guesses)

    def press(self, row: PaymentRow, action: str, how: Mapping[str, Any]) -> dict[str, Any]:
        """Do in the window of a payment what a person pressed, and return the page's result."""
        row, failure = self._pressed(row, action, how)
        key = self.sandbox.portone.keys.of_payment(row.imp_uid)
        if key is None:
            return results.of_payment(row, failure)
        if failure is None and not key.issued_at and not key.issue_token:
            with self.sandbox.lock:
                key = self.sandbox.portone.charges.issued(attrs.evolve(key, **_card_of(row)))
        return results.of_both(row, key, failure)

    def _pressed(
        self, row: PaymentRow, action: str, how: Mapping[str, Any]
    ) -> tuple[PaymentRow, dict[str, str] | None]:
        sandbox = self.sandbox
        actions: dict[str, Callable[[], PaymentRow]] = {
            "approve": lambda: sandbox.approve(row.imp_uid, **how),
            "issue_vbank": lambda: sandbox.issue_vbank(row.imp_uid, how["bank_code"], how["cash_receipt"]),
            "decline": lambda: sandbox.decline(row.imp_uid, how["reason"]),
            "leave": lambda: sandbox.leave(row.imp_uid)[0],
            "result": lambda: row,
        }
        if action not in actions:
            raise ValueError(f"a window has no button {action!r}")
        try:
            after = actions[action]()
        except WindowRefused as error:
            return row, {"code": error.error_code, "message": error.error_msg}
        guesses = sandbox.portone.settings.guesses
        return after, results.left(guesses) if action == "leave" else self._failure(after)

    def _failure(self, row: PaymentRow) -> dict[str, str] | None:
        guesses, facts = self.sandbox.portone.settings.guesses, row.hidden.portone
        if row.status == "failed":
            return results.declined(row.fail_reason or "", guesses)
        is_open = row.status == "ready" and not row.awaits_deposit
        return results.left(guesses) if is_open and facts and not facts.payment_token else None

    def press_key(self, key: BillingKey, action: str, reason: str = "") -> dict[str, Any]:
        """Do in the window of a billing key what a person pressed, and return the page's result."""
        portone, guesses = self.sandbox.portone, self.sandbox.portone.settings.guesses
        with self.sandbox.lock:
            if key.issued_at or key.failed:
                raise WindowRefused("InvalidEntityState", "The window is closed.")
            if action == "approve":
                card = TYPED.shown("TOSSPAYMENTS") if key.method == "CARD" else {}
                chosen = attrs.evolve(key, card=card, expiry=TYPED.expiry if card else "")
                kept = portone.keys.keep(chosen) if key.issue_token else portone.charges.issued(chosen)
                return results.of_key(kept)
            failures = {"decline": results.declined(reason or DECLINED, guesses), "leave": results.left(guesses)}
            if action not in failures:
                raise ValueError(f"a window has no button {action!r}")
            ended = portone.keys.keep(attrs.evolve(key, failed=failures[action]["message"]))
            portone.announce("Failed", ended)
            return results.of_key(ended, failures[action])


def _card_of(row: PaymentRow) -> dict[str, Any]:
    return {"card": {name: getattr(row, name) for name in CARD_FIELDS}, "expiry": TYPED.expiry}


def _opened(what: str, named: str) -> dict[str, Any]:
    return {"id": named, "url": f"/_sandbox/{what}/{named}"}
