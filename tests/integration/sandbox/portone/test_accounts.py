"""Virtual accounts in V2: issued, paid into, closed, and past their deadline."""

import pytest

from payments.entrypoints.sandbox import Sandbox

HOUR = 3600


@pytest.fixture
def account(sandbox: Sandbox) -> str:
    """The transaction id of p1, which waits for 1,000 won for two hours."""
    expiry = {"accountExpiry": {"validHours": 2}, "bankCode": "BANK_KOOKMIN_BANK"}
    transaction_id = sandbox.portone.open_window("p1", 1000, payMethod="VIRTUAL_ACCOUNT", virtualAccount=expiry)
    sandbox.issue_vbank(transaction_id, "004")
    return transaction_id


@pytest.mark.fact("V2 §5.3", "documented", "An issued account has a bank by its name, a number and a deadline.")
@pytest.mark.fact("V2 §5.5", "documented", "VIRTUAL_ACCOUNT_ISSUED becomes PAID by its deposit.")
def test_an_account_is_issued_and_paid_into(v2, sandbox: Sandbox, account: str) -> None:
    payment = v2.payment()
    method = payment["method"]
    assert payment["status"] == "VIRTUAL_ACCOUNT_ISSUED"
    assert (method["type"], method["bank"], method["accountType"]) == (
        "PaymentMethodVirtualAccount",
        "KOOKMIN",
        "NORMAL",
    )
    assert method["expiredAt"] == "2023-11-15T00:13:20.000Z"
    sandbox.deposit(account)
    assert v2.payment()["status"] == "PAID"


@pytest.mark.fact("V2 §4.4", "documented", "An account is closed before its deposit, and not after.")
@pytest.mark.fact("V2 §4.4", "guessed", "A closed account is FAILED, or CANCELLED without paidAt: `account_over`.")
@pytest.mark.parametrize("status", ["FAILED", "CANCELLED"])
def test_an_account_is_closed(v2, sandbox: Sandbox, account: str, status: str) -> None:
    sandbox.portone.settings.guesses.account_over = status
    assert "closedAt" in v2.good("POST", "/payments/p1/virtual-account/close")
    payment = v2.payment()
    assert payment["status"] == status
    assert "paidAt" not in payment
    assert payment["amount"]["paid"] == 0
    again = v2.refused("POST", "/payments/p1/virtual-account/close")
    assert again == (409, "PAYMENT_NOT_WAITING_FOR_DEPOSIT")
    assert v2.refused("POST", "/payments/none/virtual-account/close") == (404, "PAYMENT_NOT_FOUND")
    if status == "CANCELLED":
        assert v2.cancel_refused() == (409, "PAYMENT_ALREADY_CANCELLED")


def test_an_account_that_was_paid_is_not_closed(v2, sandbox: Sandbox, account: str) -> None:
    sandbox.deposit(account)
    refusal = v2.refused("POST", "/payments/p1/virtual-account/close")
    assert refusal == (409, "PAYMENT_NOT_WAITING_FOR_DEPOSIT")


@pytest.mark.fact(
    "V2 §4.4", "guessed", "An account whose deadline has passed is over, or waits on: `account_after_due`."
)
@pytest.mark.parametrize(("guess", "status"), [("is over", "FAILED"), ("waits on", "VIRTUAL_ACCOUNT_ISSUED")])
def test_an_account_past_its_deadline(v2, sandbox: Sandbox, account: str, guess: str, status: str) -> None:
    sandbox.portone.settings.guesses.account_after_due = guess
    sandbox.move_clock(2 * HOUR)
    assert v2.payment()["status"] == "VIRTUAL_ACCOUNT_ISSUED"
    sandbox.move_clock(2)
    assert v2.payment()["status"] == status


@pytest.mark.fact("V2 §9.2", "documented", "A deadline is hours, or a day or a time in Korea.")
@pytest.mark.parametrize(
    ("due", "shown"),
    [
        ("20231231", "2023-12-31T14:59:59.000Z"),
        ("2023-12-31 12:00:00", "2023-12-31T03:00:00.000Z"),
    ],
)
def test_a_deadline_may_be_a_date(v2, sandbox: Sandbox, due: str, shown: str) -> None:
    asked = {"accountExpiry": {"dueDate": due}}
    transaction_id = sandbox.portone.open_window("p1", 1000, payMethod="VIRTUAL_ACCOUNT", virtualAccount=asked)
    sandbox.issue_vbank(transaction_id)
    assert v2.payment()["method"]["expiredAt"] == shown
