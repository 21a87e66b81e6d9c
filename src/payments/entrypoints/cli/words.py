"""The labels that the commands print, in Korean and English."""

from collections.abc import Mapping
from typing import Final

from payments.entrypoints.display import Language

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "payment": ("결제", "payment"),
    "status": ("상태", "status"),
    "order": ("주문", "order"),
    "buyer": ("구매자", "buyer"),
    "amount": ("금액", "amount"),
    "refunded": ("환불", "refunded"),
    "method": ("결제 수단", "method"),
    "tax": ("세금", "tax"),
    "tax free": ("면세", "tax free"),
    "vat": ("부가세", "VAT"),
    "channel": ("채널", "channel"),
    "approval": ("승인번호", "approval"),
    "transaction": ("PG 거래번호", "PG transaction"),
    "months": ("{months}개월", "{months} months"),
    "begun": ("시작", "begun"),
    "paid": ("결제 완료", "paid"),
    "refunded at": ("환불 완료", "refunded at"),
    "day": ("날짜", "day"),
    "provider": ("결제 대행", "provider"),
    "pg": ("PG", "PG"),
    "captured": ("승인", "captured"),
    "net": ("순액", "net"),
    "strays": ("어긋난 입금", "strays"),
    "strays back": ("어긋난 입금 환불", "strays refunded"),
    "total": ("합계", "total"),
    "reconciliation": ("대조", "reconciliation"),
    "period": ("기간", "period"),
    "agreed": ("일치", "agreed"),
    "differed": ("달라서 기록함", "differed, recorded"),
    "unknown_here": ("우리에게 없음", "unknown here"),
    "unknown_there": ("결제사에 없음", "unknown at the provider"),
    "not_recorded": ("기록하지 못함", "not recorded"),
    "foreign": ("다른 설치", "other installations"),
    "expires": ("만료", "expires"),
    "due": ("다음 확인", "next check"),
    "attempts": ("결제 시도", "attempts"),
    "attempt": ("시도", "attempt"),
    "refunds": ("환불", "refunds"),
    "timeline": ("이력", "timeline"),
    "deposit": ("입금 계좌", "deposit"),
    "found": ("발견", "found"),
    "left": ("남은 금액", "left"),
    "what": ("구분", "kind"),
    "name": ("이름", "name"),
    "key": ("키", "key"),
    "created": ("만든 때", "created"),
    "revoked": ("폐기", "revoked"),
    "scopes": ("권한", "scopes"),
    "codes": ("일회용 코드", "codes"),
    "operator created": ("{name} 님을 만들었습니다.", "{name} was created."),
    "operator revoked": (
        "{name} 님을 폐기했습니다. 로그인이 모두 끝났습니다.",
        "{name} is revoked. All sessions have ended.",
    ),
    "password changed": (
        "{name} 님의 비밀번호를 바꿨습니다. 로그인이 모두 끝났습니다.",
        "The password of {name} was changed. All sessions have ended.",
    ),
    "codes off": ("{name} 님은 일회용 코드 없이 로그인합니다.", "{name} logs in without one-time codes now."),
    "last used": ("마지막 사용", "last used"),
    "message": ("메시지", "message"),
    "error": ("오류", "error"),
    "test money": ("테스트 결제", "test money"),
    "unknown pg": ("알 수 없는 PG (pg를 설정하세요)", "PG not known (set its pg)"),
    "default channel": ("기본 채널", "default channel"),
    "contract": ("계약", "contract"),
    "rule off": ("확인하지 않음: {reason}", "not checked: {reason}"),
    "rule yours": ("이 라이브러리가 보내지 않는 값", "not sent by this library"),
    "shadowed": (
        "{compared}건을 대조했습니다: 다른 것 {different}건. 아무것도 바꾸지 않았습니다.",
        "{compared} rows compared: {different} differ. Nothing was changed.",
    ),
    "none": ("없습니다.", "None."),
    "more": ("더 보기: --cursor {}", "More: --cursor {}"),
    "refund?": ("{payment}에서 {amount}을(를) 환불할까요?", "Refund {amount} of {payment}?"),
    "not refunded": ("취소했습니다. 환불하지 않았습니다.", "Cancelled. Nothing was refunded."),
    "refund is done": ("{amount} 환불했습니다.", "{amount} refunded."),
    "refund is open": (
        "{amount} 환불을 요청했지만 결과를 아직 알 수 없습니다. 워커가 이어서 처리합니다.",
        "A refund of {amount} was requested. Its outcome is not known yet; the worker continues.",
    ),
    "refund is refused": ("환불이 거절되었습니다: {failure}", "The refund was refused: {failure}"),
}


def word(key: str, language: Language, **parts: str) -> str:
    """Return a label, with *parts* filled in."""
    korean, english = _WORDS[key]
    return (korean if language == "ko" else english).format(*parts.values(), **parts)
