"""Every route × caller × {own, another buyer's, absent}, as the table of access says: no cell is left out."""

import itertools
from collections.abc import Iterator

import pytest
from support.api import RunningApi, bearer, running_api, signed, slug
from support.patience import EVENTUALLY

from payments.domain.money import Money
from payments.entrypoints.blocking import run
from payments.entrypoints.http.app import OPERATIONS, http_app
from payments.entrypoints.http.edge.access import ACCESS, PUBLIC, Access, Reach
from payments.entrypoints.http.edge.auth import Who
from payments.entrypoints.http.operations import operation

BODIES = {
    ("POST", "/payments"): {
        Who.BUYER: {"order": "gold"},
        Who.SHOP: {"buyer": "alice", "order": "o", "name": "n", "amount": 1},
    },
    ("POST", "/payments/{merchant_id}/complete"): {"gateway_id": "imp_1"},
    ("POST", "/payments/{merchant_id}/abandon"): {},
    ("POST", "/payments/{merchant_id}/cancel"): {},
    ("POST", "/payments/{merchant_id}/refunds"): {},
    ("POST", "/payments/{merchant_id}/refunds/{refund_id}/approve"): {},
    ("POST", "/payments/{merchant_id}/refunds/{refund_id}/reject"): {},
    ("POST", "/payments/{merchant_id}/outside-refunds"): {"amount": 1, "note": "n"},
    ("POST", "/payments/{merchant_id}/outside-refunds/{refund_id}/merge"): None,
    ("POST", "/payments/{merchant_id}/outside-refunds/{refund_id}/count"): None,
    ("POST", "/payments/{merchant_id}/strays/{gateway_id}/return"): {},
    ("POST", "/payments/{merchant_id}/strays/{gateway_id}/hold"): {"note": "n"},
    ("POST", "/orphans/{gateway_id}/hold"): {"note": "n"},
    ("POST", "/webhooks/{provider}"): {},
}
OF_A_PAYMENT = [route for route in ACCESS if "{merchant_id}" in route[1]]
OTHERS = [route for route in ACCESS if "{merchant_id}" not in route[1]]
REFUSED = (401, 403, 404)


@pytest.fixture(scope="module")
def api() -> Iterator[RunningApi]:
    with running_api() as running:
        yield running


def ask(api: RunningApi, route, who, *, payment="", alice="", attempt="imp_1"):
    """Call a route about *payment* as a caller of this kind; the buyer and the client token are those of *alice*."""
    method, path = route
    headers = {Who.BUYER: api.alice, Who.SHOP: api.shop, None: {}}.get(who)
    if headers is None:
        headers = bearer(api.service.client_tokens.issue(api.stored(alice), api.service.clock.now()))
    body = BODIES[route] if method == "POST" else None
    body = body.get(who, body) if body else body
    url = api.url + path.format(merchant_id=payment, gateway_id=attempt, refund_id="r_1", provider="iamport")
    return api.session.request(method, url, json=body, headers=headers, timeout=EVENTUALLY, allow_redirects=False)


def known_payments(api: RunningApi, order) -> dict[str, str]:
    """Return a payment of alice's, of bob's, and of nobody's, each with its kind."""
    bobs = api.post("/payments", {"order": order}, headers=bearer(signed({"sub": "bob"}))).json()["merchant_id"]
    return {"own": api.begun(order)["merchant_id"], "another's": bobs, "absent": "x" * 32}


@pytest.mark.parametrize(("route", "who"), list(itertools.product(ACCESS, [*Who, None])), ids=str)
def test_only_who_has_a_cell_gets_in(api: RunningApi, route, who):
    payment = api.begun(f"gold#{route}{who}")["merchant_id"]
    status, access = ask(api, route, who, payment=payment, alice=payment).status_code, ACCESS[route]
    if access.public:
        assert status not in (401, 403)
    elif who is None:
        assert status == 401
    else:
        assert (status == 403) is (who not in access.callers)
        assert status != 401


@pytest.mark.parametrize(("route", "who"), list(itertools.product(OF_A_PAYMENT, Who)), ids=str)
def test_whose_payment_is_reached_is_what_the_table_says(api: RunningApi, route, who):
    payments = known_payments(api, f"gold#{route}{who} whose")
    answers = {whose: ask(api, route, who, payment=which, alice=payments["own"]) for whose, which in payments.items()}
    reached = {whose for whose, answer in answers.items() if answer.status_code not in REFUSED}
    reach = ACCESS[route].callers.get(who)
    assert reached == {None: set(), Reach.OWN: {"own"}, Reach.ANY: {"own", "another's"}}[reach]
    if reach is Reach.OWN:  # another's is answered with the same bytes as an absent one
        assert answers["another's"].content == answers["absent"].content
        assert slug(answers["absent"]) == "payment-not-found"


@pytest.mark.parametrize(("who", "reach"), list(ACCESS["GET", "/payments"].callers.items()))
def test_a_list_shows_the_payments_that_its_caller_reaches(api: RunningApi, who, reach):
    payments = known_payments(api, f"gold#{who} listed")
    query = f"{api.url}/payments?limit=100"
    headers = api.alice if who is Who.BUYER else api.shop
    listed = api.session.get(query, headers=headers, timeout=EVENTUALLY).json()["payments"]
    assert ("bob" in {payment["buyer"] for payment in listed}) is (reach is Reach.ANY)
    assert payments["own"] in {payment["merchant_id"] for payment in listed}


def test_an_orphan_is_reached_by_who_has_a_cell(api: RunningApi):
    attempt = api.gateway.open("of-another-life", Money(700))
    api.gateway.approve(attempt)
    run(api.service.reconciliation.recent())
    route = ("POST", "/orphans/{gateway_id}/hold")
    payment = api.begun("gold#orphan")["merchant_id"]
    statuses = {who: ask(api, route, who, alice=payment, attempt=attempt).status_code for who in Who}
    assert {who for who, status in statuses.items() if status == 200} == set(ACCESS[route].callers)


def test_every_route_has_a_row_and_every_row_a_route(api: RunningApi):
    app = http_app(api.service)
    routes = {(method, route.path) for route in app.routes for method in route.methods - {"HEAD"}}
    assert routes == set(ACCESS)
    assert {(o.method, o.path): o.access for o in OPERATIONS}.items() <= ACCESS.items()


def test_a_route_without_a_row_cannot_be_built():
    with pytest.raises(LookupError, match="POST /payments/everything"):
        operation("POST", "/payments/everything", tag="payments", answers={})


def test_a_row_that_names_nobody_lets_nobody_in():
    assert not Access().public
    assert not Access().callers
    assert PUBLIC.public
