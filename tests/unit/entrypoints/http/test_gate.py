"""A request without a place is refused before anything is done for it."""

import asyncio
import json
import logging
from typing import Any

import pytest

from payments.entrypoints.http.app import entries
from payments.entrypoints.http.edge.gate import Gate
from payments.entrypoints.http.edge.threads import Threads
from payments.entrypoints.http.operations import Lane

PROVIDER_CALL = ("POST", "/payments/m/complete")


class Door:
    """A gate before an application that notes whom it was asked for."""

    def __init__(self, **full: bool) -> None:
        self.lanes = {lane: Threads(1, 0, suspends=True) for lane in Lane if lane is not Lane.LOOP}
        for name in full:
            self.lanes[Lane(name)]._places.take()
        self.served: list[str] = []
        self.counted: list[tuple[str, str, int]] = []
        self.gate = Gate(self.app, entries(self.lanes), lambda *given: self.counted.append(given))

    async def app(self, scope: Any, *_: Any) -> None:
        self.served.append(scope["path"])

    def asks(self, method: str, path: str, root_path: str = "") -> list[Any]:
        """Return what the gate sent itself. It must not read the body, so there is nothing to receive."""
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "root_path": root_path, "headers": []}
        asyncio.run(self.gate(scope, None, send))  # type: ignore[arg-type]
        return sent


def test_a_call_without_a_place_in_its_lane_gets_a_finished_answer():
    door = Door(provider=True)
    start, body = door.asks(*PROVIDER_CALL)
    headers = dict(start["headers"])
    assert (start["status"], json.loads(body["body"])["slug"]) == (503, "busy")
    assert headers[b"retry-after"] == b"1"
    assert headers[b"x-request-id"]
    assert headers[b"content-length"] == b"%d" % len(body["body"])
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert not door.served
    assert door.counted == [("POST", "/payments/{merchant_id}/complete", 503)]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/payments/m"), ("GET", "/healthz"), ("HEAD", "/readyz"), ("GET", "/docs"), ("DELETE", "/payments")],
)
def test_a_full_lane_turns_nobody_of_another_lane_away(method: str, path: str):
    door = Door(provider=True)
    assert not door.asks(method, path)
    assert door.served == [path]


def test_it_knows_the_address_under_which_a_host_program_mounts_it():
    assert Door(provider=True).asks("POST", "/pay/payments/m/complete", root_path="/pay")[0]["status"] == 503


def test_refusals_without_end_are_one_line_in_the_log(caplog: pytest.LogCaptureFixture):
    door = Door(provider=True)
    with caplog.at_level(logging.WARNING, "payments.http"):
        for _ in range(50):
            door.asks(*PROVIDER_CALL)
    assert len(caplog.records) == 1
