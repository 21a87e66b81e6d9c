"""The texts of the pages, Korean and English side by side, and the choice of language."""

from collections.abc import Mapping
from typing import Final

from payments.entrypoints.display import Language
from payments.entrypoints.shop.catalogue import Words

LANGUAGES: Final[Mapping[Language, str]] = {"ko": "한국어", "en": "English"}

WORDS: Final[Mapping[str, Words]] = {
    "shop": Words("모퉁이 책방", "Corner Bookshop"),
    "demo": Words("데모 상점입니다.", "This is a demo."),
    "demo_more": Words("실제 돈은 한 푼도 오가지 않습니다.", "No real money moves here."),
    "skip": Words("본문으로 건너뛰기", "Skip to content"),
    "language": Words("언어", "Language"),
    "menu": Words("메뉴", "Menu"),
    "plans": Words("멤버십", "Membership"),
    "history": Words("내 결제", "My payments"),
    "enter": Words("들어가기", "Sign in"),
    "leave": Words("나가기", "Sign out"),
    "visitor": Words("{} 님", "{}"),
    "behind_all": Words("샌드박스 들여다보기", "Open the sandbox"),
    "api_docs": Words("결제 API 문서", "Payments API"),
    "footer": Words(
        "결제창, 카드사, 은행은 모두 이 컴퓨터 안의 샌드박스입니다.",
        "Payment window, card company and bank are a sandbox on this machine.",
    ),
    # home
    "home_title": Words("책이 오는 멤버십", "Books that find you"),
    "eyebrow": Words("모퉁이를 돌면 책이 기다려요", "Around the corner, a book is waiting"),
    "hero_1": Words("한 달에 한 권,", "One book a month,"),
    "hero_2": Words("당신에게 책이 옵니다", "picked just for you"),
    "hero_text": Words(
        "책방지기가 고른 책과 손편지를 매달 집으로 보내드려요. 마음에 드는 멤버십을 고르면 일 분 안에 끝납니다.",
        "Every month a book and a letter from our bookseller, at your door. Choose a membership; it takes a minute.",
    ),
    "favourite": Words("가장 많이 골라요", "Most loved"),
    "monthly": Words("한 달에 {}", "{} a month"),
    "choose": Words("이 멤버십 고르기", "Choose this one"),
    "calm_1": Words("안전한 결제", "Never charged twice"),
    "calm_1_more": Words("두 번 눌러도 한 번만 결제돼요.", "Click twice, pay once."),
    "calm_2": Words("정확한 금액", "The exact amount"),
    "calm_2_more": Words(
        "금액은 책방이 정하고, 결제사가 다시 확인해요.", "The shop sets the price, the provider checks it."
    ),
    "calm_3": Words("끊겨도 괜찮아요", "Safe if you disconnect"),
    "calm_3_more": Words("창이 닫혀도 결제 결과는 사라지지 않아요.", "Close the tab: the result is not lost."),
    # entering
    "enter_title": Words("책방에 들어가기", "Come on in"),
    "enter_text": Words(
        "데모라서 가입도 비밀번호도 없어요. 버튼을 누르면 이름 하나를 드립니다.",
        "It is a demo: no account, no password. Press the button and we lend you a name.",
    ),
    "enter_button": Words("데모 손님으로 들어가기", "Enter as a demo guest"),
    # checkout
    "checkout_title": Words("결제하기", "Checkout"),
    "back_to_plans": Words("← 멤버십 다시 고르기", "← Back to the memberships"),
    "how": Words("어떻게 결제할까요?", "How would you like to pay?"),
    "your_order": Words("주문 내용", "Your order"),
    "item": Words("상품", "Item"),
    "period": Words("기간", "Period"),
    "months_1": Words("한 달", "1 month"),
    "months_3": Words("세 달", "3 months"),
    "months_12": Words("열두 달", "12 months"),
    "buyer": Words("주문하는 분", "Buyer"),
    "total": Words("결제 금액", "Total"),
    "pay": Words("{} 결제하기", "Pay {}"),
    "pay_fine": Words(
        "누르면 시험용 결제창이 열립니다. 카드 번호는 필요 없어요.",
        "A test payment window opens. No card number is needed.",
    ),
    "needs_script": Words("결제하려면 자바스크립트를 켜 주세요.", "Please turn JavaScript on to pay."),
    "card_more": Words("모든 카드사", "Any card"),
    "easy_more": Words("간편결제", "Easy pay"),
    "virtual_account_more": Words("나중에 계좌로 입금", "Transfer it later"),
    # what happened on the page
    "opening": Words("결제창을 여는 중…", "Opening the payment window…"),
    "checking": Words("결제 결과를 확인하는 중…", "Checking the result…"),
    "not_paid": Words("아직 결제되지 않았습니다.", "Nothing has been paid."),
    "not_paid_more": Words(
        "다시 누르면 같은 주문을 이어서 결제합니다.", "Press again to continue with the same order."
    ),
    "not_approved": Words("결제가 승인되지 않았습니다.", "The payment was not approved."),
    "not_approved_more": Words(
        "돈은 빠져나가지 않았습니다. 다시 누르면 같은 주문을 이어서 결제합니다.",
        "No money was taken. Press again to continue with the same order.",
    ),
    "unsure": Words("결제사가 아직 대답하지 않습니다.", "The provider has not answered yet."),
    "unsure_more": Words(
        "결과를 알게 되면 ‘내 결제’에 저절로 나타납니다. 다시 결제하지 마세요.",
        "The result will appear under “My payments”. Please do not pay again.",
    ),
    "already-paid": Words("이미 결제한 주문입니다.", "This order is already paid."),
    "already-paid_more": Words("영수증은 ‘내 결제’에 있습니다.", "Find the receipt under “My payments”."),
    "price-changed": Words("가격이 바뀌었습니다.", "The price has changed."),
    "price-changed_more": Words(
        "결제되지 않았습니다. 화면을 새로 고쳐 새 가격을 확인해 주세요.",
        "Nothing was charged. Please reload to see the new price.",
    ),
    "order-not-found": Words("주문서가 만료되었습니다.", "This order has expired."),
    "order-not-found_more": Words("멤버십을 다시 골라 주세요.", "Please choose the membership again."),
    "no-window": Words("결제창을 열지 못했습니다.", "The payment window could not be opened."),
    "no-window_more": Words(
        "결제되지 않았습니다. 잠시 뒤 다시 시도해 주세요.", "Nothing was charged. Please try again in a moment."
    ),
    "trouble": Words("결제 서비스와 연결되지 않습니다.", "The payment service cannot be reached."),
    "trouble_more": Words(
        "결제됐는지 아직 알 수 없습니다. 다시 누르면 같은 주문을 이어서 확인합니다.",
        "We do not know yet whether you paid. Press again to continue with the same order.",
    ),
    # receipt
    "paid_title": Words("결제가 완료되었습니다", "Thank you for your payment"),
    "paid_text": Words("첫 책을 곧 보내드릴게요.", "Your first book is on its way soon."),
    "failed_title": Words("결제하지 못했습니다", "The payment did not go through"),
    "failed_text": Words("돈은 빠져나가지 않았습니다.", "No money was taken."),
    "mismatch_text": Words(
        "주문과 다른 금액이 승인되어 결제로 인정하지 않았습니다. 승인된 돈은 모두 돌려드립니다.",
        "The approved amount differs from the order, so it does not count as payment. It is refunded in full.",
    ),
    "deposit_title": Words("입금을 기다리고 있어요", "Waiting for your transfer"),
    "deposit_text": Words(
        "아래 계좌로 입금하면 이 화면이 저절로 바뀝니다.",
        "Transfer the money to this account. This page updates when it arrives.",
    ),
    "play_bank": Words("데모: 입금하기", "Demo: make the transfer"),
    "awaiting_title": Words("아직 결제되지 않았습니다", "Not paid yet"),
    "awaiting_text": Words(
        "결제창을 닫았거나 결과를 기다리는 중입니다. 결과가 오면 이 화면이 저절로 바뀝니다.",
        "The window was closed, or its result has not arrived yet. This page updates when it does.",
    ),
    "cancelled_title": Words("취소된 결제입니다", "This payment is cancelled"),
    "cancelled_text": Words("결제 없이 주문이 닫혔습니다.", "The order was closed without a payment."),
    "expired_text": Words("시간이 지나 주문이 닫혔습니다.", "The order was closed because it expired."),
    "refunded_title": Words("전액 환불되었습니다", "Refunded in full"),
    "refunded_text": Words("결제하신 금액을 모두 돌려드렸습니다.", "Your payment was refunded in full."),
    "amount": Words("금액", "Amount"),
    "refunded": Words("환불한 금액", "Refunded"),
    "method": Words("결제 수단", "Paid with"),
    "paid_at": Words("결제 시각", "Paid at"),
    "begun_at": Words("주문 시각", "Ordered at"),
    "seoul": Words("서울 시간", "Seoul time"),
    "order": Words("주문 번호", "Order"),
    "payment_id": Words("결제 번호", "Payment"),
    "reason": Words("결제사의 답", "The provider says"),
    "bank": Words("은행", "Bank"),
    "holder": Words("예금주", "Account holder"),
    "due": Words("입금 기한", "Transfer by"),
    "copy_number": Words("복사", "Copy"),
    "copied": Words("복사했어요", "Copied"),
    "receipt": Words("영수증 보기", "View receipt"),
    "try_again": Words("다시 결제하기", "Try again"),
    "go_on": Words("이어서 결제하기", "Continue paying"),
    "cancel": Words("주문 취소", "Cancel the order"),
    "cancel_refused": Words("취소할 수 없는 결제입니다.", "This payment cannot be cancelled."),
    "behind": Words("무슨 일이 있었나요?", "Behind the scenes"),
    "home": Words("책방으로 돌아가기", "Back to the shop"),
    # history
    "history_text": Words("모든 시각은 서울 시간입니다.", "All times are in Seoul time."),
    "empty": Words("아직 결제한 것이 없어요.", "Nothing here yet."),
    "more": Words("더 보기", "Show more"),
    # behind
    "behind_title": Words("무슨 일이 있었나요?", "Behind the scenes"),
    "behind_text": Words(
        "결제 하나에 일어난 모든 변화입니다. 결제사의 답으로 확인한 것만 적혀 있습니다.",
        "Every change of this payment, in order. Only what the provider confirmed is recorded.",
    ),
    "back_to_payment": Words("← 결제로 돌아가기", "← Back to the payment"),
    "attempt": Words("시도", "Attempt"),
    # returning, trouble
    "returning_title": Words("결제 결과를 확인하고 있어요", "Checking your payment"),
    "returning_text": Words("잠시만 기다려 주세요.", "One moment, please."),
    "missing_title": Words("그런 페이지가 없어요", "There is no such page"),
    "missing_text": Words(
        "주소가 바뀌었거나 다른 손님의 것입니다.", "The address has changed, or the page belongs to another guest."
    ),
    "down_title": Words("결제 서비스가 대답하지 않아요", "The payment service does not answer"),
    "down_text": Words(
        "결제에는 아무 변화가 없습니다. 잠시 뒤 다시 열어 주세요.",
        "Nothing has changed about your payments. Please try again in a moment.",
    ),
}

SHOWN_BY_SCRIPT: Final = (
    *("opening", "checking", "not_paid", "not_paid_more", "not_approved", "not_approved_more", "unsure", "unsure_more"),
    *("already-paid", "already-paid_more", "price-changed", "price-changed_more", "order-not-found"),
    *("order-not-found_more", "no-window", "no-window_more", "trouble", "trouble_more", "copied"),
)
"""Keys of the texts that shop.js shows."""


def words(language: Language) -> dict[str, str]:
    """Return all texts in one language."""
    return {key: text.read_in(language) for key, text in WORDS.items()}


def preferred(cookie: str | None, accept: str) -> Language:
    """Return the language chosen before, else the first of ours that the browser asks for, else Korean."""
    asked = [cookie or "", *(part.partition(";")[0].strip()[:2].lower() for part in accept.split(","))]
    return next((language for tag in asked for language in LANGUAGES if language == tag), "ko")
