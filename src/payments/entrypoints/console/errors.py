"""What an error says on a page: its status, a title and a sentence, in both languages."""

from collections.abc import Mapping
from typing import Final

from payments.domain.errors import BadInput, PaymentsError, RefundRefused, Rejected
from payments.entrypoints.console.texts import TEXTS
from payments.entrypoints.display import Language
from payments.entrypoints.http.shapes.problems import row_of

_KOREAN: Final[Mapping[str, str]] = {
    "payment-not-found": "그런 결제가 없습니다.",
    "already-paid": "이미 결제된 주문입니다. 취소 대신 환불해 주세요.",
    "illegal-transition": "지금 상태에서는 할 수 없습니다.",
    "refund-in-progress": "같은 결제의 다른 환불이 진행 중입니다. 끝난 뒤에 다시 확인해 주세요.",
    "attempt-unreadable": "읽을 수 없는 결제 시도가 있어 닫을 수 없습니다.",
    "gateway-not-reached": "결제대행사에 연결할 수 없습니다. 아무것도 보내지 않았습니다.",
    "gateway-credentials-refused": "결제대행사가 이 서비스의 키를 받아들이지 않습니다. 아무것도 보내지 않았습니다.",
    "gateway-unknown": "결제대행사가 답하지 않아 결과를 알 수 없습니다. 결제를 먼저 확인해 주세요.",
    "gateway-still-at-work": "결제대행사가 앞선 요청을 처리하고 있습니다. 잠시 뒤 결제를 확인해 주세요.",
    "gateway-contract": "결제대행사의 답이 요청과 맞지 않습니다. 아무것도 바꾸지 않았습니다.",
    "concurrent-update": "다른 변경과 겹쳤습니다. 아무것도 저장하지 않았습니다. 다시 시도해 주세요.",
    "storage-conflict": "다른 변경과 겹쳤습니다. 아무것도 저장하지 않았습니다.",
    "storage-unavailable": "데이터베이스가 답하지 않습니다. 결제를 먼저 확인해 주세요.",
    "sign-in-refused": "이름, 비밀번호 또는 코드가 맞지 않습니다.",
    "sign-on-refused": ("회사 계정으로 로그인할 수 없습니다. 다시 해 보고, 안 되면 관리자에게 권한을 요청해 주세요."),
    "identity-provider-not-reached": "회사 계정 서버가 답하지 않습니다. 잠시 뒤 다시 시도해 주세요.",
    "not-signed-in": "먼저 로그인해 주세요.",
    "scope-missing": "이 작업을 할 권한이 없습니다.",
    "form-not-ours": "오래된 화면이거나 이 로그인의 화면이 아닙니다. 아무것도 하지 않았습니다. 새로 고쳐 주세요.",
    "second-person-needed": "다른 담당자가 승인해야 합니다. 아무것도 보내지 않았습니다.",
    "too-many-requests": "너무 자주 시도했습니다. 잠시 뒤 다시 시도해 주세요.",
    "operator-not-found": "그런 담당자가 없습니다.",
    "busy": "서버가 바쁩니다. 아무것도 하지 않았습니다. 다시 시도해 주세요.",
    "no-such-page": "그런 화면이 없습니다.",
}


def told(error: Exception, language: Language) -> tuple[int, str, str]:
    """Return status, title and sentence of an error. What could reveal internals is not said."""
    if not isinstance(error, PaymentsError):
        return 500, _text("trouble", language), _text("trouble_more", language)
    row = row_of(type(error))
    title = _text("trouble", language) if language == "ko" else row.title
    english = row.detail or str(error)
    korean = _KOREAN.get(error.slug, english)
    if isinstance(error, Rejected | RefundRefused | BadInput):
        korean = english  # the sentence has the numbers or the provider's words
    return row.status, title, korean if language == "ko" else english


def reason_of(slug: str, language: Language) -> str:
    """Return what an error that is known only by its slug says."""
    return _KOREAN.get(slug, slug) if language == "ko" else slug


def _text(key: str, language: Language) -> str:
    return TEXTS[key].read_in(language)
