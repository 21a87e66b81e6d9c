"""The texts about what became of a payment: receipt, history, and what the checkout says, in Korean and English."""

from collections.abc import Mapping
from typing import Final

from payments.entrypoints.stories.words import Words

OUTCOMES: Final[Mapping[str, Words]] = {
    # at the checkout, while it goes on
    "opening": Words("결제창을 여는 중입니다…", "Opening the payment window…"),
    "open": Words("결제창에서 결제를 진행해 주세요", "Continue in the payment window"),
    "checking": Words("결제 결과를 확인하는 중입니다…", "Checking the result…"),
    "unsure": Words("결제 결과를 확인하고 있습니다.", "We are still checking the result."),
    "unsure_more": Words(
        "결제대행사의 응답이 늦어지고 있습니다. 결과는 이 화면과 ‘내 결제’에 나타납니다. 다시 결제하지 마세요.",
        "The provider is slow to answer. The result will appear here and under “My payments”. Please do not pay again.",
    ),
    "earlier": Words("먼저 하신 결제를 확인하고 있습니다.", "We are checking your earlier payment."),
    "earlier_more": Words(
        "결과를 알게 되면 여기에서 이어서 결제하실 수 있습니다.", "You can go on here as soon as its result is known."
    ),
    "earlier_paid": Words("먼저 하신 주문은 결제되었습니다.", "Your earlier order is paid."),
    "earlier_paid_more": Words(
        "이 주문은 아직 결제하지 않았습니다. 두 번 주문하신 것은 아닌지 확인해 주세요.",
        "This one is not paid yet. Please check that you did not mean to order once.",
    ),
    "click-expired": Words("결제 준비가 끝났습니다.", "The payment window is ready."),
    "click-expired_more": Words(
        "시간이 걸려 브라우저가 결제창을 막을 수 있습니다. 버튼을 한 번 더 누르면 바로 열립니다.",
        "It took a while, so the browser would block the window. Press the button once more and it opens at once.",
    ),
    "agree_first": Words("이용약관과 환불 규정에 동의해 주세요.", "Please agree to the terms and the refund policy."),
    "agree_first_more": Words("동의하셔야 결제할 수 있습니다.", "You can pay after that."),
    "not_paid": Words("아직 결제하지 않았습니다.", "Nothing has been paid yet."),
    "not_paid_more": Words(
        "버튼을 다시 누르면 같은 주문을 이어서 결제합니다.", "Press again to continue with the same order."
    ),
    "not_approved": Words("결제가 승인되지 않았습니다.", "The payment was not approved."),
    "not_approved_more": Words(
        "빠져나간 돈은 없습니다. 버튼을 다시 누르면 같은 주문을 이어서 결제합니다.",
        "No money was taken. Press again to continue with the same order.",
    ),
    "already-paid": Words("이미 결제한 주문입니다.", "This order is already paid."),
    "already-paid_more": Words("영수증은 ‘내 결제’에 있습니다.", "Find the receipt under “My payments”."),
    "price-changed": Words("가격이 바뀌었습니다.", "The price has changed."),
    "price-changed_more": Words(
        "결제하지 않았습니다. 화면을 새로 고쳐 새 가격을 확인해 주세요.",
        "Nothing was charged. Please reload to see the new price.",
    ),
    "order-not-found": Words("주문서의 시간이 지났습니다.", "This order has expired."),
    "order-not-found_more": Words("멤버십을 다시 골라 주세요.", "Please choose the membership again."),
    "no-window": Words("결제창을 열지 못했습니다.", "The payment window could not be opened."),
    "no-window_more": Words(
        "계좌나 카드에서 빠져나간 돈은 없습니다. 잠시 뒤 다시 시도해 주세요.",
        "No money has left your account. Please try again in a moment.",
    ),
    "trouble": Words("결제 서비스와 연결되지 않습니다.", "The payment service cannot be reached."),
    "trouble_more": Words("잠시 뒤 다시 시도해 주세요.", "Please try again in a moment."),
    # receipt
    "paid_title": Words("결제가 완료되었습니다", "Thank you for your payment"),
    "paid_text": Words("첫 책을 곧 보내 드리겠습니다.", "Your first book is on its way soon."),
    "failed_title": Words("결제하지 못했습니다", "The payment did not go through"),
    "failed_text": Words(
        "빠져나간 돈은 없습니다. 같은 주문을 다시 결제하실 수 있습니다.",
        "No money was taken. You can try the same order again.",
    ),
    "mismatch_text": Words(
        "주문과 다른 금액이 승인되어 결제로 인정하지 않았습니다. 승인된 돈은 모두 환불해 드립니다.",
        "The approved amount differs from the order, so it does not count as payment. It is refunded in full.",
    ),
    "deposit_title": Words("입금을 기다리고 있습니다", "Waiting for your transfer"),
    "deposit_text": Words(
        "아래 계좌로 입금하시면 이 화면이 저절로 바뀝니다.",
        "Transfer the money to this account. This page updates when it arrives.",
    ),
    "play_bank": Words("데모: 입금하기", "Demo: make the transfer"),
    "awaiting_title": Words("아직 결제하지 않았습니다", "Not paid yet"),
    "awaiting_text": Words(
        "결제창을 닫으셨다면 이어서 결제하실 수 있습니다. 결과가 오면 이 화면이 저절로 바뀝니다.",
        "If you closed the window, you can continue. This page updates when a result arrives.",
    ),
    "cancelled_title": Words("취소된 주문입니다", "This order is cancelled"),
    "cancelled_text": Words("결제하지 않은 주문을 취소했습니다.", "The order was cancelled before it was paid."),
    "expired_text": Words(
        "결제 기한이 지나 결제하지 않은 주문을 취소했습니다.",
        "The time to pay is over, so the unpaid order was cancelled.",
    ),
    "late_title": Words("취소된 주문의 돈을 환불합니다", "We are refunding your payment"),
    "late_back_title": Words("취소된 주문의 돈을 환불해 드렸습니다", "Your payment was refunded"),
    "late_text": Words(
        "주문을 취소한 뒤에 결제가 승인되어, 그 돈은 환불 대상입니다.",
        "The payment was approved after the order had been cancelled, so the money goes back to you.",
    ),
    "refunded_title": Words("전액 환불되었습니다", "Refunded in full"),
    "refunded_text": Words("결제하신 금액을 모두 환불해 드렸습니다.", "Your payment was refunded in full."),
    "back_refunded": Words("{when}에 {amount} 환불해 드렸습니다.", "{amount} was refunded on {when}."),
    "back_refunding": Words("{amount} 환불을 진행하고 있습니다.", "A refund of {amount} is on its way."),
    "back_held": Words(
        "{amount}. 담당자가 확인하고 있으며, 확인한 뒤 안내해 드립니다.",
        "{amount}. Our staff is looking at it and will contact you.",
    ),
    "stray_late": Words("주문을 취소한 뒤에 승인된 결제:", "A payment after the order was cancelled:"),
    "stray_mismatch": Words("주문과 다른 금액의 결제:", "A payment of another amount:"),
    "stray_duplicate": Words("두 번째로 승인된 결제:", "A second payment:"),
    "stray_wrong_mode": Words("테스트 결제:", "A test payment:"),
    "stray_orphan": Words("주문 없는 결제:", "A payment without an order:"),
    "back_takes": Words(
        "신용카드는 카드사에 따라 영업일 기준 3~7일, 계좌이체와 가상계좌는 1~3일 뒤에 확인하실 수 있습니다.",
        "Refunds show up after 3 to 7 business days on cards, depending on the company, and after 1 to 3 on accounts.",
    ),
    "refund_under_way": Words("환불 진행 중", "Refund under way"),
    "amount": Words("금액", "Amount"),
    "refunded": Words("환불 금액", "Refunded"),
    "method": Words("결제 수단", "Paid with"),
    "paid_at": Words("결제 시각", "Paid at"),
    "begun_at": Words("주문 시각", "Ordered at"),
    "seoul": Words("서울 시간", "Seoul time"),
    "order": Words("주문번호", "Order"),
    "payment_id": Words("결제번호", "Payment"),
    "reason": Words("거절 사유", "Reason"),
    "bank": Words("은행", "Bank"),
    "holder": Words("예금주", "Account holder"),
    "due": Words("입금 기한", "Transfer by"),
    "copy_number": Words("복사", "Copy"),
    "copied": Words("복사했습니다", "Copied"),
    "receipt": Words("영수증 보기", "View receipt"),
    "try_again": Words("다시 결제하기", "Try again"),
    "go_on": Words("이어서 결제하기", "Continue paying"),
    "cancel": Words("주문 취소", "Cancel the order"),
    "cancel_title": Words("주문을 취소할까요?", "Cancel this order?"),
    "cancel_text": Words(
        "아직 결제하지 않은 주문입니다. 취소하면 이 주문으로는 결제할 수 없습니다.",
        "It is not paid yet. Once it is cancelled, it can no longer be paid.",
    ),
    "cancel_deposit": Words(
        "발급된 계좌도 닫힙니다. 이미 입금하셨다면 취소하지 말고 기다려 주세요.",
        "Its account is closed too. If you have made the transfer already, please wait instead.",
    ),
    "cancel_yes": Words("주문 취소하기", "Cancel the order"),
    "cancel_no": Words("취소하지 않기", "Keep the order"),
    "cancel_refused": Words("취소할 수 없는 결제입니다.", "This payment cannot be cancelled."),
    "behind": Words("무슨 일이 있었나요?", "Behind the scenes"),
    "home": Words("책방으로 돌아가기", "Back to the shop"),
    # history
    "history_text": Words("모든 시각은 서울 시간입니다.", "All times are in Seoul time."),
    "empty": Words("아직 결제한 것이 없습니다.", "Nothing here yet."),
    "more": Words("더 보기", "Show more"),
    # behind
    "behind_title": Words("무슨 일이 있었나요?", "Behind the scenes"),
    "behind_text": Words(
        "결제 하나에 일어난 모든 변화입니다. 결제대행사의 응답으로 확인한 것만 적혀 있습니다.",
        "Every change of this payment, in order. Only what the provider confirmed is recorded.",
    ),
    "back_to_payment": Words("← 결제로 돌아가기", "← Back to the payment"),
    "attempt": Words("시도", "Attempt"),
    # returning
    "returning_title": Words("결제 결과를 확인하고 있습니다", "Checking your payment"),
    "returning_text": Words("잠시만 기다려 주세요.", "One moment, please."),
}
