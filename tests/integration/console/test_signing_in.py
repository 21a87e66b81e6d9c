"""Log-in over HTTP: cookies, a new session each time, forgery, frames, and a live shop without operators."""

import re

import attrs
import pytest
import requests
from support.api import RunningApi
from support.console import COOKIE, PASSWORD, Visitor, add_operator, hidden, signed_in

from payments.domain.access import Scope
from payments.domain.values import Mode
from payments.entrypoints.console.mounting import console_of
from payments.entrypoints.http.app import http_app
from payments.entrypoints.settings import HttpSettings, Settings


def log_in(visitor: Visitor, password: str = PASSWORD, **more: str) -> requests.Response:
    page = visitor.get("/login")
    return visitor.post("/login", {**hidden(page), "name": "kim", "password": password, **more})


@pytest.fixture
def door(api: RunningApi) -> Visitor:
    add_operator(api.service, "kim", Scope.REFUND)
    return Visitor(api)


def test_logging_in_opens_the_page_that_was_asked_for(door: Visitor) -> None:
    first = door.get("/payments?q=77")
    assert "/console/login?to=" in first.url
    answer = door.post("/login", {**hidden(first), "name": "kim", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/payments?q=77")
    assert door.get("/payments").status_code == 200


@pytest.mark.parametrize("to", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(door: Visitor, to: str) -> None:
    assert log_in(door, to=to).headers["Location"] == "/console/"


def test_a_wrong_password_is_told_in_the_readers_language(door: Visitor) -> None:
    for language, words in (("ko", "맞지 않습니다"), ("en", "is wrong")):
        page = door.get("/login", headers={"Accept-Language": language})
        form = {**hidden(page), "name": "kim", "password": "x"}
        answer = door.post("/login", form, headers={"Accept-Language": language})
        assert answer.status_code == 401
        assert words in answer.text
    assert COOKIE not in door.session.cookies


def test_a_log_in_needs_the_form_that_this_browser_was_given(door: Visitor) -> None:
    fields = hidden(door.get("/login"))
    stranger = Visitor(door.api)
    assert stranger.post("/login", {**fields, "name": "kim", "password": PASSWORD}).status_code == 403
    stranger.get("/login")
    assert stranger.post("/login", {**fields, "name": "kim", "password": PASSWORD}).status_code == 403


def test_a_session_that_was_planted_is_not_used_by_a_log_in(door: Visitor) -> None:
    planted = signed_in(door.api.service, "kim")
    victim = Visitor(door.api, planted)
    assert log_in(victim).status_code == 303
    tokens = [cookie.value for cookie in victim.session.cookies if cookie.name == COOKIE]
    assert any(token != planted for token in tokens)


def test_a_cookie_is_for_no_script_and_no_other_site(door: Visitor) -> None:
    cookies = [door.get("/login").headers["Set-Cookie"], log_in(door).headers["Set-Cookie"]]
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie


def test_over_https_a_cookie_is_bound_to_its_host(api: RunningApi) -> None:
    from starlette.testclient import TestClient

    add_operator(api.service, "kim")
    settings = Settings(http=HttpSettings(public_url="https://pay.shop.example"))
    app = http_app(api.service, console=console_of(api.service, settings))
    with TestClient(app, base_url="https://pay.shop.example") as client:
        cookie = client.get("/console/login").headers["set-cookie"]
    assert re.match(r"__Host-payments_form=[^;]+; HttpOnly; Path=/; SameSite=lax; Secure$", cookie)


def test_logging_out_ends_the_session_for_whoever_has_its_token(kim: Visitor) -> None:
    copy = Visitor(kim.api, kim.token)
    assert kim.post("/logout").status_code == 303
    assert copy.get("/payments", allow_redirects=False).status_code == 303


def test_every_page_has_a_strict_policy(kim: Visitor) -> None:
    for path in ("/payments", "/login", "/nothing", "/payments/none"):
        headers = kim.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"


def test_trying_passwords_is_limited(door: Visitor) -> None:
    statuses = [log_in(door, f"wrong {number}").status_code for number in range(12)]
    assert statuses[:10] == [401] * 10
    assert statuses[10:] == [429] * 2
    assert log_in(door).status_code == 429


def test_in_live_mode_there_is_no_console_until_an_operator_exists(api: RunningApi) -> None:
    from starlette.testclient import TestClient

    live = attrs.evolve(Settings(), mode=Mode.LIVE)
    app = http_app(api.service, console=console_of(api.service, live))
    with TestClient(app) as client:
        assert client.get("/console/login").status_code == 404
        add_operator(api.service, "kim")
        assert client.get("/console/login").status_code == 200


def test_a_language_is_chosen_once(kim: Visitor) -> None:
    for language, word in (("en", "Payments console"), ("ko", "결제 콘솔")):
        answer = kim.post("/language", {"language": language, "to": "/payments"})
        assert answer.headers["Location"] == "/console/payments"
        assert word in kim.get("/payments").text
