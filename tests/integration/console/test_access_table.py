"""Who gets in where: each page and action, as each kind of visitor, against the console's table of access."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import attrs
import pytest
from support.api import RunningApi, running_api
from support.console import Visitor, add_operator, signed_in

from payments.domain.access import Scope
from payments.domain.people.operators import SESSION_IDLE
from payments.entrypoints.blocking import run
from payments.entrypoints.console.access import ACCESS, PUBLIC, scope_of
from payments.entrypoints.console.files import FILES
from payments.entrypoints.console.mounting import console_of
from payments.entrypoints.settings import ConsoleOptions, Settings

SCOPES = {"read": (), "pay": (Scope.PAY,), "refund": (Scope.REFUND,), "admin": (Scope.ADMIN,)}
STRANGERS = ("nobody", "expired", "revoked", "made up")


@attrs.frozen
class World:
    api: RunningApi
    visitors: dict[str, Visitor]
    payment: str
    attempt: str

    def ask(self, route: tuple[str, str], who: str) -> Any:
        method, path = route
        filled = path.format(
            merchant_id=self.payment,
            gateway_id=self.attempt,
            name="somebody",
            refund_id="r",
            comparison_id="c",
            settlement_id="s",
            job_id="j",
        )
        visitor = self.visitors[who]
        if method == "GET":
            return visitor.get(filled, allow_redirects=False)
        return visitor.post(filled, {})


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running_api() as api:
        service = api.service
        for name, scopes in SCOPES.items():
            add_operator(service, name, *scopes)
        visitors = {name: Visitor(api, signed_in(service, name)) for name in SCOPES}
        revoked = add_operator(service, "revoked", Scope.ADMIN)
        token = signed_in(service, "revoked")
        run(service.people.operators.change(attrs.evolve(revoked, revoked_at=service.clock.now())))
        visitors |= {
            "nobody": Visitor(api),
            "expired": Visitor(api, signed_in(service, "admin", ago=SESSION_IDLE + timedelta(seconds=1))),
            "revoked": Visitor(api, token),
            "made up": Visitor(api, "no token of ours"),
        }
        payment, attempt = api.paid()
        yield World(api, visitors, payment["merchant_id"], attempt)


PROTECTED = [route for route, scope in ACCESS.items() if scope is not PUBLIC and route != ("POST", "/logout")]


@pytest.mark.parametrize(("route", "who"), list(itertools.product(PROTECTED, SCOPES)), ids=str)
def test_an_operator_gets_in_where_a_scope_allows_it(world: World, route: tuple[str, str], who: str) -> None:
    scope, answer = ACCESS[route], world.ask(route, who)
    allowed = scope is not None and (scope is Scope.READ or who in ("admin", scope.value))
    assert (answer.status_code == 403) is (not allowed), answer.text
    assert answer.status_code not in (401, 500)


@pytest.mark.parametrize(("route", "who"), list(itertools.product(PROTECTED, STRANGERS)), ids=str)
def test_a_stranger_is_shown_the_log_in_and_nothing_else(world: World, route: tuple[str, str], who: str) -> None:
    answer = world.ask(route, who)
    if route[0] == "GET":
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/console/login")
    else:
        assert answer.status_code == 401
    assert "골드" not in answer.text


@pytest.mark.parametrize("route", [route for route in PROTECTED if route[0] == "POST"], ids=str)
@pytest.mark.parametrize("csrf", ["", "0" * 64])
def test_no_action_is_taken_on_a_forged_form(world: World, route: tuple[str, str], csrf: str) -> None:
    path = route[1].format(merchant_id=world.payment, gateway_id=world.attempt, name="somebody", refund_id="r")
    assert world.visitors["admin"].post(path, {"csrf": csrf}).status_code == 403


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.test"}])
def test_no_action_is_taken_on_a_form_of_another_site(world: World, headers: dict[str, str]) -> None:
    answer = world.visitors["admin"].post(f"/payments/{world.payment}/refresh", headers=headers)
    assert answer.status_code == 403


def test_every_page_has_a_row_and_every_row_a_page(world: World) -> None:
    console = console_of(world.api.service, Settings())
    assert console
    routes = {(method, route.path) for route in console.app.routes for method in route.methods - {"HEAD"}}
    console.close()
    assert routes == ACCESS.keys() | {("GET", f"/static/{name}") for name in FILES}


def test_a_page_without_a_row_cannot_be_built() -> None:
    with pytest.raises(LookupError, match="GET /everything"):
        scope_of("GET", "/everything")


def test_the_console_can_be_switched_off(world: World) -> None:
    assert console_of(world.api.service, Settings(console=ConsoleOptions(enabled=False))) is None


@pytest.mark.parametrize("path", ["/nothing", "/payments/", "/static/secret", "/payments/x/y"])
def test_what_is_not_there_is_a_page_too(world: World, path: str) -> None:
    answer = world.visitors["admin"].get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
