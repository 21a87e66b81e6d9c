"""A store with a live channel: what a shop in live mode sees of a payment through a test channel of the same store."""

from collections.abc import Iterator
from typing import Any

import attrs
import pytest
import requests
from integration.sandbox.conftest import Shop

from payments.entrypoints.sandbox import Clock, Sandbox, SandboxSettings, running_sandbox
from payments.entrypoints.sandbox.payments.channels import CHANNELS

LIVE, TEST = CHANNELS[0].channel_key, CHANNELS[1].channel_key


@pytest.fixture
def live() -> Iterator[Sandbox]:
    """A store whose default channel is a live one; its other channels are test channels."""
    channels = (attrs.evolve(CHANNELS[0], sandbox=False), *CHANNELS[1:])
    with running_sandbox(SandboxSettings(seed=7, channels=channels), clock=Clock.stopped()) as running:
        yield running


@pytest.fixture
def live_shop(live: Sandbox) -> Iterator[Shop]:
    with requests.Session() as session:
        session.trust_env = False
        shop = Shop(live.url, session)
        shop.sign_in()
        yield shop


def paid(sandbox: Sandbox, channel_key: str) -> str:
    """Pay as a page does that names *channel_key*: also one whose buyer has swapped it."""
    imp_uid = sandbox.open_window("order-1", 1000, channelKey=channel_key)
    sandbox.approve(imp_uid)
    return imp_uid


@pytest.mark.fact("§5", "documented", "A payment through a test channel is a test payment, any other is not.")
def test_the_channel_decides_whether_a_payment_is_play_money(live: Sandbox, live_shop: Shop) -> None:
    assert live_shop.good("GET", f"/payments/{paid(live, LIVE)}")["sandbox"] is False
    row = live.payment(live.open_window("order-2", 1000))
    assert (row.sandbox, row.pg_id) == (False, CHANNELS[0].pg_id), "its default channel is the live one"
    listed = {channel["channel_key"]: channel["sandbox"] for channel in live_shop.good("GET", "/users/pg")}
    assert (listed[LIVE], listed[TEST]) == (False, True)


@pytest.mark.fact(
    "§4.1", "documented", "Only the look at one payment hides test payments; find, findAll and status do not."
)
def test_play_money_hides_from_one_look_only(live: Sandbox, live_shop: Shop) -> None:
    imp_uid = paid(live, TEST)
    path = f"/payments/{imp_uid}"
    assert live_shop.get(path)[0] == 404
    assert live_shop.good("GET", f"{path}?include_sandbox=true")["sandbox"] is True
    assert live_shop.good("GET", "/payments/find/order-1")["imp_uid"] == imp_uid
    for listed in ("/payments/findAll/order-1", "/payments/status/all", "/payments/status/paid"):
        page: dict[str, Any] = live_shop.good("GET", listed)
        assert [(row["imp_uid"], row["sandbox"]) for row in page["list"]] == [(imp_uid, True)], listed


@pytest.mark.fact("§4.2", "documented", "A cancel of a test payment needs no `include_sandbox`.")
def test_play_money_can_be_cancelled_like_any_other(live: Sandbox, live_shop: Shop) -> None:
    cancelled = live_shop.good("POST", "/payments/cancel", json={"imp_uid": paid(live, TEST), "amount": 400})
    assert (cancelled["sandbox"], cancelled["cancel_amount"]) == (True, 400)
