"""Identity checks: reading and deleting one, and checking without a window, by a one-time password."""

from payments.entrypoints.sandbox.api.table import Entry
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.call import Call
from payments.entrypoints.sandbox.wire.envelope import Reply

CARRIERS = ("SKT", "KT", "LGT")


def get_certification(sandbox: Sandbox, call: Call) -> Reply:
    """One identity check."""
    return Reply(sandbox.certifications.get(call.path_params["imp_uid"]).shown())


def delete_certification(sandbox: Sandbox, call: Call) -> Reply:
    """Forget one identity check."""
    return Reply(sandbox.certifications.forget(call.path_params["imp_uid"]).shown())


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
    return Reply(sandbox.certifications.answer(call.path_params["imp_uid"], otp).shown())


TABLE = (
    Entry("POST", "/certifications/otp/request", request_otp),
    Entry("POST", "/certifications/otp/confirm/{imp_uid}", confirm_otp),
    Entry("GET", "/certifications/{imp_uid}", get_certification),
    Entry("DELETE", "/certifications/{imp_uid}", delete_certification),
)
