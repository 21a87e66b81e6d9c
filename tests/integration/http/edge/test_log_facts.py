"""The line of each request says who called and about which payment, and names nobody."""

import logging
import re
from collections.abc import Iterator

import attrs
import pytest
from support.api import RunningApi, api_settings, running_api
from support.patience import EVENTUALLY, until

from payments.entrypoints.logs import AboutRequest
from payments.entrypoints.service import Web


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.addFilter(AboutRequest())
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def kept() -> Iterator[Kept]:
    logger, handler = logging.getLogger("payments.access"), Kept()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


def line_of(kept: Kept, request_id: str) -> str:
    """Return what the line of a request says of it. It is written after the answer was sent."""
    until(lambda: any(record.request_id == request_id for record in kept.records))
    return next(record.about for record in kept.records if record.request_id == request_id)


def test_a_line_says_the_kind_of_caller_and_the_payment(api: RunningApi, kept: Kept):
    payment = api.begun()["merchant_id"]
    answer = api.get(f"/payments/{payment}", headers=api.alice)
    request_id = answer.headers["X-Request-Id"]
    assert line_of(kept, request_id) == f"{request_id} buyerToken 127.0.0.0/24 {payment}"


def test_a_setting_hides_the_network_too(kept: Kept):
    with running_api(settings=attrs.evolve(api_settings(), log_addresses="hash")) as api:
        request_id = api.get("/healthz").headers["X-Request-Id"]
        assert re.fullmatch(rf"{request_id} h-[0-9a-f]{{12}}", line_of(kept, request_id))


def test_what_a_stranger_writes_in_the_path_is_no_payment(api: RunningApi, kept: Kept):
    answer = api.get("/payments/not-mine-to-name")
    request_id = answer.headers["X-Request-Id"]
    assert line_of(kept, request_id) == f"{request_id} 127.0.0.0/24"


def test_a_preflight_has_the_headers_and_the_line_of_every_other_request(kept: Kept):
    origin = "https://shop.example"
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "X-Request-Id": "preflight-1"}
    with running_api(web=Web(allowed_origins=(origin,))) as api:
        answer = api.session.options(f"{api.url}/payments", headers=asked, timeout=EVENTUALLY)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, origin)
    assert answer.headers["X-Request-Id"] == "preflight-1"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert line_of(kept, "preflight-1") == "preflight-1 127.0.0.0/24"
