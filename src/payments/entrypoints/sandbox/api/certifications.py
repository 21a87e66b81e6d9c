"""Identity checks: reading and deleting one, and checking without a window, by a one-time password."""

import re
from datetime import date
from typing import Any

from payments.entrypoints.sandbox.api.table import Entry
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.call import Call
from payments.entrypoints.sandbox.wire.envelope import Reply
from payments.entrypoints.sandbox.wire.params import Params

CARRIERS = ("SKT", "KT", "LGT")
CENTURIES = {
    "1": 1900,
    "2": 1900,
    "5": 1900,
    "6": 1900,
    "3": 2000,
    "4": 2000,
    "7": 2000,
    "8": 2000,
    "9": 1800,
    "0": 1800,
}
"""The seventh digit of a resident number: the century of the birth; odd is male; 5 to 8 are foreigners."""


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
    asked = {name: body.text(name) for name in ("name", "merchant_uid", "carrier")} | _person(body)
    phone = "".join(digit for digit in body.text("phone") if digit.isdigit())
    return Reply({"imp_uid": sandbox.certifications.request(asked | {"phone": phone}).imp_uid})


def _person(body: Params) -> dict[str, Any]:
    """Read `birth` (YYMMDD) and `gender_digit` together, as a resident number has them."""
    birth, digit = body.text("birth"), body.text("gender_digit")
    if digit not in CENTURIES:
        raise body.refused("gender_digit")
    if not re.fullmatch("[0-9]{6}", birth):
        raise body.refused("birth")
    try:
        birthday = date(CENTURIES[digit] + int(birth[:2]), int(birth[2:4]), int(birth[4:]))
    except ValueError as error:
        raise body.refused("birth") from error
    gender = "male" if int(digit) % 2 else "female"
    return {"birthday": birthday, "gender": gender, "foreigner": digit in "5678"}


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
