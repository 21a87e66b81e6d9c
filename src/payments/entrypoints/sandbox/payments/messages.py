"""What the original answers when it refuses, word for word, as seen in the public tests of other people's clients.

A text or code that nobody has seen belongs in `guesses.py`.
"""

from typing import Final

from payments.entrypoints.sandbox.errors import Refusal

UNAUTHORIZED: Final = Refusal(401, -1, "Unauthorized")
KEYS_MISSING: Final = Refusal(400, -1, "imp_key, imp_secret 파라메터가 누락되었습니다.")
KEYS_WRONG: Final = Refusal(401, -1, "인증에 실패하였습니다. API키와 secret을 확인하세요.")
NO_PAYMENT: Final = Refusal(404, -1, "존재하지 않는 결제정보입니다.")
STATUS_UNKNOWN: Final = Refusal(400, -1, "지원되지 않는 상태값입니다.")
PREPARE_KNOWN: Final = Refusal(200, 1, "결제정보 사전등록에 실패하였습니다(이미 등록된 merchant_uid입니다).")
PREPARE_UNKNOWN: Final = Refusal(404, -1, "사전등록된 결제정보가 존재하지 않습니다.")
NOTHING_TO_CANCEL: Final = Refusal(200, 1, "취소할 결제건이 존재하지 않습니다.")
WHOLLY_CANCELLED: Final = Refusal(200, 1, "이미 전액취소된 주문입니다.")
PG_REFUSED_CANCEL: Final = Refusal(200, -1, "결제취소에 실패하였습니다. {}")
CUSTOMER_UNKNOWN_AGAIN: Final = Refusal(200, 1, "등록되지 않은 구매자입니다.")
CUSTOMER_UNKNOWN: Final = Refusal(404, 1, "요청하신 customer_uid({})로 등록된 정보를 찾을 수 없습니다.")
CUSTOMER_UNKNOWN_SCHEDULE: Final = Refusal(200, 1, "등록된 고객정보가 없습니다.")
CARD_REFUSED: Final = Refusal(200, -1, "카드정보 인증에 실패하였습니다. {}")
KEY_REFUSED: Final = Refusal(200, -1, "카드정보 인증 및 빌키 발급에 실패하였습니다. {}")
INICIS_NEEDS_NAME: Final = Refusal(400, 1, "이니시스 빌링결제는 상품명이 필수입니다.")
SCHEDULE_EMPTY: Final = Refusal(200, 1, "취소할 예약결제 기록이 존재하지 않습니다.")

PG_ALREADY_CANCELLED: Final = "해당거래 취소실패(기취소성공) : 전화 문의(1661-0808)"
PG_CANCEL_TOO_MUCH: Final = "취소금액이 미정산 금액보다 큽니다."
PG_CANCEL_TOO_MUCH_KAKAOPAY: Final = "(requested cancel amount is bigger than cancelable amount)"
PG_BAD_CARD: Final = "[F112]유효하지않은 카드번호를 입력하셨습니다. (card_bin 없음)"
PG_NO_DEPOSIT: Final = "요청하신 건에 대해 입금된 내역이 없습니다"

ALREADY_PAID_CODE: Final = "F1002"
ALREADY_PAID: Final = "이미 결제가 이루어진 거래건입니다."
BUYER_LEFT: Final = "사용자가 결제를 취소하셨습니다"
BUYER_LEFT_EASY_PAY: Final = "[결제포기] 사용자가 결제를 취소하셨습니다"
CONFIRM_REFUSED: Final = "고객사 요청에 의해 결제를 중단합니다. (상세사유 : {})"
CONFIRM_REASON_UNKNOWN: Final = "알 수 없음"
CONSOLE_CANCEL_REASON: Final = "관리자페이지취소"
