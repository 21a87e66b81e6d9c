"""What nobody has documented: each such choice is a setting, and the setting decides what a shop gets."""

from typing import Any

import pytest
import requests
from support.patience import EVENTUALLY
from support.sandbox import TYPED_CARD, a_schedule_entry, bought

from payments.entrypoints.sandbox import Sandbox, WindowRefused

OURS = "자체 문구"


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
    paid, guesses = bought(sandbox, "o-1"), sandbox.settings.guesses
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
    entry = a_schedule_entry("s-1")
    body = TYPED_CARD | {"customer_uid": "c-1", "schedules": [entry], "checking_amount": 100}
    shop.good("POST", "/subscribe/payments/schedule", json=body)
    (checked,) = sandbox.book.all()
    assert (checked.cancel_reason, checked.cancel_amount) == (OURS, 100)
