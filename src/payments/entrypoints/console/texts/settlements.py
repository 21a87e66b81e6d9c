"""The texts of settlement files, and of comparisons that run."""

from collections.abc import Mapping
from typing import Final

from payments.domain.books.settlement import SettlementFindingKind
from payments.entrypoints.stories.words import Words

_FINDINGS: Final[Mapping[SettlementFindingKind, tuple[Words, Words]]] = {
    SettlementFindingKind.DIFFERS: (
        Words("금액이 다름", "Differs"),
        Words(
            "양쪽에 있지만 장부에는 이 금액의 결제나 환불이 없습니다. PG 관리자 화면과 결제 화면을 비교해 주세요.",
            "In both, but our books have no capture or refund of this sum. Compare the PG's admin with the payment.",
        ),
    ),
    SettlementFindingKind.NOT_IN_BOOKS: (
        Words("장부에 없음", "Not in our books"),
        Words(
            "파일에만 있는 결제입니다. 먼저 대사를 해 보세요. 다른 시스템이 같은 계약을 쓸 수도 있습니다.",
            "In the file, and not in our books. Reconcile first; another system may use the same contract.",
        ),
    ),
    SettlementFindingKind.NOT_IN_FILE: (
        Words("파일에 없음", "Not in the file"),
        Words(
            "이 기간에 오간 돈이지만 파일에 없습니다. 다음 정산에 들어 있지 않으면 PG에 문의해 주세요.",
            "Money that moved in these days, without a row in the file. If the next payout lacks it too, ask the PG.",
        ),
    ),
    SettlementFindingKind.NOT_READ: (
        Words("읽지 못한 줄", "Not read"),
        Words(
            "금액이나 날짜로 읽을 수 없는 줄입니다. 그 줄이나 설정을 고쳐 주세요.",
            "Lines whose amount or day cannot be read. Correct the line, or the settings.",
        ),
    ),
}
TEXTS: Final[Mapping[str, Words]] = {
    **{f"settled_{kind}": head for kind, (head, _) in _FINDINGS.items()},
    **{f"settled_{kind}_lead": lead for kind, (_, lead) in _FINDINGS.items()},
    "settlements": Words("정산", "Settlements"),
    "settlements_lead": Words(
        "PG의 정산 파일을 장부와 줄마다 비교합니다. 장부는 바뀌지 않습니다.",
        "A PG's payout file is compared with our books, row by row. Nothing is changed in the books.",
    ),
    "settlement_new": Words("파일 비교", "Compare a file"),
    "settlement_file": Words("정산 파일 (CSV)", "Payout file (CSV)"),
    "settlement_hint": Words(
        "UTF-8이나 CP949 CSV, 32MB까지. 설정에 있는 이름으로 열을 찾습니다: {heads}. "
        "이 기간의 결제와 환불이 파일에 있어야 합니다.",
        "CSV in UTF-8 or CP949, at most 32 MB, with the columns that the settings name: {heads}. "
        "It must have the captures and refunds of these days.",
    ),
    "settlement_do": Words("올려서 비교", "Upload and compare"),
    "settlement_unset": Words(
        "먼저 서버의 설정에서 정산 파일의 열 이름을 정해 주세요:",
        "First name the columns of your PG's payout file in the server's settings:",
    ),
    "no_settlements": Words("아직 비교한 파일이 없습니다.", "No file was compared yet."),
    "file": Words("파일", "File"),
    "lines": Words("줄", "Rows"),
    "line": Words("줄", "Line"),
    "skipped": Words("빈 줄과 합계", "Skipped lines"),
    "row_name": Words("거래", "Transaction"),
    "payout_days": Words("지급일별 합계", "By payout day"),
    "payout_day": Words("지급일", "Payout day"),
    "fee": Words("수수료", "Fee"),
    "payout": Words("지급액", "Payout"),
    "findings_csv": Words("맞지 않은 것을 CSV로 받기", "Download the differences as CSV"),
    "all_agree": Words("파일과 장부가 모두 맞습니다.", "The file and our books agree."),
    "job": Words("비교", "Comparison"),
    "job_runs": Words(
        "비교하고 있습니다. 이 화면은 저절로 바뀝니다.", "It is running. This page follows it by itself."
    ),
    "job_other": Words(
        "이 비교가 이미 진행 중이라 새로 시작하지 않았습니다. 끝나면 다시 시작해 주세요.",
        "This one was running already, so yours was not begun. Begin it again when this one has ended.",
    ),
    "job_failed": Words("비교를 끝내지 못했습니다.", "It did not complete."),
    "job_ended": Words("끝났습니다.", "It has ended."),
    "job_unknown": Words(
        "이 비교는 서버의 다른 프로세스에서 진행 중이거나, 그동안 서버가 다시 시작되었습니다. 끝나면 목록에 있습니다.",
        "It runs in another process of the server, or the server was restarted. What it finds will be in the list.",
    ),
    "job_done_until": Words("여기까지", "Done until"),
    "job_rows": Words("비교한 줄", "Rows compared"),
    "look_again": Words("다시 보기", "Look again"),
}
