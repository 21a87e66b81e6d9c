"""What nobody has documented: each such choice is a setting, and each setting is seen to decide what a shop meets."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest
import requests
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Guesses, Sandbox, WindowRefused
from payments.entrypoints.sandbox.guesses import variants

OURS = "자체 문구"
CARD = {"card_number": "4092-0230-1234-1234", "expiry": "2030-01", "birth": "500203", "pwd_2digit": "19"}
PERSON = {"identifier": "010-1234-5678", "identifier_type": "phone", "buyer_name": "홍길동"}
WHO = {"name": "홍길동", "phone": "010-1234-5678", "birth": "900101", "gender_digit": "1", "carrier": "SKT"}
END = {"name": "홍길동", "tel": "010", "addr": "서울", "postcode": "06018"}
PARCEL = {"sender": END, "receiver": END, "logis": {"company": "LOGEN", "invoice": "1", "sent_at": 1_700_000_000}}
NOW = 1_700_000_000

Answer = tuple[int, int, str | None, Any]
Act = Callable[[Sandbox, Any], Answer]


def buy(sandbox: Sandbox, merchant_uid: str = "g-1", **params: Any) -> str:
    imp_uid = sandbox.open_window(merchant_uid, 1000, **params)
    sandbox.approve(imp_uid)
    return imp_uid


def cancel(**changes: Any) -> Act:
    """Buy with what a window takes, then cancel with the rest."""
    params = {name: changes.pop(name) for name in ("pg", "escrow", "tax_free_of_it") if name in changes}
    params |= {"tax_free": params.pop("tax_free_of_it")} if "tax_free_of_it" in params else {}
    return lambda sandbox, shop: shop.post("/payments/cancel", imp_uid=buy(sandbox, **params), **changes)


def portone_refuses_too_much(sandbox: Sandbox, shop: Any) -> Answer:
    sandbox.settings.guesses.cancel_too_much = "portone"
    return cancel(amount=1001)(sandbox, shop)


def refund_without_account(sandbox: Sandbox, shop: Any) -> Answer:
    imp_uid = sandbox.open_window("g-1", 1000)
    sandbox.issue_vbank(imp_uid)
    sandbox.deposit(imp_uid)
    return shop.post("/payments/cancel", imp_uid=imp_uid)


def expired_card(_: Sandbox, shop: Any) -> Answer:
    return shop.post("/subscribe/customers/c-1", **CARD | {"expiry": "2023-10"})


def schedule(shop: Any, at: int) -> Answer:
    entry = {"merchant_uid": "s-1", "schedule_at": at, "amount": 100}
    return shop.post("/subscribe/payments/schedule", customer_uid="c-1", schedules=[entry], **CARD)


def scheduled_twice(_: Sandbox, shop: Any) -> Answer:
    schedule(shop, NOW + 9)
    return schedule(shop, NOW + 9)


def moved_too_late(_: Sandbox, shop: Any) -> Answer:
    schedule(shop, NOW + 9)
    shop.post("/subscribe/payments/unschedule", customer_uid="c-1")
    return shop.call("PUT", "/subscribe/payments/schedule/s-1", json={"schedule_at": NOW + 99})


def retried_too_early(_: Sandbox, shop: Any) -> Answer:
    schedule(shop, NOW + 9)
    return shop.post("/subscribe/payments/schedule/s-1/retry")


def second_receipt(sandbox: Sandbox, shop: Any) -> Answer:
    path = f"/receipts/{buy(sandbox)}"
    shop.post(path, **PERSON)
    return shop.post(path, **PERSON)


def second_parcel(sandbox: Sandbox, shop: Any) -> Answer:
    path = f"/escrows/logis/{buy(sandbox, escrow=True)}"
    shop.post(path, **PARCEL)
    return shop.post(path, **PARCEL)


def wrong_password(_: Sandbox, shop: Any) -> Answer:
    imp_uid = shop.good("POST", "/certifications/otp/request", json=WHO)["imp_uid"]
    return shop.post(f"/certifications/otp/confirm/{imp_uid}", otp="none")


def password_of_a_window(sandbox: Sandbox, shop: Any) -> Answer:
    return shop.post(f"/certifications/otp/confirm/{sandbox.certifications.open({}).imp_uid}", otp="1")


@pytest.mark.parametrize(
    ("wording", "http", "code", "act"),
    [
        pytest.param(
            "checksum_text",
            200,
            1,
            cancel(checksum=1),
            marks=pytest.mark.fact("§4.2", "guessed", "The words for a wrong checksum: `checksum_text`."),
        ),
        pytest.param(
            "cancel_too_much_text",
            200,
            1,
            portone_refuses_too_much,
            marks=pytest.mark.fact("§4.2", "guessed", "The words if PortOne sees the excess: `cancel_too_much_text`."),
        ),
        pytest.param(
            "cancel_without_uid_text",
            400,
            1,
            lambda _, shop: shop.post("/payments/cancel"),
            marks=pytest.mark.fact("§4.2", "guessed", "All words of a cancel of nothing: `cancel_without_uid_text`."),
        ),
        pytest.param(
            "refund_account_text",
            200,
            1,
            refund_without_account,
            marks=pytest.mark.fact("§4.2", "guessed", "The words for a missing account: `refund_account_text`."),
        ),
        pytest.param(
            "cancel_part_text",
            200,
            -1,
            cancel(amount=1, escrow=True),
            marks=pytest.mark.fact("§4.2", "guessed", "The words where no part may be cancelled: `cancel_part_text`."),
        ),
        pytest.param(
            "tax_free_text",
            200,
            -1,
            cancel(pg="kcp", tax_free_of_it=300),
            marks=pytest.mark.fact("§4.2", "guessed", "The words for tax parts that do not fit: `tax_free_text`."),
        ),
        pytest.param(
            "vbank_refused_text",
            400,
            -1,
            lambda sandbox, shop: shop.call("DELETE", f"/vbanks/{buy(sandbox)}"),
            marks=pytest.mark.fact("§4.3", "guessed", "The words where no account waits: `vbank_refused_text`."),
        ),
        pytest.param(
            "card_expired_text",
            200,
            -1,
            expired_card,
            marks=pytest.mark.fact("§4.4", "guessed", "The words for a card past its month: `card_expired_text`."),
        ),
        pytest.param(
            "schedule_past_text",
            200,
            1,
            lambda _, shop: schedule(shop, NOW - 1),
            marks=pytest.mark.fact("§4.4", "guessed", "The words for a moment that is over: `schedule_past_text`."),
        ),
        pytest.param(
            "schedule_taken_text",
            200,
            1,
            scheduled_twice,
            marks=pytest.mark.fact("§4.4", "guessed", "An order is scheduled once: `schedule_taken_text`."),
        ),
        pytest.param(
            "schedule_unknown_text",
            404,
            -1,
            lambda _, shop: shop.get("/subscribe/payments/schedule/none"),
            marks=pytest.mark.fact("§4.4", "guessed", "The words for no such schedule: `schedule_unknown_text`."),
        ),
        pytest.param(
            "schedule_over_text",
            400,
            -1,
            moved_too_late,
            marks=pytest.mark.fact("§4.4", "guessed", "Only what waits can be moved: `schedule_over_text`."),
        ),
        pytest.param(
            "schedule_not_failed_text",
            400,
            -1,
            retried_too_early,
            marks=pytest.mark.fact("§4.4", "guessed", "Only what failed is retried: `schedule_not_failed_text`."),
        ),
        pytest.param(
            "pg_lacks_text",
            501,
            -1,
            lambda sandbox, shop: shop.post(f"/receipts/{buy(sandbox, pg='kakaopay')}", **PERSON),
            marks=pytest.mark.fact("§2", "guessed", "The words where a PG lacks a feature: `pg_lacks_text`."),
        ),
        pytest.param(
            "receipt_unpaid_text",
            400,
            -1,
            lambda sandbox, shop: shop.post(f"/receipts/{sandbox.open_window('g-1', 5)}", **PERSON),
            marks=pytest.mark.fact("§2", "guessed", "No receipt before the payment: `receipt_unpaid_text`."),
        ),
        pytest.param(
            "receipt_issued_text",
            400,
            -1,
            second_receipt,
            marks=pytest.mark.fact("§2", "guessed", "One receipt at a time: `receipt_issued_text`."),
        ),
        pytest.param(
            "receipt_none_text",
            404,
            -1,
            lambda sandbox, shop: shop.get(f"/receipts/{buy(sandbox)}"),
            marks=pytest.mark.fact("§2", "guessed", "The words where no receipt is: `receipt_none_text`."),
        ),
        pytest.param(
            "escrow_none_text",
            409,
            -1,
            lambda sandbox, shop: shop.post(f"/escrows/logis/{buy(sandbox)}", **PARCEL),
            marks=pytest.mark.fact("§2", "guessed", "A parcel needs an escrow payment: `escrow_none_text`."),
        ),
        pytest.param(
            "escrow_registered_text",
            409,
            -1,
            second_parcel,
            marks=pytest.mark.fact("§2", "guessed", "A parcel is registered once: `escrow_registered_text`."),
        ),
        pytest.param(
            "escrow_unregistered_text",
            409,
            -1,
            lambda sandbox, shop: shop.get(f"/escrows/logis/{buy(sandbox, escrow=True)}"),
            marks=pytest.mark.fact("§2", "guessed", "The words where no parcel is: `escrow_unregistered_text`."),
        ),
        pytest.param(
            "naver_failed_text",
            500,
            -1,
            lambda sandbox, shop: shop.post(f"/payments/{buy(sandbox, pg='naverco')}/naver/approve-return"),
            marks=pytest.mark.fact("§2", "guessed", "The words where no order took it: `naver_failed_text`."),
        ),
        pytest.param(
            "otp_wrong_text",
            400,
            -1,
            wrong_password,
            marks=pytest.mark.fact("§7.1", "guessed", "The words for a wrong one-time password: `otp_wrong_text`."),
        ),
        pytest.param(
            "otp_over_text",
            400,
            -1,
            password_of_a_window,
            marks=pytest.mark.fact("§7.1", "guessed", "The words where none is asked for: `otp_over_text`."),
        ),
        pytest.param(
            "bad_parameter_text",
            400,
            -1,
            lambda _, shop: shop.post("/payments/prepare", merchant_uid="a"),
            marks=pytest.mark.fact("§2", "guessed", "The words for an unusable parameter: `bad_parameter_text`."),
        ),
        pytest.param(
            "page_beyond_text",
            400,
            -1,
            lambda _, shop: shop.get("/payments/status/all?page=2"),
            marks=pytest.mark.fact("§4.1", "guessed", "The words for a page beyond the data: `page_beyond_text`."),
        ),
        pytest.param(
            "no_route_text",
            404,
            -1,
            lambda _, shop: shop.get("/nowhere"),
            marks=pytest.mark.fact(
                "§2", "guessed", "An address that is none is answered in the envelope: `no_route_text`."
            ),
        ),
    ],
)
def test_a_refusal_nobody_has_seen_has_words_of_ours(
    sandbox: Sandbox, shop: Any, wording: str, http: int, code: int, act: Act
) -> None:
    setattr(sandbox.settings.guesses, wording, OURS)
    answer = act(sandbox, shop)
    assert answer[:2] == (http, code)
    assert str(answer[2]).endswith(OURS)


def pressed(sandbox: Sandbox, action: str, **params: Any) -> dict[str, Any]:
    """Open a window, press a button in it, and return what the page hears."""
    imp_uid = sandbox.open_window("w-1", 1000, **params)
    with requests.post(f"{sandbox.url}/_sandbox/windows/{imp_uid}/{action}", json={}, timeout=EVENTUALLY) as answer:
        result: dict[str, Any] = answer.json()["result"]
    return result


@pytest.mark.fact("§7.3", "guessed", "The code of a refused approval is its own: `declined_code`.")
@pytest.mark.fact("§7.3", "guessed", "Leaving has a code, or none as once seen at inicis: `user_cancel_code`.")
def test_what_a_page_hears_of_a_failure_has_codes_of_ours(sandbox: Sandbox) -> None:
    sandbox.settings.guesses.declined_code = "D1"
    assert pressed(sandbox, "decline")["error_code"] == "D1"
    assert pressed(sandbox, "leave")["error_code"] == "F0099"
    sandbox.settings.guesses.user_cancel_code = None
    assert "error_code" not in pressed(sandbox, "leave")


@pytest.mark.fact("§7.2", "guessed", "A window refused for its parameters has a code of ours: `bad_request_code`.")
@pytest.mark.fact(
    "§3", "guessed", "A mismatch has a code and words of ours: `prepare_mismatch_code`, `prepare_mismatch_text`."
)
@pytest.mark.fact("§3", "guessed", "A registration never ends by itself.")
def test_a_window_that_does_not_open_has_codes_of_ours(sandbox: Sandbox, shop: Any) -> None:
    guesses = sandbox.settings.guesses
    guesses.bad_request_code, guesses.prepare_mismatch_code, guesses.prepare_mismatch_text = "B1", "M1", OURS
    with pytest.raises(WindowRefused, match="B1: amount"):
        sandbox.request_pay({"merchant_uid": "a", "amount": "1000"})
    shop.good("POST", "/payments/prepare", json={"merchant_uid": "a", "amount": 1000})
    sandbox.move_clock(400 * 86_400)
    with pytest.raises(WindowRefused, match=f"M1: {OURS}"):
        sandbox.open_window("a", 999)


@pytest.mark.fact("§3", "documented", "The amount is compared when the window opens, and not later.")
def test_an_amount_registered_after_the_window_opened_stops_nothing(sandbox: Sandbox, shop: Any) -> None:
    imp_uid = sandbox.open_window("a", 1000)
    shop.good("POST", "/payments/prepare", json={"merchant_uid": "a", "amount": 1})
    assert sandbox.approve(imp_uid).status == "paid"


@pytest.mark.fact("§7.3", "observed", "Leaving fails the row at inicis and leaves it ready at others.")
@pytest.mark.fact("§7.3", "guessed", "Which PGs do what is not told: `row_after_leaving`.")
def test_what_leaving_does_to_the_row_is_a_guess(sandbox: Sandbox) -> None:
    pgs = ("html5_inicis", "kakaopay")
    for guess, expected in (("by pg", ["failed", "ready"]), ("ready", ["ready"] * 2), ("failed", ["failed"] * 2)):
        sandbox.settings.guesses.row_after_leaving = guess
        assert [sandbox.leave(sandbox.open_window("w", 1000, pg=pg))[0].status for pg in pgs] == expected


@pytest.mark.fact("§5", "observed", "An easy pay inside a PG's window answers `card` and names the brand beside it.")
@pytest.mark.fact("§5", "guessed", "It may answer the brand or `point` instead: `easy_pay_method`.")
def test_the_method_of_an_easy_pay_is_a_guess(sandbox: Sandbox) -> None:
    for guess, method in (("card", "card"), ("brand", "samsung"), ("point", "point")):
        sandbox.settings.guesses.easy_pay_method = guess
        row = sandbox.approve(sandbox.open_window(f"e-{guess}", 1000), "samsungpay")
        assert (row.pay_method, row.emb_pg_provider) == (method, "samsungpay")


@pytest.mark.fact("§4.3", "guessed", "Who may change an issued account, any PG or Hecto alone: `vbank_change`.")
@pytest.mark.fact("§4.3", "guessed", "The fail reason of a revoked account: `vbank_revoked_text`.")
@pytest.mark.fact("§5.1", "guessed", "The fail reason of an expired account, if it fails: `vbank_expired_text`.")
def test_what_becomes_of_an_account_is_told_in_words_of_ours(sandbox: Sandbox, shop: Any) -> None:
    guesses = sandbox.settings.guesses
    guesses.vbank_change, guesses.vbank_revoked_text, guesses.vbank_expired_text = "settle only", "말소", "만료"
    guesses.vbank_after_due = "failed"
    inicis, hecto, left = (sandbox.open_window(f"v-{pg}", 1000, pg=pg) for pg in ("html5_inicis", "settle", "kcp"))
    for imp_uid in (inicis, hecto, left):
        sandbox.issue_vbank(imp_uid)
    assert shop.call("PUT", f"/vbanks/{inicis}", json={"amount": 2000})[0] == 400
    assert shop.good("PUT", f"/vbanks/{hecto}", json={"amount": 2000})["amount"] == 2000
    assert shop.good("DELETE", f"/vbanks/{inicis}")["fail_reason"] == "말소"
    sandbox.move_clock(31 * 86_400)
    assert sandbox.payment(left).fail_reason == "만료"


@pytest.mark.fact("§4.2", "guessed", "A cancel that names no payment is a 400, or a 200: `cancel_without_uid_http`.")
@pytest.mark.fact("§4.2", "guessed", "A wrong checksum is code 1, or -1: `checksum_code`.")
@pytest.mark.fact("§4.1", "guessed", "findAll beyond its data is a 400, or an empty page: `page_beyond_find_all`.")
def test_statuses_and_codes_nobody_has_seen_are_guesses(sandbox: Sandbox, shop: Any) -> None:
    paid, guesses = buy(sandbox, "o-1"), sandbox.settings.guesses
    assert shop.post("/payments/cancel", imp_uid=paid, checksum=1)[:2] == (200, 1)
    assert shop.get("/payments/findAll/o-1?page=2")[0] == 400
    guesses.cancel_without_uid_http, guesses.checksum_code, guesses.page_beyond_find_all = 200, -1, "empty"
    assert shop.post("/payments/cancel")[:2] == (200, 1)
    assert shop.post("/payments/cancel", imp_uid=paid, checksum=1)[:2] == (200, -1)
    page = shop.good("GET", "/payments/findAll/o-1?page=2")
    assert (page["list"], page["total"], page["next"]) == ([], 1, 0)


@pytest.mark.fact("§4.4", "guessed", "The cancel reason of a card that was only checked: `card_check_reason`.")
def test_a_checked_card_is_given_back_for_a_reason_of_ours(sandbox: Sandbox, shop: Any) -> None:
    sandbox.settings.guesses.card_check_reason = OURS
    entry = {"merchant_uid": "s-1", "schedule_at": NOW + 9, "amount": 100}
    body = CARD | {"customer_uid": "c-1", "schedules": [entry], "checking_amount": 100}
    shop.good("POST", "/subscribe/payments/schedule", json=body)
    (checked,) = sandbox.book.all()
    assert (checked.cancel_reason, checked.cancel_amount) == (OURS, 100)


def test_a_text_of_a_guess_is_a_text_and_every_guess_says_why_it_is_one() -> None:
    for field in attrs.fields(Guesses):
        assert field.metadata["why"], field.name
        if field.name not in variants():
            with pytest.raises(TypeError):
                setattr(Guesses(), field.name, 5)
