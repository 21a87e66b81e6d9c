"""Faults as JSON under `/_sandbox/faults`: turned on, listed, turned off, and refused with a sentence."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from support.patience import EVENTUALLY
from support.raw_client import UID, RawClient

from payments.entrypoints.sandbox import Sandbox


@pytest.fixture
def admin(sandbox: Sandbox) -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def test_faults_are_turned_on_and_off_as_json(client: RawClient, admin: requests.Session) -> None:
    url = f"{client.sandbox.url}/_sandbox/faults"
    (by_text,) = admin.post(url, json={"text": "cancel:drop@3"}, timeout=EVENTUALLY).json()
    (by_name,) = admin.post(
        url, json={"where": "find*", "what": "error", "percent": 100, "value": 503}, timeout=EVENTUALLY
    ).json()
    assert (by_text["nth"], by_text["what"], by_name["text"]) == (3, "drop", "find*:error=503@100%")
    assert client.raw("GET", f"/payments/find/{UID}")[9:12] == b"503"
    assert [(one["calls"], one["applied"]) for one in admin.get(url, timeout=EVENTUALLY).json()] == [(0, 0), (1, 1)]
    assert len(admin.delete(f"{url}/{by_name['number']}", timeout=EVENTUALLY).json()) == 1
    assert client.find()["imp_uid"] == client.imp_uid
    assert admin.delete(url, timeout=EVENTUALLY).json() == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "a fault is"),
        ({"text": "nonsense"}, "is not a fault"),
        ({"text": "cancle:drop"}, "no route 'cancle'"),
        ({"text": "cancel:explode"}, "there are: refuse"),
        ({"text": "cancel:drop=1"}, "no value"),
        ({"text": "cancel:drop-done"}, "no drop-done"),
        ({"text": "cancel:200"}, "from 400 to 599"),
        ({"text": "cancel:twice"}, "does not happen to calls"),
        ({"text": "webhook:cut"}, "does not happen to webhooks"),
        ({"text": "cancel:drop@0"}, "1 or more"),
        ({"text": "cancel:drop@101%"}, "at most 100"),
        ({"where": "cancel"}, "needs `where` and `what`"),
        ({"where": "cancel", "what": 5}, "must be strings"),
        ({"where": "cancel", "what": "drop", "nth": 1, "percent": 5}, "not both"),
        ({"where": "cancel", "what": "drop", "nth": "1"}, "whole number"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_with_a_sentence(
    client: RawClient, admin: requests.Session, body: dict[str, Any], says: str
) -> None:
    answer = admin.post(f"{client.sandbox.url}/_sandbox/faults", json=body, timeout=EVENTUALLY)
    assert (answer.status_code, says in answer.json()["error"]) == (400, True), answer.text
    assert client.sandbox.faults.all() == []
