"""Refusals that nobody has seen: their words are settings, and a shop gets the words that are set."""

from collections.abc import Callable
from typing import Any

import pytest
from support.sandbox import NOW, TYPED_CARD, a_schedule_entry, bought

from payments.entrypoints.sandbox import Sandbox

OURS = "자체 문구"
PERSON = {"identifier": "010-1234-5678", "identifier_type": "phone", "buyer_name": "홍길동"}
WHO = {"name": "홍길동", "phone": "010-1234-5678", "birth": "900101", "gender_digit": "1", "carrier": "SKT"}
END = {"name": "홍길동", "tel": "010", "addr": "서울", "postcode": "06018"}
PARCEL = {"sender": END, "receiver": END, "logis": {"company": "LOGEN", "invoice": "1", "sent_at": 1_700_000_000}}

Answer = tuple[int, int, str | None, Any]
Act = Callable[[Sandbox, Any], Answer]


def cancel(**changes: Any) -> Act:
    """Buy with what a window takes, then cancel with the rest."""
    params = {name: changes.pop(name) for name in ("pg", "escrow", "tax_free_of_it") if name in changes}
    params |= {"tax_free": params.pop("tax_free_of_it")} if "tax_free_of_it" in params else {}
    return lambda sandbox, shop: shop.post("/payments/cancel", imp_uid=bought(sandbox, **params), **changes)


def portone_refuses_too_much(sandbox: Sandbox, shop: Any) -> Answer:
    sandbox.settings.guesses.cancel_too_much = "portone"
    return cancel(amount=1001)(sandbox, shop)


def refund_without_account(sandbox: Sandbox, shop: Any) -> Answer:
    imp_uid = sandbox.open_window("g-1", 1000)
    sandbox.issue_vbank(imp_uid)
    sandbox.deposit(imp_uid)
    return shop.post("/payments/cancel", imp_uid=imp_uid)


def expired_card(_: Sandbox, shop: Any) -> Answer:
    return shop.post("/subscribe/customers/c-1", **TYPED_CARD | {"expiry": "2023-10"})


def schedule(shop: Any, at: int) -> Answer:
    entry = a_schedule_entry("s-1", at)
    return shop.post("/subscribe/payments/schedule", customer_uid="c-1", schedules=[entry], **TYPED_CARD)


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
    path = f"/receipts/{bought(sandbox)}"
    shop.post(path, **PERSON)
    return shop.post(path, **PERSON)


def second_parcel(sandbox: Sandbox, shop: Any) -> Answer:
    path = f"/escrows/logis/{bought(sandbox, escrow=True)}"
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
            lambda sandbox, shop: shop.call("DELETE", f"/vbanks/{bought(sandbox)}"),
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
            lambda sandbox, shop: shop.post(f"/receipts/{bought(sandbox, pg='kakaopay')}", **PERSON),
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
            lambda sandbox, shop: shop.get(f"/receipts/{bought(sandbox)}"),
            marks=pytest.mark.fact("§2", "guessed", "The words where no receipt is: `receipt_none_text`."),
        ),
        pytest.param(
            "escrow_none_text",
            409,
            -1,
            lambda sandbox, shop: shop.post(f"/escrows/logis/{bought(sandbox)}", **PARCEL),
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
            lambda sandbox, shop: shop.get(f"/escrows/logis/{bought(sandbox, escrow=True)}"),
            marks=pytest.mark.fact("§2", "guessed", "The words where no parcel is: `escrow_unregistered_text`."),
        ),
        pytest.param(
            "naver_failed_text",
            500,
            -1,
            lambda sandbox, shop: shop.post(f"/payments/{bought(sandbox, pg='naverco')}/naver/approve-return"),
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
