"""The result of a window: the object for the page's callback, legacy or new, and the address a phone returns to."""

import re
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from payments.entrypoints.sandbox.errors import WindowRefused
from payments.entrypoints.sandbox.payments.channels import NEW_SHAPE_PGS
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.settings import SandboxSettings

LEGACY_FIELDS: Final = (
    "imp_uid merchant_uid pay_method name pg_provider emb_pg_provider pg_tid buyer_name buyer_email buyer_tel"
    " buyer_addr buyer_postcode custom_data status paid_at receipt_url apply_num bank_name card_name card_number"
    " card_quota currency vbank_num vbank_name vbank_holder vbank_date"
).split()
SCRIPTS: Final = ("javascript", "data", "vbscript", "blob", "file")


def is_new(pg_provider: str, settings: SandboxSettings) -> bool:
    """Whether a page gets the new, four-field result."""
    return settings.result_shape == "new" or (settings.result_shape == "auto" and pg_provider in NEW_SHAPE_PGS)


def succeeded(row: PaymentRow, settings: SandboxSettings) -> dict[str, Any]:
    """Return the result of an approval, or of an account that was issued."""
    if is_new(row.pg_provider, settings):
        return {"imp_uid": row.imp_uid, "merchant_uid": row.merchant_uid}
    shown = {name: getattr(row, name) for name in LEGACY_FIELDS}
    return {"success": True, "pg_type": "payment", "paid_amount": row.amount, **shown}


def failed(row: PaymentRow, code: str | None, text: str, settings: SandboxSettings) -> dict[str, Any]:
    """Return the result of a refusal or of leaving; a *code* of None leaves `error_code` out."""
    result: dict[str, Any] = {"imp_uid": row.imp_uid, "merchant_uid": row.merchant_uid, "error_msg": text}
    if code is not None:
        result["error_code"] = code
    return (
        result if is_new(row.pg_provider, settings) else {"success": False, "request_id": f"req_{row.imp_uid}"} | result
    )


def not_opened(merchant_uid: Any, refusal: WindowRefused, settings: SandboxSettings) -> dict[str, Any]:
    """Return the result of a window that did not open: `imp_uid` is null."""
    result = {
        "imp_uid": None,
        "merchant_uid": merchant_uid if isinstance(merchant_uid, str) else None,
        "error_code": refusal.error_code,
        "error_msg": refusal.error_msg,
    }
    return result if settings.result_shape == "new" else {"success": False} | result


def of_row(row: PaymentRow, settings: SandboxSettings) -> dict[str, Any]:
    """Return the result of a window that is over, as it stands."""
    if row.status in ("paid", "cancelled") or row.awaits_deposit:
        return succeeded(row, settings)
    guesses = settings.guesses
    return failed(
        row,
        guesses.declined_code if row.status == "failed" else guesses.user_cancel_code,
        row.fail_reason or "",
        settings,
    )


def redirect(m_redirect_url: str, result: dict[str, Any]) -> str | None:
    """Return *m_redirect_url* with the result in its query, or None if it is no address to go to."""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", m_redirect_url):
        return None
    parts = urlsplit(m_redirect_url)
    if parts.scheme.lower() in SCRIPTS:
        return None
    values = {name: result[name] for name in ("imp_uid", "merchant_uid", "error_code", "error_msg") if result.get(name)}
    if "success" in result:
        values["imp_success"] = str(result["success"]).lower()
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *values.items()])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))
