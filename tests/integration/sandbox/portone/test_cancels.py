"""Cancels by V2: the checksum, the parts of tax, what the PG says, and cancels that take days."""

import pytest

from payments.entrypoints.sandbox import Sandbox

ACCOUNT = {"bank": "SHINHAN", "number": "110123456789", "holderName": "홍길동"}


@pytest.mark.fact("V2 §6.1", "documented", "A cancel without an amount cancels all that is left.")
@pytest.mark.fact("V2 §6.3", "documented", "The answer is the cancellation: SUCCEEDED, with its parts and its reason.")
def test_a_cancel_without_an_amount_cancels_all_that_is_left(v2, p1: str) -> None:
    first = v2.cancel(amount=300, reason="a part")
    assert (first["status"], first["totalAmount"], first["taxFreeAmount"], first["vatAmount"]) == (
        "SUCCEEDED",
        300,
        0,
        27,
    )
    assert first["reason"] == "a part"
    assert v2.cancel()["totalAmount"] == 700
    assert v2.cancel_refused() == (409, "PAYMENT_ALREADY_CANCELLED")


@pytest.mark.fact("V2 §6.1", "documented", "currentCancellableAmount must be what is left, or nothing happens.")
def test_a_wrong_checksum_moves_nothing(v2, p1: str) -> None:
    refusal = (409, "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN")
    assert v2.cancel_refused(amount=300, currentCancellableAmount=900) == refusal
    assert v2.payment()["amount"]["cancelled"] == 0
    v2.cancel(amount=300, currentCancellableAmount=1000)
    assert v2.cancel_refused(amount=300, currentCancellableAmount=1000) == refusal
    assert v2.cancel(amount=300, currentCancellableAmount=700)["totalAmount"] == 300


@pytest.mark.fact("V2 §2.2", "documented", "What is refused of a cancel, and with which type.")
def test_what_is_refused_of_a_cancel(v2, sandbox: Sandbox) -> None:
    assert v2.cancel_refused("none") == (404, "PAYMENT_NOT_FOUND")
    transaction_id = sandbox.portone.open_window("p1", 1100, taxFreeAmount=100)
    assert v2.cancel_refused() == (409, "PAYMENT_NOT_PAID")
    sandbox.approve(transaction_id)
    assert v2.refused("POST", "/payments/p1/cancel", {}) == (400, "INVALID_REQUEST")
    assert v2.cancel_refused(amount=0) == (400, "INVALID_REQUEST")
    assert v2.cancel_refused(amount=1200) == (409, "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT")
    sums = v2.cancel_refused(amount=100, taxFreeAmount=90, vatAmount=20)
    assert sums == (409, "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT")
    tax_free = v2.cancel_refused(amount=500, taxFreeAmount=101)
    assert tax_free == (409, "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT")
    assert v2.payment()["amount"]["cancelled"] == 0


@pytest.mark.fact("V2 §6.1", "documented", "Without taxFreeAmount the whole cancel counts as taxable.")
@pytest.mark.fact(
    "V2 §6.1", "guessed", "A taxable part that exceeds what is left of it is refused, or not: `cancel_tax`."
)
def test_a_cancel_without_its_tax_free_part_is_all_taxable(v2, sandbox: Sandbox) -> None:
    sandbox.approve(sandbox.portone.open_window("p1", 1100, taxFreeAmount=100))
    assert v2.cancel_refused() == (409, "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT")
    assert v2.cancel(taxFreeAmount=100)["vatAmount"] == 91
    sandbox.approve(sandbox.portone.open_window("p2", 1100, taxFreeAmount=100))
    sandbox.portone.settings.guesses.cancel_tax = "unchecked"
    assert v2.cancel("p2")["taxFreeAmount"] == 0


@pytest.mark.fact("V2 §6.4", "documented", "A cancel at the PG is not seen; the PG refuses the next one.")
@pytest.mark.fact(
    "V2 §6.3", "guessed", "A refusal of the PG is a 502, or a FAILED cancellation in a 200: `pg_refusal`."
)
def test_the_pg_may_refuse(v2, sandbox: Sandbox, p1: str) -> None:
    sandbox.cancel_at_pg(p1)
    assert v2.payment()["status"] == "PAID"
    http, body = v2.call("POST", "/payments/p1/cancel", {"reason": "r"})
    assert (http, body["type"], body["pgCode"]) == (502, "PG_PROVIDER", "ALREADY_CANCELED_PAYMENT")
    assert "pgMessage" in body
    sandbox.portone.settings.guesses.pg_refusal = "FAILED"
    assert v2.cancel()["status"] == "FAILED"
    assert [entry["status"] for entry in v2.payment()["cancellations"]] == ["FAILED"]
    assert v2.payment()["amount"]["cancelled"] == 0


@pytest.mark.fact("V2 §6.1", "documented", "A virtual account is refunded to an account that the cancel names.")
@pytest.mark.fact("V2 §6.1", "guessed", "Without one the PG refuses it, or PortOne does: `refund_account`.")
def test_a_virtual_account_is_refunded_to_an_account(v2, sandbox: Sandbox) -> None:
    transaction_id = sandbox.portone.open_window("p1", 1000, payMethod="VIRTUAL_ACCOUNT")
    sandbox.issue_vbank(transaction_id)
    sandbox.deposit(transaction_id)
    assert v2.cancel_refused() == (502, "PG_PROVIDER")
    sandbox.portone.settings.guesses.refund_account = "INVALID_REQUEST"
    assert v2.cancel_refused() == (400, "INVALID_REQUEST")
    assert v2.cancel_refused(refundAccount={"bank": "SHINHAN"}) == (400, "INVALID_REQUEST")
    assert v2.cancel(refundAccount=ACCOUNT)["status"] == "SUCCEEDED"
    assert v2.payment()["method"]["refundStatus"] == "COMPLETED"


@pytest.mark.fact("V2 §6.4", "documented", "A phone bill is not cancelled in part.")
def test_a_phone_bill_is_not_cancelled_in_part(v2, sandbox: Sandbox) -> None:
    sandbox.approve(sandbox.portone.open_window("p1", 1000, payMethod="MOBILE"), "phone")
    assert v2.cancel_refused(amount=400) == (502, "PG_PROVIDER")
    assert v2.cancel()["totalAmount"] == 1000


@pytest.fixture
def asynchronous(sandbox: Sandbox) -> str:
    """The transaction id of p1, paid by PayPal: its cancels take time."""
    transaction_id = sandbox.portone.open_window("p1", 1000, channelKey="channel-key-v2-paypal", currency="USD")
    sandbox.approve(transaction_id)
    return transaction_id


@pytest.mark.fact("V2 §6.3", "documented", "PayPal takes cancels on: REQUESTED, and done or refused later.")
@pytest.mark.fact("V2 §6.3", "guessed", "A cancel that is not done lowers what is left, or not: `requested_cancel`.")
def test_a_cancel_that_takes_time_is_requested(v2, sandbox: Sandbox, asynchronous: str) -> None:
    assert v2.cancel(amount=400)["status"] == "REQUESTED"
    payment = v2.payment()
    assert (payment["status"], payment["amount"]["cancelled"]) == ("PAID", 0)
    assert v2.cancel_refused(amount=700) == (409, "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT")
    assert v2.cancel_refused(currentCancellableAmount=1000) == (409, "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN")
    sandbox.portone.settle_cancels(asynchronous)
    assert v2.payment()["status"] == "PARTIAL_CANCELLED"
    sandbox.portone.settings.guesses.requested_cancel = "leaves"
    v2.cancel(amount=600)
    assert v2.cancel(amount=600)["status"] == "REQUESTED"
    sandbox.portone.settle_cancels(asynchronous)
    statuses = [entry["status"] for entry in v2.payment()["cancellations"]]
    assert statuses == ["SUCCEEDED", "SUCCEEDED", "FAILED"], "no more than was paid"
    assert v2.payment()["amount"]["cancelled"] == 1000


def test_a_requested_cancel_may_be_refused_or_stopped(v2, sandbox: Sandbox, asynchronous: str) -> None:
    refused = v2.cancel(amount=400)["id"]
    sandbox.portone.settle_cancels(asynchronous, accepted=False)
    assert v2.payment()["cancellations"][0]["status"] == "FAILED"
    stopped = v2.cancel(amount=400)["id"]
    stop = "/payments/p1/cancellations/{}/stop"
    assert "stoppedAt" in v2.good("POST", stop.format(stopped), {})
    assert v2.payment()["status"] == "PAID"
    assert v2.refused("POST", stop.format(refused), {}) == (409, "PAYMENT_CANCELLATION_NOT_PENDING")
    assert v2.refused("POST", stop.format("none"), {}) == (404, "PAYMENT_CANCELLATION_NOT_FOUND")
    assert v2.cancel(currentCancellableAmount=1000)["status"] == "REQUESTED"


@pytest.mark.fact("V2 §12", "documented", "A chargeback is a cancellation with the trigger CHARGEBACK.")
def test_the_console_and_a_card_company_cancel_too(v2, sandbox: Sandbox, p1: str) -> None:
    sandbox.console_cancel(p1, 300)
    sandbox.portone.charge_back(p1)
    payment = v2.payment()
    assert [entry["trigger"] for entry in payment["cancellations"]] == ["CONSOLE", "CHARGEBACK"]
    assert (payment["status"], payment["amount"]["cancelled"]) == ("CANCELLED", 1000)
