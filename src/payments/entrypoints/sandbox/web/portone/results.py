"""The result of a V2 window: the value of the page's promise, and the address that a redirect goes back to."""

import re
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.billing.keys import BillingKey
from payments.entrypoints.sandbox.portone_guesses import PortOneGuesses

SCRIPTS: Final = ("javascript", "data", "vbscript", "blob", "file")
PAYMENT: Final = "PAYMENT"
ISSUE: Final = "ISSUE_BILLING_KEY"
BOTH: Final = "ISSUE_BILLING_KEY_AND_PAY"
UNCONFIRMED: Final = "NEEDS_CONFIRMATION"
FAILURE: Final = ("code", "message", "pgCode", "pgMessage")


def of_payment(row: PaymentRow, failure: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the result of a payment's window; a *failure* has the code and message of one that was not paid."""
    result = {"transactionType": PAYMENT, "txId": row.imp_uid, "paymentId": row.merchant_uid, **(failure or {})}
    token = row.hidden.portone.payment_token if row.hidden.portone else ""
    return result | ({"paymentToken": token} if token and not failure else {})


def of_key(key: BillingKey, failure: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the result of a billing key's window."""
    billing_key = UNCONFIRMED if key.issue_token and not key.issued_at else key.billing_key
    result = {"transactionType": ISSUE, "billingKey": "" if failure else billing_key, **(failure or {})}
    return result | ({"billingIssueToken": key.issue_token} if key.issue_token and not failure else {})


def of_both(row: PaymentRow, key: BillingKey, failure: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the result of a window that issues a key and pays with it."""
    paid = {name: value for name, value in of_payment(row, failure).items() if name != "paymentToken"}
    return {**of_key(key, failure), **paid, "transactionType": BOTH}


def not_opened(kind: str, asked: Any, code: str, text: str) -> dict[str, Any]:
    """Return the result of a window that did not open: no transaction was made."""
    payment = {"txId": "", "paymentId": asked if isinstance(asked, str) else ""}
    named = {PAYMENT: payment, ISSUE: {"billingKey": ""}}.get(kind, {"billingKey": "", **payment})
    return {"transactionType": kind, **named, "code": code, "message": text}


def declined(reason: str, guesses: PortOneGuesses) -> dict[str, str]:
    """Return the failure of an approval that was refused."""
    pg = {"pgCode": guesses.declined_pg_code, "pgMessage": reason}
    return {"code": guesses.failed_code, "message": f"[{guesses.declined_pg_code}] {reason}", **pg}


def left(guesses: PortOneGuesses) -> dict[str, str]:
    """Return the failure of a window that the buyer left."""
    pg = {"pgCode": guesses.left_pg_code, "pgMessage": guesses.left_text}
    return {"code": guesses.failed_code, "message": f"[{guesses.left_pg_code}] {guesses.left_text}", **pg}


def redirect(url: str, result: dict[str, Any], guesses: PortOneGuesses) -> str | None:
    """Return *url* with the result in its query, or None if it is no address to go to."""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url):
        return None
    parts = urlsplit(url)
    if parts.scheme.lower() in SCRIPTS:
        return None
    shown = result
    if guesses.redirect_query == "id and failure":
        shown = {name: value for name, value in result.items() if name in ("paymentId", "billingKey", *FAILURE)}
    query = [
        *parse_qsl(parts.query, keep_blank_values=True),
        *((name, str(text)) for name, text in shown.items() if text),
    ]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), parts.fragment))
