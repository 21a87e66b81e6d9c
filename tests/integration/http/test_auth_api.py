"""Who gets in, over a real socket."""

import time

import pytest
from support.api import KEY, RunningApi, bearer, running_api, signed, signed_order, slug
from support.patience import EVENTUALLY

from payments.domain.values import Caller
from payments.entrypoints.blocking import run
from payments.entrypoints.http.app import OPERATIONS
from payments.entrypoints.http.edge.auth import Who
from payments.entrypoints.tokens import Verifier


def told(answer):
    return answer.status_code, slug(answer)


def path_of(operation):
    names = {"merchant_id": "m", "gateway_id": "g", "refund_id": "r"}
    return operation.path.format(**names) if "{" in operation.path else operation.path


GUARDED = [operation for operation in OPERATIONS if operation.callers]


@pytest.mark.parametrize("operation", GUARDED, ids=lambda o: f"{o.method} {o.path}")
def test_no_call_about_money_answers_a_stranger(api: RunningApi, operation):
    url = api.url + path_of(operation)
    expired = bearer(signed({"exp": int(time.time()) - 600}))
    for headers in ({}, expired, bearer("nonsense"), bearer("pk_00000000_x"), {"Authorization": "Basic YTpi"}):
        answer = api.session.request(operation.method, url, headers=headers, json={}, timeout=EVENTUALLY)
        assert told(answer)[0] == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("operation", GUARDED, ids=lambda o: f"{o.method} {o.path}")
def test_credentials_are_good_for_their_own_calls_alone(api: RunningApi, operation):
    tokens = {
        Who.BUYER: api.alice,
        Who.SHOP: api.shop,
        Who.CLIENT: bearer(api.service.client_tokens.issue(api.stored(api.begun()["merchant_id"]), _now(api))),
    }
    for who, headers in tokens.items():
        answer = api.session.request(
            operation.method, api.url + path_of(operation), headers=headers, timeout=EVENTUALLY
        )
        assert (answer.status_code == 403) is (who not in operation.callers), who
        assert answer.status_code != 401


def _now(api):
    return api.service.checkout.clock.now()


def test_only_the_shop_reaches_refunds_strays_orphans_and_metrics():
    for_shop = {o.path for o in OPERATIONS if o.callers == (Who.SHOP,)}
    tags = ("refunds", "strays", "orphans", "reports", "channels")
    assert {o.path for o in OPERATIONS if o.tag in tags} | {"/metrics"} == for_shop


def test_a_revoked_key_opens_nothing(api: RunningApi):
    headers = api.shop
    assert api.get("/payments", headers=headers).status_code == 200
    (key,) = run(api.service.api_keys.list_keys())
    assert run(api.service.api_keys.revoke_key(key.prefix, _now(api)))
    assert told(api.get("/payments", headers=headers)) == (401, "unauthenticated")


def test_an_order_that_the_shop_signed_is_no_buyers_token():
    """The shop may sign both with one key and audience; an order travels through more hands than a token."""
    same = Verifier(algorithm="HS256", key=KEY, issuer="shop", audience="payments")
    with running_api(order_tokens=same) as api:
        order = signed({"order": "cart", "name": "n", "amount": 1_000, "currency": "KRW"})
        assert api.post("/payments", {"order": order}, headers=api.alice).status_code == 201
        assert told(api.get("/payments", headers=bearer(order))) == (401, "bad-token")


def test_without_configured_keys_there_are_no_buyers_and_no_signed_orders():
    with running_api(buyer_tokens=None) as api:
        assert told(api.get("/payments", headers=api.alice)) == (401, "unauthenticated")
    with running_api(order_tokens=None) as api:
        answer = api.post("/payments", {"order": signed_order()}, headers=api.alice)
        assert told(answer) == (422, "order-not-found")


def test_a_buyer_named_like_the_shop_is_a_buyer(api: RunningApi):
    payment = api.begun()["merchant_id"]
    for name in ("shop", "shop:test-shop", "system", str(Caller.shop("test-shop"))):
        assert told(api.get(f"/payments/{payment}", headers=bearer(signed({"sub": name})))) == (
            404,
            "payment-not-found",
        )


def test_no_answer_repeats_a_credential(api: RunningApi):
    for token in (signed({"iss": "x"}), "pk_secret_secret", "ct_secret", "x" * 9000):
        assert token not in api.get("/payments", headers=bearer(token)).text
