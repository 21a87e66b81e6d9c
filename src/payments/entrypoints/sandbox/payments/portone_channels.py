"""The V2 channels of the sandbox's store, and the names that V2 has for banks, PGs and easy pays."""

from typing import Final

import attrs


@attrs.frozen(kw_only=True)
class PortOneChannel:
    """A contract with a PG; `is_test`: payments on it are test payments."""

    key: str
    name: str
    pg_provider: str
    pg_merchant_id: str
    is_test: bool = True
    manual: bool = False
    """The shop approves each payment with `POST /payments/{paymentId}/confirm`."""
    asynchronous: bool = False
    """Cancels are taken on (REQUESTED) and done later."""

    def shown(self) -> dict[str, str]:
        """Return it as the API shows it."""
        return {
            "type": "TEST" if self.is_test else "LIVE",
            "id": self.key.replace("channel-key", "channel-id"),
            "key": self.key,
            "name": self.name,
            "pgProvider": self.pg_provider,
            "pgMerchantId": self.pg_merchant_id,
        }


def _channel(name: str, title: str, provider: str, merchant: str) -> PortOneChannel:
    return PortOneChannel(key=f"channel-key-v2-{name}", name=title, pg_provider=provider, pg_merchant_id=merchant)


PORTONE_CHANNELS: Final = (
    _channel("tosspayments", "토스페이먼츠", "TOSSPAYMENTS", "iamporttest_3"),
    _channel("kakaopay", "카카오페이", "KAKAOPAY", "TC0ONETIME"),
    _channel("inicis", "KG이니시스", "INICIS_V2", "INIpayTest"),
    _channel("nice", "나이스페이먼츠", "NICE_V2", "nictest00m"),
    _channel("kcp", "NHN KCP", "KCP_V2", "AO09C"),
    _channel("naverpay", "네이버페이", "NAVERPAY", "naverpay-test"),
    _channel("tosspayments-billing", "토스페이먼츠 정기결제", "TOSSPAYMENTS", "iamporttest_4"),
    attrs.evolve(_channel("manual", "수동 승인", "TOSSPAYMENTS", "iamporttest_5"), manual=True),
    attrs.evolve(_channel("paypal", "페이팔", "PAYPAL_V2", "paypal-test"), asynchronous=True),
)

EXPONENTS: Final = {"KRW": 0, "JPY": 0, "VND": 0, "CLP": 0, "ISK": 0, "UGX": 0, "PYG": 0, "BHD": 3, "KWD": 3, "JOD": 3}
"""The decimals of a currency after ISO 4217; any other has two."""

BANK_NAMES: Final = {
    "002": "KDB",
    "003": "IBK",
    "004": "KOOKMIN",
    "007": "SUHYUP",
    "011": "NONGHYUP",
    "012": "LOCAL_NONGHYUP",
    "020": "WOORI",
    "023": "STANDARD_CHARTERED",
    "027": "CITI",
    "031": "DAEGU",
    "032": "BUSAN",
    "034": "KWANGJU",
    "035": "JEJU",
    "037": "JEONBUK",
    "039": "KYONGNAM",
    "045": "KFCC",
    "048": "SHINHYUP",
    "050": "SAVINGS_BANK",
    "071": "POST",
    "081": "HANA",
    "088": "SHINHAN",
    "089": "K_BANK",
    "090": "KAKAO",
    "092": "TOSS",
}
"""The API's names by KFTC code."""
BANK_CODES: Final = {name: code for code, name in BANK_NAMES.items()}
BROWSER_BANKS: Final = {
    "KOREA_DEVELOPMENT_BANK": "002",
    "INDUSTRIAL_BANK_OF_KOREA": "003",
    "KOOKMIN_BANK": "004",
    "SUHYUP_BANK": "007",
    "NH_NONGHYUP_BANK": "011",
    "LOCAL_NONGHYUP": "012",
    "WOORI_BANK": "020",
    "SC_BANK_KOREA": "023",
    "CITI_BANK_KOREA": "027",
    "DAEGU_BANK": "031",
    "BUSAN_BANK": "032",
    "GWANGJU_BANK": "034",
    "JEJU_BANK": "035",
    "JEONBUK_BANK": "037",
    "KYONGNAM_BANK": "039",
    "KFCC": "045",
    "SHINHYUP": "048",
    "SAVINGS_BANK_KOREA": "050",
    "EPOST": "071",
    "HANA_BANK": "081",
    "SHINHAN_BANK": "088",
    "K_BANK": "089",
    "KAKAO_BANK": "090",
    "TOSS_BANK": "092",
}
"""The KFTC codes by the browser SDK's names."""
EASY_PAY_PROVIDERS: Final = {
    "kakaopay": "KAKAOPAY",
    "naverpay": "NAVERPAY",
    "tosspay": "TOSSPAY",
    "samsungpay": "SAMSUNGPAY",
}
"""The API's names by the words of the payment window."""


def channel_of(channels: tuple[PortOneChannel, ...], key: str) -> PortOneChannel | None:
    """Return the channel of *key*."""
    return next((channel for channel in channels if channel.key == key), None)
