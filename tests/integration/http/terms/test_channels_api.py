"""Channels over a real socket: what their rules refuse, correct and tell."""

from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from support.api import RunningApi, api_settings, running_api, slug

from payments.entrypoints.settings import ChannelOptions

CHANNELS = (
    ChannelOptions(name="nice", pg="nice_v2", contract=("partial_refund",), rules_off={"vat-contract": "we have it"}),
    ChannelOptions(name="inicis", pg="html5_inicis"),
    ChannelOptions(name="mixed", pg="kcp", tax="mixed"),
    ChannelOptions(name="strict", pg="welcome", strict=True),
    ChannelOptions(name="danal", pg="danal", product="digital"),
)
CONTACT = {"name": "김구매", "phone": "01012345678", "email": "kim@shop.test"}


@pytest.fixture(scope="module")
def shop() -> Iterator[RunningApi]:
    with running_api(settings=attrs.evolve(api_settings(), channels=CHANNELS)) as running:
        yield running


def _begin(api: RunningApi, **changes: Any) -> Any:
    body = {"buyer": "alice", "order": "o-1", "name": "책", "amount": 12_000, "contact": CONTACT} | changes
    return api.post("/payments", body, headers=api.shop)


def test_the_problem_names_the_rule_and_nothing_is_stored(shop: RunningApi):
    answer = _begin(shop, buyer="percent", channel="mixed")
    assert (answer.status_code, slug(answer)) == (422, "rule-violation")
    assert answer.json()["rule"] == "tax-free-required"
    assert "must say its tax-free part" in answer.json()["detail"]
    assert shop.get("/payments", headers=shop.shop, params={"buyer": "percent"}).json() == {"payments": []}


def test_a_name_that_is_cut_is_shown_to_the_shop_and_kept_whole_in_its_books(shop: RunningApi):
    begun = _begin(shop, order="o-long", name="가" * 30, channel="inicis", buyer="long").json()
    assert begun["window"]["parameters"]["request_pay"]["name"] == "가" * 20
    assert begun["name"] == "가" * 30
    assert [(note["rule"], note["level"]) for note in begun["notes"]] == [("order-name-length", "fix")]


def test_a_buyers_name_is_cut_to_what_the_pg_takes(shop: RunningApi):
    contact = {**CONTACT, "name": "남궁" * 8}
    begun = _begin(shop, order="o-kim", channel="inicis", buyer="long-name", contact=contact).json()
    assert begun["window"]["parameters"]["request_pay"]["buyer_name"] == "남궁" * 7 + "남"
    assert [note["rule"] for note in begun["notes"]] == ["buyer-required"]


def test_an_operator_overrides_a_strict_channels_warning_with_a_note(shop: RunningApi):
    begun = _begin(shop, order="o-strict", channel="strict", buyer="strict").json()
    path = f"/payments/{begun['merchant_id']}"
    shop.post(f"{path}/complete", {"gateway_id": shop.approved(begun)}, headers=shop.shop)
    refused = shop.post(f"{path}/refunds", {"amount": 1_000}, headers=shop.shop)
    assert (slug(refused), refused.json()["rule"]) == ("rule-violation", "cancel-partial-contract")
    note = {"amount": 1_000, "override": "the PG agreed on the phone"}
    refunded = shop.post(f"{path}/refunds", note, headers=shop.shop)
    assert refunded.status_code == 201, refunded.text


def test_a_buyer_sees_no_notes_about_the_shops_contracts(shop: RunningApi):
    begun = shop.begun("gold")
    assert "notes" not in begun


def test_a_method_that_the_pg_does_not_sell_is_refused(shop: RunningApi):
    answer = _begin(shop, order="o-card", channel="danal", method="card")
    assert answer.json()["rule"] == "method-unsupported"


def test_the_shops_server_reads_what_each_channel_may_do(shop: RunningApi):
    told = shop.get("/channels", headers=shop.shop).json()["channels"]
    assert [one["name"] for one in told] == ["", "nice", "inicis", "mixed", "strict", "danal"]
    nice = told[1]
    assert (nice["pg"], nice["pg_ko"], nice["mode"]) == ("nice_v2", "나이스페이먼츠", "test")
    off = [rule for rule in nice["rules"] if rule["off"]]
    assert {rule["rule"] for rule in off} == {"vat-contract"}
    assert any(rule["ko"].startswith("주문명은 나이스페이먼츠에서") for rule in nice["rules"])


@pytest.mark.parametrize("caller", ["alice", None])
def test_nobody_else_reads_the_shops_contracts(shop: RunningApi, caller: str | None):
    headers = shop.alice if caller else {}
    assert shop.get("/channels", headers=headers).status_code == (403 if caller else 401)
