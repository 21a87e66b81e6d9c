"""Money given back elsewhere over HTTP: recorded once, counted once, and told apart."""

from support.api import RunningApi, slug

from payments.entrypoints.blocking import run

SAID = {"amount": 3_000, "note": "계좌 이체, 김 대리"}


def recorded(api: RunningApi, **said: object) -> tuple[str, dict[str, object]]:
    payment, _ = api.paid()
    path = f"/payments/{payment['merchant_id']}/outside-refunds"
    answer = api.post(path, SAID | said, headers=api.shop)
    assert answer.status_code == 201, answer.text
    return payment["merchant_id"], answer.json()


def test_it_is_told_apart_in_the_payment_its_refunds_and_its_timeline(api: RunningApi):
    merchant_id, refund = recorded(api)
    assert (refund["status"], refund["amount"], refund["reason"]) == ("outside", 3_000, SAID["note"])
    shown = api.get(f"/payments/{merchant_id}", headers=api.shop).json()
    assert (shown["refunded"], shown["outside"], shown["left"], shown["status"]) == (0, 3_000, 9_000, "paid")
    assert shown["attempts"][0]["outside"] == 3_000
    events = api.get(f"/payments/{merchant_id}/events", headers=api.shop).json()["events"]
    assert (events[-1]["kind"], events[-1]["reason"]) == ("refunded_outside", SAID["note"])
    seen = api.get(f"/payments/{merchant_id}/events", headers=api.alice).json()["events"]
    assert (seen[-1]["reason"], seen[-1]["by"]) == ("", "shop"), "the note is for the shop's people"


def test_a_repeat_with_the_same_key_is_recorded_once(api: RunningApi):
    payment, _ = api.paid()
    path, key = f"/payments/{payment['merchant_id']}/outside-refunds", {"Idempotency-Key": '"one"'}
    first, again = (api.post(path, SAID, headers=api.shop | key) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert api.stored(payment["merchant_id"]).outside == 3_000


def test_more_than_is_left_is_refused_and_all_of_it_is_cancelled(api: RunningApi):
    merchant_id, _ = recorded(api)
    path = f"/payments/{merchant_id}/outside-refunds"
    assert slug(api.post(path, SAID | {"amount": 9_001}, headers=api.shop)) == "refund-refused"
    assert api.post(path, SAID | {"amount": 9_000}, headers=api.shop).status_code == 201
    assert api.get(f"/payments/{merchant_id}", headers=api.shop).json()["status"] == "cancelled"


def test_a_day_in_the_future_and_before_the_capture_is_refused(api: RunningApi):
    payment, _ = api.paid()
    path = f"/payments/{payment['merchant_id']}/outside-refunds"
    for day in ("2999-01-01", "2020-01-01", "yesterday"):
        assert slug(api.post(path, SAID | {"on": day}, headers=api.shop)) == "bad-input"


def test_the_same_money_at_the_provider_is_listed_and_decided(api: RunningApi):
    merchant_id, refund = recorded(api)
    attempt = api.stored(merchant_id).attempts[0].gateway_id
    api.gateway.refund_in_console(attempt, 3_000)
    run(api.service.refresher.refresh(api.stored(merchant_id), "test"))
    listed = api.get("/payments?questioned=true", headers=api.shop).json()["payments"]
    assert [(one["merchant_id"], one["left"], one["outside"]) for one in listed] == [(merchant_id, 9_000, 0)]
    assert api.get("/payments?questioned=true", headers=api.bob).json()["payments"] == []
    path = f"/payments/{merchant_id}/outside-refunds/{refund['id']}"
    merged = api.post(f"{path}/merge", headers=api.shop)
    assert (merged.status_code, merged.json()["status"]) == (200, "merged")
    assert slug(api.post(f"{path}/count", headers=api.shop)) == "refund-refused"
    assert api.get("/payments?questioned=true", headers=api.shop).json()["payments"] == []


def test_a_buyer_records_nothing(api: RunningApi):
    payment, _ = api.paid()
    answer = api.post(f"/payments/{payment['merchant_id']}/outside-refunds", SAID, headers=api.alice)
    assert answer.status_code == 403
