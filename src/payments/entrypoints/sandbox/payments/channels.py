"""The channels of the sandbox's store, and the code tables: what a shop's console and Iamport's manual would list."""

from typing import Final

import attrs


@attrs.frozen(kw_only=True)
class Channel:
    """A contract with a PG as `GET /users/pg` lists it. `sandbox`: a test channel, whose payments are test payments.

    All of CHANNELS are test channels. A store with `sandbox=False` on one plays a live shop, still without real money.
    """

    pg_provider: str
    pg_id: str
    channel_key: str
    channel_name: str
    type: str = "payment"
    sandbox: bool = True


CHANNELS: Final = (
    Channel(
        pg_provider="html5_inicis", pg_id="INIpayTest", channel_key="channel-key-inicis", channel_name="KG이니시스"
    ),
    Channel(pg_provider="kakaopay", pg_id="TC0ONETIME", channel_key="channel-key-kakaopay", channel_name="카카오페이"),
    Channel(
        pg_provider="tosspayments",
        pg_id="iamporttest_3",
        channel_key="channel-key-tosspayments",
        channel_name="토스페이먼츠",
    ),
    Channel(
        pg_provider="nice_v2", pg_id="iamport00m", channel_key="channel-key-nice-v2", channel_name="나이스페이먼츠"
    ),
    Channel(pg_provider="kcp", pg_id="AO09C", channel_key="channel-key-kcp", channel_name="NHN KCP"),
    Channel(pg_provider="settle", pg_id="portone1", channel_key="channel-key-settle", channel_name="헥토파이낸셜"),
    Channel(
        pg_provider="html5_inicis",
        pg_id="INIBillTst",
        channel_key="channel-key-inicis-billing",
        channel_name="KG이니시스 정기결제",
    ),
    Channel(
        pg_provider="nice",
        pg_id="nictest04m",
        channel_key="channel-key-nice-api",
        channel_name="나이스페이먼츠 키인결제",
        type="api_payment",
    ),
    Channel(pg_provider="payco", pg_id="PARTNERTEST", channel_key="channel-key-payco", channel_name="페이코"),
    Channel(
        pg_provider="naverpay",
        pg_id="naverpay-test",
        channel_key="channel-key-naverpay",
        channel_name="네이버페이 결제형",
    ),
    Channel(
        pg_provider="naverco", pg_id="naverco-test", channel_key="channel-key-naverco", channel_name="네이버페이 주문형"
    ),
)

NEW_SHAPE_PGS: Final = frozenset({"tosspayments", "smartro_v2", "nice_v2", "paypal_v2", "ksnet", "welcome"})
"""PGs whose browser result has only imp_uid, merchant_uid, error_code and error_msg."""
ISSUER_PGS: Final = NEW_SHAPE_PGS | {"toss_brandpay", "tosspay_v2"}
"""PGs that show a card's issuer and publisher."""

BANKS: Final = {
    "002": "KDB산업은행",
    "003": "IBK기업은행",
    "004": "KB국민은행",
    "007": "수협은행",
    "011": "NH농협은행",
    "020": "우리은행",
    "023": "SC제일은행",
    "027": "한국씨티은행",
    "031": "대구은행",
    "032": "부산은행",
    "034": "광주은행",
    "035": "제주은행",
    "037": "전북은행",
    "039": "경남은행",
    "045": "새마을금고",
    "048": "신협",
    "071": "우체국",
    "081": "하나은행",
    "088": "신한은행",
    "089": "케이뱅크",
    "090": "카카오뱅크",
    "092": "토스뱅크",
}

CARDS: Final = {
    "361": "BC카드",
    "364": "광주카드",
    "365": "삼성카드",
    "366": "신한카드",
    "367": "현대카드",
    "368": "롯데카드",
    "369": "수협카드",
    "370": "씨티카드",
    "371": "NH카드",
    "372": "전북카드",
    "373": "제주카드",
    "374": "하나카드",
    "381": "KB국민카드",
    "041": "우리카드",
    "071": "우체국",
}

EASY_PAYS: Final = {"kakaopay": "카카오페이", "naverpay": "네이버페이", "tosspay": "토스페이", "samsungpay": "삼성페이"}
RESPONSE_METHODS: Final = {"samsungpay": "samsung"}
"""Methods that are named differently in a request and in its answer."""


def choose(channels: tuple[Channel, ...], *, channel_key: str = "", pg: str = "") -> Channel | None:
    """Return the channel of a key (None if there is none), else of `provider` or `provider.MID`, else the default."""
    if channel_key:
        return next((channel for channel in channels if channel.channel_key == channel_key), None)
    provider, _, mid = pg.partition(".")
    matching = [channel for channel in channels if channel.pg_provider == provider and mid in ("", channel.pg_id)]
    return (matching or list(channels))[0]
