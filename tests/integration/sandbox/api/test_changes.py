"""What changes something: prepare, cancel, virtual accounts, as a shop's server sees it."""

import pytest

from payments.entrypoints.sandbox import Sandbox

NOTHING = (200, 1, "취소할 결제건이 존재하지 않습니다.", None)


@pytest.mark.fact(
    "§3",
    "documented",
    "An amount is registered by POST, read by GET and changed by PUT, each answering the registration.",
)
@pytest.mark.fact("§3", "observed", "A second POST for a merchant_uid is refused with code 1, whatever the amount.")
def test_an_amount_is_registered_once_then_changed(shop) -> None:
    row = {"merchant_uid": "a/b", "amount": 1000, "currency": None}
    assert shop.good("POST", "/payments/prepare", data={"merchant_uid": "a/b", "amount": "1000"}) == row
    again = (200, 1, "결제정보 사전등록에 실패하였습니다(이미 등록된 merchant_uid입니다).", None)
    assert shop.post("/payments/prepare", merchant_uid="a/b", amount=1000) == again
    assert shop.post("/payments/prepare", merchant_uid="a/b", amount=2000) == again
    assert shop.good("GET", "/payments/prepare/a%2Fb") == row
    changed = {"merchant_uid": "a/b", "amount": 2000, "currency": "KRW"}
    assert shop.good("PUT", "/payments/prepare", json=changed) == changed
    assert shop.good("GET", "/payments/prepare/a%2Fb") == changed


@pytest.mark.fact("§3", "guessed", "A POST that changes nothing is refused, or accepted: `prepare_again`.")
def test_the_same_registration_again_is_accepted_if_the_guess_says_so(sandbox: Sandbox, shop) -> None:
    sandbox.settings.guesses.prepare_again = "same amount accepted"
    shop.good("POST", "/payments/prepare", json={"merchant_uid": "a", "amount": 1000})
    shop.good("POST", "/payments/prepare", json={"merchant_uid": "a", "amount": 1000})
    assert shop.post("/payments/prepare", merchant_uid="a", amount=1001)[1] == 1


@pytest.mark.fact("§3", "documented", "Changing what was never registered is a 404.")
@pytest.mark.fact("§3", "observed", "Reading what was never registered is a 404 in words that were seen.")
def test_what_was_not_registered_is_not_found(shop) -> None:
    unknown = (404, -1, "사전등록된 결제정보가 존재하지 않습니다.", None)
    assert shop.get("/payments/prepare/a") == unknown
    assert shop.call("PUT", "/payments/prepare", json={"merchant_uid": "a", "amount": 1}) == unknown


@pytest.mark.fact("§3", "documented", "A registration needs an amount and a merchant_uid of at most 40 characters.")
def test_a_registration_needs_its_parts(shop) -> None:
    for body in ({}, {"merchant_uid": "a"}, {"amount": 1}, {"merchant_uid": "a", "amount": "x"}):
        assert shop.post("/payments/prepare", **body)[0] == 400
    assert shop.post("/payments/prepare", merchant_uid="a" * 41, amount=1)[0] == 400
    assert shop.post("/payments/prepare", merchant_uid="a" * 40, amount=1)[0] == 200


@pytest.mark.fact("§4.2", "documented", "A cancel answers the whole payment after it.")
@pytest.mark.fact("§4.2", "documented", "An amount of 0 cancels all that is left.")
@pytest.mark.fact("§4.2", "observed", "`paid_at` stays after a cancel and `failed_at` stays 0.")
@pytest.mark.fact("§4.2", "observed", "A cancel of what is wholly cancelled is code 1 in words that were seen.")
@pytest.mark.fact("§4.2", "guessed", "`cancel_reason` and `cancelled_at` are those of the latest cancel.")
def test_a_payment_is_given_back_in_parts_and_then_whole(sandbox: Sandbox, shop, paid: str) -> None:
    sandbox.move_clock(60)
    first = shop.good("POST", "/payments/cancel", json={"imp_uid": paid, "amount": 300, "checksum": 1000})
    assert (first["amount"], first["cancel_amount"], first["status"]) == (1000, 300, "cancelled")
    assert shop.post("/payments/cancel", imp_uid=paid, amount=300, checksum=1000)[:2] == (200, 1)
    whole = shop.good("POST", "/payments/cancel", data={"merchant_uid": "order-1", "reason": "변심", "amount": "0"})
    assert (whole["cancel_amount"], whole["cancel_reason"]) == (1000, "변심")
    assert [entry["amount"] for entry in whole["cancel_history"]] == [300, 700]
    assert len({entry["cancellation_id"] for entry in whole["cancel_history"]}) == 2
    assert (whole["cancelled_at"], whole["paid_at"]) == (sandbox.clock.now(), sandbox.clock.now() - 60)
    assert whole["failed_at"] == 0
    assert shop.post("/payments/cancel", imp_uid=paid) == (200, 1, "이미 전액취소된 주문입니다.", None)


@pytest.mark.fact("§4.2", "observed", "A cancel of an unknown payment is a 200 with code 1, in words that were seen.")
@pytest.mark.fact("§4.2", "documented", "If both ids are given, the imp_uid decides, also when it is wrong.")
@pytest.mark.fact("§4.2", "guessed", "A cancel of what was never paid is refused like that of an unknown payment.")
def test_a_cancel_of_nothing_is_refused(sandbox: Sandbox, shop, paid: str) -> None:
    http, code, message, _ = shop.post("/payments/cancel")
    assert (http, code, "지정해주셔야합니다." in str(message)) == (400, 1, True)
    assert shop.post("/payments/cancel", imp_uid="imp_none") == NOTHING
    assert shop.post("/payments/cancel", merchant_uid="nobody") == NOTHING
    assert shop.post("/payments/cancel", imp_uid="imp_none", merchant_uid="order-1") == NOTHING, "imp_uid wins"
    assert shop.post("/payments/cancel", imp_uid=sandbox.open_window("order-2", 5)) == NOTHING
    assert shop.post("/payments/cancel", imp_uid=paid, amount="much")[0] == 400
    assert sandbox.payment(paid).cancel_amount == 0


@pytest.mark.fact("§2", "documented", "A refusal of the PG is a 200 whose code is not 0.")
@pytest.mark.fact("§4.2", "observed", "The words of the PG follow a fixed beginning, with code -1.")
@pytest.mark.fact(
    "§4.2",
    "documented",
    "A cancel in the PG's own admin is not seen: the payment stays paid, and a later cancel fails.",
)
def test_the_pgs_refusals_come_in_its_own_words(sandbox: Sandbox, shop, paid: str) -> None:
    prefix = "결제취소에 실패하였습니다. "
    too_much = (200, -1, prefix + "취소금액이 미정산 금액보다 큽니다.", None)
    assert shop.post("/payments/cancel", imp_uid=paid, amount=1001) == too_much
    sandbox.cancel_at_pg(paid)
    assert sandbox.payment(paid).status == "paid"
    already = (200, -1, prefix + "해당거래 취소실패(기취소성공) : 전화 문의(1661-0808)", None)
    assert shop.post("/payments/cancel", imp_uid=paid) == already


@pytest.mark.fact(
    "§4.2",
    "guessed",
    "Of several payments a cancel by merchant_uid takes the paid one, or another: `cancel_by_merchant_uid`.",
)
def test_a_cancel_by_merchant_uid_finds_the_paid_attempt(sandbox: Sandbox, shop) -> None:
    abandoned, paid, newer = (sandbox.open_window("order-1", 1000) for _ in range(3))
    sandbox.approve(paid)
    assert shop.good("POST", "/payments/cancel", json={"merchant_uid": "order-1", "amount": 1})["imp_uid"] == paid
    for guess in ("newest", "oldest"):
        sandbox.settings.guesses.cancel_by_merchant_uid = guess
        assert shop.post("/payments/cancel", merchant_uid="order-1") == NOTHING
    assert {sandbox.payment(uid).status for uid in (abandoned, newer)} == {"ready"}


def an_account(**changes: object) -> dict[str, object]:
    known = {"channel_key": "channel-key-inicis", "merchant_uid": "v", "amount": 5000, "vbank_code": "088"}
    return known | {"vbank_due": 1_700_000_100, "vbank_holder": "상점"} | changes


@pytest.mark.fact(
    "§4.3", "documented", "An account is issued for a channel, a bank and a deadline, and is a payment that is ready."
)
@pytest.mark.fact(
    "§4.3", "documented", "An account that waits can be changed and revoked; a revoked one is a failed payment."
)
@pytest.mark.fact("§4.3", "documented", "Changing or revoking what does not wait is a 400, what there is not a 404.")
@pytest.mark.fact("§5", "observed", "The imp_uid of a payment by API begins with `imps_`.")
def test_an_account_is_issued_changed_and_revoked(sandbox: Sandbox, shop) -> None:
    row = shop.good("POST", "/vbanks", json=an_account())
    assert (row["status"], row["pay_method"], row["channel"], row["vbank_date"]) == (
        "ready",
        "vbank",
        "api",
        1_700_000_100,
    )
    assert (row["vbank_name"], row["vbank_holder"], row["vbank_issued_at"]) == ("신한은행", "상점", sandbox.clock.now())
    assert row["imp_uid"].startswith("imps_")
    assert row["vbank_num"].isdigit()
    path = f"/vbanks/{row['imp_uid']}"
    changed = shop.good("PUT", path, json={"amount": 6000, "vbank_due": 1_700_000_200})
    assert (changed["amount"], changed["vbank_date"]) == (6000, 1_700_000_200)
    revoked = shop.good("DELETE", path)
    assert (revoked["status"], revoked["paid_at"]) == ("failed", 0)
    assert shop.call("DELETE", path)[0] == 400
    assert shop.call("PUT", path, json={"amount": 1})[0] == 400
    assert shop.call("DELETE", "/vbanks/imp_none")[0] == 404


@pytest.mark.fact(
    "§4.2", "documented", "The refund of a virtual account needs holder, bank and number of another account."
)
@pytest.mark.fact("§4.3", "documented", "No account is issued for a merchant_uid that was ever paid.")
def test_a_deposit_pays_an_account_and_a_refund_needs_one(sandbox: Sandbox, shop) -> None:
    imp_uid = shop.good("POST", "/vbanks", json=an_account())["imp_uid"]
    assert sandbox.deposit(imp_uid).status == "paid"
    assert shop.call("DELETE", f"/vbanks/{imp_uid}")[0] == 400
    assert shop.post("/payments/cancel", imp_uid=imp_uid)[1] == 1
    account = {"refund_holder": "홍", "refund_bank": "88", "refund_account": "110"}
    assert shop.good("POST", "/payments/cancel", json={"imp_uid": imp_uid} | account)["cancel_amount"] == 5000
    assert shop.post("/vbanks", **an_account())[0] == 400, "once paid, never again"


@pytest.mark.fact("§4.3", "documented", "Several accounts may wait under one merchant_uid.")
def test_several_accounts_may_wait_for_one_order(shop) -> None:
    uids = {shop.good("POST", "/vbanks", json=an_account())["imp_uid"] for _ in range(2)}
    assert len(uids) == 2


@pytest.mark.fact(
    "§4.3",
    "documented",
    "channel_key, merchant_uid, amount, vbank_code and vbank_due are required; vbank_holder has 16 characters.",
)
def test_an_account_needs_its_parts(shop) -> None:
    for missing in ("channel_key", "merchant_uid", "amount", "vbank_code", "vbank_due"):
        assert shop.post("/vbanks", **an_account(**{missing: None}))[0] == 400, missing
    for bad in ({"channel_key": "none"}, {"vbank_due": 1}, {"amount": 0}, {"vbank_holder": "x" * 17}):
        assert shop.post("/vbanks", **an_account(**bad))[0] == 400, bad


@pytest.mark.fact("§7.1", "documented", "A certification can be read and deleted by its imp_uid.")
def test_a_certification_is_read_and_forgotten(sandbox: Sandbox, shop) -> None:
    row = sandbox.certifications.open({"merchant_uid": "c"})
    assert shop.good("GET", f"/certifications/{row.imp_uid}")["certified"] is False
    sandbox.certifications.confirm(row.imp_uid, "홍길동", "1990-01-01", "010")
    found = shop.good("GET", f"/certifications/{row.imp_uid}")
    assert (found["certified"], found["name"], len(found["unique_key"])) == (True, "홍길동", 64)
    shop.good("DELETE", f"/certifications/{row.imp_uid}")
    assert shop.get(f"/certifications/{row.imp_uid}")[0] == 404
