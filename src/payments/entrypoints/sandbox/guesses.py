"""Guesses: every choice that the documentation leaves open, in one place, so that a client can be tried with each.

The first value of a choice is the default and our best reading; the others are what the original may do instead.
"""

from typing import Any, Literal

import attrs


def choice(*variants: Any, why: str) -> Any:
    """A setting that takes one of *variants*; the first is the default."""
    return attrs.field(
        default=variants[0], validator=attrs.validators.in_(variants), metadata={"variants": variants, "why": why}
    )


def wording(text: str, why: str) -> Any:
    """A text that nobody has seen; ours, and it may be replaced."""
    return attrs.field(default=text, validator=attrs.validators.instance_of(str), metadata={"variants": (), "why": why})


@attrs.define(kw_only=True)
class Guesses:
    """The undocumented choices; assigning a value that is not a variant raises ValueError."""

    token_extended_from: Literal["expiry", "now"] = choice(
        "expiry", "now", why="to what the 5 minutes are added when a token has less than one minute left"
    )
    prepare_again: Literal["refused", "same amount accepted"] = choice(
        "refused", "same amount accepted", why="a second POST of prepare that changes nothing"
    )
    prepare_mismatch_code: str = wording("F400", why="error_code of a window whose amount is not the registered one")
    prepare_mismatch_text: str = wording("사전등록된 결제금액과 결제요청금액이 일치하지 않습니다.", why="its error_msg")
    bad_request_code: str = wording("F0001", why="error_code of a window asked for with unusable parameters")
    user_cancel_code: str | None = choice(
        "F0099", None, why="error_code when the buyer leaves; inicis was seen without one"
    )
    declined_code: str = wording("F500", why="error_code of a refused approval")
    too_small_text: str = wording(
        "결제금액이 최소 결제금액보다 작습니다.", why="refusal of a sum that is too small, with `strict_minimums`"
    )
    row_after_leaving: Literal["by pg", "ready", "failed"] = choice(
        "by pg", "ready", "failed", why="the row after the buyer cancels: failed at inicis, ready at others"
    )
    second_window: Literal["pays", "refused"] = choice(
        "pays", "refused", why="a window opened before another attempt of its merchant_uid was paid, approved after"
    )
    partial_cancel_status: Literal["cancelled", "paid"] = choice(
        "cancelled", "paid", why="status of a partly cancelled payment"
    )
    checksum_text: str = wording(
        "취소 가능 금액(checksum)이 일치하지 않습니다. 취소가 실행되지 않았습니다.", why="refusal of a wrong checksum"
    )
    checksum_code: Literal[1, -1] = choice(1, -1, why="its code")
    cancel_too_much: Literal["pg", "portone"] = choice(
        "pg", "portone", why="who notices that a cancel exceeds what is left: the texts seen are all of PGs"
    )
    cancel_too_much_text: str = wording("취소 가능한 금액을 초과하였습니다.", why="the text when PortOne notices")
    cancel_at_work: Literal["refused", "executed"] = choice(
        "refused", "executed", why="a cancel while an earlier one of the same payment is still being executed"
    )
    cancel_at_work_text: str = wording(
        "이전 취소 요청을 처리 중입니다. 잠시 후 다시 시도해 주세요.", why="its refusal (code -1)"
    )
    maintenance_text: str = wording(
        "결제취소에 실패하였습니다. PG사 시스템 점검 중입니다. 잠시 후 다시 시도해 주세요.",
        why="a refusal (code -1) that passes by itself: PGs close at night",
    )
    cancel_without_uid_http: Literal[400, 200] = choice(400, 200, why="HTTP status of a cancel that names no payment")
    cancel_without_uid_text: str = wording(
        "취소할 imp_uid 또는 merchant_uid를 지정해주셔야합니다.", why="seen only in part: '지정해주셔야합니다.'"
    )
    cancel_by_merchant_uid: Literal["paid", "newest", "oldest"] = choice(
        "paid", "newest", "oldest", why="which row a cancel by merchant_uid takes when several share it"
    )
    refund_account_text: str = wording(
        "가상계좌 환불에는 refund_holder, refund_bank, refund_account가 필요합니다.", why="vbank cancel without account"
    )
    cancel_part_text: str = wording("부분취소가 불가능한 결제건입니다.", why="partial cancel where the method has none")
    pg_limits: Literal["kept", "none"] = choice(
        "kept", "none", why="whether a channel refuses what its PG's documents exclude; nobody lists what is checked"
    )
    pg_limit_text: str = wording("PG사에서 허용하지 않는 요청입니다: {}", why="a refusal by such a limit")
    tax_free_text: str = wording(
        "면세금액(tax_free) 또는 부가세(vat_amount)가 올바르지 않습니다.",
        why="tax parts that are missing or do not fit",
    )
    vbank_after_due: Literal["stays ready", "failed"] = choice(
        "stays ready", "failed", why="an issued account whose deadline has passed"
    )
    vbank_expired_text: str = wording("가상계좌 입금기한 만료", why="fail_reason then")
    vbank_revoked_text: str = wording("가상계좌 말소", why="fail_reason of a revoked account")
    vbank_refused_text: str = wording("입금대기 중인 가상계좌가 아닙니다.", why="PUT or DELETE of anything else (400)")
    vbank_change: Literal["any pg", "settle only"] = choice(
        "any pg", "settle only", why="who can change an issued account; in practice Hecto alone"
    )
    easy_pay_method: Literal["card", "brand", "point"] = choice(
        "card", "brand", "point", why="pay_method of an easy pay inside a PG's window"
    )
    customer_unknown_http: Literal[200, 404] = choice(
        200, 404, why="HTTP status for a billing key that does not exist: seen as 200, documented as 404"
    )
    again_paid_code: Literal[1, -1] = choice(1, -1, why="code of a payment by key under a merchant_uid already paid")
    many_by_id: Literal["as asked", "oldest first"] = choice(
        "as asked", "oldest first", why="the order in which many payments by id are listed"
    )
    card_expired_text: str = wording(
        "유효기간이 만료된 카드입니다.", why="refusal or fail_reason of a card past its month"
    )
    card_check_reason: str = wording("카드 유효성 확인", why="cancel_reason of a checking_amount")
    schedule_in_the_past: Literal["refused", "tried at once"] = choice(
        "refused", "tried at once", why="a new schedule for a moment that is over"
    )
    schedule_past_text: str = wording("예약시각은 현재 시각 이후여야 합니다.", why="its refusal, also of a change")
    schedule_taken_text: str = wording(
        "이미 결제예약에 사용된 merchant_uid입니다.", why="a second schedule of a merchant_uid"
    )
    schedule_unknown_text: str = wording("존재하지 않는 결제예약입니다.", why="404 of a schedule")
    schedule_over_text: str = wording("이미 실행되었거나 취소된 결제예약입니다.", why="changing one that waits no more")
    schedule_not_failed_text: str = wording(
        "실패했거나 취소된 결제예약만 다시 시도할 수 있습니다.", why="repeating one that waits or was paid"
    )
    schedules_of_deleted_key: Literal["fail", "revoked"] = choice(
        "fail", "revoked", why="schedules whose billing key is deleted before they are due"
    )
    schedule_list: Literal["page", "array"] = choice(
        "page", "array", why="lists of schedules: two clients read a page object, the schema says an array"
    )
    pg_lacks_text: str = wording(
        "해당 PG사에서 지원하지 않는 기능입니다.", why="a call that the payment's PG does not know"
    )
    receipt_unpaid_text: str = wording("결제완료된 결제건이 아닙니다.", why="400 for a receipt of what is not paid")
    receipt_issued_text: str = wording("이미 현금영수증이 발행되었습니다.", why="400 for a second receipt")
    receipt_none_text: str = wording("현금영수증 발행내역이 존재하지 않습니다.", why="400 or 404 if there is none")
    escrow_none_text: str = wording("에스크로 결제건이 아닙니다.", why="409 for a parcel of any other payment")
    escrow_registered_text: str = wording("이미 배송정보가 등록되었습니다.", why="409 for a second parcel")
    escrow_unregistered_text: str = wording("등록된 배송정보가 존재하지 않습니다.", why="409 if there is none")
    naver_failed_text: str = wording("네이버페이 상품주문 처리에 실패하였습니다.", why="500 when no order took it")
    otp_wrong_text: str = wording("인증번호가 일치하지 않습니다.", why="400 for another one-time password")
    otp_over_text: str = wording("이미 인증이 완료된 건입니다.", why="400 for a second confirmation")
    page_beyond_find_all: Literal["refused", "empty"] = choice(
        "refused", "empty", why="findAll with a page beyond the data"
    )
    page_of_nothing: Literal["empty", "refused"] = choice("empty", "refused", why="page 1 of an empty list")
    limit_over_max: Literal["capped", "refused"] = choice("capped", "refused", why="a limit above 1000")
    span_over_90_days: Literal["refused", "shortened"] = choice("refused", "shortened", why="from and to too far apart")
    unknown_sorting: Literal["default", "refused"] = choice("default", "refused", why="a sorting that does not exist")
    bad_parameter_text: str = wording("필수 파라미터가 누락되었거나 올바르지 않습니다: {}", why="most 400 answers")
    page_beyond_text: str = wording("존재하지 않는 페이지입니다.", why="400 for a page beyond the data")
    no_route_text: str = wording("존재하지 않는 API입니다.", why="404 and 405 of an unknown address")


def variants() -> dict[str, tuple[Any, ...]]:
    """Return each guess that has variants, with them; the first is the default."""
    return {field.name: field.metadata["variants"] for field in attrs.fields(Guesses) if field.metadata["variants"]}
