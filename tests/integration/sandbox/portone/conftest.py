"""A shop's client of V2 that knows no more than the reference, on the sandbox of the folder above."""

import json
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
import requests
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.portone_settings import V2_SECRET

CARD = {"credential": {"number": "4242424242424242", "expiryYear": "40", "expiryMonth": "12"}}


def nulls_in(value: Any) -> bool:
    """Return whether there is a null anywhere: V2 leaves keys out instead."""
    if isinstance(value, dict):
        return any(nulls_in(each) for each in value.values())
    return any(nulls_in(each) for each in value) if isinstance(value, list) else value is None


@attrs.define
class V2Shop:
    """Calls of a shop's server."""

    url: str
    session: requests.Session

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        """Return the HTTP status and the JSON of an answer."""
        if body is not None:
            options["json"] = body
        answer = self.session.request(method, self.url + path, timeout=EVENTUALLY, **options)
        content = answer.json()
        assert not nulls_in(content)
        return answer.status_code, content

    def good(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        http, content = self.call(method, path, body, **options)
        assert http == 200, content
        return content

    def refused(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, str]:
        """Return the HTTP status and the type of a refusal."""
        http, content = self.call(method, path, body, **options)
        assert http >= 400, content
        return http, content["type"]

    def payment(self, payment_id: str = "p1") -> Any:
        return self.good("GET", f"/payments/{payment_id}")

    def listed(self, page: dict[str, Any] | None = None, **wanted: Any) -> list[str]:
        """Return the ids of the payments that a filter lists."""
        asked = json.dumps({"filter": wanted, "page": page or {}})
        return [item["id"] for item in self.good("GET", "/payments", params={"requestBody": asked})["items"]]

    def cancel(self, payment_id: str = "p1", **body: Any) -> Any:
        return self.good("POST", f"/payments/{payment_id}/cancel", {"reason": "a test"} | body)["cancellation"]

    def cancel_refused(self, payment_id: str = "p1", **body: Any) -> tuple[int, str]:
        return self.refused("POST", f"/payments/{payment_id}/cancel", {"reason": "a test"} | body)


@pytest.fixture
def v2_stranger(sandbox: Sandbox) -> Iterator[V2Shop]:
    """A client without the secret."""
    with requests.Session() as session:
        session.trust_env = False
        yield V2Shop(sandbox.portone.url, session)


@pytest.fixture
def v2(v2_stranger: V2Shop) -> V2Shop:
    """A client with the secret."""
    v2_stranger.session.headers["Authorization"] = f"PortOne {V2_SECRET}"
    return v2_stranger


@pytest.fixture
def p1(sandbox: Sandbox) -> str:
    """The transaction id of a card payment of 1,000 won, paid as p1."""
    transaction_id = sandbox.portone.open_window("p1", 1000)
    sandbox.approve(transaction_id)
    return transaction_id
