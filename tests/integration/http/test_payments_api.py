"""The payments API: what completes, leaves, cancels or shows one payment."""

from support.api import RunningApi, slug

from payments.domain.errors import NotSent, Unknown
from payments.domain.machine import Status
from payments.domain.money import Money


def test_a_completed_payment_is_paid_and_stays_paid(api: RunningApi):
    payment, attempt = api.paid()
    assert payment["paid_at"] is not None
    asked = len(api.gateway.calls)
    again = api.post(f"/payments/{payment['merchant_id']}/complete", {"gateway_id": attempt}, headers=api.alice)
    assert (again.status_code, again.json()["status"]) == (200, "paid")
    assert len(api.gateway.calls) == asked  # a replay costs the provider nothing


def test_completing_with_another_payments_attempt_changes_nothing(api: RunningApi):
    _, foreign = api.paid("gold")
    mine = api.begun("silver")["merchant_id"]
    answer = api.post(f"/payments/{mine}/complete", {"gateway_id": foreign}, headers=api.alice)
    assert (answer.status_code, slug(answer)) == (422, "attempt-mismatch")
    assert api.stored(mine).status is Status.AWAITING


def test_while_the_provider_cannot_tell_completion_is_202_and_looked_at_soon(api: RunningApi):
    payment = api.begun()
    attempt = api.approved(payment)
    api.gateway.trouble("find", Unknown("no answer"))
    path = f"/payments/{payment['merchant_id']}/complete"
    answer = api.post(path, {"gateway_id": attempt}, headers=api.alice)
    assert (answer.status_code, answer.json()["status"]) == (202, "awaiting")
    assert int(answer.headers["Retry-After"]) > 0
    assert api.stored(payment["merchant_id"]).due_at <= api.service.checkout.clock.now()
    assert api.post(path, {"gateway_id": attempt}, headers=api.alice).json()["status"] == "paid"


def test_a_wrong_amount_is_never_paid(api: RunningApi):
    payment = api.begun()
    attempt = api.approved(payment, amount=10)
    answer = api.post(f"/payments/{payment['merchant_id']}/complete", {"gateway_id": attempt}, headers=api.alice)
    assert (answer.json()["status"], answer.json()["reason"]) == ("failed", "amount_mismatch")


def test_abandoning_believes_the_provider_and_not_the_browser(api: RunningApi):
    payment = api.begun()
    path = f"/payments/{payment['merchant_id']}/abandon"
    assert (
        api.post(path, {"reason": "사용자가 결제를 취소하셨습니다"}, headers=api.alice).json()["status"] == "awaiting"
    )
    api.approved(payment)
    assert api.post(path, headers=api.alice).json()["status"] == "paid"


def test_abandoning_while_the_provider_is_away_is_202(api: RunningApi):
    payment = api.begun()
    api.gateway.trouble("attempts", NotSent("away"))
    answer = api.post(f"/payments/{payment['merchant_id']}/abandon", {}, headers=api.alice)
    assert (answer.status_code, answer.json()["status"]) == (202, "awaiting")


def test_an_unpaid_payment_can_be_cancelled_and_a_paid_one_not(api: RunningApi):
    unpaid = api.begun("silver")["merchant_id"]
    answer = api.post(f"/payments/{unpaid}/cancel", headers=api.alice)
    assert (answer.status_code, answer.json()["status"], answer.json()["reason"]) == (200, "cancelled", "buyer")
    paid, _ = api.paid("gold")
    assert slug(api.post(f"/payments/{paid['merchant_id']}/cancel", headers=api.alice)) == "already-paid"


def test_a_payment_that_cannot_be_looked_at_is_not_cancelled(api: RunningApi):
    payment = api.begun()
    api.gateway.trouble("attempts", Unknown("no answer"))
    answer = api.post(f"/payments/{payment['merchant_id']}/cancel", headers=api.alice)
    assert (answer.status_code, slug(answer)) == (504, "gateway-unknown")
    assert api.stored(payment["merchant_id"]).status is Status.AWAITING


def test_a_deposit_shows_its_account_to_its_buyer_while_it_waits(api: RunningApi):
    payment = api.begun(method="virtual_account")
    path = f"/payments/{payment['merchant_id']}"
    attempt = api.gateway.open(payment["merchant_id"], api.stored(payment["merchant_id"]).price)
    issued = api.gateway.issue_deposit(attempt)
    told = api.post(f"{path}/complete", {"gateway_id": attempt}, headers=api.alice).json()
    assert told["status"] == "awaiting"
    (account,) = told["deposits"]
    assert (account["bank"], account["account"]) == (issued.deposit.bank, issued.deposit.account)
    assert told["expires_at"] == account["due"]
    api.gateway.deposit(attempt)
    paid = api.post(f"{path}/complete", {"gateway_id": attempt}, headers=api.alice).json()
    assert (paid["status"], paid["deposits"]) == ("paid", [])


def test_the_timeline_tells_what_changed_when_and_by_whom(api: RunningApi):
    payment, attempt = api.paid()
    events = api.get(f"/payments/{payment['merchant_id']}/events", headers=api.alice).json()["events"]
    assert [event["version"] for event in events] == list(range(1, payment["version"] + 1))
    assert [event["kind"] for event in events] == ["begun", "prepared", "captured"]
    assert events[0]["by"] == "buyer:alice"
    assert (events[-1]["by"], events[-1]["status"], events[-1]["gateway_id"]) == ("complete", "paid", attempt)


def test_money_in_another_currency_is_told_in_its_own(api: RunningApi):
    payment = api.begun()
    attempt = api.gateway.open(payment["merchant_id"], Money(1_999, "USD"), tampered=True)
    api.gateway.approve(attempt)
    path = f"/payments/{payment['merchant_id']}"
    api.post(f"{path}/complete", {"gateway_id": attempt}, headers=api.alice)
    events = {event["kind"]: event for event in api.get(f"{path}/events", headers=api.alice).json()["events"]}
    assert (events["begun"]["amount"], events["begun"]["currency"]) == (12_000, "KRW")
    assert (events["strayed"]["amount"], events["strayed"]["currency"]) == (1_999, "USD")
