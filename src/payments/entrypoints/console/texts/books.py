"""The texts of reports and reconciliation."""

from collections.abc import Mapping
from typing import Final

from payments.domain.books.comparison import FindingKind
from payments.domain.books.sums import Grouping
from payments.entrypoints.stories.words import Words

_FINDINGS: Final[Mapping[FindingKind, Words]] = {
    FindingKind.DIFFERED: Words("장부와 달라서 고쳐 적음", "Differed, and was recorded"),
    FindingKind.UNKNOWN_HERE: Words("여기에 없던 결제, 적어 둠", "Unknown here, and was recorded"),
    FindingKind.UNKNOWN_THERE: Words("결제대행사에 없는 결제", "Unknown at the provider"),
    FindingKind.NOT_RECORDED: Words("읽거나 적지 못함", "Could not be recorded"),
}
_GROUPINGS: Final[Mapping[Grouping, Words]] = {
    Grouping.DAY: Words("날짜", "Day"),
    Grouping.METHOD: Words("결제 수단", "Method"),
    Grouping.PROVIDER: Words("결제대행사", "Provider"),
    Grouping.PG: Words("PG", "PG"),
    Grouping.CHANNEL: Words("채널", "Channel"),
}
TEXTS: Final[Mapping[str, Words]] = {
    **{f"finding_{kind}": words for kind, words in _FINDINGS.items()},
    **{f"by_{grouping}": words for grouping, words in _GROUPINGS.items()},
    "reports": Words("보고서", "Reports"),
    "reports_lead": Words(
        "{zone}의 자정부터 자정까지를 하루로 셉니다. 합계는 저장된 결제와 환불의 합과 같습니다.",
        "Days last from midnight to midnight in {zone}. The totals equal the stored captures and refunds.",
    ),
    "month": Words("달", "Month"),
    "first_day": Words("첫날", "First day"),
    "last_day": Words("마지막 날", "Last day"),
    "group_by": Words("나누기", "Group by"),
    "show": Words("보기", "Show"),
    "currency": Words("통화", "Currency"),
    "captures": Words("결제 건수", "Captures"),
    "refunds_done": Words("환불 건수", "Refunds"),
    "stray_captured": Words("어긋난 입금", "Strays"),
    "stray_refunded": Words("돌려준 어긋난 입금", "Strays refunded"),
    "stray_outside": Words("다른 방법으로 돌려준 어긋난 입금", "Strays given back elsewhere"),
    "orphan_captured": Words("주문 없는 결제", "Without a payment"),
    "orphan_refunded": Words("환불된 주문 없는 결제", "Of these, refunded"),
    "total": Words("합계", "Total"),
    "as_json": Words("JSON으로 받기", "Download JSON"),
    "nothing_moved": Words("이 기간에 오간 돈이 없습니다.", "No money moved in this period."),
    "reconciliation": Words("대사", "Reconciliation"),
    "reconciliation_lead": Words(
        "장부와 결제대행사의 목록을 비교한 결과입니다.", "What comparing our books with the provider's list found."
    ),
    "reconcile": Words("비교 시작", "Compare"),
    "reconcile_hint": Words(
        "결제대행사에 이 기간의 목록을 묻고, 다른 것은 장부에 고쳐 적습니다. 한 번에 100일까지입니다.",
        "The provider is asked for its list of these days, and what differs is recorded. At most 100 days at once.",
    ),
    "runs_now": Words("지금 비교하고 있습니다: {}", "A comparison is running: {}"),
    "no_runs": Words("아직 비교한 적이 없습니다.", "Nothing was compared yet."),
    "period": Words("기간", "Period"),
    "compared_at": Words("비교한 때", "Compared"),
    "agreed": Words("맞은 것", "Agreed"),
    "found": Words("맞지 않은 것", "Findings"),
    "foreign": Words("다른 설치의 것", "Of other installations"),
    "agrees": Words("모두 맞음", "Agrees"),
    "differs": Words("확인 필요", "Differences"),
    "finding": Words("무엇이", "What"),
    "not_kept": Words("그 밖에 {}건은 적어 두지 않았습니다.", "{} more were not kept."),
    "orphans": Words("주문 없는 결제", "Captures without a payment"),
    "orphans_lead": Words(
        "우리 번호로 받은 돈이지만 여기에 결제가 없습니다. 저절로 돌려주지 않으니, 알아보고 메모를 남겨 주세요.",
        "Money under our ids without a payment here. It is never given back by itself: find out, and leave a note.",
    ),
}
