"""The texts around each page, of log-in, and of errors."""

from collections.abc import Mapping
from typing import Final

from payments.entrypoints.stories.words import Words

TEXTS: Final[Mapping[str, Words]] = {
    "console": Words("결제 콘솔", "Payments console"),
    "skip": Words("본문으로 건너뛰기", "Skip to content"),
    "menu": Words("메뉴", "Menu"),
    "language": Words("언어", "Language"),
    "payments": Words("결제", "Payments"),
    "test_money": Words("테스트 결제", "Test money"),
    "real_money": Words("실제 결제", "Real money"),
    "log_in": Words("로그인", "Log in"),
    "log_out": Words("로그아웃", "Log out"),
    "log_in_elsewhere": Words("회사 계정으로 로그인", "Log in with your company's account"),
    "log_in_lead": Words("담당자만 볼 수 있습니다.", "For the shop's operators."),
    "name": Words("이름", "Name"),
    "password": Words("비밀번호", "Password"),
    "code": Words("일회용 코드 (쓰는 경우)", "One-time code (if you use one)"),
    "no_operator": Words("아직 담당자가 없습니다. 서버에서 만들어 주세요:", "There is no operator yet. Create one:"),
    "trouble": Words("할 수 없습니다", "Not possible"),
    "trouble_more": Words(
        "예상하지 못한 오류가 났습니다. 결제를 먼저 확인해 주세요.",
        "An unexpected error occurred. Check the payment before you try again.",
    ),
    "trouble_id": Words("문의하실 때 알려 주실 요청 번호:", "Give this request id to whoever runs the service:"),
    "to_payments": Words("결제 목록으로", "To the payments"),
    "back": Words("돌아가기", "Back"),
    "none": Words("없습니다.", "None."),
    "yes": Words("예", "Yes"),
    "no": Words("아니요", "No"),
}
