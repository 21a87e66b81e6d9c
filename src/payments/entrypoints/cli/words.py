"""The labels of what the commands print, in Korean and English."""

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
    "begun": ("시작", "begun"),
    "expires": ("만료", "expires"),
    "due": ("다음 확인", "next look"),
    "attempts": ("결제 시도", "attempts"),
    "attempt": ("시도", "attempt"),
    "refunds": ("환불", "refunds"),
    "timeline": ("이력", "timeline"),
    "deposit": ("입금 계좌", "deposit"),
    "left": ("남은 금액", "left"),
    "what": ("구분", "what it is"),
    "name": ("이름", "name"),
    "key": ("키", "key"),
    "made": ("만든 때", "made"),
    "revoked": ("폐기", "revoked"),
    "message": ("메시지", "message"),
    "error": ("오류", "error"),
    "test money": ("테스트 결제", "test money"),
    "none": ("없습니다.", "None."),
    "more": ("더 보기: --cursor {}", "More: --cursor {}"),
    "give back?": ("{payment}에서 {amount}을(를) 환불할까요?", "Give back {amount} of {payment}?"),
    "not done": ("취소했습니다. 환불하지 않았습니다.", "Nothing was given back."),
    "refund is done": ("{amount} 환불했습니다.", "{amount} given back."),
    "refund is open": (
        "{amount} 환불을 요청했지만 결과를 아직 알 수 없습니다. 워커가 이어서 처리합니다.",
        "{amount} asked back; the outcome is not known yet, and the worker goes on with it.",
    ),
    "refund is refused": ("환불이 거절되었습니다: {failure}", "The refund was refused: {failure}"),
    "provider is silent": (
        "결제사가 응답하지 않습니다. 워커가 곧 다시 확인합니다.",
        "The provider cannot tell now. The worker looks again soon.",
    ),
    "kept": ("보관했습니다.", "Kept."),
}


def word(key: str, language: Language, **parts: str) -> str:
    """Return a label, with *parts* put in."""
    korean, english = _WORDS[key]
    return (korean if language == "ko" else english).format(*parts.values(), **parts)
