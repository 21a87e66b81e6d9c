"""Single sign-on by OpenID Connect: a real identity provider, over sockets, and every way in which it may lie."""

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest
import requests
from starlette.responses import RedirectResponse, Response
from support.api import RunningApi, running_api, serving
from support.console import COOKIE, PASSWORD, Visitor, add_operator, hidden
from support.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, running_identity_provider
from typed_settings import Secret

from payments.domain.access import Scope
from payments.entrypoints.blocking import run
from payments.entrypoints.console.mounting import console_of
from payments.entrypoints.http.app import http_app
from payments.entrypoints.serving import listening_socket
from payments.entrypoints.settings import HttpSettings, OpenIdOptions, Settings


@attrs.frozen
class Door:
    """A console whose people log in elsewhere."""

    api: RunningApi
    provider: IdentityProvider

    def visitor(self) -> Visitor:
        return Visitor(self.api)

    def log_in(self, visitor: Visitor, to: str = "") -> requests.Response:
        """Go the whole way of a browser: to the provider and back."""
        return visitor.get(f"/login/sign-on?to={to}", allow_redirects=True)

    def operators(self) -> dict[str, frozenset[Scope]]:
        return {one.name: one.scopes for one in run(self.api.service.people.operators.list())}


def settings_of(provider: IdentityProvider, url: str) -> Settings:
    return Settings(
        http=HttpSettings(public_url=url),
        openid=OpenIdOptions(
            issuer=provider.url,
            client_id=CLIENT_ID,
            client_secret=Secret(CLIENT_SECRET),
            groups={"desk": "refund", "heads": "admin"},
            subjects={"7": "pay"},
        ),
    )


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with running_identity_provider() as running:
        yield running


@pytest.fixture
def door(provider: IdentityProvider) -> Iterator[Door]:
    fresh = IdentityProvider()
    for field in attrs.fields(IdentityProvider):
        if field.name != "url":
            setattr(provider, field.name, getattr(fresh, field.name))
    provider.person = {"sub": "42", "preferred_username": "kim", "groups": ["desk", "others"]}
    with running_api() as api:
        console = None

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await inner(scope, receive, send)

        with serving(app) as url:
            provider.redirect_uri = f"{url}/console/login/return"
            console = console_of(api.service, settings_of(provider, url))
            inner = http_app(api.service, console=console)
            yield Door(attrs.evolve(api, url=url), provider)
            assert console
            console.close()


def test_whoever_has_a_group_becomes_an_operator_and_sees_what_was_asked_for(door: Door) -> None:
    visitor = door.visitor()
    assert "회사 계정으로 로그인" in visitor.get("/login", headers={"Accept-Language": "ko"}).text
    assert "company" in visitor.get("/login", headers={"Accept-Language": "en"}).text
    answer = door.log_in(visitor, "/payments?q=77")
    assert (answer.status_code, urlsplit(answer.url).path) == (200, "/console/payments")
    assert answer.url.endswith("?q=77")
    assert door.operators() == {"kim": frozenset({Scope.READ, Scope.REFUND})}
    assert [row.action for row in run(door.api.service.people.audit.after(0, 9))] == ["operator_created", "signed_in"]


def test_a_subject_may_have_a_role_without_any_group(door: Door) -> None:
    door.provider.person = {"sub": "7", "email": "lee@shop.example"}
    assert door.log_in(door.visitor()).status_code == 200
    assert door.operators() == {"lee@shop.example": frozenset({Scope.READ, Scope.PAY})}


def test_what_a_person_may_do_follows_the_groups_at_each_log_in(door: Door) -> None:
    first = door.visitor()
    door.log_in(first)
    door.provider.person["groups"] = ["heads"]
    assert door.log_in(door.visitor()).status_code == 200
    assert door.operators() == {"kim": frozenset({Scope.READ, Scope.ADMIN})}
    assert first.get("/payments", allow_redirects=False).status_code == 303
    door.provider.person["groups"] = []
    assert door.log_in(door.visitor()).status_code == 401
    assert door.operators() == {"kim": frozenset()}


def test_the_subject_counts_and_not_the_name(door: Door) -> None:
    door.log_in(door.visitor())
    door.provider.person |= {"preferred_username": "kim again"}
    assert door.log_in(door.visitor()).status_code == 200
    door.provider.person |= {"sub": "43", "preferred_username": "kim"}
    assert door.log_in(door.visitor()).status_code == 401
    assert list(door.operators()) == ["kim"]


def test_no_operator_with_a_password_is_taken_over_and_none_gets_in_without_one(door: Door) -> None:
    add_operator(door.api.service, "kim", Scope.ADMIN)
    assert door.log_in(door.visitor()).status_code == 401
    door.provider.person |= {"preferred_username": "han"}
    door.log_in(door.visitor())
    visitor = door.visitor()
    for password in ("!", "", PASSWORD):
        form = {**hidden(visitor.get("/login")), "name": "han", "password": password}
        assert visitor.post("/login", form).status_code == 401


def test_a_revoked_operator_stays_out(door: Door) -> None:
    door.log_in(door.visitor())
    operators = door.api.service.people.operators
    kim = run(operators.find("kim"))
    assert kim
    run(operators.change(attrs.evolve(kim, revoked_at=door.api.service.clock.now())))
    assert door.log_in(door.visitor()).status_code == 401


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "https://other.test"},
        {"aud": "another program"},
        {"aud": [CLIENT_ID, "another program"]},
        {"aud": [CLIENT_ID, "another program"], "azp": "another program"},
        {"azp": "another program"},
        {"nonce": "of another log-in"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_log_in_opens_nothing(door: Door, lies: dict[str, Any]) -> None:
    door.provider.lies = lies
    visitor = door.visitor()
    assert door.log_in(visitor).status_code == 401
    assert COOKIE not in visitor.session.cookies
    assert door.operators() == {}


@pytest.mark.parametrize(
    ("signed_by", "called"), [("stranger", "current"), ("stranger", "stranger"), ("former", "current")]
)
def test_a_token_of_another_key_opens_nothing(door: Door, signed_by: str, called: str) -> None:
    door.provider.signed_by, door.provider.called = signed_by, called
    assert door.log_in(door.visitor()).status_code == 401


def test_two_keys_of_the_provider_are_valid_while_it_replaces_one(door: Door) -> None:
    door.provider.signed_by = door.provider.called = "former"
    assert door.log_in(door.visitor()).status_code == 200


def test_a_log_in_ends_in_the_browser_in_which_it_began(door: Door) -> None:
    thief, victim = door.visitor(), door.visitor()
    there = thief.get("/login/sign-on", allow_redirects=False).headers["Location"]
    back = requests.get(there, allow_redirects=False, timeout=60).headers["Location"]
    path = back.partition("/console")[2]
    assert victim.get(path).status_code == 401
    victim.get("/login")
    assert victim.get(path).status_code == 401
    changed = path.replace("state=", "state=x")
    assert thief.get(changed).status_code == 401
    assert thief.get("/login/return?error=access_denied").status_code == 401


def test_a_code_works_once(door: Door) -> None:
    visitor = door.visitor()
    there = visitor.get("/login/sign-on", allow_redirects=False).headers["Location"]
    assert len(parse_qs(urlsplit(there).query)["code_challenge"][0]) == 43
    path = requests.get(there, allow_redirects=False, timeout=60).headers["Location"].partition("/console")[2]
    cookies = dict(visitor.session.cookies)
    assert visitor.get(path, allow_redirects=False).status_code == 303
    again = door.visitor()
    again.session.cookies.update(cookies)
    assert again.get(path, allow_redirects=False).status_code == 401


@pytest.mark.parametrize("to", ["//evil.test", "https://evil.test", "/\\evil.test"])
def test_nobody_is_sent_elsewhere_afterwards(door: Door, to: str) -> None:
    assert door.log_in(door.visitor(), to).url.startswith(door.api.url)


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://other.test"},
        {"authorization_endpoint": "http://plain.test/authorize"},
        {"authorization_endpoint": None},
        {"token_endpoint": "http://plain.test/token"},
        {"jwks_uri": "file:///etc/passwd"},
    ],
    ids=str,
)
def test_an_address_without_https_is_never_used(door: Door, described: dict[str, Any]) -> None:
    door.provider.described = described
    assert door.log_in(door.visitor()).status_code == 503


@pytest.mark.parametrize(
    "bare", [Response("x" * 300_000), Response("[]"), Response("no json"), RedirectResponse("/keys"), Response("", 500)]
)
def test_an_answer_that_is_no_description_is_told_and_nothing_more(door: Door, bare: Response) -> None:
    door.provider.bare = bare
    answer = door.visitor().get("/login/sign-on", allow_redirects=False)
    assert answer.status_code == 503
    assert CLIENT_SECRET not in answer.text


def told(door: Door, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the log says of a whole log-in."""
    with caplog.at_level(logging.WARNING, "payments.console"):
        door.log_in(door.visitor())
    assert CLIENT_SECRET not in caplog.text
    return [record.getMessage() for record in caplog.records if record.name == "payments.console"]


def test_the_log_says_why_the_provider_was_not_reached(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    door.provider.bare = Response("", 500)
    assert told(door, caplog) == [
        f"the identity provider was not reached: {door.provider.url}/.well-known/openid-configuration: it answered 500"
    ]


def test_the_log_has_the_cause_of_a_connection_that_failed(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    with listening_socket("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]  # nobody listens there any more
    door.provider.described = {"token_endpoint": f"http://127.0.0.1:{port}/token"}
    (line,) = told(door, caplog)
    assert f"http://127.0.0.1:{port}/token: ConnectionRefusedError" in line


def test_the_log_says_that_our_client_secret_is_not_accepted(
    door: Door, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("support.identity_provider._basic", lambda: "what another secret makes")
    (line,) = told(door, caplog)
    assert "does not accept the code, or our client id and secret" in line


def test_the_name_of_a_person_is_text_and_never_a_page(door: Door) -> None:
    door.provider.person |= {"preferred_username": "<script>alert(1)</script>", "groups": ["heads"]}
    visitor = door.visitor()
    door.log_in(visitor)
    page = visitor.get("/people").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_trying_is_limited(door: Door) -> None:
    statuses = [door.visitor().get("/login/sign-on", allow_redirects=False).status_code for _ in range(11)]
    assert statuses[-1] == 429


def test_without_a_provider_there_is_no_such_page() -> None:
    with running_api() as api:
        for path in ("/login/sign-on", "/login/return?code=x&state=y"):
            assert Visitor(api).get(path).status_code == 404
