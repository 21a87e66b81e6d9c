"""The payment object of V2: its statuses, its attempts, and which of them it shows."""

import re

import pytest

from payments.entrypoints.sandbox import CallRefused, Sandbox, WindowRefused

UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.mark.fact("V2 §5.1", "documented", "A payment is READY, PAID, PARTIAL_CANCELLED and CANCELLED in turn.")
@pytest.mark.fact("V2 §5.1", "observed", "A transaction id is a UUID.")
@pytest.mark.fact(
    "V2 §5.2", "documented", "Amounts are whole minor units: total, taxFree, vat, supply, paid, cancelled."
)
def test_a_payment_goes_through_its_statuses(v2, sandbox: Sandbox) -> None:
    transaction_id = sandbox.portone.open_window("p1", 1100, taxFreeAmount=110)
    assert UUID.fullmatch(transaction_id)
    assert v2.payment()["status"] == "READY"
    assert "paidAt" not in v2.payment()
    sandbox.approve(transaction_id)
    paid = v2.payment()
    assert (paid["status"], paid["transactionId"], paid["version"]) == ("PAID", transaction_id, "V2")
    parts = {"total": 1100, "taxFree": 110, "vat": 90, "supply": 900, "discount": 0, "paid": 1100}
    assert paid["amount"] == parts | {"cancelled": 0, "cancelledTaxFree": 0}
    v2.cancel(amount=100, taxFreeAmount=10)
    part = v2.payment()
    assert (part["status"], part["amount"]["cancelled"], part["amount"]["cancelledTaxFree"]) == (
        "PARTIAL_CANCELLED",
        100,
        10,
    )
    v2.cancel(taxFreeAmount=100)
    assert v2.payment()["status"] == "CANCELLED"
    assert [entry["totalAmount"] for entry in v2.payment()["cancellations"]] == [100, 1000]


@pytest.mark.fact("V2 §5.2", "documented", "USD 10.00 is 1000, KRW 1000 is 1000, BHD 1.000 is 1000.")
@pytest.mark.parametrize(("currency", "shown"), [("KRW", "1000"), ("USD", "10"), ("BHD", "1"), ("JPY", "1000")])
def test_minor_units_follow_the_currency(v2, sandbox: Sandbox, currency: str, shown: str) -> None:
    transaction_id = sandbox.portone.open_window("p1", 1000, currency=f"CURRENCY_{currency}")
    row = sandbox.approve(transaction_id)
    assert str(row.amount.normalize()) in (shown, f"{shown[0]}E+{len(shown) - 1}")
    assert v2.payment()["amount"]["total"] == 1000
    assert v2.payment()["currency"] == currency


@pytest.mark.fact("V2 §5.1", "documented", "A refused payment is FAILED and says why; so is one whose buyer left.")
@pytest.mark.fact("V2 §5.5", "documented", "FAILED may become PAID.")
def test_a_failed_payment_says_why_and_may_still_be_paid(v2, sandbox: Sandbox) -> None:
    declined = sandbox.portone.open_window("p1", 1000)
    sandbox.decline(declined, "카드 한도초과")
    assert v2.payment()["failure"]["reason"] == "카드 한도초과"
    left = sandbox.portone.open_window("p2", 1000)
    sandbox.leave(left)
    assert v2.payment("p2")["status"] == "FAILED"
    sandbox.approve_late(declined)
    assert v2.payment()["status"] == "PAID"


@pytest.mark.fact(
    "V2 §4.1", "documented", "A payment is found by the shop's id only; a typed 404 says that there is none."
)
def test_a_payment_is_found_by_the_shops_id_only(v2, sandbox: Sandbox, p1: str) -> None:
    for path in (f"/payments/{p1}", "/payments/none", "/payments/%20", "/payments/none/transactions"):
        assert v2.refused("GET", path) == (404, "PAYMENT_NOT_FOUND")
    sandbox.portone.settings.guesses.id_limit = sandbox.portone.settings.guesses.pg_limits = "none"
    odd = sandbox.portone.open_window("a b/c%é?", 1000)
    assert v2.payment("a%20b%2Fc%25%C3%A9%3F")["transactionId"] == odd


@pytest.mark.fact("V2 §4.1", "documented", "`/transactions` lists every attempt, with the payment's id beside its own.")
@pytest.mark.fact("V2 §4.1", "guessed", "Attempts are listed oldest first, or newest first: `transactions_order`.")
@pytest.mark.fact("V2 §4.1", "guessed", "A payment shows its captured attempt, or its newest: `shown_attempt`.")
def test_every_attempt_is_listed_and_one_is_shown(v2, sandbox: Sandbox) -> None:
    guesses = sandbox.portone.settings.guesses
    first, second, third = (sandbox.portone.open_window("p1", 1000) for _ in range(3))
    sandbox.decline(first)
    sandbox.approve(second)
    items = v2.good("GET", "/payments/p1/transactions")["items"]
    assert [(item["id"], item["status"]) for item in items] == [(first, "FAILED"), (second, "PAID"), (third, "READY")]
    assert all(item["paymentId"] == "p1" and "origin" not in item and "disputes" not in item for item in items)
    assert v2.payment()["transactionId"] == second
    guesses.shown_attempt, guesses.transactions_order = "newest", "newest first"
    assert v2.payment()["transactionId"] == third
    assert v2.good("GET", "/payments/p1/transactions")["items"][0]["id"] == third


@pytest.mark.fact("V2 §5.5", "documented", "A payment is paid once: other windows of it are refused.")
@pytest.mark.fact(
    "V2 §5.5", "guessed", "So is a window that was open when another one was paid, or it pays: `second_window`."
)
def test_a_payment_is_paid_once(v2, sandbox: Sandbox) -> None:
    one, other = (sandbox.portone.open_window("p1", 1000) for _ in range(2))
    sandbox.approve(one)
    with pytest.raises(WindowRefused) as refused:
        sandbox.portone.open_window("p1", 1000)
    assert refused.value.error_code == "PaymentAlreadyPaid"
    with pytest.raises(WindowRefused, match="PaymentAlreadyPaid"):
        sandbox.approve(other)
    sandbox.portone.settings.guesses.second_window = "pays"
    assert sandbox.approve(other).status == "paid"


@pytest.mark.fact("V2 §5.5", "guessed", "An id is never paid again, or it is after a whole cancel: `paid_again`.")
def test_an_id_is_not_paid_again_after_a_cancel(v2, sandbox: Sandbox, p1: str) -> None:
    v2.cancel()
    assert v2.refused("POST", "/payments/p1/pre-register", {}) == (409, "ALREADY_PAID")
    sandbox.portone.settings.guesses.paid_again = "after a whole cancel"
    assert v2.good("POST", "/payments/p1/pre-register", {}) == {}
    sandbox.approve(sandbox.portone.open_window("p1", 500))
    assert v2.payment()["amount"]["total"] == 500


@pytest.mark.fact("V2 §5.5", "guessed", "Attempts are not limited, or to a few: `attempts_limit`.")
def test_attempts_may_be_limited(sandbox: Sandbox) -> None:
    for _ in range(4):
        sandbox.portone.open_window("p1", 1000)
    sandbox.portone.settings.guesses.attempts_limit = 3
    with pytest.raises(WindowRefused, match="InvalidEntityState"):
        sandbox.portone.open_window("p1", 1000)


@pytest.mark.fact(
    "V2 §5.1", "documented", "PayPal's payments may be PAY_PENDING for days before they are PAID or FAILED."
)
def test_a_payment_may_be_pending_for_days(v2, sandbox: Sandbox) -> None:
    transaction_id = sandbox.portone.open_window("p1", 1000, channelKey="channel-key-v2-paypal", currency="USD")
    sandbox.portone.review(transaction_id)
    assert v2.payment()["status"] == "PAY_PENDING"
    assert v2.listed(status=["PENDING"]) == ["p1"]
    sandbox.approve(transaction_id)
    assert v2.payment()["status"] == "PAID"


@pytest.mark.fact("V2 §5.1", "documented", "READY and FAILED may lack their `channel`.")
@pytest.mark.fact("V2 §5.1", "guessed", "They show it, or leave it out: `failed_channel`.")
def test_a_failed_payment_may_lack_its_channel(v2, sandbox: Sandbox) -> None:
    sandbox.decline(sandbox.portone.open_window("p1", 1000))
    channel = v2.payment()["channel"]
    assert (channel["type"], channel["key"], channel["pgProvider"]) == (
        "TEST",
        "channel-key-v2-tosspayments",
        "TOSSPAYMENTS",
    )
    sandbox.portone.settings.guesses.failed_channel = "left out"
    assert "channel" not in v2.payment()


@pytest.mark.fact("V2 §5.1", "documented", "A disputed payment stays PAID and lists its disputes.")
def test_disputes_are_listed(v2, sandbox: Sandbox, p1: str) -> None:
    assert v2.payment()["disputes"] == []
    sandbox.portone.dispute(p1, "fraud")
    assert [each["status"] for each in v2.payment()["disputes"]] == ["UNRESOLVED"]
    sandbox.portone.resolve(p1)
    assert [each["status"] for each in v2.payment()["disputes"]] == ["RESOLVED"]


@pytest.mark.fact("V2 §12", "documented", "customData goes in as an object and comes back as text.")
def test_what_a_page_sends_comes_back(v2, sandbox: Sandbox) -> None:
    sandbox.portone.open_window(
        "p1",
        1000,
        customData={"item": "신발"},
        customer={"fullName": "홍길동", "phoneNumber": "010", "customerId": "c1"},
        products=[{"id": "a", "name": "신발", "amount": 1000, "quantity": 1}],
        country="COUNTRY_KR",
    )
    payment = v2.payment()
    assert payment["customData"] == '{"item": "신발"}'
    assert payment["customer"] == {"name": "홍길동", "phoneNumber": "010", "id": "c1"}
    assert payment["products"][0]["name"] == "신발"
    assert payment["country"] == "KR"
    assert payment["origin"]["platformType"] == "PC"


def test_two_generations_share_one_book(v2, shop, sandbox: Sandbox, p1: str) -> None:
    imp_uid = sandbox.open_window("order-1", 2000)
    sandbox.approve(imp_uid)
    assert [row.merchant_uid for row in sandbox.book.all()] == ["p1", "order-1"]
    assert sandbox.payment(p1).amount == 1000
    v1 = v2.payment("order-1")
    assert (v1["version"], v1["transactionId"], v1["amount"]["total"]) == ("V1", imp_uid, 2000)
    assert v1["channel"]["pgProvider"] == "HTML5_INICIS"
    assert shop.get(f"/payments/{p1}", include_sandbox="true")[0] == 404
    assert shop.get("/payments/find/p1")[0] == 404
    assert shop.good("GET", "/payments/status/paid")["total"] == 1
    assert shop.post("/payments/cancel", imp_uid=p1)[1] == 1


@pytest.mark.fact("V2 §13.2", "documented", "V1 payments can be read by V2: `version` V1, transactionId an imp_uid.")
@pytest.mark.fact("V2 §13.2", "guessed", "V2 does not cancel them, or does: `v1_cancel`.")
@pytest.mark.fact("V2 §13.2", "guessed", "An id that V1 has paid is free in V2, or taken: `id_paid_in_v1`.")
def test_v1_payments_through_v2(v2, sandbox: Sandbox, paid: str) -> None:
    assert v2.listed(version="V1") == ["order-1"]
    assert v2.listed(version="V2") == []
    assert v2.cancel_refused("order-1") == (404, "PAYMENT_NOT_FOUND")
    guesses = sandbox.portone.settings.guesses
    guesses.v1_cancel = "executed"
    assert v2.cancel("order-1", amount=300, currentCancellableAmount=1000)["totalAmount"] == 300
    row = sandbox.payment(paid)
    assert (row.cancel_amount, row.is_v2) == (300, False)
    assert v2.payment("order-1")["status"] == "PARTIAL_CANCELLED"
    sandbox.portone.open_window("order-1", 1000)
    guesses.id_paid_in_v1 = "taken"
    with pytest.raises(WindowRefused, match="PaymentAlreadyPaid"):
        sandbox.portone.open_window("order-1", 1000)


def test_an_unknown_payment_is_a_call_refused_in_a_test_too(sandbox: Sandbox) -> None:
    with pytest.raises(CallRefused):
        sandbox.portone.payment("none")
