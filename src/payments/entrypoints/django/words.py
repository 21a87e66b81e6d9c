"""The words of the button and the admin, in Korean and English, by Django's active language."""

from typing import Any, Final

from django.utils.functional import lazy
from django.utils.translation import get_language

from payments.entrypoints.display import Language

WORDS: Final = {
    "pay": ("결제하기", "Pay"),
    "deposit_pay": ("가상계좌 발급받기", "Get an account number"),
    "opening": ("결제창을 여는 중입니다.", "Opening the payment window."),
    "paid": ("결제가 완료되었습니다.", "Paid. Thank you."),
    "deposit": ("입금을 기다리고 있습니다.", "Awaiting your deposit."),
    "failed": ("결제되지 않았습니다.", "You have not paid."),
    "waiting": (
        "결제 결과를 확인하고 있습니다. 다시 결제하지 마세요.",
        "The result is being checked. Do not pay again.",
    ),
    "trouble": ("결제하지 못했습니다. 잠시 뒤에 다시 시도하세요.", "The payment did not work. Try again later."),
    "already_paid": ("이미 결제된 주문입니다.", "This order is already paid."),
    "price_changed": ("가격이 바뀌었습니다. 새로 고침 하세요.", "The price has changed. Reload the page."),
    "payment": ("결제", "Payment"),
    "list": ("결제 목록", "Payments"),
    "attempts": ("결제 시도", "Attempts"),
    "bank": ("은행 코드", "Bank code"),
    "number": ("계좌번호", "Account number"),
    "holder": ("예금주", "Account holder"),
    "refund_this": ("환불하기", "Refund"),
    "search": (
        "결제·주문·승인·거래번호, 구매자, 상품명",
        "Payment, order, approval or transaction number, buyer, name",
    ),
    "order": ("주문번호", "Order"),
    "buyer": ("구매자", "Buyer"),
    "amount": ("금액", "Amount"),
    "refunded": ("환불 금액", "Refunded"),
    "status": ("상태", "Status"),
    "method": ("결제 수단", "Method"),
    "begun": ("시작", "Begun"),
    "merchant_id": ("결제번호", "Merchant id"),
    "timeline": ("이력", "Timeline"),
    "refund": ("환불", "Refund"),
    "refund_all": ("남은 금액 전부", "All that is left"),
    "reason": ("사유", "Reason"),
    "sure": ("환불하면 되돌릴 수 없습니다.", "A refund cannot be undone."),
    "refund_done": ("환불했습니다.", "Refunded."),
    "refund_on_its_way": (
        "환불을 요청했습니다. 결과는 이력에 표시됩니다.",
        "The refund is on its way. See the timeline.",
    ),
    "all": ("전체", "All"),
    "next": ("다음", "Next"),
    "filter": ("찾기", "Search"),
    "none": ("결제가 없습니다.", "There are no payments."),
}


def lazily(key: str) -> Any:
    """Return the word as a lazy text, for names that Django reads once and shows in many languages."""
    return lazy(word, str)(key)


def word(key: str) -> str:
    """Return the word in the active language: Korean for `ko`, else English."""
    korean, english = WORDS[key]
    return korean if language() == "ko" else english


def language() -> Language:
    """Return the active language of the request: Korean for `ko`, else English."""
    return "ko" if (get_language() or "").startswith("ko") else "en"


def words() -> dict[str, str]:
    """Return all words in the active language, for templates."""
    return {key: word(key) for key in WORDS}
