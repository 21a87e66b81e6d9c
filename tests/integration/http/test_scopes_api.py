"""What an API key may do: its scopes, its end, and when it was last used."""

from datetime import timedelta

import pytest
from support.api import RunningApi, bearer, slug

from payments.domain.access import DEFAULT_SCOPES, Scope
from payments.entrypoints.blocking import run
from payments.entrypoints.http.app import OPERATIONS
from payments.entrypoints.http.edge.access import ACCESS, Access, Reach
from payments.entrypoints.http.edge.auth import Who
from payments.entrypoints.tokens import key_digest, new_key

SCOPES = {route: row.scope for route, row in ACCESS.items() if row.scope}
FILLED = {"{merchant_id}": "m", "{gateway_id}": "imp_1"}


def with_key(api: RunningApi, *scopes: Scope, expires_in: timedelta | None = None) -> dict[str, str]:
    now = api.service.clock.now()
    expires_at = now + expires_in if expires_in is not None else None
    key, secret = new_key("server", now, frozenset(scopes) or DEFAULT_SCOPES, expires_at)
    run(api.service.api_keys.add_key(key, key_digest(secret)))
    return bearer(secret)


def test_every_call_of_the_shop_has_a_scope_and_no_other_row_is_left():
    assert {(one.method, one.path) for one in OPERATIONS if Who.SHOP in one.callers} == set(SCOPES)


def test_a_row_of_the_shop_without_a_scope_and_a_scope_without_the_shop_cannot_be_written():
    for wrong in ({"callers": {Who.SHOP: Reach.ANY}}, {"callers": {Who.BUYER: Reach.OWN}, "scope": Scope.READ}):
        with pytest.raises(LookupError):
            Access(**wrong)


@pytest.mark.parametrize("scope", Scope)
def test_a_key_reaches_what_its_scope_allows_and_nothing_else(api: RunningApi, scope: Scope):
    headers = with_key(api, scope)
    for (method, path), needed in SCOPES.items():
        for placeholder, value in FILLED.items():
            path = path.replace(placeholder, value)
        answer = api.session.request(method, api.url + path, headers=headers, json={})
        assert (answer.status_code == 403) is (scope not in (needed, Scope.ADMIN)), (method, path, answer.text)


def test_a_new_key_cannot_refund_unless_told(api: RunningApi):
    payment, _ = api.paid()
    answer = api.post(f"/payments/{payment['merchant_id']}/refunds", {"reason": "x"}, headers=with_key(api))
    assert (answer.status_code, slug(answer)) == (403, "not-allowed")
    assert "`refund`" in answer.json()["detail"]


def test_an_expired_key_is_refused_also_while_it_is_remembered(api: RunningApi):
    headers = with_key(api, expires_in=timedelta(0))
    assert api.get("/payments", headers=headers).status_code == 401


def test_the_last_use_of_a_key_is_recorded(api: RunningApi):
    api.get("/payments", headers=with_key(api))
    (key,) = run(api.service.api_keys.list_keys())
    assert key.last_used_at is not None
