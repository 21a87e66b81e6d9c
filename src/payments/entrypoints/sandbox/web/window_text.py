"""The words of the payment window in Korean and English, and money as people write it."""

from decimal import Decimal
from typing import Any, Final

KOREAN: Final[dict[str, Any]] = {
    "title": "결제",
    "banner": "시험용 결제창입니다. 실제 돈은 오가지 않습니다.",
    "order": "주문 정보",
    "shop": "상점",
    "name": "상품명",
    "merchant_uid": "주문번호",
    "buyer": "구매자",
    "total": "결제금액",
    "method": "결제수단 선택",
    "card": "신용카드",
    "vbank": "가상계좌",
    "easy": "간편결제",
    "other": "기타",
    "trans": "계좌이체",
    "phone": "휴대폰",
    "quota": "할부",
    "lump_sum": "일시불",
    "months": "{}개월",
    "vbank_hint": "발급된 계좌에 입금되면 결제가 완료됩니다. 입금은 샌드박스 관리 화면에서 할 수 있습니다.",
    "pay": "{} 결제하기",
    "issue": "가상계좌 발급받기",
    "names": {},
    "decline": "결제 거절",
    "close": "닫기",
    "tools": "시험 도구: PG사가 아래 사유로 승인을 거절합니다.",
    "reason": "거절 사유",
    "reasons": (
        "카드 한도초과",
        "잔액 부족",
        "비밀번호 오류",
        "분실·도난 카드",
        "유효기간 만료",
        "카드사 점검 중",
    ),
    "back": "상점으로 돌아가기",
    "lost": "m_redirect_url이 없어 결과를 상점에 돌려줄 수 없습니다. 실제 결제에서도 결과를 잃게 됩니다.",
    "over": {
        "paid": "결제가 완료되었습니다",
        "failed": "결제에 실패하였습니다",
        "cancelled": "취소된 결제입니다",
        "ready": "가상계좌가 발급되었습니다",
    },
    "certification": "본인인증",
    "certification_banner": "시험용 본인인증입니다. 적은 그대로 인증됩니다.",
    "certify": "인증하기",
    "person": "이름",
    "birth": "생년월일",
    "phone_number": "휴대폰 번호",
}

ENGLISH: Final[dict[str, Any]] = {
    "title": "Payment",
    "banner": "This is a test window. No real money moves.",
    "order": "Order",
    "shop": "Shop",
    "name": "Item",
    "merchant_uid": "Order number",
    "buyer": "Buyer",
    "total": "Total",
    "method": "Choose how to pay",
    "card": "Card",
    "vbank": "Virtual account",
    "easy": "Easy pay",
    "other": "Other",
    "trans": "Bank transfer",
    "phone": "Phone bill",
    "quota": "Instalments",
    "lump_sum": "Pay at once",
    "months": "{} months",
    "vbank_hint": "The payment completes when the account receives its deposit; make one in the sandbox's console.",
    "pay": "Pay {}",
    "issue": "Issue an account",
    "names": {
        "BC카드": "BC Card",
        "삼성카드": "Samsung Card",
        "신한카드": "Shinhan Card",
        "현대카드": "Hyundai Card",
        "롯데카드": "Lotte Card",
        "NH카드": "NH Card",
        "하나SK카드": "Hana Card",
        "KB국민카드": "KB Card",
        "신한은행": "Shinhan Bank",
        "KB국민은행": "KB Bank",
        "우리은행": "Woori Bank",
        "하나은행": "Hana Bank",
        "NH농협은행": "NH Bank",
        "IBK기업은행": "IBK",
        "카카오뱅크": "KakaoBank",
        "토스뱅크": "Toss Bank",
        "카카오페이": "Kakao Pay",
        "네이버페이": "Naver Pay",
        "토스페이": "Toss Pay",
        "삼성페이": "Samsung Pay",
    },
    "decline": "Decline",
    "close": "Close",
    "tools": "Test tool: the PG refuses the payment for this reason.",
    "reason": "Reason",
    "reasons": (
        "Card limit exceeded",
        "Insufficient balance",
        "Wrong password",
        "Lost or stolen card",
        "Card expired",
        "Card company under maintenance",
    ),
    "back": "Back to the shop",
    "lost": "There is no m_redirect_url, so the result cannot go back to the shop; a real payment's would be lost too.",
    "over": {
        "paid": "Payment complete",
        "failed": "Payment failed",
        "cancelled": "Payment cancelled",
        "ready": "Virtual account issued",
    },
    "certification": "Identity check",
    "certification_banner": "This is a test check: whatever is written here is certified.",
    "certify": "Confirm",
    "person": "Name",
    "birth": "Date of birth",
    "phone_number": "Mobile number",
}


def words(language: str) -> dict[str, Any]:
    """Return the window's words: English for `en…`, Korean otherwise."""
    return ENGLISH if language.lower().startswith("en") else KOREAN


def money(amount: Decimal, currency: str, language: str) -> str:
    """Return *amount* as people write it: 12,000원, ₩12,000, $10.50."""
    if currency == "KRW":
        return f"₩{amount:,.0f}" if language.lower().startswith("en") else f"{amount:,.0f}원"
    if currency == "USD":
        return f"${amount:,.2f}"
    return f"{amount:,f} {currency}"
