"""How often callers are served: 429 with the standard fields, each caller in a budget of its own."""

import attrs
import pytest
from support.api import RunningApi, bearer, running_api, signed, slug

from payments.domain.errors import Unknown
from payments.entrypoints.limits import Limits


def limited(**limits):
    return running_api(limits=Limits.of(**limits))


def told(answer):
    return answer.status_code, slug(answer) if answer.status_code >= 400 else None


def test_a_buyer_beyond_the_limit_is_told_when_to_come_back_and_nobody_else_is():
    with limited(buyer=3) as api:
        answers = [api.get("/payments", headers=api.alice) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert [answer.headers["RateLimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
        assert slug(answers[-1]) == "too-many-requests"
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 20
        assert answers[-1].headers["RateLimit-Policy"] == '"buyer";q=3;w=60'
        assert api.get("/payments", headers=api.bob).status_code == 200
        assert api.get("/payments", headers=api.shop).status_code == 200


def test_a_key_has_a_budget_of_its_own():
    with limited(key=2, buyer=1) as api:
        shop = api.shop
        assert [api.get("/payments", headers=shop).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("wrong", [{"Authorization": "Bearer pk_00000000_x"}, {"Authorization": "Bearer x"}, {}])
def test_wrong_credentials_are_slowed_and_right_ones_still_get_in(wrong):
    with limited(failures=3) as api:
        answers = [api.get("/payments", headers=wrong) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
        assert "Retry-After" in answers[-1].headers
        assert api.get("/payments", headers=api.alice).status_code == 200


def test_checks_of_one_payment_are_limited_for_each_caller_alone():
    with limited(payment=2) as api:
        path = f"/payments/{api.begun()['merchant_id']}/abandon"
        for _ in range(2):
            assert api.post(path, {}, headers=api.bob).status_code == 404
        asked = len(api.gateway.calls)
        answers = [api.post(path, {}, headers=api.alice).status_code for _ in range(10)]
        assert answers == [200] * 2 + [429] * 8
        assert len(api.gateway.calls) == asked + 2


def test_a_return_beyond_the_limit_shows_what_is_known_without_asking():
    with limited(payment=1) as api:
        payment = api.begun()
        asked = len(api.gateway.calls)
        for _ in range(5):
            assert api.get(f"/payments/return?merchant_uid={payment['merchant_id']}").status_code == 200
        assert len(api.gateway.calls) == asked + 1


def test_returns_of_one_address_are_limited_and_webhooks_and_probes_never():
    with limited(address=1, failures=1) as api:
        assert [api.get("/payments/return").status_code for _ in range(2)] == [200, 429]
        for _ in range(5):
            assert api.post("/webhooks/iamport", {"imp_uid": "imp_1"}).status_code == 200
            assert api.get("/readyz").status_code == 200


def test_a_buyer_opens_only_so_many_payments():
    with limited(awaiting=2) as api:
        first, _ = api.begun("gold#1"), api.begun("gold#2")
        refused = api.post("/payments", {"order": "gold#3"}, headers=api.alice)
        assert told(refused) == (429, "too-many-awaiting")
        assert "Retry-After" in refused.headers
        assert api.post("/payments", {"order": "gold#2"}, headers=api.alice).status_code == 201  # the same again
        assert api.post("/payments", {"order": "gold#3"}, headers=api.bob).status_code == 201
        assert api.post(f"/payments/{first['merchant_id']}/cancel", {}, headers=api.alice).status_code == 200
        assert api.post("/payments", {"order": "gold#3"}, headers=api.alice).status_code == 201


def test_failed_payments_and_those_that_the_shop_began_lock_nobody_out():
    with limited(awaiting=1) as api:
        for number in range(3):
            body = {"buyer": "alice", "order": f"o{number}", "name": "n", "amount": 100}
            assert api.post("/payments", body, headers=api.shop).status_code == 201
        for number in range(3):
            payment = api.begun(f"gold#{number}")
            api.gateway.decline(api.gateway.open(payment["merchant_id"], api.stored(payment["merchant_id"]).price))
            answer = api.post(f"/payments/{payment['merchant_id']}/abandon", {}, headers=api.alice)
            assert answer.json()["status"] == "failed"


def test_idempotency_keys_of_a_buyer_are_bounded():
    with limited(new_keys=2) as api:
        answers = [
            api.post("/payments", {"order": "gold"}, headers=api.alice | {"Idempotency-Key": f"k{n}"}).status_code
            for n in range(3)
        ]
        assert answers == [201, 201, 429]


def test_a_client_token_has_a_budget_of_its_own():
    with limited(buyer=1) as api:
        body = {"buyer": "alice", "order": "o", "name": "n", "amount": 100}
        begun = api.post("/payments", body, headers=api.shop).json()
        path, client = f"/payments/{begun['merchant_id']}", bearer(begun["client_token"])
        assert [api.get(path, headers=client).status_code for _ in range(2)] == [200, 429]
        assert api.get(path, headers=bearer(signed({"sub": "alice"}))).status_code == 200


def test_a_409_of_the_provider_is_not_hidden_by_the_fields_of_a_limit(api: RunningApi):
    api.gateway.trouble("prepare", Unknown("no answer"))
    limits = attrs.evolve(api.service, limits=Limits.of(buyer=5))
    with running_api(gateway=api.gateway, limits=limits.limits) as counted:
        answer = counted.post("/payments", {"order": "gold"}, headers=counted.alice)
        assert (answer.status_code, answer.headers["Retry-After"]) == (504, "5")
