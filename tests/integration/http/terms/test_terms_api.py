"""What a shop's server settles of a payment over HTTP: terms, minimums, nothing to pay; and what it sees afterwards."""

import attrs
import pytest
from support.api import RunningApi, api_settings, running_api, signed_order, slug

from payments.domain.errors import BadInput
from payments.domain.values import Method
from payments.entrypoints.settings import ChannelOptions, IamportOptions

BODY = {"buyer": "kim", "order": "o-1", "name": "It's a 책", "amount": 12_000}
CHANNELS = (
    ChannelOptions(name="kakao", channel_key="channel-key-kakaopay", methods=(Method.KAKAOPAY,)),
    ChannelOptions(name="second", pg="tosspayments"),
)


@pytest.fixture
def with_channels():
    settings = attrs.evolve(
        api_settings(),
        channels=CHANNELS,
        iamport=IamportOptions(user_code="imp12345678", channel_key="channel-key-inicis", max_instalments=6),
    )
    with running_api(settings=settings) as running:
        yield running


@pytest.mark.parametrize(
    ("changes", "channel"),
    [
        ({}, {"channelKey": "channel-key-inicis"}),
        ({"method": "kakaopay"}, {"channelKey": "channel-key-kakaopay"}),
        ({"channel": "second"}, {"pg": "tosspayments"}),
    ],
)
def test_the_window_carries_the_channel_of_the_method_or_the_one_the_shop_named(
    with_channels: RunningApi, changes, channel
):
    api = with_channels
    opening = api.post("/payments", BODY | changes, headers=api.shop).json()["window"]["parameters"]["request_pay"]
    assert {name: opening[name] for name in ("channelKey", "pg") if name in opening} == channel


def test_a_page_cannot_name_a_channel_nor_drop_the_one_the_shop_named(with_channels: RunningApi):
    api = with_channels
    answer = api.post("/payments", {"order": "gold", "channel": "second"}, headers=api.alice)
    assert slug(answer) == "malformed-request"
    assert slug(api.post("/payments", BODY | {"channel": "none"}, headers=api.shop)) == "bad-input"


def test_terms_go_into_the_window_and_parts_are_shown(with_channels: RunningApi):
    api = with_channels
    terms = {"tax_free": 4_000, "vat": 727, "max_instalments": 3}
    begun = api.post("/payments", BODY | terms, headers=api.shop).json()
    opening = begun["window"]["parameters"]["request_pay"]
    assert (opening["tax_free"], opening["vat_amount"], opening["display"]) == (4_000, 727, {"card_quota": [2, 3]})
    assert opening["name"] == "Its a 책"
    assert (begun["name"], begun["tax_free"], begun["vat"]) == ("It's a 책", 4_000, 727)
    mobile = BODY | {"method": "mobile", "digital": True, "order": "o-2"}
    assert (
        api.post("/payments", mobile, headers=api.shop).json()["window"]["parameters"]["request_pay"]["digital"] is True
    )
    assert slug(api.post("/payments", BODY | {"tax_free": 12_001, "order": "o-3"}, headers=api.shop)) == "bad-input"


def test_nothing_to_pay_is_a_slug_of_its_own_at_every_door(api: RunningApi):
    by_shop = api.post("/payments", BODY | {"amount": 0}, headers=api.shop)
    signed = api.post("/payments", {"order": signed_order(sub="alice", amount=0)}, headers=api.alice)
    for answer in (by_shop, signed):
        assert (answer.status_code, slug(answer)) == (422, "nothing-to-pay")
        assert "Complete the order without one" in answer.json()["detail"]
    assert api.get("/payments", headers=api.shop).json() == {"payments": []}


@pytest.mark.parametrize(("method", "amount"), [("card", 99), ("mobile", 299)])
def test_too_little_for_the_method_is_refused_before_anything_is_sent(api: RunningApi, method, amount):
    answer = api.post("/payments", BODY | {"method": method, "amount": amount}, headers=api.shop)
    assert (answer.status_code, slug(answer)) == (422, "below-minimum")
    assert "prepare" not in api.gateway.calls


@pytest.mark.parametrize(
    ("account", "part"),
    [
        ({"bank": "088", "number": "---", "holder": "홍길동"}, "account number"),
        ({"bank": "088", "number": "110-가나다-1", "holder": "홍길동"}, "account number"),
        ({"bank": "088", "number": "110-123-456789", "holder": " "}, "account holder"),
        ({"bank": "999", "number": "110-123-456789", "holder": "홍길동"}, "not a code of a bank"),
    ],
)
def test_an_account_that_cannot_exist_is_refused_before_it_is_sent(api: RunningApi, account, part):
    payment, _ = api.paid()
    answer = api.post(f"/payments/{payment['merchant_id']}/refunds", {"account": account}, headers=api.shop)
    assert (answer.status_code, slug(answer)) == (422, BadInput.slug)
    assert part in answer.json()["detail"]
    assert "refund" not in api.gateway.calls


def test_a_buyer_cannot_search_among_other_buyers_payments(api: RunningApi):
    _, attempt = api.paid()
    assert len(api.get(f"/payments?called={attempt}", headers=api.shop).json()["payments"]) == 1
    assert api.get("/payments?called=none", headers=api.shop).json() == {"payments": []}
    assert len(api.get("/payments?called=none", headers=api.alice).json()["payments"]) == 1, "ignored for a buyer"
    assert api.get("/payments?paid_twice=true", headers=api.shop).json() == {"payments": []}
