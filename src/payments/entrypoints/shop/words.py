"""The texts of the pages, Korean and English side by side."""

from collections.abc import Mapping
from typing import Final

from payments.entrypoints.display import Language
from payments.entrypoints.shop.words_outcomes import OUTCOMES
from payments.entrypoints.stories.words import Words

_PAGES: Final[Mapping[str, Words]] = {
    "shop": Words("모퉁이 책방", "Corner Bookshop"),
    "demo": Words("데모 상점입니다.", "This is a demo."),
    "demo_more": Words("실제 돈은 한 푼도 오가지 않습니다.", "No real money moves here."),
    "skip": Words("본문으로 건너뛰기", "Skip to content"),
    "language": Words("언어", "Language"),
    "menu": Words("메뉴", "Menu"),
    "plans": Words("멤버십", "Membership"),
    "history": Words("내 결제", "My payments"),
    "enter": Words("로그인", "Sign in"),
    "leave": Words("로그아웃", "Sign out"),
    "visitor": Words("{} 님", "{}"),
    "behind_all": Words("샌드박스 들여다보기", "Open the sandbox"),
    "api_docs": Words("결제 API 문서", "Payments API"),
    "footer": Words(
        "결제창, 카드사, 은행은 모두 이 컴퓨터 안의 샌드박스입니다.",
        "Payment window, card company and bank are a sandbox on this machine.",
    ),
    # the seller, as the law asks of a shop; all of it is made up
    "seller": Words("판매자 정보", "Seller"),
    "seller_name": Words("상호 모퉁이 책방 · 대표 홍길동", "Corner Bookshop · CEO Hong Gildong"),
    "seller_numbers": Words(
        "사업자등록번호 000-00-00000 · 통신판매업신고 제0000-데모-0000호",
        "Business registration 000-00-00000 · Mail-order report 0000-demo-0000",
    ),
    "seller_contact": Words(
        "서울특별시 데모구 모퉁이길 1 · 고객센터 02-000-0000 · help@corner.example",
        "1 Corner-gil, Demo-gu, Seoul · Help 02-000-0000 · help@corner.example",
    ),
    "seller_pg": Words("결제대행사 포트원(아임포트) 샌드박스", "Payments by the PortOne (Iamport) sandbox"),
    "terms": Words("이용약관·환불 규정", "Terms and refund policy"),
    # home
    "home_title": Words("책이 오는 멤버십", "Books that find you"),
    "eyebrow": Words("모퉁이를 돌면 책이 기다립니다", "Around the corner, a book is waiting"),
    "hero_1": Words("한 달에 한 권,", "One book a month,"),
    "hero_2": Words("당신에게 책이 옵니다", "picked just for you"),
    "hero_text": Words(
        "책방지기가 고른 책과 손편지를 매달 집으로 보내 드립니다. 마음에 드는 멤버십을 고르면 1분이면 끝납니다.",
        "Every month a book and a letter from our bookseller, at your door. Choose a membership; it takes a minute.",
    ),
    "favourite": Words("가장 많이 찾는 멤버십", "Most loved"),
    "monthly": Words("한 달에 {}", "{} a month"),
    "choose": Words("이 멤버십 고르기", "Choose this one"),
    "calm_1": Words("안전한 결제", "Never charged twice"),
    "calm_1_more": Words("두 번 눌러도 한 번만 결제됩니다.", "Click twice, pay once."),
    "calm_2": Words("정확한 금액", "The exact amount"),
    "calm_2_more": Words(
        "금액은 책방이 정하고, 결제대행사가 다시 확인합니다.", "The shop sets the price, the provider checks it."
    ),
    "calm_3": Words("끊겨도 안전", "Safe if you disconnect"),
    "calm_3_more": Words("창이 닫혀도 결제 결과는 사라지지 않습니다.", "Close the tab: the result is not lost."),
    # signing in
    "enter_title": Words("책방에 로그인", "Come on in"),
    "enter_text": Words(
        "데모라서 가입도 비밀번호도 없습니다. 버튼을 누르면 이름 하나를 드립니다.",
        "It is a demo: no account, no password. Press the button and we lend you a name.",
    ),
    "enter_button": Words("데모 손님으로 로그인", "Sign in as a demo guest"),
    # checkout
    "checkout_title": Words("주문/결제", "Checkout"),
    "back_to_plans": Words("← 멤버십 다시 고르기", "← Back to the memberships"),
    "how": Words("결제 수단", "How would you like to pay?"),
    "your_order": Words("주문 내용", "Your order"),
    "item": Words("상품", "Item"),
    "period": Words("기간", "Period"),
    "months_1": Words("1개월", "1 month"),
    "months_3": Words("3개월", "3 months"),
    "months_12": Words("12개월", "12 months"),
    "buyer": Words("주문자", "Buyer"),
    "total": Words("결제 금액", "Total"),
    "pay": Words("{} 결제하기", "Pay {}"),
    "issue": Words("가상계좌 발급받기", "Get an account number"),
    "pay_fine": Words(
        "누르면 시험용 결제창이 열립니다. 카드 번호는 필요 없습니다.",
        "A test payment window opens. No card number is needed.",
    ),
    "agree": Words(
        "주문 내용을 확인했고, 아래 규정과 결제에 동의합니다. (필수)", "I have checked my order, and I agree to:"
    ),
    "read_terms": Words("이용약관·환불 규정 보기", "Terms and refund policy (required)"),
    "through": Words("결제 경로:", "Pay through:"),
    "needs_script": Words("결제하려면 자바스크립트를 켜 주세요.", "Please turn JavaScript on to pay."),
    "card_more": Words("모든 카드사", "Any card"),
    "easy_more": Words("간편결제", "Easy pay"),
    "transfer_more": Words("내 은행 계좌에서 바로", "Straight from your bank"),
    "virtual_account_more": Words("나중에 계좌로 입금", "Transfer it later"),
    "mobile_more": Words("휴대폰 요금에 합산", "Charged to your phone"),
    "cash_receipt": Words(
        "현금영수증은 결제창에서 신청하실 수 있습니다.", "You can ask for a cash receipt in the payment window."
    ),
    # nothing to pay
    "use_coupon": Words("첫 달 무료 쿠폰 쓰기", "Use the coupon: first month free"),
    "coupon": Words("쿠폰 할인", "Coupon"),
    "price": Words("상품 금액", "Price"),
    "minus": Words("−{}", "−{}"),
    "nothing_to_pay": Words(
        "결제하실 금액이 없습니다. 주문만 완료하시면 됩니다.", "There is nothing to pay. Just complete the order."
    ),
    "complete_free": Words("주문 완료하기", "Complete the order"),
    "free_title": Words("주문이 완료되었습니다", "Your order is complete"),
    "free_text": Words(
        "쿠폰으로 결제 없이 완료했습니다. 첫 책을 곧 보내 드리겠습니다.",
        "The coupon covered it all. Your first book is on its way soon.",
    ),
    # terms
    "terms_order": Words("주문과 결제", "Orders and payment"),
    "terms_order_text": Words(
        "결제가 승인되면 주문이 확정됩니다. 가상계좌는 입금이 확인되면 확정되고, 기한이 지나면 주문이 취소됩니다.",
        "An order is final when its payment is approved. With a virtual account it is final when the money arrives, "
        "and cancelled when the time to pay is over.",
    ),
    "terms_refund": Words("취소와 환불", "Cancelling and refunds"),
    "terms_refund_text": Words(
        "책을 보내기 전에는 언제든지, 받으신 뒤에는 7일 안에 취소하실 수 있습니다. 결제하신 수단으로 환불해 드립니다.",
        "You may withdraw at any time before a book is sent, and within 7 days after you received it. "
        "We refund to what you paid with.",
    ),
    "terms_data": Words("개인정보 제공", "Your data"),
    "terms_data_text": Words(
        "결제를 위해 이름과 연락처를 결제대행사에 제공합니다. 카드 번호는 책방에 저장되지 않습니다.",
        "Your name and phone number go to the payment provider. Card numbers are never stored here.",
    ),
    # trouble
    "missing_title": Words("찾으시는 페이지가 없습니다", "There is no such page"),
    "missing_text": Words(
        "주소가 바뀌었거나 다른 손님의 것입니다.", "The address has changed, or the page belongs to another guest."
    ),
    "down_title": Words("결제 서비스가 응답하지 않습니다", "The payment service does not answer"),
    "down_text": Words(
        "결제에는 아무 변화가 없습니다. 잠시 뒤 다시 열어 주세요.",
        "Nothing has changed about your payments. Please try again in a moment.",
    ),
}
WORDS: Final[Mapping[str, Words]] = {**_PAGES, **OUTCOMES}

_TOLD: Final = (
    *("unsure", "earlier", "earlier_paid", "click-expired", "agree_first", "not_paid", "not_approved", "already-paid"),
    *("price-changed", "order-not-found", "no-window", "trouble"),
)
SHOWN_BY_SCRIPT: Final = (
    *("opening", "open", "checking", "issue", "copied", "history"),
    *_TOLD,
    *(f"{key}_more" for key in _TOLD),
)
"""Keys of the texts that shop.js shows."""


def words(language: Language) -> dict[str, str]:
    """Return all texts in one language."""
    return {key: text.read_in(language) for key, text in WORDS.items()}
