"""Who gets in: tokens over a socket, foreign pages, and addresses that other machines could reach."""

import contextlib
import json

import pytest
import requests
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import KEY, SECRET, Sandbox, running_sandbox
from payments.entrypoints.sandbox.api.endpoint import TABLE

UNAUTHORIZED = (401, -1, "Unauthorized", None)


@pytest.mark.fact("§1.1", "documented", "Keys are taken as JSON and as a form, like every body.")
@pytest.mark.fact("§1.1", "documented", "The answer has `access_token`, `now` and `expired_at`, in whole UNIX seconds.")
def test_a_token_is_had_by_json_and_by_form(sandbox: Sandbox, stranger) -> None:
    keys = {"imp_key": KEY, "imp_secret": SECRET}
    by_json = stranger.good("POST", "/users/getToken", json=keys)
    assert by_json["expired_at"] - by_json["now"] == 1800
    assert by_json["now"] == sandbox.clock.now()
    assert stranger.good("POST", "/users/getToken", data=keys) == by_json
    assert stranger.good("POST", "/users/getToken", files={name: (None, key) for name, key in keys.items()}) == by_json


@pytest.mark.fact(
    "§1.1", "observed", "Missing keys are a 400, wrong ones a 401, both code -1, in words that were seen."
)
def test_getting_a_token_is_refused_in_the_observed_words(stranger) -> None:
    missing = (400, -1, "imp_key, imp_secret 파라메터가 누락되었습니다.", None)
    wrong = (401, -1, "인증에 실패하였습니다. API키와 secret을 확인하세요.", None)
    assert stranger.post("/users/getToken") == missing
    assert stranger.post("/users/getToken", imp_key=KEY) == missing
    assert stranger.post("/users/getToken", imp_key=KEY, imp_secret="x") == wrong
    assert stranger.post("/users/getToken", imp_key="x", imp_secret=SECRET) == wrong


@pytest.mark.fact("§1.3", "documented", "Without a token that lives, every other address is a 401.")
@pytest.mark.fact("§2", "observed", "The 401 says `Unauthorized` with code -1.")
@pytest.mark.parametrize(
    "entry", [entry for entry in TABLE if entry.token], ids=lambda entry: entry.method + entry.path
)
def test_every_other_route_wants_a_token(stranger, entry) -> None:
    assert stranger.call(entry.method, entry.path) == UNAUTHORIZED
    assert stranger.call(entry.method, entry.path, headers={"Authorization": "Bearer " + "0" * 40}) == UNAUTHORIZED


@pytest.mark.fact("§1.3", "documented", "A token is sent bare or as `Bearer`.")
@pytest.mark.fact("§1.2", "documented", "A token that has ended is a 401.")
def test_a_token_is_taken_bare_or_as_bearer_and_ends_in_time(sandbox: Sandbox, shop) -> None:
    token = shop.session.headers["Authorization"].removeprefix("Bearer ")
    for form in (token, f"Bearer {token}"):
        assert shop.call("GET", "/banks", headers={"Authorization": form})[0] == 200
    sandbox.move_clock(1800)
    assert shop.get("/banks") == UNAUTHORIZED
    shop.sign_in()
    assert shop.get("/banks")[0] == 200


@pytest.mark.fact(
    "§2", "observed", "JSON has `\\uXXXX` for what is not ASCII, escaped slashes, and the keys of a payment in order."
)
def test_json_is_written_as_the_original_writes_it(sandbox: Sandbox, shop) -> None:
    imp_uid = sandbox.open_window("a/b", 1000, name="책/책")
    raw = requests.get(
        f"{sandbox.url}/payments/{imp_uid}?include_sandbox=true",
        headers={"Authorization": shop.session.headers["Authorization"]},
        timeout=EVENTUALLY,
    ).content
    assert raw.isascii()
    assert b'"merchant_uid":"a\\/b"' in raw
    assert b'"name":"\\ucc45\\/\\ucc45"' in raw
    keys = [key for key, _ in json.loads(raw, object_pairs_hook=list)[2][1]]
    assert keys == sorted(keys)
    assert len(keys) == 54


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_foreign_pages_and_names_are_kept_out(stranger, headers) -> None:
    assert stranger.call("GET", "/_sandbox/payments", headers=headers)[0] == 403
    assert stranger.call("POST", "/users/getToken", headers=headers)[0] == 403


@pytest.mark.parametrize("host", ["0.0.0.0", "", "192.0.2.1", "example.com"])
def test_other_machines_cannot_be_let_in(host: str) -> None:
    with pytest.raises(ValueError, match="this machine only"), running_sandbox(host=host):
        pass


def test_a_taken_port_is_an_error_and_not_a_hang() -> None:
    with running_sandbox() as first, pytest.raises(OSError), contextlib.ExitStack() as stack:
        stack.enter_context(running_sandbox(port=int(first.url.rpartition(":")[2])))


@pytest.mark.fact("§2", "documented", "Every answer is an envelope of `code`, `message` and `response`.")
def test_an_address_that_is_none_is_answered_in_the_envelope(shop) -> None:
    assert shop.get("/nowhere")[:2] == (404, -1)
    assert shop.call("PATCH", "/payments/cancel")[:2] == (405, -1)


@pytest.mark.fact("§2", "documented", "A body that cannot be used is a 400.")
@pytest.mark.parametrize("body", [b"{", b"[1]", b'{"amount":NaN}', b"[" * 100_000])
def test_a_body_that_is_no_object_is_a_400(shop, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert shop.call("POST", "/payments/prepare", data=body, headers=headers)[0] == 400


def test_a_body_that_never_ends_is_cut_off(shop) -> None:
    assert shop.call("POST", "/payments/prepare", data=b"a=" + b"x" * (1 << 20))[0] == 413


def test_calls_are_kept_without_their_keys(sandbox: Sandbox, shop) -> None:
    call = sandbox.journal.calls[-1]
    assert (call.method, call.path, call.http, call.code) == ("POST", "/users/getToken", 200, 0)
    assert SECRET not in repr(sandbox.journal)
    assert call.body == {"imp_key": "***", "imp_secret": "***"}
