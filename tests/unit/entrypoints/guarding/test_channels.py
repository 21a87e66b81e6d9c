"""From settings to the rules of channels: each gets those of its PG, as its provider's generation calls it."""

import pytest

from payments.entrypoints.guarding.channels import OF_CHANNELS, channel_rules, channels_of
from payments.entrypoints.service import BadSettings
from payments.entrypoints.settings import ChannelOptions, Settings
from payments.entrypoints.settings.accounts import IamportOptions, PortOneOptions


def test_a_channel_has_the_generation_of_its_provider():
    settings = Settings(
        provider="portone",
        portone=PortOneOptions(pg="INICIS_V2"),
        channels=(ChannelOptions(name="old", provider="iamport", pg="kcp"), ChannelOptions(name="nice", pg="nice_v2")),
    )
    told = channels_of(settings)()
    assert [(one.name, one.pg, one.generation) for one in told] == [
        ("", "html5_inicis", "v2"),
        ("old", "kcp", "v1"),
        ("nice", "nice_v2", "v2"),
    ]


def test_a_channel_tells_what_this_library_does_not_send_for_the_shop():
    told = channels_of(Settings(iamport=IamportOptions(pg="naverpay")))()[0]
    checked = {rule.rule: rule.checked for rule in told.rules}
    assert (checked["naver-products"], checked["amount-min"]) == (False, True)


def test_what_no_use_case_asks_is_told_as_the_shops_own_to_keep():
    told = channels_of(Settings(iamport=IamportOptions(pg="smartro_v2")))()[0]
    checked = {rule.rule: rule.checked for rule in told.rules}
    assert not checked["billing-reuse"]  # there are no billing keys
    assert not checked["cancel-receipt-left"]  # whether there is a cash receipt is not known
    assert checked["cancel-refund-phone"]


def test_the_fields_of_a_channel_are_those_that_its_requests_have():
    channel = channel_rules(Settings()).channels[""]
    assert {*channel.fields(), *channel.sent} == OF_CHANNELS


def test_a_rule_that_does_not_exist_cannot_be_switched_off():
    off = ChannelOptions(name="kcp", pg="kcp", rules_off={"amount-mim": "typing"})
    with pytest.raises(BadSettings, match="amount-mim"):
        channel_rules(Settings(channels=(off,)))
