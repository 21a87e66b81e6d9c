"""The texts of the front page."""

from collections.abc import Mapping
from typing import Final

from payments.entrypoints.stories.words import Words

TEXTS: Final[Mapping[str, Words]] = {
    "today": Words("오늘", "Today"),
    "today_so_far": Words("{day} 지금까지", "{day}, so far"),
    "net": Words("순매출", "Net"),
    "compared_with": Words("지난주 같은 시간까지 {amount}", "{amount} a week before, by this time"),
    "payments_count": Words("결제 {}건", "Captures: {}"),
    "refunds_count": Words("환불 {}건", "Refunds: {}"),
    "needs_person": Words("사람이 볼 일", "What needs a person"),
    "needs_nobody": Words("지금은 없습니다.", "Nothing at the moment."),
    "need_approval": Words("승인을 기다리는 환불", "Refunds that wait for approval"),
    "need_strays": Words("어긋난 입금", "Strays to decide about"),
    "need_orphans": Words("주문 없는 결제", "Captures without a payment"),
    "need_refunds": Words("한 시간 넘게 결과를 모르는 환불", "Refunds whose outcome is unknown for over an hour"),
    "need_questions": Words("같은 돈인지 정할 환불", "Money given back that may be counted twice"),
    "need_letters": Words("보내기를 포기한 메시지", "Messages that were given up"),
    "need_overdue": Words("제때 확인하지 못한 결제", "Payments whose check is overdue"),
    "need_differences": Words("최근 대사에서 맞지 않은 것", "Differences in the latest reconciliation"),
    "provider_health": Words("결제대행사 상태", "The provider's health"),
    "provider_closed": Words("답하고 있습니다", "It answers"),
    "provider_half-open": Words("다시 시도하는 중입니다", "It is being tried again"),
    "provider_open": Words("답하지 않습니다", "It does not answer"),
    "reconciled_until": Words("장부를 맞춘 때", "Books compared up to"),
    "messages_waiting": Words("기다리는 메시지", "Messages waiting"),
    "checks_due": Words("확인할 결제", "Checks due"),
    "last_days": Words("최근 {}일", "The last {} days"),
    "declines": Words("거절된 시도", "Declined tries"),
    "declines_lead": Words(
        "오늘 시작한 최근 결제 {payments}건에서 끝난 시도 {tries}번 중 {declined}번 거절 ({share})",
        "{declined} of {tries} tries at today's latest {payments} payments ({share})",
    ),
    "no_tries": Words("오늘은 아직 끝난 시도가 없습니다.", "No try has ended today."),
    "tries_count": Words("횟수", "Tries"),
    "share": Words("비율", "Share"),
    "no_reason": Words("사유 없음", "No reason given"),
    "other_reasons": Words("그 밖의 사유", "Other reasons"),
}
