"""Cash receipts and one-time passwords, as a shop's server sees them."""

from typing import Any

import pytest
import requests
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Sandbox

PERSON = {"identifier": "010-1234-5678", "identifier_type": "phone", "buyer_name": "홍길동"}


def test_a_payment_gets_one_receipt_at_a_time(shop, sandbox: Sandbox, paid: str) -> None:
    assert shop.get(f"/receipts/{paid}")[0] == 404
    assert shop.call("DELETE", f"/receipts/{paid}")[0] == 400
    made = shop.good("POST", f"/receipts/{paid}", json=PERSON | {"tax_free": 450})
    assert (made["imp_uid"], made["amount"], made["vat"], made["type"]) == (paid, 1000, 50, "person")
    assert (made["applied_at"], made["cancelled_at"]) == (sandbox.clock.now(), 0)
    assert shop.good("GET", f"/receipts/{paid}") == made
    assert sandbox.payment(paid).cash_receipt_issued
    assert shop.post(f"/receipts/{paid}", **PERSON)[0] == 400
    cancelled = shop.good("DELETE", f"/receipts/{paid}")
    assert cancelled == made | {"cancelled_at": sandbox.clock.now()}
    assert not sandbox.payment(paid).cash_receipt_issued
    again = shop.good("POST", f"/receipts/{paid}", data=PERSON | {"type": "company"})
    assert (again["type"], again["apply_num"] != made["apply_num"]) == ("company", True)


@pytest.mark.fact("§2", "documented", "A receipt of a PG that has none is a 501.")
def test_a_receipt_needs_a_paid_payment_of_a_pg_that_issues_them(shop, sandbox: Sandbox) -> None:
    ready, kakao = sandbox.open_window("order-2", 5), sandbox.open_window("order-3", 500, pg="kakaopay")
    sandbox.approve(kakao)
    assert shop.post(f"/receipts/{ready}", **PERSON)[0] == 400
    assert shop.post(f"/receipts/{kakao}", **PERSON)[0] == 501
    assert shop.post("/receipts/imp_none", **PERSON)[0] == 404


@pytest.mark.parametrize(
    "bad", [{"identifier": None}, {"identifier_type": "x"}, {"type": "x"}, {"tax_free": 1001}, {"tax_free": -1}]
)
def test_a_receipt_needs_its_parts(shop, paid: str, bad: dict[str, Any]) -> None:
    assert shop.post(f"/receipts/{paid}", **PERSON | bad)[0] == 400
    cash = {"name": "책", "amount": 1000}
    assert shop.post("/receipts/external/cash-1", **cash | PERSON | bad)[0] == 400


def test_cash_taken_elsewhere_gets_a_receipt_too(shop, sandbox: Sandbox) -> None:
    path, cash = "/receipts/external/cash%2F1", PERSON | {"name": "책", "amount": 1100}
    assert shop.get(path)[0] == shop.call("DELETE", path)[0] == 404
    made = shop.good("POST", path, json=cash)
    assert (made["merchant_uid"], made["vat"], "imp_uid" in made) == ("cash/1", 100, False)
    assert shop.good("GET", path) == made
    assert shop.post(path, **cash)[0] == 400
    assert shop.good("DELETE", path)["cancelled_at"] == sandbox.clock.now()
    for bad in ({"name": None}, {"amount": 0}, {"amount": None}):
        assert shop.post(path, **cash | bad)[0] == 400, bad
    assert shop.post(path, **cash | {"pg": "kakaopay"})[0] == 501


WHO = {"name": "홍길동", "phone": "010-1234-5678", "birth": "900101", "gender_digit": "1", "carrier": "SKT"}


@pytest.mark.fact("§7.1", "documented", "A person can be certified by API, with a one-time password.")
def test_a_person_is_certified_by_the_password_they_were_sent(shop, sandbox: Sandbox) -> None:
    imp_uid = shop.good("POST", "/certifications/otp/request", json=WHO)["imp_uid"]
    path = f"/certifications/otp/confirm/{imp_uid}"
    with requests.get(sandbox.url + "/_sandbox/certifications", timeout=EVENTUALLY) as listed:
        otp = listed.json()[0]["otp"]
    wrong = str((int(otp) + 1) % 10**6).zfill(6)
    assert shop.post(path, otp=wrong)[0] == 400
    assert shop.post(path)[0] == 400
    assert shop.good("GET", f"/certifications/{imp_uid}")["certified"] is False
    done = shop.good("POST", path, json={"otp": otp})
    assert (done["certified"], done["name"], done["phone"]) == (True, "홍길동", "01012345678")
    assert "otp" not in done
    assert shop.post(path, otp=otp)[0] == 400, "once only"
    assert shop.post("/certifications/otp/confirm/imp_none", otp=otp)[0] == 404
    for missing in WHO:
        assert shop.post("/certifications/otp/request", **WHO | {missing: None})[0] == 400, missing
    assert shop.post("/certifications/otp/request", **WHO | {"carrier": "MCI"})[0] == 400


def test_a_check_in_a_window_cannot_be_ended_by_password(shop, sandbox: Sandbox) -> None:
    row = sandbox.certifications.open({})
    assert shop.post(f"/certifications/otp/confirm/{row.imp_uid}", otp="")[0] == 400
    assert shop.post(f"/certifications/otp/confirm/{row.imp_uid}", otp="000000")[0] == 400
