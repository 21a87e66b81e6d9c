"""The texts of the page of settings."""

from collections.abc import Mapping
from typing import Final

from payments.entrypoints.stories.words import Words

TEXTS: Final[Mapping[str, Words]] = {
    "settings": Words("설정", "Settings"),
    "settings_lead": Words(
        "지금 쓰는 설정입니다. 비밀은 보이지 않고, 여기서 바꿀 수 없습니다.",
        "The settings in force. Secrets are not shown, and nothing can be changed here.",
    ),
    "check_now": Words("지금 점검하기", "Check now"),
    "check_lead": Words(
        "payments check와 같은 점검입니다. 결제대행사에 키를 확인합니다.",
        "The same as payments check. It asks the provider whether it accepts the keys.",
    ),
    "check_result": Words("점검 결과", "What the check says"),
    "check_part": Words("부분", "Part"),
    "check_says": Words("결과", "Result"),
    "check_ok": Words("정상", "OK"),
    "check_wrong": Words("잘못됨", "Wrong"),
    "setting": Words("설정", "Setting"),
    "value": Words("값", "Value"),
    "meaning": Words("뜻", "Meaning"),
    "is_set": Words("설정됨", "set"),
    "is_not_set": Words("없음", "not set"),
    "defaults": Words("기본값 그대로인 설정", "Settings left at their default"),
}
