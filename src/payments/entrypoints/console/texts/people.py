"""The texts about messages, operators, keys, and the audit list."""

from collections.abc import Mapping
from typing import Final

from payments.entrypoints.stories.words import Words

TEXTS: Final[Mapping[str, Words]] = {
    "messages": Words("메시지", "Messages"),
    "messages_lead": Words(
        "상점에 보내는 메시지 중 아직 도착하지 않은 것입니다.", "Messages to the shop that have not arrived yet."
    ),
    "dead_letters": Words("보내기를 포기한 메시지", "Given up"),
    "waiting_letters": Words("기다리는 메시지", "Waiting"),
    "message": Words("메시지", "Message"),
    "tries": Words("시도", "Tries"),
    "error": Words("오류", "Error"),
    "replay": Words("다시 보내기", "Send again"),
    "skip_message": Words("건너뛰기", "Skip"),
    "people": Words("담당자와 키", "Operators and keys"),
    "operators": Words("담당자", "Operators"),
    "operators_hint": Words("서버에서 만듭니다:", "They are created at a shell:"),
    "sessions": Words("로그인", "Sessions"),
    "api_keys": Words("API 키", "API keys"),
    "prefix": Words("키", "Key"),
    "scopes": Words("권한", "Scopes"),
    "codes": Words("일회용 코드", "One-time codes"),
    "created": Words("만든 때", "Created"),
    "revoked": Words("폐기한 때", "Revoked"),
    "last_seen": Words("마지막 사용", "Last seen"),
    "last_used": Words("마지막 사용", "Last used"),
    "revoke": Words("폐기", "Revoke"),
    "end_session": Words("끝내기", "End"),
    "audit": Words("감사 기록", "Audit list"),
    "audit_lead": Words(
        "누가 무엇을 요청했는지 적습니다. 데이터베이스가 고치거나 지우지 못하게 막고, payments check가 확인합니다.",
        "Who asked for what. The database refuses to change or delete a row, and payments check verifies them.",
    ),
}
