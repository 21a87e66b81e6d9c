"""What a page asks `PortOne` for, and what a person presses in the window: with V2's results."""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.billing.cards import Card
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
KINDS: Final = {"v2_payment": results.PAYMENT, "v2_billing_key": results.ISSUE}
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
            return _opened("billing-keys", self._asked(params).billing_key)
        except WindowRefused as error:
            failure = {"code": error.error_code, "message": error.error_msg}
            if error.error_code == BAD:
                return {"thrown": failure}
            asked = params.get("paymentId")
            result = results.not_opened(KINDS[kind], asked, error.error_code, error.error_msg)
            return {"result": result, "redirect": self.back(url, result)}

    def _asked(self, params: Mapping[str, Any]) -> BillingKey:
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
            )
            portone.keys.keep(key)
            portone.announce("Ready", key)
        return key

    def back(self, url: str, result: dict[str, Any]) -> str | None:
        """Return the address that a redirect goes back to."""
        return results.redirect(url, result, self.sandbox.portone.settings.guesses)

    def press(self, row: PaymentRow, action: str, how: Mapping[str, Any]) -> dict[str, Any]:
        """Do in the window of a payment what a person pressed, and return the page's result."""
        sandbox, guesses = self.sandbox, self.sandbox.portone.settings.guesses
        try:
            if action == "approve":
                return self._of(sandbox.approve(row.imp_uid, **how))
            if action == "issue_vbank":
                return self._of(sandbox.issue_vbank(row.imp_uid, how["bank_code"], how["cash_receipt"]))
            if action == "decline":
                return self._of(sandbox.decline(row.imp_uid, how["reason"]))
            if action == "leave":
                return results.of_payment(sandbox.leave(row.imp_uid)[0], results.left(guesses))
        except WindowRefused as error:
            return results.of_payment(row, {"code": error.error_code, "message": error.error_msg})
        if action == "result":
            return self._of(row)
        raise ValueError(f"a window has no button {action!r}")

    def _of(self, row: PaymentRow) -> dict[str, Any]:
        guesses = self.sandbox.portone.settings.guesses
        if row.status == "failed":
            return results.of_payment(row, results.declined(row.fail_reason or "", guesses))
        is_open = row.status == "ready" and not row.awaits_deposit and row.hidden.portone is not None
        if is_open and row.hidden.portone and not row.hidden.portone.payment_token:
            return results.of_payment(row, results.left(guesses))
        return results.of_payment(row)

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


def _opened(what: str, named: str) -> dict[str, Any]:
    return {"id": named, "url": f"/_sandbox/{what}/{named}"}
