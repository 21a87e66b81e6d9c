"""The idempotency store: one answer for each key, for three hours."""

import pytest

from payments.entrypoints.sandbox import Sandbox

KEY = "refund-00000000001"
PART = {"reason": "r", "amount": 300}


def keyed(key: str = KEY) -> dict[str, str]:
    return {"Idempotency-Key": f'"{key}"'}


@pytest.mark.fact("V2 §1.5", "documented", "A call with a key of the last three hours gets the stored answer.")
def test_a_repeated_call_gets_the_stored_answer(v2, sandbox: Sandbox, p1: str) -> None:
    first = v2.call("POST", "/payments/p1/cancel", PART, headers=keyed())
    assert first[0] == 200
    assert v2.call("POST", "/payments/p1/cancel", PART, headers=keyed()) == first
    assert v2.payment()["amount"]["cancelled"] == 300
    sandbox.move_clock(3 * 3600 - 1)
    assert v2.call("POST", "/payments/p1/cancel", PART, headers=keyed()) == first
    sandbox.move_clock(2)
    assert v2.call("POST", "/payments/p1/cancel", PART, headers=keyed()) != first
    assert v2.payment()["amount"]["cancelled"] == 600


def test_a_stored_refusal_comes_back_too(v2, sandbox: Sandbox, p1: str) -> None:
    stale = PART | {"currentCancellableAmount": 900}
    first = v2.call("POST", "/payments/p1/cancel", stale, headers=keyed())
    assert first[1]["type"] == "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN"
    sandbox.console_cancel(p1, 100)
    assert v2.call("POST", "/payments/p1/cancel", stale, headers=keyed()) == first
    assert v2.call("POST", "/payments/p1/cancel", stale, headers=keyed("refund-00000000002"))[0] == 200


def test_the_refusal_of_a_pg_comes_back_after_the_pg_has_opened_again(v2, sandbox: Sandbox, p1: str) -> None:
    sandbox.faults.add("v2_cancel:maintenance x1")
    first = v2.call("POST", "/payments/p1/cancel", PART, headers=keyed())
    assert (first[0], first[1]["type"]) == (502, "PG_PROVIDER")
    assert v2.call("POST", "/payments/p1/cancel", PART, headers=keyed()) == first
    assert v2.call("POST", "/payments/p1/cancel", PART, headers=keyed("refund-00000000002"))[0] == 200


@pytest.mark.fact("V2 §1.5", "documented", "A key is 16 to 256 characters, in double quotes; earlier it had none.")
def test_a_key_has_a_shape(v2, p1: str) -> None:
    for wrong in ("short", '"short"', "x" * 257, "with a blank inside it"):
        refusal = v2.refused("POST", "/payments/p1/cancel", PART, headers={"Idempotency-Key": wrong})
        assert refusal == (400, "INVALID_REQUEST")
    bare = v2.call("POST", "/payments/p1/cancel", PART, headers={"Idempotency-Key": KEY})
    assert v2.call("POST", "/payments/p1/cancel", PART, headers=keyed()) == bare
    assert v2.payment()["amount"]["cancelled"] == 300


@pytest.mark.fact("V2 §1.5", "documented", "A key is ignored on GET.")
def test_a_key_is_ignored_on_get(v2, sandbox: Sandbox, p1: str) -> None:
    assert v2.good("GET", "/payments/p1", headers=keyed())["status"] == "PAID"
    sandbox.console_cancel(p1)
    assert v2.good("GET", "/payments/p1", headers=keyed())["status"] == "CANCELLED"


@pytest.mark.fact(
    "V2 §1.5", "guessed", "Another call with the key is refused, or gets the answer: `idempotency_misuse`."
)
@pytest.mark.fact("V2 §1.5", "guessed", "A key belongs to the secret, or to the address too: `idempotency_scope`.")
def test_another_call_with_the_key(v2, sandbox: Sandbox, p1: str) -> None:
    guesses = sandbox.portone.settings.guesses
    first = v2.call("POST", "/payments/p1/cancel", PART, headers=keyed())
    other = PART | {"amount": 500}
    assert v2.refused("POST", "/payments/p1/cancel", other, headers=keyed()) == (400, "INVALID_REQUEST")
    guesses.idempotency_misuse = "stored answer"
    assert v2.call("POST", "/payments/p1/cancel", other, headers=keyed()) == first
    guesses.idempotency_scope = "path"
    assert v2.call("POST", "/payments/p2/pre-register", {}, headers=keyed()) == (200, {})
    assert v2.payment()["amount"]["cancelled"] == 300


@pytest.mark.fact("V2 §1.5", "documented", "While the first call is at work, its key is a 409 of its own.")
def test_a_call_at_work_is_waited_for(v2, sandbox: Sandbox, p1: str) -> None:
    sandbox.faults.add("v2_cancel:slow=120@1")
    with pytest.raises(Exception, match="Connection"):
        v2.call("POST", "/payments/p1/cancel", PART, headers=keyed())
    outstanding = (409, "IDEMPOTENCY_OUTSTANDING_REQUEST")
    assert v2.refused("POST", "/payments/p1/cancel", PART, headers=keyed()) == outstanding
    assert v2.payment()["amount"]["cancelled"] == 0
    assert "cancellations" not in v2.payment()
    sandbox.move_clock(121)
    assert v2.good("POST", "/payments/p1/cancel", PART, headers=keyed())["cancellation"]["status"] == "SUCCEEDED"
    assert v2.payment()["amount"]["cancelled"] == 300
