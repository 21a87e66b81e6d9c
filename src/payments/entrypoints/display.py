"""Money, time and the closed vocabularies as people write them, in Korean and English.

money, moment, day, weekday   12,000원 and ₩12,000 · 2026년 11월 23일 16:05 and 23 Nov 2026, 16:05
read_money               what a person typed, in minor units
one_line                 text from outside, kept on one line
status, standing, method, event_kind, disposition, reason, source, role, refund_status, attempt_state   labels
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo

from payments.domain.attempt import Disposition
from payments.domain.errors import BadInput
from payments.domain.event import EventKind, Reason, Source
from payments.domain.machine import Status
from payments.domain.money import EXPONENTS, MAX_MINOR, minor_units
from payments.domain.payment import Payment
from payments.domain.refund import RefundStatus
from payments.domain.report import Rank
from payments.domain.values import GatewayId, Method, Role

Language = Literal["ko", "en"]
ZONE: Final = "Asia/Seoul"

_SIGNS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {"KRW": "₩", "USD": "$", "JPY": "¥", "EUR": "€", "GBP": "£", "CNY": "CN¥"},
    "ko": {"USD": "US$", "EUR": "€", "GBP": "£"},
}
_KOREAN_UNITS: Final = {"KRW": "원", "JPY": "엔", "CNY": "위안"}
_WHOLE: Final = re.compile(r"[0-9]{1,3}(,[0-9]{3})+|[0-9]{1,20}")
"""Commas are allowed only between thousands: 1,99 may mean 1.99."""
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters, line ends, and marks that change the direction of writing."""
_WEEKDAYS: Final[Mapping[Language, list[str]]] = {
    "ko": list("월화수목금토일"),
    "en": "Mon Tue Wed Thu Fri Sat Sun".split(),
}
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def money(minor: int, currency: str, language: Language = "ko") -> str:
    """Return minor units as people write them: 12000 KRW is 12,000원 or ₩12,000, 1999 USD is US$19.99 or $19.99."""
    exponent = EXPONENTS.get(currency, 0)
    number = f"{Decimal(abs(minor)).scaleb(-exponent):,.{exponent}f}"
    minus = "-" if minor < 0 else ""
    if language == "ko" and currency in _KOREAN_UNITS:
        return f"{minus}{number}{_KOREAN_UNITS[currency]}"
    return minus + _SIGNS[language].get(currency, f"{currency} ") + number


def currency_of(payment: Payment, gateway_id: GatewayId | None) -> str:
    """Return the currency of an attempt, which may differ from the price's if the attempt is a stray."""
    attempt = payment.attempt(gateway_id) if gateway_id else None
    return attempt.report.amount.currency if attempt else payment.price.currency


def read_money(text: str, currency: str, least: int = 1) -> int:
    """Return the minor units of what a person typed: `12,000`, `₩12,000`, `12000원`, `19.99`.

    Raises BadInput, also below *least* minor units.
    """
    bare = text.strip()
    for sign in sorted({*_SIGNS["en"].values(), *_SIGNS["ko"].values(), *_KOREAN_UNITS.values(), currency}, key=len)[
        ::-1
    ]:
        bare = bare.removeprefix(sign).removesuffix(sign).strip()
    whole, point, fraction = bare.partition(".")
    if not _WHOLE.fullmatch(whole) or (point and not _fits(fraction, EXPONENTS[currency])):
        raise BadInput(f"{text!r} is not an amount in {currency}. Write it like 12,000 or 19.99.")
    minor = minor_units(Decimal(bare.replace(",", "")), currency)
    if not least <= minor <= MAX_MINOR:
        raise BadInput(f"{text!r} is outside the allowed range of amounts.")
    return minor


def one_line(text: str) -> str:
    """Return *text* with control characters and line ends shown as escapes."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _fits(fraction: str, digits: int) -> bool:
    return fraction.isascii() and fraction.isdigit() and len(fraction) <= digits


def moment(
    at: datetime, language: Language = "ko", zone: str = ZONE, *, seconds: bool = False, named: bool = False
) -> str:
    """Return an aware time in the local time of *zone*, followed by the zone's short name where it is *named*."""
    local = at.astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    clock += f" {local:%Z}" if named else ""
    return f"{day(at, language, zone)} {clock}" if language == "ko" else f"{day(at, language, zone)}, {clock}"


def day(at: datetime, language: Language = "ko", zone: str = ZONE) -> str:
    """Return the date of an aware time in *zone*."""
    local = at.astimezone(ZoneInfo(zone))
    if language == "ko":
        return f"{local.year}년 {local.month}월 {local.day}일"
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def weekday(on: date, language: Language = "ko") -> str:
    """Return a date without its year, and its day of the week."""
    if language == "ko":
        return f"{on.month}월 {on.day}일 ({_WEEKDAYS['ko'][on.weekday()]})"
    return f"{_WEEKDAYS['en'][on.weekday()]} {on.day} {_MONTHS[on.month - 1]}"


def status(value: Status, language: Language = "ko") -> str:
    """Return the label of a payment's status."""
    return _STATUSES[value][language]


def standing(value: str, language: Language = "ko", *, awaits_deposit: bool = False, refunded: int = 0) -> str:
    """Return the label of where a payment stands: its status, or more exactly what became of its money."""
    status_now = Status(value)
    if status_now is Status.AWAITING and awaits_deposit:
        return _AWAITS_DEPOSIT[language]
    if refunded and status_now in (Status.PAID, Status.CANCELLED):
        return (_REFUNDED_IN_PART if status_now is Status.PAID else _REFUNDED)[language]
    return status(status_now, language)


def method(value: str, language: Language = "ko") -> str:
    """Return the label of a payment method; an unknown one is returned as it is."""
    return _METHODS[Method(value)][language] if value in _METHODS else value


def event_kind(value: EventKind, language: Language = "ko") -> str:
    """Return the label of an event."""
    return _EVENT_KINDS[value][language]


def disposition(value: Disposition, language: Language = "ko") -> str:
    """Return the label of what a capture counts as."""
    return _DISPOSITIONS[value][language]


def attempt_state(value: Rank, language: Language = "ko") -> str:
    """Return the label of how far an attempt came."""
    return _ATTEMPT_STATES[value][language]


def refund_status(value: RefundStatus, language: Language = "ko") -> str:
    """Return the label of a refund's status."""
    return _REFUND_STATUSES[value][language]


def role(value: Role, language: Language = "ko") -> str:
    """Return the label of a caller's role."""
    return _ROLES[value][language]


def reason(value: str, language: Language = "ko") -> str:
    """Return the label of a reason or a disposition; other text, such as the provider's own, is returned as it is."""
    label = _REASONS.get(value) or _DISPOSITIONS.get(value)
    return label[language] if label else value


def source(by: str, language: Language = "ko", *, names: bool = True) -> str:
    """Return who or what reported a change: the label of a Source, or of a caller's role with the caller's name.

    Without *names*, as a buyer reads it, the name is left out and an unknown text becomes the system's label.
    """
    if by in _SOURCES:
        return _SOURCES[by][language]
    caller, _, name = by.partition(":")
    if caller in _ROLES and name:
        return f"{_ROLES[caller][language]} ({name})" if names else _ROLES[caller][language]
    return by if names else role(Role.SYSTEM, language)


def _label(korean: str, english: str) -> Mapping[Language, str]:
    return {"ko": korean, "en": english}


_STATUSES: Final[Mapping[Status, Mapping[Language, str]]] = {
    Status.AWAITING: _label("결제 대기", "Awaiting payment"),
    Status.PAID: _label("결제 완료", "Paid"),
    Status.FAILED: _label("결제 실패", "Payment failed"),
    Status.CANCELLED: _label("취소됨", "Cancelled"),
}

_AWAITS_DEPOSIT: Final = _label("입금 대기", "Awaiting deposit")
_REFUNDED_IN_PART: Final = _label("부분 환불", "Partly refunded")
_REFUNDED: Final = _label("환불 완료", "Refunded")

_METHODS: Final[Mapping[Method, Mapping[Language, str]]] = {
    Method.CARD: _label("신용카드", "Card"),
    Method.TRANSFER: _label("실시간 계좌이체", "Bank transfer"),
    Method.VIRTUAL_ACCOUNT: _label("가상계좌", "Virtual account"),
    Method.MOBILE: _label("휴대폰 소액결제", "Mobile phone bill"),
    Method.APPLEPAY: _label("애플페이", "Apple Pay"),
    Method.KAKAOPAY: _label("카카오페이", "Kakao Pay"),
    Method.LPAY: _label("L.pay", "L.pay"),
    Method.NAVERPAY: _label("네이버페이", "Naver Pay"),
    Method.PAYCO: _label("페이코", "PAYCO"),
    Method.PAYPAL: _label("페이팔", "PayPal"),
    Method.PINPAY: _label("핀페이", "PINPay"),
    Method.SAMSUNGPAY: _label("삼성페이", "Samsung Pay"),
    Method.SKPAY: _label("SK페이", "SK pay"),
    Method.SSGPAY: _label("SSG페이", "SSGPAY"),
    Method.TOSSPAY: _label("토스페이", "Toss Pay"),
}

_EVENT_KINDS: Final[Mapping[EventKind, Mapping[Language, str]]] = {
    EventKind.BEGUN: _label("결제 시작", "Begun"),
    EventKind.PREPARED: _label("결제 금액 사전 등록", "Amount registered with the provider"),
    EventKind.PREPARE_REFUSED: _label("결제 금액 사전 등록 거절", "Amount refused by the provider"),
    EventKind.ATTEMPT_OPENED: _label("결제 시도", "Attempt opened"),
    EventKind.DEPOSIT_ISSUED: _label("가상계좌 발급", "Virtual account issued"),
    EventKind.ATTEMPT_UPDATED: _label("결제 시도 정보 갱신", "Attempt updated"),
    EventKind.ATTEMPT_UNREADABLE: _label("확인할 수 없는 결제 시도", "Attempt cannot be read"),
    EventKind.DECLINED: _label("승인 거절", "Declined"),
    EventKind.CAPTURED: _label("결제 승인", "Captured"),
    EventKind.STRAYED: _label("어긋난 입금 발견", "Stray money found"),
    EventKind.CLOSED: _label("결제 종료", "Closed"),
    EventKind.DEPOSIT_LEFT_OPEN: _label("가상계좌를 닫지 못함", "Virtual account could not be closed"),
    EventKind.REFUND_REQUESTED: _label("환불 요청", "Refund requested"),
    EventKind.REFUND_ACCEPTED: _label("환불 접수 (결과 대기)", "Refund accepted, result pending"),
    EventKind.REFUND_APPROVED: _label("환불 승인 (두 번째 담당자)", "Refund approved by a second person"),
    EventKind.REFUND_REBASED: _label("환불 기준 금액 변경", "Refund rebased"),
    EventKind.REFUND_REFUSED: _label("환불 거절", "Refund refused"),
    EventKind.REFUNDED: _label("환불 완료", "Refunded"),
    EventKind.STRAY_HELD: _label("어긋난 입금 보관", "Stray money held"),
    EventKind.REFUNDED_OUTSIDE: _label("다른 방법으로 환불함", "Given back elsewhere"),
    EventKind.OUTSIDE_QUESTIONED: _label("같은 돈인지 확인 필요", "May be the same money"),
    EventKind.OUTSIDE_MERGED: _label("같은 돈으로 확인", "Found to be the same money"),
    EventKind.OUTSIDE_COUNTED: _label("다른 돈으로 확인", "Found to be other money"),
}

_DISPOSITIONS: Final[Mapping[str, Mapping[Language, str]]] = {
    Disposition.ACCEPTED: _label("정상 결제", "Accepted"),
    Disposition.MISMATCH: _label("금액 불일치", "Amount mismatch"),
    Disposition.DUPLICATE: _label("중복 결제", "Paid twice"),
    Disposition.LATE: _label("종료 후 결제", "Paid after closing"),
    Disposition.WRONG_MODE: _label("테스트 결제", "Test money"),
    Disposition.ORPHAN: _label("주문 없는 결제", "Unknown payment"),
}

_ATTEMPT_STATES: Final[Mapping[Rank, Mapping[Language, str]]] = {
    Rank.READY: _label("결제 대기", "Waiting"),
    Rank.DECLINED: _label("승인 거절", "Declined"),
    Rank.CAPTURED: _label("결제 승인", "Captured"),
    Rank.CANCELLED: _label("전액 환불", "Refunded in full"),
}

_REFUND_STATUSES: Final[Mapping[RefundStatus, Mapping[Language, str]]] = {
    RefundStatus.OPEN: _label("환불 진행 중", "Open"),
    RefundStatus.DONE: _label("환불 완료", "Done"),
    RefundStatus.REFUSED: _label("환불 거절", "Refused"),
    RefundStatus.OUTSIDE: _label("다른 방법으로 환불", "Given back elsewhere"),
    RefundStatus.QUESTIONED: _label("같은 돈인지 확인 필요", "To be decided"),
    RefundStatus.MERGED: _label("같은 돈", "The same money"),
}

_ROLES: Final[Mapping[str, Mapping[Language, str]]] = {
    Role.BUYER: _label("구매자", "Buyer"),
    Role.SHOP: _label("상점", "Shop"),
    Role.OPERATOR: _label("담당자", "Operator"),
    Role.SYSTEM: _label("결제 서비스", "Payment service"),
}

_REASONS: Final[Mapping[str, Mapping[Language, str]]] = {
    Reason.DECLINED: _label("승인 거절", "Declined"),
    Reason.LEFT: _label("구매자가 결제창을 닫음", "The buyer closed the window"),
    Reason.AMOUNT_MISMATCH: _label("금액 불일치", "Amount mismatch"),
    Reason.PREPARE_REFUSED: _label("결제 금액 사전 등록 거절", "Amount refused by the provider"),
    Reason.EXPIRED: _label("결제 기한 만료", "Expired"),
    Reason.SUPERSEDED: _label("새 결제로 대체", "Replaced by a new payment"),
    Reason.OTHER_BUYER: _label("다른 구매자가 같은 주문을 다시 시작", "Begun again by another buyer"),
    Reason.BUYER: _label("구매자가 취소", "Cancelled by the buyer"),
    Reason.SHOP: _label("상점이 취소", "Cancelled by the shop"),
    Reason.SYSTEM: _label("결제 서비스가 취소", "Cancelled by the payment service"),
    Reason.REFUNDED: _label("전액 환불", "Refunded in full"),
}

_SOURCES: Final[Mapping[str, Mapping[Language, str]]] = {
    Source.CLOCK: _label("정해진 시간이 지남", "A deadline passed"),
    Source.POLICY: _label("상점의 설정에 따름", "The shop's settings"),
    Source.GATEWAY: _label("결제대행사", "The provider"),
    Source.COMPLETE: _label("결제창이 닫힌 뒤 결제대행사에 물어봄", "Asked the provider after the window closed"),
    Source.ABANDON: _label("창을 떠난 뒤 결제대행사에 물어봄", "Asked the provider after the buyer left"),
    Source.CANCEL: _label("취소하기 전에 결제대행사에 물어봄", "Asked the provider before cancelling"),
    Source.REFUND: _label("환불 결과를 결제대행사에 물어봄", "Asked the provider about the refund"),
    Source.RETURN: _label("구매자가 돌아온 뒤 결제대행사에 물어봄", "Asked the provider when the buyer came back"),
    Source.WEBHOOK: _label("웹훅을 받고 결제대행사에 물어봄", "Asked the provider after a webhook"),
    Source.SWEEP: _label("정기 점검 중 결제대행사에 물어봄", "Asked the provider in a regular check"),
    Source.RECONCILIATION: _label("결제대행사의 목록에서 발견", "Found in the provider's list"),
    Source.OPERATOR: _label("담당자의 요청으로 결제대행사에 물어봄", "Asked the provider for an operator"),
    Source.EXTERNAL: _label("이 서비스 밖에서 처리", "Made outside this service"),
}
