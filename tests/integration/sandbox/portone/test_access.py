"""Who may call V2, and where it stands beside V1."""

import base64
import json

import pytest

from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.portone_settings import STORE_ID, V2_SECRET


@pytest.mark.fact("V2 §1.2", "documented", "The secret opens every call: `Authorization: PortOne SECRET`.")
@pytest.mark.fact("V2 §1.2", "documented", "No secret, a wrong one and a V1 token are a 401 UNAUTHORIZED.")
def test_only_the_secret_opens_v2(v2_stranger, shop) -> None:
    token = shop.session.headers["Authorization"]
    for wrong in ("", "PortOne wrong", V2_SECRET, token, f"Basic {V2_SECRET}"):
        headers = {"Authorization": wrong}
        assert v2_stranger.refused("GET", "/payments", headers=headers) == (401, "UNAUTHORIZED")
    assert v2_stranger.call("GET", "/payments", headers={"Authorization": f"PortOne {V2_SECRET}"})[0] == 200


@pytest.mark.fact("V2 §1.2", "documented", "An access token lives half an hour, and a refresh token is used once.")
def test_a_secret_is_exchanged_for_tokens_that_end(v2_stranger, sandbox: Sandbox) -> None:
    first = v2_stranger.good("POST", "/login/api-secret", {"apiSecret": V2_SECRET})
    payload = first["accessToken"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(payload + "=="))["exp"] == sandbox.clock.now() + 1800
    bearer = {"Authorization": f"Bearer {first['accessToken']}"}
    assert v2_stranger.call("GET", "/payments", headers=bearer)[0] == 200
    second = v2_stranger.good("POST", "/token/refresh", {"refreshToken": first["refreshToken"]})
    again = v2_stranger.refused("POST", "/token/refresh", {"refreshToken": first["refreshToken"]})
    assert again == (401, "UNAUTHORIZED")
    sandbox.move_clock(1801)
    assert v2_stranger.refused("GET", "/payments", headers=bearer) == (401, "UNAUTHORIZED")
    assert v2_stranger.good("POST", "/token/refresh", {"refreshToken": second["refreshToken"]})
    assert v2_stranger.refused("POST", "/login/api-secret", {"apiSecret": "wrong"}) == (401, "UNAUTHORIZED")


@pytest.mark.fact("V2 §1.2", "documented", "The banks are listed without a secret.")
def test_banks_need_no_secret(v2_stranger) -> None:
    banks = v2_stranger.good("GET", "/banks")["items"]
    assert {"bank": "SHINHAN", "name": {"ko": "신한은행"}} in banks


def test_v2_differs_from_v1_by_its_host_or_by_a_prefix_on_v1s(v2, sandbox: Sandbox, p1: str) -> None:
    assert v2.payment()["transactionId"] == p1
    v2.url = f"{sandbox.url}/v2"
    assert v2.payment()["transactionId"] == p1
    assert v2.call("GET", "/no-such-thing") == (404, {"message": "Not Found"})


@pytest.mark.fact("V2 §1.3", "documented", "A store that is not the secret's own is a 403 FORBIDDEN.")
def test_another_store_is_forbidden(v2, p1: str) -> None:
    assert v2.good("GET", "/payments/p1", params={"storeId": STORE_ID})
    assert v2.refused("GET", "/payments/p1", params={"storeId": "store-x"}) == (403, "FORBIDDEN")
    assert v2.refused("POST", "/payments/p1/cancel", {"reason": "r", "storeId": "s"}) == (403, "FORBIDDEN")


@pytest.mark.fact("V2 §1.1", "observed", "A body is JSON, whatever its content type says.")
@pytest.mark.fact("V2 §2", "documented", "What cannot be read is a 400 INVALID_REQUEST.")
def test_a_body_is_json_whatever_its_type(v2, p1: str) -> None:
    text = {"Content-Type": "text/plain;charset=UTF-8"}
    assert v2.good("POST", "/payments/p2/pre-register", headers=text, data='{"totalAmount": 5}') == {}
    for body in (b"{", b"[]", b"\xff", b'{"totalAmount": "5"}', b'{"totalAmount": 5.5}', b'{"totalAmount": true}'):
        assert v2.refused("POST", "/payments/p2/pre-register", data=body) == (400, "INVALID_REQUEST")


@pytest.mark.fact(
    "V2 §1.4", "documented", "A list is asked for in the query (`requestBody`) or in the body of the GET."
)
@pytest.mark.fact("V2 §1.4", "guessed", "Where both are given the query counts, or the body: `query_or_body`.")
def test_a_list_is_asked_for_in_the_query_or_in_the_body(v2, sandbox: Sandbox, p1: str) -> None:
    mine, others = '{"filter": {"status": ["PAID"]}}', '{"filter": {"status": ["FAILED"]}}'

    def found(**asked: str) -> int:
        return len(v2.good("GET", "/payments", **asked)["items"])

    assert found(params={"requestBody": mine}) == found(data=mine) == 1
    assert found(params={"requestBody": others}) == found(data=others) == 0
    assert found(params={"requestBody": mine}, data=others) == 1
    sandbox.portone.settings.guesses.query_or_body = "body"
    assert found(params={"requestBody": mine}, data=others) == 0
