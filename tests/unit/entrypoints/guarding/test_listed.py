"""The channels of the settings, compared with those that the provider lists."""

import pytest

from payments.adapters.iamport import ListedChannel
from payments.adapters.iamport.channels import listed
from payments.domain.errors import Unknown
from payments.domain.values import Mode
from payments.entrypoints.providers.listed import faults_of, hint_of
from payments.entrypoints.settings import ChannelOptions

THERE = (
    ListedChannel(key="k-inicis", pg="html5_inicis", mid="INIpayTest", is_test=True),
    ListedChannel(key="k-live", pg="kcp", mid="A1234", is_test=False),
    ListedChannel(key="k-new", pg="a-new-pg", mid="x", is_test=True),
)


@pytest.mark.parametrize(
    ("options", "mode", "fault"),
    [
        (ChannelOptions(name="c", channel_key="k-live"), Mode.LIVE, ""),
        (ChannelOptions(name="c", channel_key="k-live"), Mode.TEST, "'c' is a channel for real money, and the mode is"),
        (ChannelOptions(channel_key="k-inicis"), Mode.LIVE, "The default channel is a test channel, and the mode is"),
        (ChannelOptions(pg="html5_inicis.INIpayTest"), Mode.TEST, ""),
        (ChannelOptions(channel_key="k-inicis", pg="inicis"), Mode.TEST, ""),  # another module of the same PG
        (ChannelOptions(channel_key="k-inicis", pg="nice_v2"), Mode.TEST, "lists html5_inicis.INIpayTest"),
        (ChannelOptions(channel_key="k-new", pg="another-new-pg"), Mode.TEST, "lists a-new-pg.x"),
        (ChannelOptions(), Mode.TEST, ""),  # the console's default, which is one of them
    ],
)
def test_a_channel_is_the_listed_one_or_the_difference_is_told(options: ChannelOptions, mode: Mode, fault: str):
    found = list(faults_of(options, THERE, mode))
    assert [one for one in found if fault in one] == found
    assert bool(found) is bool(fault)


def test_a_pg_that_is_not_set_is_proposed_where_it_is_known():
    assert "'kcp'" in hint_of(ChannelOptions(name="c", channel_key="k-live"), THERE)
    assert hint_of(ChannelOptions(name="c", channel_key="k-new"), THERE) == ""
    assert hint_of(ChannelOptions(name="c", channel_key="k-live", pg="kcp"), THERE) == ""


def test_an_answer_is_read_with_care():
    row = {"pg_provider": "kcp", "pg_id": "A1234", "sandbox": False, "channel_key": "k-live", "type": "payment"}
    assert listed([row]) == (THERE[1],)
    assert listed([{**row, "channel_key": None}])[0].key == ""
    for wrong in (None, {}, [None], [{**row, "sandbox": "yes"}], [row] * 1_001):
        with pytest.raises(Unknown):
            listed(wrong)
