"""What is in the audit list, as people read it."""

from collections.abc import Mapping
from typing import Final

from payments.domain.people.audit import AuditAction
from payments.entrypoints.stories.words import Words

_DEEDS: Final[Mapping[AuditAction, Words]] = {
    AuditAction.SIGNED_IN: Words("로그인", "logged in"),
    AuditAction.SIGNED_OUT: Words("로그아웃", "logged out"),
    AuditAction.OPERATOR_CREATED: Words("담당자를 만듦", "created an operator"),
    AuditAction.OPERATOR_REVOKED: Words("담당자를 폐기", "revoked an operator"),
    AuditAction.PASSWORD_CHANGED: Words("비밀번호를 바꿈", "changed a password"),
    AuditAction.CODES_CHANGED: Words("일회용 코드를 바꿈", "changed one-time codes"),
    AuditAction.SCOPES_CHANGED: Words("권한을 바꿈", "changed scopes"),
    AuditAction.SESSION_ENDED: Words("로그인을 끝냄", "ended a session"),
    AuditAction.KEY_CREATED: Words("API 키를 만듦", "created an API key"),
    AuditAction.KEY_REVOKED: Words("API 키를 폐기", "revoked an API key"),
    AuditAction.REFUND: Words("환불을 요청", "asked for a refund"),
    AuditAction.APPROVE_REFUND: Words("환불을 승인", "approved a refund"),
    AuditAction.REJECT_REFUND: Words("환불을 반려", "rejected a refund"),
    AuditAction.RECORD_OUTSIDE_REFUND: Words("다른 방법으로 환불했다고 적음", "recorded money given back elsewhere"),
    AuditAction.MERGE_OUTSIDE_REFUND: Words("같은 돈이라고 정함", "decided that it is the same money"),
    AuditAction.COUNT_OUTSIDE_REFUND: Words("다른 돈이라고 정함", "decided that it is other money"),
    AuditAction.CANCEL: Words("취소를 요청", "asked for a cancellation"),
    AuditAction.HOLD_STRAY: Words("어긋난 입금을 보관", "held a stray"),
    AuditAction.HOLD_ORPHAN: Words("주문 없는 결제를 보관", "held an orphan"),
    AuditAction.RECONCILE: Words("결제대행사와 대사를 시작", "began a reconciliation"),
    AuditAction.COMPARE_SETTLEMENT: Words("정산 파일을 비교", "compared a settlement file"),
    AuditAction.REPLAY_MESSAGE: Words("메시지를 다시 보냄", "sent a message again"),
    AuditAction.SKIP_MESSAGE: Words("메시지를 건너뜀", "skipped a message"),
    AuditAction.REFUSED: Words("거절됨", "was refused"),
}
TEXTS: Final[Mapping[str, Words]] = {f"did_{action}": words for action, words in _DEEDS.items()}
