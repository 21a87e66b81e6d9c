"""The payments API: lists, pages, and who may see which payment."""

import pytest
from support.api import RunningApi, bearer, slug

from payments.domain.machine import Status


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
