"""Settings that would take play money for real, or send keys in the clear, do not start."""

from datetime import timedelta
from typing import Any

import pytest

from payments.adapters.http_wire.limits import LONGEST_REFUND
from payments.adapters.iamport import IamportSettings
from payments.domain.errors import BadInput
from payments.domain.schedule import LEASE, LONGEST_AT_WORK
from payments.domain.use_cases.refunds import SEND_WITHIN
from payments.domain.values import Mode


def settings(**changes: Any) -> IamportSettings:
    facts: dict[str, Any] = {"key": "the-key", "secret": "the-secret", "user_code": "imp00000000", "mode": "live"}
    return IamportSettings(**facts | changes)


def test_by_default_the_url_is_the_real_service() -> None:
    live = settings()
    assert (live.mode, live.api_url, live.deadline) == (Mode.LIVE, "https://api.iamport.kr", 15.0)
    assert settings(api_url="https://api.iamport.kr/").api_url == "https://api.iamport.kr"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4100",
        "https://127.0.0.1:4100",
        "https://localhost",
        "https://LOCALHOST:1",
        "https://[::1]:4100",
        "https://0.0.0.0",
        "https://127.9.9.9",
        "https://shop.localhost",
        "https://localhost.",
        "https://sandbox.example",
        "https://pay.example/Sandbox",
        "http://api.iamport.kr",
    ],
)
def test_a_live_shop_uses_neither_a_sandbox_nor_plain_http(url: str) -> None:
    with pytest.raises(BadInput):
        settings(api_url=url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4100", "http://localhost:4100", "http://[::1]:1", "https://a.example"]
)
def test_a_test_shop_may_use_a_sandbox(url: str) -> None:
    assert settings(mode="test", api_url=url).api_url == url


NO_ADDRESSES = ["", "127.0.0.1", "ftp://a", "https://", "https://k:s@a.example", "https://a/?k=1", "http://a"]


@pytest.mark.parametrize("url", [*NO_ADDRESSES, "http://[::1", "https://a:99999"])
def test_an_invalid_url_is_refused_in_any_mode(url: str) -> None:
    with pytest.raises(BadInput):
        settings(mode="test", api_url=url)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": ""},
        {"secret": " "},
        {"secret": None},
        {"user_code": ""},
        {"deadline": 0},
        {"deadline": float("nan")},
        {"deadline": float("inf")},
        {"deadline": True},
        {"refund_deadline": 0},
        {"refund_deadline": 241},
        {"tries": 0},
        {"tries": 2.0},
        {"connections": 0},
        {"body_cap": -1},
        {"page_size": 1001},
    ],
    ids=str,
)
def test_an_invalid_setting_is_refused_by_its_name(changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=next(iter(changes))):
        settings(**changes)


def test_a_refund_is_waited_for_no_longer_than_anybody_else_stays_away() -> None:
    """Its payment's lease would be over, and its send would be taken for one that no longer works."""
    assert settings(refund_deadline=LONGEST_REFUND).refund_deadline == LONGEST_REFUND
    assert timedelta(seconds=LONGEST_REFUND) < LEASE
    assert timedelta(seconds=LONGEST_REFUND) + SEND_WITHIN < LONGEST_AT_WORK
    assert settings().refund_deadline >= 60


def test_keys_are_not_shown() -> None:
    assert not [secret for secret in ("the-key", "the-secret") if secret in repr(settings()) + str(settings())]
