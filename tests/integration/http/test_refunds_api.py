"""Money that goes back, over a real socket."""

import attrs
import pytest
from support.api import RunningApi, api_settings, running_api

from payments.domain.errors import NotSent, Rejected, Unknown
from payments.domain.money import Money
from payments.entrypoints.blocking import run


def told(answer):
    return answer.status_code, answer.json().get("slug", answer.json().get("status"))


def test_a_partial_and_then_a_full_refund(api: RunningApi):
    payment, attempt = api.paid()
    path = f"/payments/{payment['merchant_id']}"
    shop = api.shop
    first = api.post(f"{path}/refunds", {"amount": 5_000, "reason": "하나 반품"}, headers=shop)
    assert told(first) == (201, "done")
    assert (first.json()["amount"], first.json()["gateway_id"]) == (5_000, attempt)
    assert api.get(path, headers=api.alice).json()["refunded"] == 5_000
    assert told(api.post(f"{path}/refunds", {}, headers=shop)) == (201, "done")
    whole = api.get(path, headers=api.alice).json()
    assert (whole["status"], whole["refunded"]) == ("cancelled", 12_000)
    refunds = api.get(f"{path}/refunds", headers=shop).json()["refunds"]
    assert [refund["amount"] for refund in refunds] == [5_000, 7_000]


@pytest.mark.parametrize("amount", [12_001, 2**53 - 1])
def test_more_than_was_taken_is_not_refunded(api: RunningApi, amount):
    payment, _ = api.paid()
    answer = api.post(f"/payments/{payment['merchant_id']}/refunds", {"amount": amount}, headers=api.shop)
    assert told(answer) == (422, "refund-refused")
    assert "refund" not in api.gateway.calls


@pytest.mark.parametrize(
    "body", [{"amount": 0}, {"amount": -1}, {"amount": "5000"}, {"amount": 1.0}, {"everything": True}]
)
def test_an_amount_is_read_strictly_because_nothing_means_everything(api: RunningApi, body):
    payment, _ = api.paid()
    answer = api.post(f"/payments/{payment['merchant_id']}/refunds", body, headers=api.shop)
    assert told(answer) == (400, "malformed-request")
    assert api.stored(payment["merchant_id"]).refunds == ()


def test_an_unpaid_payment_has_nothing_to_refund(api: RunningApi):
    answer = api.post(f"/payments/{api.begun()['merchant_id']}/refunds", {}, headers=api.shop)
    assert told(answer) == (422, "refund-refused")


def test_a_payment_that_is_none_has_no_refunds(api: RunningApi):
    assert told(api.get("/payments/nobody/refunds", headers=api.shop)) == (404, "payment-not-found")
    assert told(api.post("/payments/nobody/refunds", {}, headers=api.shop)) == (404, "payment-not-found")


def test_an_unknown_outcome_is_202_and_the_sweep_goes_on(api: RunningApi):
    payment, _ = api.paid()
    api.gateway.trouble("refund", Unknown("no answer"), after_the_work=True)
    path = f"/payments/{payment['merchant_id']}/refunds"
    assert told(api.post(path, {"amount": 5_000}, headers=api.shop)) == (202, "open")
    assert told(api.post(path, {"amount": 5_000}, headers=api.shop)) == (409, "refund-in-progress")
    run(api.service.sweep.sweep())
    (refund,) = api.get(path, headers=api.shop).json()["refunds"]
    assert (refund["status"], refund["amount"]) == ("done", 5_000)
    assert api.gateway.calls.count("refund") == 1


def test_a_refund_that_the_provider_refuses_is_refused_in_its_words(api: RunningApi):
    payment, _ = api.paid()
    api.gateway.trouble("refund", Rejected("No.", "-1", "취소 기간이 지났습니다"))
    answer = api.post(f"/payments/{payment['merchant_id']}/refunds", {}, headers=api.shop)
    assert told(answer) == (422, "refund-refused")
    assert "취소 기간이 지났습니다" in answer.json()["detail"]


def test_a_refund_with_its_key_sent_again_after_an_unknown_outcome_is_the_same_refund(api: RunningApi):
    """No answer was kept, for there was none: it is the refund's id that keeps the second try from paying twice."""
    payment, _ = api.paid()
    headers = api.shop | {"Idempotency-Key": "r-1"}
    path = f"/payments/{payment['merchant_id']}/refunds"
    api.gateway.trouble("refund", NotSent("away"))
    first = api.post(path, {"amount": 5_000}, headers=headers)
    second = api.post(path, {"amount": 5_000}, headers=headers)
    assert (told(first), told(second)) == ((202, "open"), (201, "done"))
    assert first.json()["id"] == second.json()["id"]
    third = api.post(path, {"amount": 5_000}, headers=headers)
    assert (third.headers["Idempotent-Replayed"], third.content) == ("true", second.content)
    assert api.stored(payment["merchant_id"]).refunded == 5_000


def _stray(api: RunningApi):
    """Money for a payment that was closed before: held, because the policy of these tests is to ask."""
    payment = api.begun("silver")
    attempt = api.gateway.open(payment["merchant_id"], Money(8_000))
    api.post(f"/payments/{payment['merchant_id']}/cancel", headers=api.alice)
    api.gateway.approve(attempt)
    return payment["merchant_id"], attempt


@pytest.fixture
def holding():
    with running_api(settings=attrs.evolve(api_settings(), hold_strays=True)) as api:
        yield api


def test_a_held_stray_is_listed_and_given_back(holding: RunningApi):
    which, attempt = _stray(holding)
    holding.hears(imp_uid=attempt)
    shop = holding.shop
    (stray,) = holding.get("/strays", headers=shop).json()["strays"]
    assert (stray["merchant_id"], stray["disposition"], stray["remaining"]) == (which, "late", 8_000)
    path = f"/payments/{which}/strays/{attempt}"
    assert told(holding.post(f"{path}/return", {}, headers=shop)) == (201, "done")
    assert holding.get("/strays", headers=shop).json()["strays"] == []
    assert told(holding.post(f"{path}/return", {}, headers=shop)) == (422, "refund-refused")


def test_a_stray_is_kept_only_with_a_note(holding: RunningApi):
    which, attempt = _stray(holding)
    holding.hears(imp_uid=attempt)
    path, shop = f"/payments/{which}/strays/{attempt}/hold", holding.shop
    for note in ("", "   "):
        assert told(holding.post(path, {"note": note}, headers=shop)) == (400, "malformed-request")
    assert holding.post(path, {"note": "paid by phone"}, headers=shop).json()["attempts"][0]["note"] == "paid by phone"
    assert holding.get("/strays", headers=shop).json()["strays"] == []


def test_by_default_a_stray_is_given_back_by_itself(api: RunningApi):
    which, attempt = _stray(api)
    api.hears(imp_uid=attempt)
    run(api.service.sweep.sweep())
    (refund,) = api.get(f"/payments/{which}/refunds", headers=api.shop).json()["refunds"]
    assert (refund["status"], refund["amount"]) == ("done", 8_000)


def test_an_accepted_capture_is_no_stray(api: RunningApi):
    payment, attempt = api.paid()
    path = f"/payments/{payment['merchant_id']}/strays/{attempt}"
    assert told(api.post(f"{path}/return", {}, headers=api.shop)) == (422, "refund-refused")
    assert told(api.post(f"{path}/hold", {"note": "mine"}, headers=api.shop)) == (422, "refund-refused")
    assert api.stored(payment["merchant_id"]).refunds == ()


def test_strays_are_paged(holding: RunningApi):
    attempts = []
    for number in range(3):
        payment = holding.begun(f"gold#{number}") if number else holding.begun()
        attempts.append(holding.approved(payment, amount=100))
        holding.hears(imp_uid=attempts[-1])
    seen, query, shop = [], {"limit": 2}, holding.shop
    while query.get("cursor", "first"):
        page = holding.get("/strays", params=query, headers=shop).json()
        seen += [stray["gateway_id"] for stray in page["strays"]]
        query["cursor"] = page.get("next")
    assert seen == attempts[::-1]


FOREIGN = ["주문 2024.01", "ORD:7#a?b=1", "x\n2026 CRITICAL", "😀" * 40, "..%2f"]


@pytest.mark.parametrize("which", FOREIGN, ids=ascii)
def test_an_orphan_of_any_name_can_be_read_and_held(holding: RunningApi, which):
    """Whoever took the money chose its name: fails where only names like ours can be listed."""
    attempt = holding.gateway.open(which, Money(100))
    holding.gateway.approve(attempt)
    holding.hears(imp_uid=attempt)
    (orphan,) = holding.get("/orphans", headers=holding.shop).json()["orphans"]
    assert (orphan["merchant_id"], orphan["gateway_id"], orphan["remaining"]) == (which, attempt, 100)
    note = {"note": "a colleague's test"}
    assert holding.post(f"/orphans/{attempt}/hold", note, headers=holding.shop).json()["note"] == note["note"]
    assert holding.get("/orphans", headers=holding.shop).json() == {"orphans": []}


def test_orphans_are_paged_and_are_in_no_list_of_payments(holding: RunningApi):
    """Fails where a buyer who pays a won under a long name hides all older orphans from the shop."""
    for which in ("older", "😀" * 40, "newer"):
        attempt = holding.gateway.open(which, Money(100))
        holding.gateway.approve(attempt)
        holding.hears(imp_uid=attempt)
    seen, query = [], {"limit": 1}
    while query.get("cursor", "first"):
        answer = holding.get("/orphans", params=query, headers=holding.shop)
        assert answer.status_code == 200, answer.text
        seen += [one["merchant_id"] for one in answer.json()["orphans"]]
        query["cursor"] = answer.json().get("next")
    assert seen == ["newer", "😀" * 40, "older"]
    assert holding.get("/payments", headers=holding.shop).json()["payments"] == []
    assert holding.get("/strays", headers=holding.shop).json()["strays"] == []


def test_only_the_shop_sees_and_holds_orphans(holding: RunningApi):
    assert told(holding.get("/orphans", headers=holding.alice)) == (403, "not-allowed")
    assert told(holding.post("/orphans/imp_1/hold", {"note": "mine"}, headers=holding.alice)) == (403, "not-allowed")
    assert told(holding.post("/orphans/imp_1/hold", {"note": "none"}, headers=holding.shop)) == (
        404,
        "payment-not-found",
    )


def test_a_buyers_timeline_tells_neither_who_works_in_the_shop_nor_what_they_note(holding: RunningApi):
    """The note is for the shop's eyes: a buyer would read there what is suspected of them."""
    which, attempt = _stray(holding)
    holding.hears(imp_uid=attempt)
    shop = holding.shop
    kept = holding.post(f"/payments/{which}/strays/{attempt}/hold", {"note": "looks like fraud"}, headers=shop)
    assert kept.status_code == 200
    for headers, by, reason in ((holding.alice, "shop", ""), (shop, "shop:test-shop", "looks like fraud")):
        event = holding.get(f"/payments/{which}/events", headers=headers).json()["events"][-1]
        assert (event["kind"], event["by"], event["reason"]) == ("stray_held", by, reason)
