"""The window of an identity check: what it shows, and what is pressed in it."""

from typing import Any

from payments.entrypoints.sandbox.extras.certifications import Certification
from payments.entrypoints.sandbox.payments.messages import BUYER_LEFT
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.web import results
from payments.entrypoints.sandbox.web.window_text import words


def page_values(sandbox: Sandbox, row: Certification, language: str) -> dict[str, Any]:
    """Return what the window's template shows."""
    return {"t": words(language), "row": row, "language": language, "shop": sandbox.settings.shop_name}


def press(sandbox: Sandbox, row: Certification, action: str, body: dict[str, Any]) -> dict[str, Any]:
    """Do what a person pressed; return the result that the page gets."""
    result = {"imp_uid": row.imp_uid, "merchant_uid": row.merchant_uid, "pg_provider": row.pg_provider}
    with sandbox.lock:
        if action == "leave":
            left = {"success": False, "error_code": sandbox.settings.guesses.user_cancel_code, "error_msg": BUYER_LEFT}
            return result | left
        if action != "certify":
            raise ValueError(f"a certification window has no button {action!r}")
        name, birthday, phone = (str(body.get(field) or "") for field in ("name", "birthday", "phone"))
        row = sandbox.certifications.confirm(row.imp_uid, name, birthday, phone)
    return result | {"success": True, "pg_type": "certification"}


def back(row: Certification, result: dict[str, Any]) -> str | None:
    """Return the address that a phone is sent back to."""
    return results.redirect(row.m_redirect_url, result)
