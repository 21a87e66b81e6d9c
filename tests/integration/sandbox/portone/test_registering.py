"""Registering an amount before a window opens."""

import pytest

from payments.entrypoints.sandbox import Sandbox, WindowRefused


@pytest.mark.fact("V2 §3", "documented", "A window with another amount, tax-free part or currency does not open.")
@pytest.mark.fact(
    "V2 §3", "guessed", "Only what was registered is compared; registering again overwrites: `register_again`."
)
def test_a_registered_amount_is_compared(v2, sandbox: Sandbox) -> None:
    assert v2.good("POST", "/payments/p1/pre-register", {"totalAmount": 1000, "currency": "KRW"}) == {}
    for wrong in ({"totalAmount": 999}, {"currency": "USD"}):
        with pytest.raises(WindowRefused, match="AmountNotEqualToPredefined"):
            sandbox.portone.open_window("p1", 1000, **wrong)
    sandbox.portone.open_window("p1", 1000, taxFreeAmount=100)
    v2.good("POST", "/payments/p1/pre-register", {"totalAmount": 900, "taxFreeAmount": 0})
    with pytest.raises(WindowRefused, match="AmountNotEqualToPredefined"):
        sandbox.portone.open_window("p1", 900, taxFreeAmount=100)
    sandbox.portone.settings.guesses.register_again = "refused"
    again = v2.refused("POST", "/payments/p1/pre-register", {"totalAmount": 900})
    assert again == (400, "INVALID_REQUEST")


@pytest.mark.fact("V2 §3", "documented", "Registering a paid payment is a 409 ALREADY_PAID.")
def test_a_paid_payment_is_not_registered(v2, p1: str) -> None:
    assert v2.refused("POST", "/payments/p1/pre-register", {"totalAmount": 1}) == (409, "ALREADY_PAID")


@pytest.mark.fact("V2 §3", "guessed", "A payment that was only registered is unknown, or READY: `registered_payment`.")
def test_a_registered_payment_is_not_found_before_its_window_opens(v2, sandbox: Sandbox) -> None:
    v2.good("POST", "/payments/p1/pre-register", {"totalAmount": 1000})
    assert v2.refused("GET", "/payments/p1") == (404, "PAYMENT_NOT_FOUND")
    sandbox.portone.settings.guesses.registered_payment = "READY"
    assert v2.payment()["status"] == "READY"
    assert v2.payment()["amount"]["total"] == 1000


@pytest.mark.fact("V2 §9.2", "guessed", "A paymentId is 1 to 64 visible ASCII characters, or anything: `id_limit`.")
@pytest.mark.fact("V2 §9.2", "documented", "KCP takes letters and digits only, at most 40.")
def test_ids_have_limits(v2, sandbox: Sandbox) -> None:
    long = "p" * 65
    assert v2.refused("POST", f"/payments/{long}/pre-register", {}) == (400, "INVALID_REQUEST")
    with pytest.raises(WindowRefused, match="paymentId"):
        sandbox.portone.open_window(long, 1000)
    with pytest.raises(WindowRefused, match="KCP_V2"):
        sandbox.portone.open_window("with-hyphen", 1000, channelKey="channel-key-v2-kcp")
    sandbox.portone.settings.guesses.id_limit = "none"
    assert v2.good("POST", f"/payments/{long}/pre-register", {}) == {}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"storeId": "store-x"}, "StoreNotFound"),
        ({"channelKey": "channel-key-x"}, "ChannelNotFound"),
        ({"channelKey": ""}, "RequestParseFailed"),
        ({"channelGroupId": "g", "channelKey": "k"}, "RequestParseFailed"),
        ({"payMethod": "CASH"}, "RequestParseFailed"),
        ({"totalAmount": 10.5}, "RequestParseFailed"),
        ({"totalAmount": None}, "RequestParseFailed"),
        ({"orderName": ""}, "RequestParseFailed"),
    ],
)
@pytest.mark.fact("V2 §9.2", "documented", "What a page must say, and one of channelKey and channelGroupId.")
def test_what_a_page_must_say(sandbox: Sandbox, wrong: dict, code: str) -> None:
    with pytest.raises(WindowRefused) as refused:
        sandbox.portone.open_window("p1", 1000, **wrong)
    assert refused.value.error_code == code
