"""Small habits of other people's clients and their tests, which the original is known to bear."""

import logging
import re
from pathlib import Path

import pytest
from support.sandbox import MONTH, NOW, TYPED_CARD, a_schedule_entry

from payments.entrypoints.sandbox import Sandbox

BAD_CARD = "유효하지않은 카드번호를 입력하셨습니다. (card_bin 없음)"
NOBODY = "요청하신 customer_uid(nobody)로 등록된 정보를 찾을 수 없습니다."


@pytest.mark.fact("§2", "observed", "A path that ends with a slash is answered as without it.")
@pytest.mark.parametrize("path", ["/payments/{}/?include_sandbox=true", "/payments/{}//?include_sandbox=true"])
def test_a_slash_at_the_end_of_a_path_changes_nothing(shop, paid: str, path: str) -> None:
    assert shop.good("GET", path.format(paid))["imp_uid"] == paid
    assert shop.good("GET", "/banks/")[0]["code"]


def test_a_call_of_an_unknown_address_is_in_the_journal(shop, sandbox: Sandbox) -> None:
    assert shop.get("/payment/imp_1")[0] == 404
    assert shop.call("PATCH", "/payments/cancel")[0] == 405
    calls = [(call.method, call.path, call.http) for call in list(sandbox.journal.calls)[-2:]]
    assert calls == [("GET", "/payment/imp_1", 404), ("PATCH", "/payments/cancel", 405)]


@pytest.mark.fact("§2", "observed", "Blanks before the names of a form are dropped.")
def test_a_form_with_blanks_before_its_names_is_read(stranger) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = "imp_key=sandbox-key& imp_secret=sandbox-secret"
    assert stranger.good("POST", "/users/getToken", data=body, headers=form)["access_token"]


@pytest.mark.fact("§4.4", "observed", "The payments of a billing key that nobody has are an empty page.")
def test_a_billing_key_that_nobody_has_is_code_1_in_a_200(shop) -> None:
    assert shop.get("/subscribe/customers/nobody") == (200, 1, NOBODY, None)
    assert shop.call("DELETE", "/subscribe/customers/nobody") == (200, 1, NOBODY, None)
    page = shop.good("GET", "/subscribe/customers/nobody/payments")
    assert (page["total"], page["list"]) == (0, [])
    assert shop.get("/subscribe/customers", **{"customer_uid[]": "nobody"})[:2] == (404, 1)


@pytest.mark.fact("§4.4", "observed", "A card number that no company issues is refused before its expiry is looked at.")
@pytest.mark.parametrize("expiry", ["2019-12", "2040-12"])
@pytest.mark.parametrize("number", ["1111-1111-1111-1111", "1111-2222-3333-4444", "1234-1234-1234-1234"])
def test_a_card_that_cannot_exist_is_refused_at_every_door(shop, number: str, expiry: str) -> None:
    card = TYPED_CARD | {"card_number": number, "expiry": expiry}
    once = shop.post("/subscribe/payments/onetime", **card, merchant_uid="o-1", amount=1000)
    key = shop.post("/subscribe/customers/c-1", **card)
    later = shop.post("/subscribe/payments/schedule", **card, customer_uid="c-1", schedules=[a_schedule_entry()])
    for http, code, message, _ in (once, key, later):
        assert (http, code) == (200, -1)
        assert message.endswith(BAD_CARD)


def test_an_unknown_customer_is_noticed_before_a_merchant_uid_that_is_too_long(shop) -> None:
    body = {"customer_uid": "nobody", "merchant_uid": "m" * 50, "amount": 1000}
    assert shop.post("/subscribe/payments/again", **body)[:3] == (200, 1, "등록되지 않은 구매자입니다.")


@pytest.mark.fact("§4.4", "guessed", "A payment by key of what was paid has code 1, or -1: `again_paid_code`.")
@pytest.mark.parametrize("code", [1, -1])
def test_the_code_of_a_merchant_uid_that_was_paid_is_a_guess(shop, sandbox: Sandbox, code: int) -> None:
    sandbox.settings.guesses.again_paid_code = code  # type: ignore[assignment] # both variants
    shop.good("POST", "/subscribe/customers/c-1", json=TYPED_CARD)
    body = {"customer_uid": "c-1", "merchant_uid": "o-1", "amount": 1000}
    assert shop.post("/subscribe/payments/again", **body)[1] == 0
    assert shop.post("/subscribe/payments/again", **body)[:2] == (200, code)


WHO = {"name": "홍길동", "phone": "010-1234-5678", "birth": "880311", "gender_digit": "1", "carrier": "LGT"}


@pytest.mark.fact("§7.1", "observed", "A birth is six digits; the gender digit settles its century.")
@pytest.mark.parametrize(
    ("changes", "birthday", "gender", "foreigner"),
    [
        ({}, "1988-03-11", "male", False),
        ({"birth": "010203", "gender_digit": "4"}, "2001-02-03", "female", False),
        ({"gender_digit": "6"}, "1988-03-11", "female", True),
    ],
)
def test_a_certified_person_is_as_the_resident_number_says(
    shop, sandbox: Sandbox, changes: dict[str, str], birthday: str, gender: str, foreigner: bool
) -> None:
    imp_uid = shop.good("POST", "/certifications/otp/request", json=WHO | changes)["imp_uid"]
    otp = sandbox.certifications.get(imp_uid).otp
    done = shop.good("POST", f"/certifications/otp/confirm/{imp_uid}", json={"otp": otp})
    known = (done["birthday"], done["gender"], done["foreigner"], done["carrier"])
    assert known == (birthday, gender, foreigner, "LGT")


@pytest.mark.parametrize("wrong", [{"birth": "20001010"}, {"birth": "880231"}, {"gender_digit": "x"}])
def test_a_birth_that_is_none_is_refused(shop, wrong: dict[str, str]) -> None:
    assert shop.post("/certifications/otp/request", **WHO | wrong)[0] == 400


def test_a_billing_key_shows_that_it_is_of_the_sandbox(shop) -> None:
    assert shop.good("POST", "/subscribe/customers/c-1", json=TYPED_CARD)["sandbox"] is True


@pytest.mark.parametrize(
    "path", ["/payments/status/all?from={0}&to={1}", "/subscribe/payments/schedule?schedule_from={0}&schedule_to={1}"]
)
def test_a_span_that_ends_before_it_begins_is_refused(shop, path: str) -> None:
    assert shop.get(path.format(NOW, NOW - 1))[0] == 400
    assert shop.get(path.format(NOW - 1, NOW))[0] == 200


@pytest.mark.fact("§4.1", "guessed", "Many payments by id come as asked, or the oldest first: `many_by_id`.")
@pytest.mark.parametrize(("guess", "expected"), [("as asked", [1, 0]), ("oldest first", [0, 1])])
def test_the_order_of_many_payments_by_id_is_a_guess(shop, sandbox: Sandbox, guess: str, expected: list[int]) -> None:
    sandbox.settings.guesses.many_by_id = guess  # type: ignore[assignment] # both variants
    made = [sandbox.open_window(f"order-{number}", 1000) for number in (1, 2)]
    rows = shop.good("GET", "/payments", params={"imp_uid[]": made[::-1]})
    assert [row["imp_uid"] for row in rows] == [made[index] for index in expected]


def test_a_schedule_in_milliseconds_is_taken_and_told_of(shop, sandbox: Sandbox, caplog) -> None:
    shop.good("POST", "/subscribe/customers/c-1", json=TYPED_CARD)
    far = a_schedule_entry("s-1", (NOW + MONTH) * 1000)
    with caplog.at_level(logging.WARNING, "payments.sandbox"):
        shop.good("POST", "/subscribe/payments/schedule", json={"customer_uid": "c-1", "schedules": [far]})
    note = sandbox.journal.of("/subscribe/payments/schedule")[-1].note
    assert "years ahead: it counts seconds, not milliseconds" in note
    assert note in caplog.text
    console = shop.session.get(sandbox.url + "/_sandbox/console").json()
    assert console["calls"][0]["note"] == note
    near = a_schedule_entry("s-2")
    shop.good("POST", "/subscribe/payments/schedule", json={"customer_uid": "c-1", "schedules": [near]})
    assert sandbox.journal.of("/subscribe/payments/schedule")[-1].note == ""


@pytest.mark.parametrize("name", ["sandbox.md", "sandbox.ko.md"])
def test_every_absent_operation_is_listed_and_answers_404(shop, name: str) -> None:
    text = (Path(__file__).parents[4] / "docs" / name).read_text()
    listed = re.findall(r"`(GET|POST|DELETE) (/(?:benepia|cvs|kcpquick|partners|paymentwall|tiers)\S*)`", text)
    assert {path.split("/")[1] for _, path in listed} == {
        "benepia", "cvs", "kcpquick", "partners", "paymentwall", "tiers",
    }  # fmt: skip
    for method, path in listed:
        assert shop.call(method, re.sub(r"\{\w+\}", "x", path))[0] == 404
