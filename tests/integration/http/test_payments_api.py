"""Calls about payments, over a real socket: what a buyer's browser and a shop's server can and cannot do."""

import queue
import threading

import pytest
import requests
from support.api import RunningApi, bearer, running_api, signed_order
from support.patience import EVENTUALLY

from payments.domain.errors import ContractViolation, NotSent, Rejected, Unknown
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.entrypoints.service import Web


def slug(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["type"].endswith(told["slug"])
    assert told["title"]
    assert told["detail"]
    return told["slug"]


@pytest.mark.parametrize("text", ["cart\x00", "cart\ud800"], ids=ascii)
@pytest.mark.parametrize("claim", ["order", "name"])
def test_a_signed_order_that_no_database_can_keep_is_refused(api: RunningApi, claim, text):
    answer = api.post("/payments", {"order": signed_order(**{claim: text})}, headers=api.alice)
    assert slug(answer) == "order-not-found"


def test_a_buyer_begins_and_gets_what_opens_the_window(api: RunningApi):
    answer = api.post("/payments", {"order": "gold", "method": "card", "expected_amount": 12_000}, headers=api.alice)
    assert answer.status_code == 201
    begun = answer.json()
    assert (begun["status"], begun["amount"], begun["currency"]) == ("awaiting", 12_000, "KRW")
    assert begun["window"]["user_code"] == "imp12345678"
    opening = begun["window"]["request_pay"]
    assert (opening["merchant_uid"], opening["amount"]) == (begun["merchant_id"], 12_000)
    assert "client_token" not in begun
    assert "attempts" not in begun


def test_a_shops_server_begins_for_a_buyer_and_gets_a_client_token(api: RunningApi):
    body = {"buyer": "alice", "order": "o-1", "name": "책", "amount": 1_999, "currency": "USD", "method": "paypal"}
    begun = api.post("/payments", body, headers=api.shop).json()
    assert begun["window"]["request_pay"]["amount"] == 19.99
    client = bearer(begun["client_token"])
    path = f"/payments/{begun['merchant_id']}"
    assert api.get(path, headers=client).json()["buyer"] == "alice"
    attempt = api.approved(begun)
    assert api.post(f"{path}/complete", {"gateway_id": attempt}, headers=client).json()["status"] == "paid"
    assert api.post(f"{path}/abandon", {}, headers=client).json()["status"] == "paid"


def test_a_client_token_is_good_for_its_payment_alone(api: RunningApi):
    def begin(order):
        body = {"buyer": "alice", "order": order, "name": "책", "amount": 1_000}
        return api.post("/payments", body, headers=api.shop).json()

    first, second = begin("o-1"), begin("o-2")
    client = bearer(first["client_token"])
    absent = api.get(f"/payments/{'x' * 32}", headers=client)
    for answer in (
        api.get(f"/payments/{second['merchant_id']}", headers=client),
        api.post(f"/payments/{second['merchant_id']}/complete", {"gateway_id": "a"}, headers=client),
        api.post(f"/payments/{second['merchant_id']}/abandon", {}, headers=client),
    ):
        assert (answer.status_code, answer.content) == (404, absent.content)
    assert slug(api.post(f"/payments/{first['merchant_id']}/cancel", headers=client)) == "not-allowed"
    assert slug(api.get("/payments", headers=client)) == "not-allowed"
    assert slug(api.post("/payments", {"order": "gold"}, headers=client)) == "not-allowed"


def test_another_buyers_payment_is_answered_with_the_same_bytes_as_an_absent_one(api: RunningApi):
    mine = api.begun()["merchant_id"]
    calls = [
        lambda which: api.get(f"/payments/{which}", headers=api.bob),
        lambda which: api.get(f"/payments/{which}/events", headers=api.bob),
        lambda which: api.post(f"/payments/{which}/complete", {"gateway_id": "imp_1"}, headers=api.bob),
        lambda which: api.post(f"/payments/{which}/abandon", {}, headers=api.bob),
        lambda which: api.post(f"/payments/{which}/cancel", headers=api.bob),
    ]
    varying = {"Date", "X-Request-Id"}
    for call in calls:
        answers = [call(mine), call("absent"), call("not an id!"), call("x" * 50)]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        headers = [{k: v for k, v in answer.headers.items() if k.title() not in varying} for answer in answers]
        assert headers[0] == headers[1] == headers[2] == headers[3]
    assert api.stored(mine).status is Status.AWAITING


def test_a_browser_cannot_name_the_price(api: RunningApi):
    for tampering in ({"amount": 10}, {"price": 10}, {"currency": "KRW"}, {"buyer": "bob"}, {"name": "Free"}):
        answer = api.post("/payments", {"order": "gold"} | tampering, headers=api.alice)
        assert slug(answer) == "malformed-request"
        assert next(iter(tampering)) in answer.json()["detail"]
    assert slug(api.post("/payments", {"order": "gold", "expected_amount": 10}, headers=api.alice)) == "price-changed"
    assert api.get("/payments", headers=api.alice).json() == {"payments": []}


def test_an_order_signed_by_the_shop_carries_its_price(api: RunningApi):
    begun = api.begun(signed_order(sub="alice"))
    assert (begun["order"], begun["name"], begun["amount"]) == ("cart-1", "장바구니", 5_500)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "bob"},
        {"aud": "payments"},
        {"iss": "somebody"},
        {"exp": 1},
        {"exp": None},
        {"amount": 0},
        {"amount": "5500"},
        {"amount": 5500.5},
        {"amount": True},
        {"amount": None},
        {"currency": "XXX"},
        {"currency": ["KRW"]},
        {"name": ""},
        {"name": None},
        {"order": "x" * 121},
        {"order": 7},
        {"order": None},
    ],
    ids=str,
)
def test_an_order_that_the_shop_did_not_sign_for_this_buyer_is_none(api: RunningApi, claims):
    assert slug(api.post("/payments", {"order": signed_order(**claims)}, headers=api.alice)) == "order-not-found"


def test_an_order_changed_after_it_was_signed_is_none(api: RunningApi):
    head, _, tail = signed_order().split(".")
    _, cheaper, _ = signed_order(amount=1).split(".")
    assert slug(api.post("/payments", {"order": f"{head}.{cheaper}.{tail}"}, headers=api.alice)) == "order-not-found"


def test_beginning_the_same_order_again_is_the_same_payment(api: RunningApi):
    assert api.begun("gold")["merchant_id"] == api.begun("gold")["merchant_id"] != api.begun("gold#2")["merchant_id"]


def test_an_order_that_is_paid_cannot_be_begun_again(api: RunningApi):
    api.paid("gold")
    assert slug(api.post("/payments", {"order": "gold"}, headers=api.alice)) == "already-paid"


def test_an_order_without_a_price_is_refused(api: RunningApi):
    assert slug(api.post("/payments", {"order": "platinum"}, headers=api.alice)) == "order-not-found"


def test_the_provider_refusing_the_price_is_told_in_its_own_words(api: RunningApi):
    api.gateway.trouble("prepare", Rejected("No.", "-1", "금액이 너무 큽니다"))
    answer = api.post("/payments", {"order": "gold"}, headers=api.alice)
    assert slug(answer) == "gateway-rejected"
    assert (answer.json()["provider_code"], answer.json()["provider_text"]) == ("-1", "금액이 너무 큽니다")


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (NotSent("connect to 10.0.0.7:443 refused"), 503, "gateway-not-reached"),
        (Unknown("read timed out after 10.0.0.7"), 504, "gateway-unknown"),
        (ContractViolation("10.0.0.7 said NaN"), 502, "gateway-contract"),
    ],
)
def test_trouble_with_the_provider_tells_nothing_of_our_inside(api: RunningApi, error, status, expected):
    api.gateway.trouble("prepare", error)
    answer = api.post("/payments", {"order": "gold"}, headers=api.alice)
    assert (answer.status_code, slug(answer)) == (status, expected)
    assert "10.0.0.7" not in answer.text
    assert api.begun("gold")["status"] == "awaiting"


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


def test_a_buyer_lists_only_their_own_newest_first_page_by_page(api: RunningApi):
    mine = [api.begun(f"gold#{number}")["merchant_id"] for number in range(5)]
    api.post("/payments", {"order": "gold"}, headers=api.bob)
    seen, query = [], {"limit": 2}
    while True:
        page = api.get("/payments", params=query, headers=api.alice).json()
        seen += [payment["merchant_id"] for payment in page["payments"]]
        if "next" not in page:
            break
        query["cursor"] = page["next"]
    assert seen == mine[::-1]
    everything = api.get("/payments", params={"limit": 100}, headers=api.shop).json()["payments"]
    assert len(everything) == 6
    assert [p["merchant_id"] for p in api.get("/payments?buyer=alice", headers=api.shop).json()["payments"]] == mine[
        ::-1
    ]
    assert api.get("/payments?buyer=bob", headers=api.alice).json()["payments"][0]["buyer"] == "alice"


def test_a_list_of_one_status_has_no_other(api: RunningApi):
    api.begun("silver")
    paid, _ = api.paid("gold")
    found = api.get("/payments?status=paid", headers=api.alice).json()["payments"]
    assert [payment["merchant_id"] for payment in found] == [paid["merchant_id"]]


def test_a_cursor_is_good_for_its_own_list_alone(api: RunningApi):
    for number in range(3):
        api.begun(f"gold#{number}")
    cursor = api.get("/payments?limit=1", headers=api.alice).json()["next"]
    assert cursor not in (
        payment["merchant_id"] for payment in api.get("/payments", headers=api.alice).json()["payments"]
    )
    for query, caller in [
        ({"cursor": cursor}, api.bob),
        ({"cursor": cursor}, api.shop),
        ({"cursor": cursor, "status": "paid"}, api.alice),
        ({"cursor": cursor[:-2] + "AA"}, api.alice),
        ({"cursor": "x"}, api.alice),
        ({"cursor": ""}, api.alice),
        ({"cursor": "한글"}, api.alice),
    ]:
        answer = api.get("/payments", params=query, headers=caller)
        assert (answer.status_code, slug(answer)) == (400, "malformed-request"), query


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=1.5", "status=gone", "sort=asc"])
def test_a_query_is_read_strictly(api: RunningApi, query):
    assert slug(api.get(f"/payments?{query}", headers=api.alice)) == "malformed-request"


def test_the_shop_sees_the_attempts_and_the_buyer_does_not(api: RunningApi):
    payment, attempt = api.paid()
    path = f"/payments/{payment['merchant_id']}"
    assert [a["gateway_id"] for a in api.get(path, headers=api.shop).json()["attempts"]] == [attempt]
    assert "attempts" not in api.get(path, headers=api.alice).json()


def test_a_flood_of_strangers_is_turned_away_and_keeps_no_buyer_waiting():
    """A request beyond what fits would wait for ever if the queue had no bound; in one pool it would stop everybody."""
    entered, leave = threading.Semaphore(0), threading.Event()

    async def slowly():
        entered.release()
        assert leave.wait(EVENTUALLY)

    answers: queue.Queue[requests.Response] = queue.Queue()
    with running_api(web=Web(threads=1, queue=1), ready=slowly) as api:
        crowd = [threading.Thread(target=lambda: answers.put(api.get("/readyz"))) for _ in range(3)]
        for thread in crowd:
            thread.start()
        assert entered.acquire(timeout=EVENTUALLY)
        answer = answers.get(timeout=EVENTUALLY)  # one is at work, one waits its turn, one has no place
        assert (answer.status_code, slug(answer)) == (503, "busy")
        assert answer.headers["Retry-After"] == "1"
        assert api.begun()["status"] == "awaiting"
        assert api.get("/healthz").status_code == 200
        leave.set()
        for thread in crowd:
            thread.join(EVENTUALLY)
        assert sorted(answers.get().status_code for _ in range(2)) == [200, 200]
        assert api.get("/readyz").status_code == 200
