"""Identity checks: reading and deleting one by API, its window, and what is pressed in it."""

from typing import Any

from payments.entrypoints.sandbox.api.table import Entry
from payments.entrypoints.sandbox.extras.certifications import Certification
from payments.entrypoints.sandbox.payments.messages import BUYER_LEFT
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.web import results
from payments.entrypoints.sandbox.web.window_text import words
from payments.entrypoints.sandbox.wire.wire import Call, Reply

CARRIERS = ("SKT", "KT", "LGT")


def get_certification(sandbox: Sandbox, call: Call) -> Reply:
    """One identity check."""
    return Reply(sandbox.certifications.get(call.places["imp_uid"]).shown())


def delete_certification(sandbox: Sandbox, call: Call) -> Reply:
    """Forget one identity check."""
    return Reply(sandbox.certifications.forget(call.places["imp_uid"]).shown())


def request_otp(sandbox: Sandbox, call: Call) -> Reply:
    """Begin an identity check: the carrier texts a password (see `/_sandbox/certifications`)."""
    body = call.body
    for name in ("name", "phone", "birth", "gender_digit", "carrier"):
        body.text(name, required=True)
    if body.text("carrier") not in CARRIERS:
        raise body.refused("carrier")
    asked = {name: body.text(name) for name in ("name", "birth", "merchant_uid")}
    phone = "".join(digit for digit in body.text("phone") if digit.isdigit())
    return Reply({"imp_uid": sandbox.certifications.request(asked | {"phone": phone}).imp_uid})


def confirm_otp(sandbox: Sandbox, call: Call) -> Reply:
    """End it with the password: who the person is."""
    otp = call.body.text("otp", required=True)
    return Reply(sandbox.certifications.answer(call.places["imp_uid"], otp).shown())


TABLE = (
    Entry("POST", "/certifications/otp/request", request_otp),
    Entry("POST", "/certifications/otp/confirm/{imp_uid}", confirm_otp),
    Entry("GET", "/certifications/{imp_uid}", get_certification),
    Entry("DELETE", "/certifications/{imp_uid}", delete_certification),
)


def page_values(sandbox: Sandbox, row: Certification, language: str) -> dict[str, Any]:
    """Return what the window's template shows."""
    return {"t": words(language), "row": row, "language": language, "shop": sandbox.settings.shop_name}


def press(sandbox: Sandbox, row: Certification, action: str, body: dict[str, Any]) -> dict[str, Any]:
    """Do what a person pressed; return what the page hears."""
    told = {"imp_uid": row.imp_uid, "merchant_uid": row.merchant_uid, "pg_provider": row.pg_provider}
    with sandbox.lock:
        if action == "leave":
            left = {"success": False, "error_code": sandbox.settings.guesses.user_cancel_code, "error_msg": BUYER_LEFT}
            return told | left
        if action != "certify":
            raise ValueError(f"a certification window has no button {action!r}")
        name, birthday, phone = (str(body.get(field) or "") for field in ("name", "birthday", "phone"))
        row = sandbox.certifications.confirm(row.imp_uid, name, birthday, phone)
    return told | {"success": True, "pg_type": "certification"}


def back(row: Certification, result: dict[str, Any]) -> str | None:
    """Return where a phone goes."""
    return results.redirect(row.m_redirect_url, result)
