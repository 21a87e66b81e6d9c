"""Money, time and the closed vocabularies as people write them, in Korean and in English.

money, moment, day       12,000원 and ₩12,000 · 2026년 11월 23일 16:05 and 23 Nov 2026, 16:05
read_money               what a person typed, in minor units
one_line                 a stranger's words, kept on their line
status, method, event, disposition   the words a buyer and an operator read
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo

from payments.domain.attempt import Disposition
from payments.domain.errors import BadInput
from payments.domain.event import EventKind
from payments.domain.machine import Status
from payments.domain.money import EXPONENTS, MAX_MINOR, minor_units
from payments.domain.values import Method

Language = Literal["ko", "en"]
ZONE: Final = "Asia/Seoul"

_SIGNS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {"KRW": "₩", "USD": "$", "JPY": "¥", "EUR": "€", "GBP": "£", "CNY": "CN¥"},
    "ko": {"USD": "US$", "EUR": "€", "GBP": "£"},
}
_KOREAN_UNITS: Final = {"KRW": "원", "JPY": "엔", "CNY": "위안"}
_WHOLE: Final = re.compile(r"[0-9]{1,3}(,[0-9]{3})+|[0-9]{1,20}")
"""Commas stand between thousands or nowhere: 1,99 may be meant as 1.99."""
_STEERING: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters, line ends, and the marks that turn the direction of writing."""
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def money(minor: int, currency: str, language: Language = "ko") -> str:
    """Return minor units as people write them: 12000 KRW is 12,000원 or ₩12,000, 1999 USD is US$19.99 or $19.99."""
    exponent = EXPONENTS.get(currency, 0)
    number = f"{Decimal(abs(minor)).scaleb(-exponent):,.{exponent}f}"
    minus = "-" if minor < 0 else ""
    if language == "ko" and currency in _KOREAN_UNITS:
        return f"{minus}{number}{_KOREAN_UNITS[currency]}"
    return minus + _SIGNS[language].get(currency, f"{currency} ") + number


def read_money(text: str, currency: str, least: int = 1) -> int:
    """Return the minor units of what a person typed: `12,000`, `₩12,000`, `12000원`, `19.99`.

    Raises BadInput, also for less than *least* minor units.
    """
    bare = text.strip()
    for sign in sorted({*_SIGNS["en"].values(), *_SIGNS["ko"].values(), *_KOREAN_UNITS.values(), currency}, key=len)[
        ::-1
    ]:
        bare = bare.removeprefix(sign).removesuffix(sign).strip()
    whole, point, fraction = bare.partition(".")
    if not _WHOLE.fullmatch(whole) or (point and not _fits(fraction, EXPONENTS[currency])):
        raise BadInput(f"{text!r} is not a sum of money in {currency}. Write it like 12,000 or, with cents, 19.99.")
    minor = minor_units(Decimal(bare.replace(",", "")), currency)
    if not least <= minor <= MAX_MINOR:
        raise BadInput(f"{text!r} is no sum of money that can be meant here.")
    return minor


def one_line(text: str) -> str:
    """Return *text* with whatever would steer a terminal or begin a line of its own shown as an escape."""
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _fits(fraction: str, digits: int) -> bool:
    return fraction.isascii() and fraction.isdigit() and len(fraction) <= digits


def moment(at: datetime, language: Language = "ko", zone: str = ZONE, *, seconds: bool = False) -> str:
    """Return an aware time as a clock on the wall in *zone* shows it."""
    local = at.astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return f"{day(at, language, zone)} {clock}" if language == "ko" else f"{day(at, language, zone)}, {clock}"


def day(at: datetime, language: Language = "ko", zone: str = ZONE) -> str:
    """Return the date an aware time falls on in *zone*."""
    local = at.astimezone(ZoneInfo(zone))
    if language == "ko":
        return f"{local.year}년 {local.month}월 {local.day}일"
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def status(value: Status, language: Language = "ko") -> str:
    """Return a payment's status as its buyer reads it."""
    return _STATUSES[value][language]


def method(value: str, language: Language = "ko") -> str:
    """Return a way of paying by its name; one we do not know is shown as the provider tells it."""
    return _METHODS[Method(value)][language] if value in _METHODS else value


def event(value: EventKind, language: Language = "ko") -> str:
    """Return what a timeline entry tells, in a few words."""
    return _KINDS[value][language]


def disposition(value: Disposition, language: Language = "ko") -> str:
    """Return what we made of a capture, in a few words."""
    return _DISPOSITIONS[value][language]


def _words(korean: str, english: str) -> Mapping[Language, str]:
    return {"ko": korean, "en": english}


_STATUSES: Final[Mapping[Status, Mapping[Language, str]]] = {
    Status.AWAITING: _words("결제 대기", "Awaiting payment"),
    Status.PAID: _words("결제 완료", "Paid"),
    Status.FAILED: _words("결제 실패", "Payment failed"),
    Status.CANCELLED: _words("취소됨", "Cancelled"),
}

_METHODS: Final[Mapping[Method, Mapping[Language, str]]] = {
    Method.CARD: _words("신용카드", "Card"),
    Method.TRANSFER: _words("실시간 계좌이체", "Bank transfer"),
    Method.VIRTUAL_ACCOUNT: _words("가상계좌", "Virtual account"),
    Method.MOBILE: _words("휴대폰 소액결제", "Mobile phone bill"),
    Method.APPLEPAY: _words("애플페이", "Apple Pay"),
    Method.KAKAOPAY: _words("카카오페이", "Kakao Pay"),
    Method.LPAY: _words("L.pay", "L.pay"),
    Method.NAVERPAY: _words("네이버페이", "Naver Pay"),
    Method.PAYCO: _words("페이코", "PAYCO"),
    Method.PAYPAL: _words("페이팔", "PayPal"),
    Method.PINPAY: _words("핀페이", "PINPay"),
    Method.SAMSUNGPAY: _words("삼성페이", "Samsung Pay"),
    Method.SKPAY: _words("SK페이", "SK pay"),
    Method.SSGPAY: _words("SSG페이", "SSGPAY"),
    Method.TOSSPAY: _words("토스페이", "Toss Pay"),
}

_KINDS: Final[Mapping[EventKind, Mapping[Language, str]]] = {
    EventKind.BEGUN: _words("결제 시작", "Begun"),
    EventKind.PREPARED: _words("결제 금액 사전 등록", "Amount fixed at the provider"),
    EventKind.PREPARE_REFUSED: _words("결제 금액 사전 등록 거절", "Amount refused by the provider"),
    EventKind.ATTEMPT_OPENED: _words("결제 시도", "Attempt opened"),
    EventKind.DEPOSIT_ISSUED: _words("가상계좌 발급", "Virtual account issued"),
    EventKind.ATTEMPT_UPDATED: _words("결제 시도 정보 갱신", "Attempt updated"),
    EventKind.DECLINED: _words("승인 거절", "Declined"),
    EventKind.CAPTURED: _words("결제 승인", "Captured"),
    EventKind.STRAYED: _words("어긋난 입금 발견", "Stray money found"),
    EventKind.CLOSED: _words("결제 종료", "Closed"),
    EventKind.REFUND_REQUESTED: _words("환불 요청", "Refund requested"),
    EventKind.REFUND_REBASED: _words("환불 기준 금액 변경", "Refund rebased"),
    EventKind.REFUND_REFUSED: _words("환불 거절", "Refund refused"),
    EventKind.REFUNDED: _words("환불 완료", "Refunded"),
    EventKind.STRAY_HELD: _words("어긋난 입금 보관", "Stray money kept"),
}

_DISPOSITIONS: Final[Mapping[Disposition, Mapping[Language, str]]] = {
    Disposition.ACCEPTED: _words("정상 결제", "Accepted"),
    Disposition.MISMATCH: _words("금액 불일치", "Another amount than asked"),
    Disposition.DUPLICATE: _words("중복 결제", "Paid twice"),
    Disposition.LATE: _words("종료 후 결제", "Paid after closing"),
    Disposition.ORPHAN: _words("주문 없는 결제", "No such payment here"),
}
